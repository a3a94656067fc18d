import type { ExchangeRecord } from "../exchange-record";
import type { ExchangeKind } from "../tenant";
import type { Call, Cmdlet } from "./call";
import { alreadyExists, badArgument } from "./errors";

/** Checks that no other rule of the kind has the name. @throws CmdletError */
export function refuseTakenName(
  call: Call,
  kind: ExchangeKind,
  name: string,
  own?: ExchangeRecord,
): void {
  const holder = call.tenant
    .objects(kind)
    .find((rule) => rule.Name.toLowerCase() === name.toLowerCase());
  if (holder && holder !== own)
    throw alreadyExists(
      `The rule name '${name}' already exists. Choose another name for the rule.`,
    );
}

/** Returns the requested priority. @throws CmdletError if it is negative or exceeds the number of rules. */
export function wantedPriority(
  call: Call,
  kind: ExchangeKind,
  isNew: boolean,
): number | undefined {
  const wanted = call.parameters["Priority"];
  if (typeof wanted !== "number") return undefined;
  const count = call.tenant.objects(kind).length;
  const greatest = isNew ? count : count - 1;
  if (wanted < 0 || wanted > greatest)
    throw badArgument(
      `The priority of the rule isn't valid: ${wanted}. Specify a value from 0 to ${greatest}.`,
    );
  return wanted;
}

/** Returns the Enable-, Disable- and Remove- cmdlets for a kind of rule. */
export function stateCmdlets(kind: ExchangeKind): Record<string, Cmdlet> {
  const setState = (state: string): Cmdlet => {
    return (call) => {
      const rule = call.target(kind);
      const mode = call.parameters["Mode"];
      call.change(kind, rule, {
        State: state,
        ...(typeof mode === "string" ? { Mode: mode } : {}),
      });
      return {};
    };
  };
  return {
    [`Enable-${kind}`]: setState("Enabled"),
    [`Disable-${kind}`]: setState("Disabled"),
    [`Remove-${kind}`]: (call) => {
      call.remove(kind, call.target(kind));
      return {};
    },
  };
}

/** Returns the rules with the given Identity and State, by priority. @throws CmdletError */
export function selectedRules(
  call: Call,
  kind: ExchangeKind,
): ExchangeRecord[] {
  const state = call.text("State");
  const rules = call
    .selected(kind)
    .filter((rule) => state === "" || rule["State"] === state);
  return call.quirks.shuffleLists
    ? rules
    : rules.sort((a, b) => Number(a["Priority"]) - Number(b["Priority"]));
}
