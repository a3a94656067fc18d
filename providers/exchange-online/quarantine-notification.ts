import { field, type Field } from "../field";
import { encode, type Kind } from "../kind";
import { identityOf } from "./identity";
import { timeSpan } from "./time-span";

/**
 * How often recipients are told of quarantined messages: one setting for the whole tenant, always adopted and restored on
 * destroy. Needs Exchange Administrator or Security Administrator, or the management role Transport Hygiene.
 *
 * @see https://learn.microsoft.com/powershell/module/exchange/set-quarantinepolicy
 */
export interface QuarantineNotificationProps {
  /** Time between notifications: 4 hours, 1 day or 7 days. */
  endUserSpamNotificationFrequency: "04:00:00" | "1.00:00:00" | "7.00:00:00";
}

const fields = {
  endUserSpamNotificationFrequency: field(
    "EndUserSpamNotificationFrequency",
    timeSpan("04:00:00", "1.00:00:00", "7.00:00:00"),
    { required: true },
  ),
} satisfies Record<keyof QuarantineNotificationProps, Field>;

const global = { QuarantinePolicyType: "GlobalQuarantinePolicy" };

/** What a tenant whose settings were never touched shows instead of an object that could be set (observed). */
const untouched = "defaultglobalpolicy";

export const quarantineNotification: Kind = {
  name: "QuarantineNotification",
  noun: "quarantine notification settings",
  scopeId: "tenantId",
  fields,
  settings: [],
  idIs: "name",

  alwaysExists: () => true,

  // The tenant has one, whatever it is called: another name or Guid is no other object.
  identify: (item) => {
    const { name, changedAt } = identityOf(item);
    return { name, ...(changedAt && { changedAt }) };
  },

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

  async create({ exchange, patience }, wanted) {
    await exchange.write(
      "New-QuarantinePolicy",
      { Name: "DefaultGlobalTag", ...global, ...encode(this, wanted) },
      patience,
    );
  },

  async update(operation, item, changes) {
    const { name } = identityOf(item);
    if (name.toLowerCase() === untouched)
      return this.create(operation, changes);
    await operation.exchange.write(
      "Set-QuarantinePolicy",
      { Identity: item["Identity"] ?? name, ...encode(this, changes) },
      operation.patience,
    );
  },

  remove: () => Promise.resolve("the settings of a tenant cannot be removed"),
};
