import { connectionFilterViews } from "../list-views";
import { valueOf } from "../part";
import type { Values } from "../preview";
import type { Snapshot } from "../snapshot";
import { single, type ObjectTable } from "./object-table";

/** Returns the table of the connection filter. Properties for a part of a list change the list. */
export function connectionFilter({
  connectionFilters: part,
}: Snapshot): ObjectTable {
  const found: object[] = valueOf(part);
  const all = found as Values[];
  return {
    ...single(
      part,
      "the connection filter",
      ["ipAllowList", "ipBlockList", "enableSafeList"],
      () => all.find(({ isDefault }) => isDefault) ?? all[0],
      () => {
        const made = {
          name: "Default",
          isDefault: true,
          ipAllowList: [],
          ipBlockList: [],
          enableSafeList: false,
        };
        all.push(made);
        return made;
      },
    ),
    views: connectionFilterViews,
  };
}
