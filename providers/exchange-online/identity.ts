import { withoutTenant } from "../codecs";
import type { Identity, Item } from "../kind";

/** The Guid of all built-in quarantine policies (observed). It does not identify an object. */
const zeros = "00000000-0000-0000-0000-000000000000";

/** Returns the name, Guid and date of change of any Exchange object. */
export function identityOf(item: Item): Identity {
  const identity = item["Identity"];
  // Only `Identity` is prefixed with the tenant, in different forms.
  const name =
    item["Name"] ??
    (typeof identity === "string"
      ? identity.slice(identity.lastIndexOf("\\") + 1)
      : undefined);
  const guid = item["Guid"];
  const changed = item["WhenChangedUTC"] ?? item["WhenChanged"];
  return {
    name: typeof name === "string" ? withoutTenant(name) : "",
    ...(typeof guid === "string" && guid !== zeros && { guid }),
    ...(typeof changed === "string" && { changedAt: changed }),
  };
}
