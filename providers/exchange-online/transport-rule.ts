import { isNothing, type Values } from "../field";
import { encode, together, valuesOf, type Failure, type Kind } from "../kind";
import { identityOf } from "./identity";
import { conditions, properties } from "./transport-rule-properties";

export type { TransportRuleProps } from "./transport-rule-properties";

/** Characters that a rule may have, all in all (documented); what the vendor counts besides the values is not known. */
const longestRule = 8192;

export const transportRule: Kind = {
  name: "TransportRule",
  noun: "transport rule",
  home: "tenantId",
  fields: properties,
  settings: ["adopt", "allowExposure"],
  nameField: "name",
  idIs: "guid",
  markField: "comments",

  refuse(inputs, isKnown) {
    const failures: Failure[] = [];
    const header = inputs["headerContainsMessageHeader"] !== undefined;
    const words = inputs["headerContainsWords"] !== undefined;
    if (words && !header && isKnown("headerContainsMessageHeader"))
      failures.push({
        property: "headerContainsMessageHeader",
        reason: "must be given with headerContainsWords: it says which header",
      });
    if (header && !words && isKnown("headerContainsWords"))
      failures.push({
        property: "headerContainsWords",
        reason: "must be given with headerContainsMessageHeader",
      });
    const unconditional = ["headerContainsWords", "senderIpRanges"].every(
      (property) => inputs[property] === undefined && isKnown(property),
    );
    if (unconditional && !header)
      failures.push({
        property: "headerContainsWords",
        reason:
          "must be given, or senderIpRanges: a rule without a condition applies to all mail",
      });
    const size = Object.values(inputs)
      .flat()
      .reduce<number>((sum, value) => sum + String(value).length, 0);
    if (size > longestRule)
      failures.push({
        property: words ? "headerContainsWords" : "senderIpRanges",
        reason: `the values of the rule have ${size} characters, a rule takes ${longestRule}; shorten them or make two rules`,
      });
    return failures;
  },

  isGiven: () => false,
  decides: (property) =>
    property === undefined ||
    !["name", "comments", "ruleErrorAction"].includes(property),
  identify: identityOf,

  list: ({ exchange }, _name, newerThan) =>
    exchange.list("Get-TransportRule", {}, newerThan),

  async create({ exchange, patience }, wanted) {
    const { State: enabled, ...parameters } = encode(this, wanted);
    await exchange.write(
      "New-TransportRule",
      { ...parameters, Enabled: enabled === "Enabled" },
      patience,
    );
  },

  async update({ exchange, patience }, item, changes) {
    const live = valuesOf(this, item);
    const { enabled, ...others } = changes;
    const identity = { Identity: item["Guid"] };
    // Disable first, enable last: a rule never acts half changed.
    if (enabled === false)
      await exchange.write("Disable-TransportRule", identity, patience);
    if (Object.keys(others).length > 0) {
      keepsACondition(others, { ...live, ...others });
      await exchange.write(
        "Set-TransportRule",
        { ...identity, ...encode(this, together(this, others, live)) },
        patience,
      );
    }
    if (enabled === true)
      await exchange.write("Enable-TransportRule", identity, patience);
  },

  async remove({ exchange, patience }, item) {
    await exchange.removeIfThere(
      "Remove-TransportRule",
      { Identity: item["Guid"] },
      patience,
    );
    return undefined;
  },
};

/** A rule without any condition applies to all mail (documented): such a change is not sent, whoever asks for it. */
function keepsACondition(changes: Values, after: Values): void {
  const among = Object.keys(conditions);
  const removes = among.some((property) => changes[property] === null);
  if (removes && among.every((property) => isNothing(after[property] ?? null)))
    throw new Error(
      "the change would leave the rule without a condition, so that it applied to all mail; give it a condition",
    );
}
