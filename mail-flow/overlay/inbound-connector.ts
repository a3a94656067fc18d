import { connectorDefaults } from "../policy-defaults";
import type { InboundConnector, Snapshot } from "../snapshot";
import { list, type ObjectTable } from "./object-table";

/** Properties that an `up` clears if the program leaves them out: they would limit the connector, or widen what it accepts. */
const implied = [
  "senderIpAddresses",
  "tlsSenderCertificateName",
  "efSkipIps",
  "efUsers",
  "associatedAcceptedDomains",
];

/** Returns the table of inbound connectors. */
export function inboundConnectors({
  inboundConnectors: part,
}: Snapshot): ObjectTable {
  const table = list<InboundConnector>(
    part,
    "inbound connectors",
    "name",
    ["name", ...Object.keys(connectorDefaults), "tlsSenderCertificateName"],
    (name) => ({
      ...structuredClone(connectorDefaults),
      name,
      efTestMode: false,
    }),
  );
  return {
    ...table,
    // A flag that a tenant did not return before is false.
    put: (object, property, value) =>
      table.put(
        object,
        property,
        value === null && typeof object[property] === "boolean" ? false : value,
      ),
    impliedOf: () => implied,
    implied: (property) => (implied.includes(property) ? null : undefined),
  };
}
