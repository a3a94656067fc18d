import { same } from "../names";
import { valueOf } from "../part";
import type { Values } from "../preview";
import type { QuarantinePolicy, Snapshot } from "../snapshot";
import { list, single, type ObjectTable } from "./object-table";

/** Returns the table of quarantine policies. A policy that is still in use is never removed. */
export const quarantinePolicies = (snapshot: Snapshot): ObjectTable => {
  const table = list<QuarantinePolicy>(
    snapshot.quarantinePolicies,
    "quarantine policies",
    "name",
    [
      "endUserQuarantinePermissions",
      "esnEnabled",
      "includeMessagesFromBlockedSenderAddress",
    ],
    (name) => ({ name, esnEnabled: false }),
  );
  return {
    ...table,
    remove(object, before) {
      const user = valueOf(snapshot.antiSpamPolicies).find((policy) =>
        Object.entries(policy).some(
          ([property, value]) =>
            property.endsWith("QuarantineTag") && same(value, object["name"]),
        ),
      );
      return user
        ? `stays, as the anti-spam policy "${user.name}" still uses it`
        : table.remove(object, before);
    },
  };
};

/** Returns the table of the tenant's notification settings. */
export function notification({
  quarantineNotification: part,
}: Snapshot): ObjectTable {
  const holder = part as { value: Values | null };
  return single(
    part,
    "the quarantine notification settings",
    ["endUserSpamNotificationFrequency"],
    () => holder.value ?? undefined,
    () => (holder.value = { name: "DefaultGlobalTag" }),
  );
}
