import type { KindName } from "../../providers/kinds";
import type { TenantObject } from "./tenant";

/** The beginning of a resource's name. */
const prefixes: Readonly<Record<KindName, string>> = {
  Area1Domain: "domain",
  QuarantinePolicy: "quarantine",
  QuarantineNotification: "quarantine-notification",
  AntiSpamPolicy: "anti-spam",
  InboundConnector: "connector",
  TransportRule: "rule",
  ConnectionFilter: "connection-filter",
  OrganizationConfig: "organization-config",
};

/** Maximum number of characters of an object's name in its resource's name. */
const longest = 60;

/**
 * Returns a function that names resources after their objects, such as `rule-email-security-user-quarantine-message`. Names are unique in
 * the program: the second of two equal ones ends with `-2`.
 *
 * @param components names of components; names of their resources begin with one of them
 */
export function resourceNames(
  components: readonly string[],
): (object: TenantObject) => string {
  const taken = new Set(components);
  return ({ kind, name }) => {
    const readable = name
      .normalize("NFC")
      .toLowerCase()
      .replace(
        kind === "Area1Domain" ? /[^a-z0-9.]+/g : /[^\p{L}\p{N}]+/gu,
        "-",
      );
    const short = [...readable].slice(0, longest).join("");
    const base = [prefixes[kind], short.replace(/^-+|-+$/g, "")]
      .filter((part) => part !== "")
      .join("-");
    let unique = base;
    for (let at = 2; taken.has(unique); at++) unique = `${base}-${at}`;
    taken.add(unique);
    return unique;
  };
}
