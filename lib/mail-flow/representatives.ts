import { conditionsOf, unprefixed, type Looked } from "./conditions";
import { acceptance } from "./accepted-domains";
import { domainOf, folded } from "./mail";
import type { PolicyRule, RuleValue, Snapshot } from "./snapshot";

/** Recipients that a snapshot may treat differently from others: one that stands for them. */
export interface Representative {
  /** A sample address. */
  readonly recipient: string;
  readonly recipientDomain: string;
  /** Groups that it is a member of. */
  readonly groups: readonly string[];
  /** Domains that nothing in the snapshot tells apart from its own, with its own. */
  readonly domains: readonly string[];
  /** Whether something in the snapshot names this very address. */
  readonly named: boolean;
}

/** How many groups there may be for members of two of them to be looked at. */
const pairsUpTo = 6;

/**
 * Everybody whom scopes of policies, conditions of rules or Cloudflare's domains may treat differently from others: members of each
 * group and of none at each kind of domain, and each address that something names.
 */
export function representatives(snapshot: Snapshot): Representative[] {
  const names = namesIn(snapshot);
  const domains = alikeDomains(snapshot, names);
  const memberships = [
    [],
    ...names.groups.map((group) => [group]),
    ...(names.groups.length <= pairsUpTo
      ? names.groups.flatMap((a, index) =>
          names.groups.slice(index + 1).map((b) => [a, b]),
        )
      : []),
  ];
  const taken = new Set(names.addresses);
  const known = new Set(domains.flat());
  return [
    ...memberships.flatMap((groups) =>
      domains.flatMap((alike): Representative[] => {
        const [recipientDomain] = alike;
        if (recipientDomain === undefined) return [];
        return [
          {
            recipient: `${free(taken, recipientDomain)}@${recipientDomain}`,
            recipientDomain,
            groups,
            domains: alike,
            named: false,
          },
        ];
      }),
    ),
    ...names.addresses
      .filter((address) => known.has(domainOf(address)))
      .map((recipient) => ({
        recipient,
        recipientDomain: domainOf(recipient),
        groups: [],
        domains: [domainOf(recipient)],
        named: true,
      })),
  ];
}

/** Groups by whose members something decides; their addresses in lower case. */
export function groupsIn(snapshot: Snapshot): string[] {
  return namesIn(snapshot).groups;
}

function free(taken: ReadonlySet<string>, domain: string): string {
  return (
    ["someone", "somebody", "anyone", "anybody"].find(
      (name) => !taken.has(`${name}@${domain}`),
    ) ?? "a.recipient"
  );
}

/** Names by which recipients are told apart. */
interface Names {
  readonly addresses: readonly string[];
  readonly groups: string[];
  /** Every domain that something names. */
  readonly domains: readonly string[];
  /** What each scope or condition makes of a domain. */
  readonly domainTests: readonly ((domain: string) => unknown)[];
}

function namesIn(snapshot: Snapshot): Names {
  const addresses = new Set<string>();
  const groups = new Set<string>();
  const domains: string[] = [];
  const domainTests: ((domain: string) => unknown)[] = [];
  const tell = (list: readonly string[]) => {
    const names = new Set(list.map(folded));
    domains.push(...names);
    domainTests.push((domain) => within(domain, names));
  };
  const add = (to: Set<string>, values: readonly string[]) =>
    values.forEach((value) => to.add(folded(value)));
  const rules: PolicyRule[] = [
    ...("value" in snapshot.presetRules ? snapshot.presetRules.value : []),
    ...("value" in snapshot.antiSpamRules ? snapshot.antiSpamRules.value : []),
  ];
  for (const rule of rules.filter(({ enabled }) => enabled)) {
    add(addresses, [...rule.sentTo, ...rule.exceptIfSentTo]);
    add(groups, [...rule.sentToMemberOf, ...rule.exceptIfSentToMemberOf]);
    for (const list of [rule.recipientDomainIs, rule.exceptIfRecipientDomainIs])
      if (list.length > 0) tell(list);
  }
  if ("value" in snapshot.transportRules)
    for (const { enabled, conditions } of snapshot.transportRules.value) {
      if (!enabled) continue;
      for (const [property, value] of Object.entries(conditions)) {
        const name = unprefixed(property).toLowerCase();
        const values = textsOf(value);
        if (/^(sentto|anyofto(cc)?header)memberof$/.test(name))
          add(groups, values);
        else if (/^(sentto|anyofto(cc)?header)$/.test(name))
          add(addresses, values);
        else if (name === "recipientdomainis") tell(values);
        else if (/^(anyof)?recipientaddress/.test(name)) {
          // A word of an address may be a whole address.
          add(addresses, values);
          const [tested] = conditionsOf({ [unprefixed(property)]: value });
          if (tested)
            domainTests.push((domain) =>
              tested.holds(lookedAt(`someone@${domain}`)),
            );
        }
      }
    }
  for (const connector of "value" in snapshot.inboundConnectors
    ? snapshot.inboundConnectors.value
    : [])
    if (connector.enabled) add(addresses, connector.efUsers);
  return {
    addresses: [...addresses].filter((one) => /^[^@\s]+@[^@\s]+$/.test(one)),
    groups: [...groups],
    domains,
    domainTests,
  };
}

/** A message to an address, as far as conditions on addresses look at it. */
function lookedAt(recipient: string): Looked {
  return {
    mail: {
      recipient,
      recipientDomain: domainOf(recipient),
      groups: [],
      sender: "",
      senderDomain: "",
      sourceIp: "",
      senderInside: false,
      behindCloudflare: true,
      allowed: false,
      microsoftVerdict: "none",
      bcl: undefined,
      at: 0,
    },
    headers: new Map(),
    scl: null,
  };
}

function textsOf(value: RuleValue): string[] {
  return Array.isArray(value) ? value : [String(value)];
}

/** The tenant's domains, those together that nothing tells apart. */
function alikeDomains(snapshot: Snapshot, names: Names): string[][] {
  const { domains, acceptedDomains, mailExchanges } = snapshot;
  const hosts = new Map(
    "value" in mailExchanges
      ? Object.entries(mailExchanges.value).map(([domain, expected]) => [
          folded(domain),
          expected.map(folded),
        ])
      : [],
  );
  const atCloudflare = new Map(
    "value" in domains
      ? domains.value.map(({ domain, domainId: _, transport, ...rest }) => [
          folded(domain),
          // Every domain has a host of its own; whether that is Microsoft's for it is what may differ.
          JSON.stringify([
            rest,
            transport === undefined || transport === ""
              ? "none"
              : (hosts.get(folded(domain))?.includes(folded(transport)) ??
                null),
          ]),
        ])
      : [],
  );
  const accepts = acceptance(acceptedDomains);
  const accepted = "value" in acceptedDomains ? acceptedDomains.value : [];
  const all = new Set([
    // An account may protect domains of other tenants as well.
    ...[...atCloudflare.keys()].filter((name) => accepts(name) !== false),
    ...accepted
      .map(({ domainName }) => folded(domainName))
      // No mail of the organisation goes there; nobody protects it.
      .filter((name) => !name.endsWith(".onmicrosoft.com")),
  ]);
  if (all.size === 0)
    for (const name of [...names.domains, ...names.addresses.map(domainOf)])
      all.add(name);
  const alike = new Map<string, string[]>();
  for (const name of all) {
    const inside = names.domainTests.map((test) => String(test(name))).join();
    const key = `${atCloudflare.get(name) ?? ""} ${inside}`;
    const same = alike.get(key);
    if (same) same.push(name);
    else alike.set(key, [name]);
  }
  return [...alike.values()];
}

/** How a list has a domain: by itself, by one above it, which some scopes count as well, or not at all. */
function within(name: string, list: ReadonlySet<string>): string {
  if (list.has(name)) return "itself";
  for (let dot = name.indexOf("."); dot >= 0; dot = name.indexOf(".", dot + 1))
    if (list.has(name.slice(dot + 1))) return name.slice(dot + 1);
  return "";
}
