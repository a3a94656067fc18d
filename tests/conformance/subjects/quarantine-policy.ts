import type { JsonObject } from "../../../simulator/json";
import { flag, permissions } from "../../promises/meanings";
import type { ByHand, KindUnderTest, Subject } from "../subject";
import { exchangeObjects, objectOf } from "./by-hand";
import { ourMark } from "./marks";

const policies = exchangeObjects("QuarantinePolicy");

/** Renames the permissions, which Exchange returns under one name and accepts under another. */
const written = ({
  EndUserQuarantinePermissions: value,
  ...values
}: JsonObject): JsonObject => ({
  ...(value !== undefined && { EndUserQuarantinePermissionsValue: value }),
  ...values,
});

const byHand: ByHand = {
  ...policies,
  add: (simulator, name, values) =>
    policies.add(simulator, name, written(values)),
  edit: (simulator, name, values) =>
    policies.edit(simulator, name, written(values)),
  find(simulator, name) {
    const found = policies.find(simulator, name);
    return (
      found && {
        ...found,
        EndUserQuarantinePermissions:
          found["EndUserQuarantinePermissionsValue"] ?? 0,
      }
    );
  },
};

const name = "UserNotifyUserRelease";

export const quarantinePolicy: Subject = {
  kind: "QuarantinePolicy",
  existence: "made",
  mark: "adminDisplayName",
  least: {
    name,
    endUserQuarantinePermissions: ["Delete", "Preview", "Release"],
    adminDisplayName: ourMark,
  },
  inputs: {
    name,
    endUserQuarantinePermissions: ["Delete", "Preview", "Release"],
    esnEnabled: true,
    includeMessagesFromBlockedSenderAddress: false,
    adminDisplayName: ourMark,
  },
  others: { name: "Another", endUserQuarantinePermissions: ["RequestRelease"] },
  makes: [{ cmdlet: "New-QuarantinePolicy" }],
  ...objectOf(byHand, name, {
    AdminDisplayName: "made by hand",
    EndUserQuarantinePermissions: 7,
    ESNEnabled: true,
    IncludeMessagesFromBlockedSenderAddress: false,
  }),
};

export const quarantinePolicies: KindUnderTest = {
  subjects: [quarantinePolicy],
  byHand,
  nounOf: () => "QuarantinePolicy",
  requests: /-QuarantinePolicy$/,
  meanings: {
    endUserQuarantinePermissions: permissions,
    esnEnabled: flag(),
    includeMessagesFromBlockedSenderAddress: flag(),
  },
  withoutMeaning: ["name", "adminDisplayName"],
  example: {
    outputs: { policy: "Finance" },
    stands({ simulator }) {
      expect(
        simulator.tenant.find("QuarantinePolicy", "Finance"),
      ).toMatchObject({
        // RequestRelease 8, Preview 2, BlockSender 16
        EndUserQuarantinePermissionsValue: 26,
        ESNEnabled: true,
        IncludeMessagesFromBlockedSenderAddress: false,
        AdminDisplayName: "Managed by Pulumi: ops/dev/finance",
      });
    },
  },
};
