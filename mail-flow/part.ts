import type { Part, Snapshot } from "./snapshot";

/** Returns the objects of a part; empty if it was not read. */
export function valueOf<T>(part: Part<T[]>): T[] {
  return "value" in part ? part.value : [];
}

/** The parts of a snapshot that can be unavailable, by name, with their content. */
export type Parts = {
  [
    K in keyof Snapshot as Snapshot[K] extends Part<unknown> ? K : never
  ]: Snapshot[K] extends Part<infer T> ? T : never;
};

/** The name of a part of a snapshot. */
export type PartName = keyof Parts;

/** The vendor's noun for the objects of each part. */
export const nouns: Readonly<Record<PartName, string>> = {
  domains: "Domain",
  acceptedDomains: "AcceptedDomain",
  inboundConnectors: "InboundConnector",
  connectionFilters: "HostedConnectionFilterPolicy",
  transportRules: "TransportRule",
  antiSpamPolicies: "HostedContentFilterPolicy",
  antiSpamRules: "HostedContentFilterRule",
  presetRules: "EOPProtectionPolicyRule",
  antiPhishPolicies: "AntiPhishPolicy",
  malwarePolicies: "MalwareFilterPolicy",
  quarantinePolicies: "QuarantinePolicy",
  quarantineNotification: "GlobalQuarantinePolicy",
  organization: "OrganizationConfig",
  mailExchanges: "domainDnsMxRecord",
};

const nothingRead = Object.fromEntries(
  Object.keys(nouns).map((part) => [
    part,
    { unavailable: "It was not asked for." },
  ]),
);

/** Returns a snapshot in which only these parts were read. */
export const snapshotOf = (parts: Partial<Parts>): Snapshot => {
  const read = Object.entries(parts).map(([part, value]) => [part, { value }]);
  return Object.assign({}, nothingRead, Object.fromEntries(read)) as Snapshot;
};

/** Returns the unavailable parts by the given names, with the reason. */
export const unavailableIn = <Name extends string>(
  read: Readonly<Record<NoInfer<Name>, Part<unknown>>>,
  names: Readonly<Record<Name, string>>,
): { part: string; reason: string }[] =>
  (Object.keys(names) as Name[]).flatMap((name) => {
    const one = read[name];
    return "unavailable" in one
      ? [{ part: names[name], reason: one.unavailable }]
      : [];
  });
