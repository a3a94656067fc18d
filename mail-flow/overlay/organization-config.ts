import type { Values } from "../preview";
import type { Organization, Snapshot } from "../snapshot";
import { single, type ObjectTable } from "./object-table";

/** Returns the table of the organisation's settings. */
export function organizationConfig({
  organization: part,
}: Snapshot): ObjectTable {
  const holder = part as { value: Organization | undefined };
  return single(
    part,
    "the organisation's settings",
    ["rejectDirectSend"],
    () => holder.value as Values | undefined,
    () => (holder.value = { name: "", isDehydrated: false }),
  );
}
