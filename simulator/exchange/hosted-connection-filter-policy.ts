import { editedList } from "./binding";
import type { Cmdlet } from "./call";
import { normalisedIpRange } from "./ip-range";
import type { JsonObject } from "../json";
import { badArgument } from "./errors";

/** The lists of addresses of a connection filter policy. */
const lists = ["IPAllowList", "IPBlockList"] as const;

/**
 * The cmdlet that changes the connection filter policy.
 *
 * The page says that several entries of one type can be given as an array, and that entries of different types need `@{Add=...}`. What an
 * array with different types does is not documented; it is rejected here.
 */
export const hostedConnectionFilterPolicyCmdlets: Record<string, Cmdlet> = {
  "Set-HostedConnectionFilterPolicy": (call) => {
    const record = call.target("HostedConnectionFilterPolicy");
    const { Identity, Confirm, WhatIf, ...sent } = call.parameters;
    const changes: JsonObject = { ...sent };
    for (const list of lists) {
      const change = sent[list];
      if (change === undefined) continue;
      if (Array.isArray(change) && new Set(change.map(typeOf)).size > 1)
        throw badArgument(
          `${list} has IP addresses of different types. Use the syntax @{Add="SingleIP1","IPRange1","CIDRIP1"}.`,
        );
      // Two spellings of a range are one entry.
      const spelled = (value: unknown) =>
        typeof value === "string" ? normalisedIpRange(value) : "";
      const edited = editedList(
        Array.isArray(record[list]) ? record[list].map(spelled) : [],
        change !== null && typeof change === "object" && !Array.isArray(change)
          ? Object.fromEntries(
              Object.entries(change).map(([action, entries]) => [
                action,
                Array.isArray(entries) ? entries.map(spelled) : entries,
              ]),
            )
          : change,
      );
      changes[list] = [...new Set(edited)];
    }
    call.change("HostedConnectionFilterPolicy", record, changes);
    return {};
  },
};

/** Returns the type of an entry: a single address, a range `a-b`, or a CIDR block. */
const typeOf = (entry: unknown): string =>
  /[-/]/.exec(String(entry))?.[0] ?? "";
