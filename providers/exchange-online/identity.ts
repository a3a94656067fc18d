import { withoutTenant } from "../codecs";
import type { Identity, Item } from "../kind";

/** All built-in quarantine policies share it (observed): it names nothing. */
const zeros = "00000000-0000-0000-0000-000000000000";

/** Name, Guid and change stamp of any object of Exchange. */
export function identityOf(item: Item): Identity {
  const name = item["Name"] ?? item["Identity"];
  const guid = item["Guid"];
  const changed = item["WhenChangedUTC"] ?? item["WhenChanged"];
  return {
    name: typeof name === "string" ? withoutTenant(name) : "",
    ...(typeof guid === "string" && guid !== zeros && { guid }),
    ...(typeof changed === "string" && { changedAt: changed }),
  };
}
