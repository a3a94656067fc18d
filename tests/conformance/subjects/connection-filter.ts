import { addresses } from "../../promises/meanings-of-addresses";
import { flag } from "../../promises/meanings";
import type { KindUnderTest, Subject } from "../subject";
import { objectOf, singleObject } from "./by-hand";

const byHand = singleObject("HostedConnectionFilterPolicy");
const name = "Default";

export const connectionFilter: Subject = {
  kind: "ConnectionFilter",
  existence: "once",
  vendorName: name,
  least: { enableSafeList: true },
  inputs: {
    // Of one type: lists of several types are tested in connection-filter.test.ts.
    ipAllowList: ["192.0.2.64/27", "203.0.113.8/29"],
    ipBlockList: ["192.0.2.128/25"],
    enableSafeList: true,
  },
  // Those that manage a part of a list are tested in connection-filter.test.ts.
  absent: [
    "ipAllowListContains",
    "ipAllowListExcludes",
    "ipBlockListContains",
    "ipBlockListExcludes",
  ],
  makes: [{ cmdlet: "Set-HostedConnectionFilterPolicy" }],
  ...objectOf(byHand, name, {
    IPAllowList: ["203.0.113.8/29", "192.0.2.64/27"],
    IPBlockList: ["192.0.2.128/25"],
    EnableSafeList: true,
  }),
};

export const connectionFilters: KindUnderTest = {
  subjects: [connectionFilter],
  byHand,
  nounOf: () => "HostedConnectionFilterPolicy",
  requests: /^Set-HostedConnectionFilterPolicy$/,
  meanings: {
    ipAllowList: addresses,
    ipBlockList: addresses,
    enableSafeList: flag(),
  },
  withoutMeaning: [
    "ipAllowListContains",
    "ipAllowListExcludes",
    "ipBlockListContains",
    "ipBlockListExcludes",
  ],
  example: {
    outputs: {
      before: {
        ipAllowList: ["52.11.209.211", "192.0.2.0/24"],
        ipBlockList: [],
        enableSafeList: true,
      },
    },
    seed: {
      tenants: [
        {
          connectionFilter: {
            IPAllowList: ["192.0.2.0/24", "52.11.209.211"],
            EnableSafeList: true,
          },
        },
      ],
    },
    stands({ simulator }) {
      expect(byHand.find(simulator, name)).toMatchObject({
        IPAllowList: ["192.0.2.0/24"],
        IPBlockList: [],
        EnableSafeList: false,
      });
    },
  },
};
