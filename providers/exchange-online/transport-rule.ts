import { clearedWith } from "../../mail-flow/rule-properties";
import { encode, together, valuesOf, type Kind } from "../kind";
import { identityOf } from "./identity";
import { conditionsAmong, properties } from "./transport-rule-properties";

export type { TransportRuleProps } from "./transport-rule-properties";

/** Maximum number of characters in a rule (documented). What the vendor counts in addition to the values is unknown. */
const longestRule = 8192;

export const transportRule: Kind = {
  name: "TransportRule",
  noun: "transport rule",
  scopeId: "tenantId",
  computed: ["guid"],
  fields: properties,
  initial: {
    ruleErrorAction: "Ignore",
    senderAddressLocation: "Header",
    recipientAddressType: "Resolved",
    ruleSubType: "None",
  },
  settings: ["adopt", "allowExposure"],
  nameField: "name",
  idIs: "guid",
  markField: "comments",

  refuse(inputs) {
    const [condition] = conditionsAmong(inputs);
    if (inputs["appliesToAllMail"] === true && condition !== undefined)
      return [
        {
          property: "appliesToAllMail",
          reason: `cannot be true together with ${condition}, which limits the rule; leave one of them out`,
        },
      ];
    const sizes = Object.entries(inputs).map(([property, value]) => ({
      property,
      size: [value]
        .flat()
        .reduce<number>((sum, one) => sum + String(one).length, 0),
    }));
    const size = sizes.reduce((sum, one) => sum + one.size, 0);
    if (size <= longestRule) return [];
    const [longest] = sizes
      .filter(({ property }) => !["name", "comments"].includes(property))
      .sort((a, b) => b.size - a.size);
    return [
      {
        property: longest?.property ?? "comments",
        reason: `the values of the rule have ${size} characters, a rule takes ${longestRule}; shorten them or make two rules`,
      },
    ];
  },

  alwaysExists: () => false,
  decides: (property) =>
    property === undefined ||
    ![
      "name",
      "comments",
      "ruleErrorAction",
      "ruleSubType",
      "dlpPolicy",
    ].includes(property),
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
    const { enabled, ...given } = changes;
    const halves = Object.keys(given).flatMap((property) =>
      given[property] === null
        ? (clearedWith(property, (name) => live[name]) ?? [])
        : [],
    );
    const others = {
      ...Object.fromEntries(halves.map((half) => [half, null])),
      ...given,
    };
    const identity = { Identity: item["Guid"] };
    // Disable first and enable last, so that a partly changed rule is never active.
    if (enabled === false)
      await exchange.write("Disable-TransportRule", identity, patience);
    if (Object.keys(others).length > 0)
      await exchange.write(
        "Set-TransportRule",
        { ...identity, ...encode(this, together(this, others, live)) },
        patience,
      );
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
