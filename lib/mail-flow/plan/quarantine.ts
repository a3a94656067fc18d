import type { Values } from "../preview";
import type { QuarantinePolicy, Snapshot } from "../snapshot";
import { list, reasonOf, same, type Place } from "./place";

/** Quarantine policies: one that is still used is never removed. */
export const quarantinePolicies = (snapshot: Snapshot): Place => {
  const place = list<QuarantinePolicy>(
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
    ...place,
    remove(object, before) {
      const policies = snapshot.antiSpamPolicies;
      const user = ("value" in policies ? policies.value : []).find((policy) =>
        Object.entries(policy).some(
          ([property, value]) =>
            property.endsWith("QuarantineTag") && same(value, object["name"]),
        ),
      );
      return user
        ? `stays, as the anti-spam policy "${user.name}" still uses it`
        : place.remove(object, before);
    },
  };
};

/** The tenant's notification settings. */
export function notification({
  quarantineNotification: part,
}: Snapshot): Place {
  const property = "endUserSpamNotificationFrequency";
  const holder = part as { value: Values | null };
  return {
    ...list<{ name: string }>(
      { value: [] },
      "",
      "name",
      [property],
      (name) => ({
        name,
      }),
    ),
    part: "the quarantine notification settings",
    unavailable: reasonOf(part),
    nameField: "",
    find: () => holder.value ?? undefined,
    make: () => (holder.value = { name: "DefaultGlobalTag" }),
    has: (name) => name === property,
    remove: () => undefined,
  };
}
