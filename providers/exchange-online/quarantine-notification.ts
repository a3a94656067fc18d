import { field, type Field } from "../field";
import { encode, type Kind } from "../kind";
import { identityOf } from "./identity";
import { singleObject } from "./single-object";
import { timeSpan } from "./time-span";

/** The time between two notifications of a recipient. */
export type NotificationFrequency = "04:00:00" | "1.00:00:00" | "7.00:00:00";

/**
 * How often recipients are told of quarantined messages: one setting for the whole tenant, always adopted and restored on
 * destroy. Needs Exchange Administrator or Security Administrator, or the management role Transport Hygiene.
 *
 * @see https://learn.microsoft.com/powershell/module/exchange/set-quarantinepolicy
 */
export interface QuarantineNotificationProps {
  /** Time between notifications: 4 hours, 1 day or 7 days. */
  endUserSpamNotificationFrequency: NotificationFrequency;
}

const fields = {
  endUserSpamNotificationFrequency: field(
    "EndUserSpamNotificationFrequency",
    timeSpan({
      FourHours: "04:00:00",
      OneDay: "1.00:00:00",
      SevenDays: "7.00:00:00",
    }),
    { required: true },
  ),
} satisfies Record<keyof QuarantineNotificationProps, Field>;

const global = { QuarantinePolicyType: "GlobalQuarantinePolicy" };

/** The name that a tenant returns while the settings were never changed; this object cannot be changed (observed). */
const untouched = "defaultglobalpolicy";

const create: Kind["create"] = async ({ exchange, patience }, wanted) => {
  await exchange.write(
    "New-QuarantinePolicy",
    { Name: "DefaultGlobalTag", ...global, ...encode({ fields }, wanted) },
    patience,
  );
};

export const quarantineNotification = singleObject({
  name: "QuarantineNotification",
  noun: "quarantine notification settings",
  fields,

  async list({ exchange }, _name, newerThan) {
    const listing = await exchange.list(
      "Get-QuarantinePolicy",
      global,
      newerThan,
    );
    const touched = listing.items.filter(
      (item) => identityOf(item).name.toLowerCase() !== untouched,
    );
    return touched.length > 0 ? { ...listing, items: touched } : listing;
  },

  create,

  async update(operation, item, changes) {
    const { name } = identityOf(item);
    if (name.toLowerCase() === untouched) return create(operation, changes);
    await operation.exchange.write(
      "Set-QuarantinePolicy",
      { Identity: item["Identity"] ?? name, ...encode({ fields }, changes) },
      operation.patience,
    );
  },
});
