import { flag, objectName, text } from "../codecs";
import { UserError } from "../errors";
import { field, type Field, type Values } from "../field";
import { encode, type Item, type Kind, type State } from "../kind";
import type { Operation } from "../session";
import { mapped } from "../shared-list";
import { identityOf } from "./identity";
import {
  reasonAgainstReleasingSpam,
  spamQuarantineOf,
} from "./malicious-as-spam";
import {
  everyTagPointingAt,
  graveTags,
  tagsPointingAt,
} from "./quarantine-tags";
import {
  quarantinePermissions,
  type QuarantinePermission,
} from "./quarantine-permissions";

/**
 * A quarantine policy: what recipients may do with messages of theirs that were quarantined under it. Only messages that are
 * quarantined after a change get it. Needs Exchange Administrator or Security Administrator, or the management role Transport
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

/** Microsoft's own policies: neither made nor removed by anybody. */
export const builtInQuarantinePolicies: readonly string[] = [
  "AdminOnlyAccessPolicy",
  "DefaultFullAccessPolicy",
  "DefaultFullAccessWithNotificationPolicy",
  "NotificationEnabledPolicy",
  "DefaultGlobalTag",
  "DefaultGlobalPolicy",
];

export const isBuiltInQuarantinePolicy = (name: string): boolean =>
  builtInQuarantinePolicies.some(
    (builtIn) => builtIn.toLowerCase() === name.toLowerCase(),
  );

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
    onlyWhenMade: true,
  }),
} satisfies Record<keyof QuarantinePolicyProps, Field>;

export const quarantinePolicy: Kind = {
  name: "QuarantinePolicy",
  noun: "quarantine policy",
  home: "tenantId",
  fields,
  settings: ["adopt", "onlyForSpam"],
  nameField: "name",
  idIs: "name",
  markField: "adminDisplayName",

  isGiven: () => false,
  identify: identityOf,

  async list({ exchange }, _name, newerThan) {
    return mapped(
      await exchange.list("Get-QuarantinePolicy", {}, newerThan),
      withPermissions,
    );
  },

  async create(operation, wanted, inputs) {
    const { exchange, patience } = operation;
    await refuseGrave(operation, String(wanted["name"]), wanted, inputs);
    await exchange.write(
      "New-QuarantinePolicy",
      withPermissionsValue(encode(this, wanted)),
      patience,
    );
  },

  async update(operation, item, changes, inputs) {
    const { exchange, patience } = operation;
    await refuseGrave(operation, identityOf(item).name, changes, inputs);
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

/** Release is not granted while mail that is worse than spam goes there: whose policy is only for spam would let it out. */
async function refuseGrave(
  operation: Operation,
  name: string,
  { endUserQuarantinePermissions: granted }: Values,
  inputs: State | undefined,
): Promise<void> {
  if (inputs?.["onlyForSpam"] !== true) return;
  if (!Array.isArray(granted) || !granted.includes("Release")) return;
  const tags = await tagsPointingAt(operation, name, graveTags);
  if (tags.length > 0)
    throw new UserError(
      `${tags.join(", ")} point${tags.length === 1 ? "s" : ""} at it: its recipients could release such mail at once. Have those point elsewhere first, for example with pulumi up --target on the anti-spam policy`,
    );
  const { items } = await operation.exchange.list(
    "Get-HostedContentFilterPolicy",
  );
  if (!items.some((item) => spamQuarantineOf(item) === name.toLowerCase()))
    return;
  const reason = await reasonAgainstReleasingSpam(operation, name);
  if (reason !== undefined)
    throw new UserError(
      `${reason}, for example with pulumi up --target on the rule`,
    );
}

/** Should the service send the number instead of the text, it is read as well. */
const withPermissions = (item: Item): Item => ({
  ...item,
  EndUserQuarantinePermissions:
    item["EndUserQuarantinePermissions"] ??
    item["EndUserQuarantinePermissionsValue"],
});

/** Read under one name, written under another. */
const withPermissionsValue = ({
  EndUserQuarantinePermissions: value,
  ...parameters
}: Record<string, unknown>) => ({
  ...parameters,
  ...(value !== undefined && { EndUserQuarantinePermissionsValue: value }),
});
