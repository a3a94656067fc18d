import { kindOf, oneOf, setOf, type Codec } from "../codecs";
import { isList } from "../json";

/**
 * The recipient's permissions for a quarantined message, with their bits in `EndUserQuarantinePermissionsValue`.
 *
 * @see https://learn.microsoft.com/powershell/module/exchange/set-quarantinepolicy
 */
const bits = {
  Delete: 1,
  Preview: 2,
  Release: 4,
  RequestRelease: 8,
  BlockSender: 16,
  AllowSender: 32,
  Download: 64,
  ViewHeader: 128,
} as const;

/** A recipient's permission for a quarantined message. */
export type QuarantinePermission = keyof typeof bits;

const names = Object.keys(bits) as QuarantinePermission[];

/** Bits without effect. They are sent but never compared, because the service itself changes them (observed in built-in policies). */
const withoutEffect: readonly QuarantinePermission[] = [
  "Download",
  "ViewHeader",
];

/** Returns the number that Exchange accepts: for example 7 for Release, Delete and Preview, 11 for RequestRelease, Delete and Preview. */
export const permissionsToNumber = (permissions: readonly string[]): number =>
  permissions.reduce(
    (sum, name) => sum | (bits[name as QuarantinePermission] ?? 0),
    0,
  );

/** Returns the permissions that a number represents. */
export const permissionsFromNumber = (value: number): QuarantinePermission[] =>
  names.filter((name) => (value & bits[name]) !== 0);

/**
 * Returns the permissions in the text that Exchange returns, `[PermissionToBlockSender: False\r\nPermissionToDelete: True…]`
 * (observed). Pairs can have any order; anything else is ignored. Returns undefined if there is no pair: then the permissions are
 * unknown, which is different from none.
 */
export function permissionsFromText(
  text: string,
): QuarantinePermission[] | undefined {
  const pairs = [
    ...text.matchAll(/PermissionTo(\w{1,40})[ \t]*:[ \t]*(True|False)/gi),
  ];
  if (pairs.length === 0) return undefined;
  const granted = new Set(
    pairs
      .filter((pair) => pair[2]?.toLowerCase() === "true")
      .map((pair) => pair[1]?.toLowerCase()),
  );
  return names.filter((name) => granted.has(name.toLowerCase()));
}

/** The codec for a set of {@link QuarantinePermission}. */
export const quarantinePermissions: Codec<readonly string[]> = {
  ...setOf(oneOf(...names)),
  refuse(value) {
    if (!isList(value)) return `must be a list, not ${kindOf(value)}`;
    const unknown = value.find((v) => !names.includes(canonical(v)));
    if (unknown !== undefined)
      return `has ${JSON.stringify(unknown)}, which is none of ${names.join(", ")}`;
    const given = value.map(canonical);
    return given.includes("Release") && given.includes("RequestRelease")
      ? "has Release together with RequestRelease; Microsoft 365 takes one of them, so remove the other"
      : undefined;
  },
  normalize: (value) =>
    names.filter((name) => value.some((v) => canonical(v) === name)),
  encode: permissionsToNumber,
  decode: (wire) => {
    if (typeof wire === "number") return permissionsFromNumber(wire);
    if (typeof wire !== "string") return undefined;
    return /^\s*\d+\s*$/.test(wire)
      ? permissionsFromNumber(Number(wire))
      : permissionsFromText(wire);
  },
  key: (value) =>
    permissionsToNumber(
      value.filter(
        (name) => !withoutEffect.includes(name as QuarantinePermission),
      ),
    ),
  none: null,
  emptyWhenMissing: false,
};

const canonical = (value: unknown): QuarantinePermission => {
  const text = typeof value === "string" ? value : kindOf(value);
  return (names.find((name) => name.toLowerCase() === text.toLowerCase()) ??
    text) as QuarantinePermission;
};
