import { same } from "../../mail-flow/names";
import { flag, objectName, text } from "../codecs";
import { field, type Field } from "../field";
import { encode, type Item, type Kind } from "../kind";
import { mapped } from "../session/shared-list";
import { identityOf } from "./identity";
import { everyTagPointingAt } from "./quarantine-tags";
import {
  quarantinePermissions,
  type QuarantinePermission,
} from "./quarantine-permissions";

/**
 * A quarantine policy: it decides what recipients may do with their messages that are quarantined under it. A change applies only to
 * messages that are quarantined after it. Needs Exchange Administrator or Security Administrator, or the management role Transport
 * Hygiene, and a tenant that was customised once (Enable-OrganizationCustomization).
 *
 * @see https://learn.microsoft.com/powershell/module/exchange/new-quarantinepolicy
 */
export interface QuarantinePolicyProps {
  /** Name of the policy. It cannot be changed in place: a change makes a new policy first and removes the old one last. */
  name: string;
  /**
   * What recipients may do. `Release` lets them release a message, `RequestRelease` lets them ask an administrator; not both.
   * Recipients never release malware or high confidence phishing themselves, whatever stands here. `Download` and
   * `ViewHeader` have no effect: they are sent, but never compared.
   */
  endUserQuarantinePermissions: readonly QuarantinePermission[];
  /**
   * Whether recipients are notified of quarantined messages.
   * @default true
   */
  esnEnabled?: boolean;
  /**
   * Whether notifications also name messages from senders that the recipient has blocked.
   * @default false
   */
  includeMessagesFromBlockedSenderAddress?: boolean;
  /**
   * Text for people. Microsoft takes it only when the policy is made: a change of it does nothing.
   * @default "Managed by Pulumi: <project>/<stack>/<resource name>"
   */
  adminDisplayName?: string;
}

/** Microsoft's own policies, which cannot be created or removed. */
const builtInQuarantinePolicies = [
  "AdminOnlyAccessPolicy",
  "DefaultFullAccessPolicy",
  "DefaultFullAccessWithNotificationPolicy",
  "NotificationEnabledPolicy",
  "DefaultGlobalTag",
  "DefaultGlobalPolicy",
];

export const isBuiltInQuarantinePolicy = (name: string): boolean =>
  builtInQuarantinePolicies.some((builtIn) => same(builtIn, name));

const name = objectName(64);

const fields = {
  name: field(
    "Name",
    {
      ...name,
      refuse: (value) =>
        name.refuse(value) ??
        (isBuiltInQuarantinePolicy(String(value))
          ? `${String(value)} is a policy of Microsoft's own, which nobody can change; choose another name`
          : undefined),
    },
    { required: true, replaces: true },
  ),
  endUserQuarantinePermissions: field(
    "EndUserQuarantinePermissions",
    quarantinePermissions,
    { required: true },
  ),
  esnEnabled: field("ESNEnabled", flag, { default: true }),
  includeMessagesFromBlockedSenderAddress: field(
    "IncludeMessagesFromBlockedSenderAddress",
    flag,
    { default: false },
  ),
  adminDisplayName: field("AdminDisplayName", text({ max: 256 }), {
    onlyOnCreate: true,
  }),
} satisfies Record<keyof QuarantinePolicyProps, Field>;

export const quarantinePolicy: Kind = {
  name: "QuarantinePolicy",
  noun: "quarantine policy",
  scopeId: "tenantId",
  computed: ["guid"],
  fields,
  settings: ["adopt", "allowExposure"],
  nameField: "name",
  idIs: "name",
  markField: "adminDisplayName",

  alwaysExists: () => false,
  decides: (property) =>
    property === undefined || property === "endUserQuarantinePermissions",
  identify: identityOf,

  async list({ exchange }, _name, newerThan) {
    return mapped(
      await exchange.list("Get-QuarantinePolicy", {}, newerThan),
      withPermissions,
    );
  },

  async create({ exchange, patience }, wanted) {
    await exchange.write(
      "New-QuarantinePolicy",
      withPermissionsValue(encode(this, wanted)),
      patience,
    );
  },

  async update({ exchange, patience }, item, changes) {
    await exchange.write(
      "Set-QuarantinePolicy",
      {
        Identity: identityOf(item).name,
        ...withPermissionsValue(encode(this, changes)),
      },
      patience,
    );
  },

  async remove(operation, item) {
    const { name } = identityOf(item);
    const users = await everyTagPointingAt(operation, name);
    if (users.length > 0)
      return `${users.join(", ")} still point${users.length === 1 ? "s" : ""} at it, and quarantined mail would have no policy. Point them elsewhere, then remove it`;
    await operation.exchange.removeIfThere(
      "Remove-QuarantinePolicy",
      { Identity: name },
      operation.patience,
    );
    return undefined;
  },
};

/** Uses the permissions as a number if the service returns them without the text. */
const withPermissions = (item: Item): Item => ({
  ...item,
  EndUserQuarantinePermissions:
    item["EndUserQuarantinePermissions"] ??
    item["EndUserQuarantinePermissionsValue"],
});

/** Renames the permissions: Exchange uses different names for reading and writing them. */
const withPermissionsValue = ({
  EndUserQuarantinePermissions: value,
  ...parameters
}: Record<string, unknown>) => ({
  ...parameters,
  ...(value !== undefined && { EndUserQuarantinePermissionsValue: value }),
});
