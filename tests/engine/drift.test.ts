import type { Kind } from "../../providers/kind";
import { kinds, type KindName } from "../../providers/kinds";
import type { Value } from "../../providers/codecs";
import { equal, type Field } from "../../providers/field";
import type { Simulator } from "../../simulator/index";
import type { JsonObject } from "../../simulator/json";
import { kindsUnderTest } from "../conformance/subjects";
import { isAlike } from "../promises/alike";
import { ledgerFor } from "../promises/ledger";
import { drift, plan } from "./harness";
import { tenantWithStack, type TenantWithStack } from "./tenant-with-stack";

const exact = ledgerFor(3);

/** Values of every type. The first two different ones that a field accepts are the program's value and the one after a change by hand. */
const candidates: readonly Value[] = [
  true,
  false,
  5,
  6,
  "UserNotifyUserRelease",
  "Elsewhere",
  "Quarantine",
  "Redirect",
  "Enforce",
  "Audit",
  "On",
  "Off",
  "Ignore",
  "Defer",
  "AllItems",
  "Inbox",
  "04:00:00",
  "1.00:00:00",
  "mx.example.com",
  "mx.example.org",
  "11111111-2222-3333-4444-555555555555",
  "99999999-2222-3333-4444-555555555555",
  ["Release", "Delete"],
  ["RequestRelease", "Delete"],
  ["MALICIOUS", "SPOOF"],
  ["MALICIOUS", "BULK"],
  ["DIRECT", "BCC"],
  ["DIRECT", "API"],
  ["GLOBAL", "DE"],
  ["GLOBAL", "IN"],
  ["192.0.2.1", "192.0.2.128/25"],
  ["192.0.2.2", "192.0.2.128/25"],
  ["example.com", "example.org"],
  ["example.com", "example.net"],
];

function twoValuesOf(property: string, field: Field): [Value, Value] {
  const taken = candidates.filter(
    (value) => field.codec.refuse(value) === undefined,
  );
  const [first] = taken;
  const second = taken.find(
    (value) => first !== undefined && !equal(field, first, value),
  );
  if (first === undefined || second === undefined)
    throw new Error(`no two values for ${property}: add some to candidates`);
  return [first, second];
}

/** A resource with a value for every property, one of which is changed by hand. */
interface Case {
  readonly kind: KindName;
  readonly property: string;
  readonly resource: string;
  readonly name: string;
  readonly inputs: Record<string, Value>;
  readonly wire: string;
  readonly changed: unknown;
}

/** A property that moves other rules. It is set only in its own case. */
const shared = "priority";

function casesOf(kind: Kind): Case[] {
  const managed = Object.entries(kind.fields).filter(
    ([, field]) => !field.onlyOnCreate,
  );
  const changeable = managed.filter(
    // Cloudflare and Exchange do not allow to change these.
    ([, { replaces }]) => !replaces,
  );
  return changeable.map(([property, field], index) => {
    const name =
      kind.nameField === "domain"
        ? `drift-${index}.example.com`
        : `Drift of ${property}`;
    const inputs = Object.fromEntries(
      managed
        .filter(
          ([other]) =>
            other !== "accountId" && (other !== shared || property === shared),
        )
        .map(([other, { codec, replaces }]) => [
          other,
          other === kind.nameField
            ? name
            : replaces
              ? null
              : other === shared
                ? 1
                : codec.normalize(
                    twoValuesOf(other, kind.fields[other] ?? field)[0],
                  ),
        ]),
    );
    const changed =
      property === kind.nameField
        ? `${name} renamed`
        : property === shared
          ? 0
          : twoValuesOf(property, field)[1];
    return {
      kind: kind.name as KindName,
      property,
      resource: `${kind.name}-${property}`,
      name,
      inputs,
      wire: field.wire,
      changed: field.codec.encode(field.codec.normalize(changed)),
    };
  });
}

/** Makes the change by hand. */
const change = (simulator: Simulator, it: Case): void =>
  kindsUnderTest[it.kind].byHand.edit(simulator, it.name, {
    [it.wire]: it.changed,
  } as JsonObject);

const all = Object.values(kinds).flatMap(casesOf);
// Of what exists once a program has one resource: it is given the first property.
const cases = all.filter(
  ({ kind }, index) =>
    kinds[kind].nameField !== undefined ||
    all.findIndex((it) => it.kind === kind) === index,
);

describe("drift of every property of every kind, on the real engine", () => {
  let at: TenantWithStack;

  beforeAll(async () => {
    at = await tenantWithStack(
      `
      import * as area1 from "pulumi-area1-m365";
      const cases = require("./cases.json");
      const tag = new area1.QuarantinePolicy("tag", {
        name: "UserNotifyUserRelease", endUserQuarantinePermissions: ["Release"] });
      const tagged = new area1.QuarantinePolicy("tagged", {
        name: "Elsewhere", endUserQuarantinePermissions: [] });
      for (const { kind, resource, inputs } of cases)
        new (area1 as any)[kind](resource, inputs, { dependsOn: [tag, tagged] });
    `,
      { files: { "cases.json": JSON.stringify(cases) } },
    );
    // The engine creates rules in any order, and a rule may need a priority that is only valid after others exist.
    for (const Name of ["Disclaimer", "Prefix", "Footer"])
      at.simulator.tenant.add("TransportRule", { Name, PrependSubject: Name });
    await at.stack.up([], { timeout: 120_000 });
  }, 180_000);

  test("every kind and property has a case", () => {
    expect(new Set(cases.map(({ kind }) => kind))).toEqual(
      new Set(Object.keys(kinds)),
    );
    expect(cases.length).toBeGreaterThan(45);
  });

  test("shows no drift while nobody changes anything", async () => {
    expect(
      drift(await at.stack.refresh(["--preview-only", "--expect-no-changes"])),
    ).toEqual({});
  });

  test("shows exactly the property that was changed, and up repairs it", async () => {
    for (const it of cases) change(at.simulator, it);
    const result = await at.stack.refresh(["--preview-only"]);
    const shown = Object.fromEntries(
      Object.entries(drift(result)).map(([resource, found]) => [
        resource,
        found === "gone"
          ? found
          : [
              ...new Set(
                Object.keys(found).map((at) => at.replace(/[.[].*/, "")),
              ),
            ],
      ]),
    );
    for (const { resource, property } of cases)
      exact.note(
        `${resource} over the engine`,
        isAlike(shown[resource], [property])
          ? []
          : [`shown: ${JSON.stringify(shown[resource])}`],
      );
    expect(shown).toEqual(
      Object.fromEntries(
        cases.map(({ resource, property }) => [resource, [property]]),
      ),
    );

    await at.stack.up(["--refresh"], { timeout: 120_000 });
    expect(plan(await at.stack.preview(["--expect-no-changes"]))).toEqual([]);
    expect(
      drift(await at.stack.refresh(["--preview-only", "--expect-no-changes"])),
    ).toEqual({});
  }, 180_000);
});
