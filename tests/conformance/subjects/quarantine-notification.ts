import { timeSpan } from "../../promises/meanings";
import type { ByHand, KindUnderTest, Subject } from "../subject";
import { exchangeObjects, objectOf } from "./by-hand";

const policies = exchangeObjects("QuarantinePolicy");
const name = "DefaultGlobalTag";

/** Handles the tenant's only object, regardless of the given name. */
const byHand: ByHand = {
  add: (simulator, _, values) => policies.edit(simulator, name, values),
  find: (simulator) => policies.find(simulator, name),
  edit: (simulator, _, values) => policies.edit(simulator, name, values),
  remove: (simulator) => policies.remove(simulator, name),
};

export const quarantineNotification: Subject = {
  kind: "QuarantineNotification",
  existence: "once",
  vendorName: name,
  least: { endUserSpamNotificationFrequency: "04:00:00" },
  inputs: { endUserSpamNotificationFrequency: "04:00:00" },
  others: { endUserSpamNotificationFrequency: "7.00:00:00" },
  makes: [{ cmdlet: "Set-QuarantinePolicy" }],
  ...objectOf(byHand, name, { EndUserSpamNotificationFrequency: "04:00:00" }),
};

export const quarantineNotifications: KindUnderTest = {
  subjects: [quarantineNotification],
  byHand,
  nounOf: () => "QuarantinePolicy",
  requests: /-QuarantinePolicy$/,
  meanings: { endUserSpamNotificationFrequency: timeSpan },
  withoutMeaning: [],
  example: {
    outputs: { before: { endUserSpamNotificationFrequency: "7.00:00:00" } },
    seed: {
      tenants: [
        {
          quarantinePolicies: [
            { Name: name, EndUserSpamNotificationFrequency: "7.00:00:00" },
          ],
        },
      ],
    },
    stands({ simulator }) {
      expect(
        simulator.tenant.find("QuarantinePolicy", name)?.[
          "EndUserSpamNotificationFrequency"
        ],
      ).toBe("1.00:00:00");
    },
  },
};
