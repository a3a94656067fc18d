import fc from "fast-check";

import { addressOf, addressSet, intervalOf } from "../../mail-flow/address-set";
import { egressIpRanges } from "../../mail-flow/egress";
import {
  mostSendingAddresses,
  sendingAddresses,
} from "../../mail-flow/sending-addresses";
import type { Snapshot } from "../../mail-flow/snapshot";
import { seeded } from "../promises/seed";
import { freshTenant, sclRule, valueOf } from "./fresh-tenant";

interface Lists {
  rule?: string[];
  exception?: string[];
  connector?: string[];
  skipped?: string[];
  allowed?: string[];
  blocked?: string[];
}

/** A tenant whose rule, connector and connection filter have these lists. */
function tenant(lists: Lists, enabled = true): Snapshot {
  const snapshot = freshTenant();
  return {
    ...snapshot,
    transportRules: {
      value: [
        sclRule("Rule", 0, [], 5, {
          enabled,
          conditions: {
            ...(lists.rule && { senderIpRanges: lists.rule }),
            ...(lists.exception && {
              exceptIfSenderIpRanges: lists.exception,
            }),
          },
        }),
      ],
    },
    inboundConnectors: {
      value: [
        {
          name: "Connector",
          enabled,
          connectorType: "Partner",
          senderIpAddresses: lists.connector ?? [],
          senderDomains: ["*"],
          requireTls: false,
          restrictDomainsToIpAddresses: false,
          restrictDomainsToCertificate: false,
          treatMessagesAsInternal: false,
          efSkipLastIp: false,
          efSkipIps: lists.skipped ?? [],
          efUsers: [],
          efTestMode: false,
        },
      ],
    },
    connectionFilters: {
      value: valueOf(snapshot.connectionFilters).map((one) => ({
        ...one,
        ipAllowList: lists.allowed ?? [],
        ipBlockList: lists.blocked ?? [],
      })),
    },
  };
}

test("a tenant all of whose rules have the published ranges has one class of addresses", () => {
  expect(
    sendingAddresses(tenant({ rule: [...egressIpRanges] }), egressIpRanges),
  ).toEqual([egressIpRanges[0]]);
});

/** Each list, and whether its object can be disabled. */
const lists: [keyof Lists, boolean][] = [
  ["rule", true],
  ["exception", true],
  ["connector", true],
  ["skipped", true],
  ["allowed", false],
  ["blocked", false],
];

test.each(lists)(
  "the list %s distinguishes its addresses from others, unless its object is disabled",
  (name, canBeDisabled) => {
    const classes = (enabled: boolean) =>
      sendingAddresses(tenant({ [name]: ["192.0.2.16/30"] }, enabled), [
        "2001:db8::/32",
        "192.0.2.0/24",
      ]);
    expect(classes(true)).toEqual(["192.0.2.0", "192.0.2.16"]);
    expect(classes(false)).toHaveLength(canBeDisabled ? 1 : 2);
  },
);

test("parts that were not read distinguish nothing", () => {
  const unavailable = { unavailable: "Access is denied." };
  expect(
    sendingAddresses(
      {
        ...tenant({ allowed: ["192.0.2.1"] }),
        transportRules: unavailable,
        inboundConnectors: unavailable,
        connectionFilters: unavailable,
      },
      ["192.0.2.0/24"],
    ),
  ).toEqual(["192.0.2.0"]);
});

test("no more classes are returned than the limit allows", () => {
  const snapshot = tenant({});
  snapshot.transportRules = {
    value: Array.from({ length: 100 }, (_, at) =>
      sclRule(`Rule ${at}`, at, [], 5, {
        conditions: { senderIpRanges: [`192.0.2.${at}`] },
      }),
    ),
  };
  const found = sendingAddresses(snapshot, ["192.0.2.0/24", "192.0.2.0/24"]);
  expect(found).toHaveLength(mostSendingAddresses);
  expect(new Set(found).size).toBe(mostSendingAddresses);
});

/** An address, a block or `a-b` within 192.0.2.0/24, or something that is none. */
const range = fc.oneof(
  fc.nat(255).map((last) => `192.0.2.${last}`),
  fc
    .tuple(fc.nat(255), fc.integer({ min: 23, max: 32 }))
    .map(([last, length]) => `192.0.2.${last}/${length}`),
  fc
    .tuple(fc.nat(255), fc.nat(255))
    .map(([a, b]) => `192.0.2.${Math.min(a, b)}-192.0.2.${Math.max(a, b)}`),
  fc.constantFrom("2001:db8::/32", "nonsense"),
);
const list = fc.option(fc.array(range, { maxLength: 4 }), { nil: [] });

test("every address is in the same lists as its class's address, and no two classes are in the same lists", () => {
  fc.assert(
    fc.property(
      fc.record({
        rule: list,
        exception: list,
        connector: list,
        skipped: list,
        allowed: list,
        blocked: list,
      }),
      fc.array(range, { minLength: 1, maxLength: 4 }),
      (lists, ranges) => {
        const sets = Object.values(lists).map(addressSet);
        const listedBy = (address: string) =>
          sets.map((set) => set(address)).join();
        const classes = sendingAddresses(tenant(lists), ranges).map(listedBy);
        const all = ranges.flatMap((one) => {
          const [first, last] = intervalOf(one) ?? [0, -1];
          return Array.from({ length: last - first + 1 }, (_, at) =>
            addressOf(first + at),
          );
        });
        expect(new Set(classes).size).toBe(classes.length);
        expect(new Set(classes)).toEqual(new Set(all.map(listedBy)));
      },
    ),
    seeded(500),
  );
});
