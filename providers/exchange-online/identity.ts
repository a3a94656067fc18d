import { withoutTenant } from "../codecs";
import type { Identity, Item } from "../kind";

/** All built-in quarantine policies share it (observed): it names nothing. */
const zeros = "00000000-0000-0000-0000-000000000000";

/** Name, Guid and change stamp of any object of Exchange. */
export function identityOf(item: Item): Identity {
  const identity = item["Identity"];
  // Only an identity has the tenant before it, in whatever form.
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
