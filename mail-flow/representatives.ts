import {
  conditionsOf,
  texts,
  unprefixed,
  type Condition,
  type Looked,
} from "./conditions";
import { acceptance } from "./accepted-domains";
import { hostsIn } from "./cloudflare";
import { collected, grouped } from "./grouped";
import { associatedWith } from "./inbound-connectors";
import { domainOf, folded, unknownMail, type Mail } from "./mail";
import { valueOf } from "./part";
import { effectOf } from "./rule-effect";
import { allHold, requirementsOf } from "./rule-match";
import { remembered } from "./remembered";
import type { RuleValue, Snapshot, TransportRule } from "./snapshot";

/** Recipients that a snapshot may treat differently from others: one that stands for them. */
export interface Representative {
  /** A sample address. */
  readonly recipient: string;
  readonly recipientDomain: string;
  /** Groups that it is a member of. */
  readonly groups: readonly string[];
  /** Domains that nothing in the snapshot tells apart from its own, with its own. */
  readonly domains: readonly string[];
  /** Whether something in the snapshot names this very address, or looks for its part before the `@`. */
  readonly named: boolean;
}

/** How many groups there may be for members of two of them to be looked at. */
const pairsUpTo = 6;

/** How many combinations of an address that something names with a group are looked at. */
const combinationsUpTo = 64;

/** Where mail comes from. */
export type Origin = Pick<Mail, "sender" | "sourceIp">;

/**
 * Everybody whom scopes of policies, conditions of rules or Cloudflare's domains may treat differently from others: members of each
 * group and of none at each kind of domain, each address that something names, in none and in each of the groups, and one with each word
 * that something looks for in addresses at each kind of domain. Rules that change nothing on the way of mail from these `origins` do not count; by default mail
 * comes from anywhere.
 */
export function representatives(
  snapshot: Snapshot,
  origins?: readonly Origin[],
): Representative[] {
  return toldApart(snapshot)(origins);
}

/** The same for several origins: most often they make no difference. */
export function toldApart(
  snapshot: Snapshot,
): (origins?: readonly Origin[]) => Representative[] {
  const telling = tellingRules(snapshot);
  const ofRules = remembered(
    (rules: readonly TellingRule[]) =>
      rules.map((rule) => telling.indexOf(rule)).join(),
    (rules) => everybody(snapshot, namesIn(snapshot, rules)),
  );
  return (origins) => ofRules(actingOn(origins, telling));
}

function everybody(snapshot: Snapshot, names: Names): Representative[] {
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
  const addresses = new Set([
    ...names.addresses,
    ...names.words.flatMap((word) =>
      domains.map(([domain]) => `${word}@${domain}`),
    ),
  ]);
  const known = new Set(domains.flat());
  const groupsOfNamed = memberships.filter(
    ({ length }) =>
      length === 0 ||
      (length === 1 &&
        addresses.size * names.groups.length <= combinationsUpTo),
  );
  return [
    ...memberships.flatMap((groups) =>
      domains.map((alike) => {
        const [recipientDomain] = alike;
        return {
          recipient: `${free(addresses, recipientDomain)}@${recipientDomain}`,
          recipientDomain,
          groups,
          domains: alike,
          named: false,
        };
      }),
    ),
    ...[...addresses].flatMap((recipient) => {
      const recipientDomain = domainOf(recipient);
      const domains = [recipientDomain];
      return (known.has(recipientDomain) ? groupsOfNamed : []).map(
        (groups) => ({
          recipient,
          recipientDomain,
          groups,
          domains,
          named: true,
        }),
      );
    }),
  ];
}

/** Groups by whose members something decides; their addresses in lower case. */
export function groupsIn(snapshot: Snapshot): string[] {
  return namesIn(snapshot, actingOn(undefined, tellingRules(snapshot))).groups;
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
  readonly words: readonly string[];
  readonly groups: string[];
  /** By domain: the lists of scopes and conditions that have it, as numbers. */
  readonly domainLists: ReadonlyMap<string, readonly number[]>;
  readonly texts: readonly Condition[];
}

/** Conditions that tell recipients apart, and by what. */
const toldBy: ReadonlyMap<string, "address" | "group" | "domain" | "text"> =
  new Map([
    ["sentTo", "address"],
    ["anyOfToHeader", "address"],
    ["anyOfToCcHeader", "address"],
    ["sentToMemberOf", "group"],
    ["anyOfToHeaderMemberOf", "group"],
    ["anyOfToCcHeaderMemberOf", "group"],
    ["recipientDomainIs", "domain"],
    ["recipientAddressContainsWords", "text"],
    ["recipientAddressMatchesPatterns", "text"],
    ["anyOfRecipientAddressContainsWords", "text"],
    ["anyOfRecipientAddressMatchesPatterns", "text"],
  ]);

/** An enabled rule with the conditions by which it tells recipients apart, by their names without `exceptIf`. */
interface TellingRule {
  readonly rule: TransportRule;
  readonly telling: readonly { name: string; value: RuleValue }[];
}

const tellingRules = ({ transportRules }: Snapshot): TellingRule[] =>
  valueOf(transportRules).flatMap((rule) => {
    const telling = Object.entries(rule.conditions)
      .map(([name, value]) => ({ name: unprefixed(name), value }))
      .filter(({ name }) => toldBy.has(name));
    return rule.enabled && telling.length > 0 ? [{ rule, telling }] : [];
  });

/** Those that may change the way of mail from one of these origins, or of any. */
function actingOn(
  origins: readonly Origin[] | undefined,
  rules: readonly TellingRule[],
): TellingRule[] {
  const messages = origins?.map((origin) => lookedAt("", origin));
  return rules.filter(({ rule }) => mayAct(rule, messages));
}

function namesIn(snapshot: Snapshot, rules: readonly TellingRule[]): Names {
  const scopes = [
    ...valueOf(snapshot.presetRules),
    ...valueOf(snapshot.antiSpamRules),
  ].filter(({ enabled }) => enabled);
  const conditions = rules.flatMap(({ telling }) => telling);
  const told = (...by: string[]) =>
    conditions.filter(({ name }) => by.includes(toldBy.get(name) ?? ""));
  const listsBy = (...by: string[]): string[][] =>
    told(...by).map(({ value }) => texts(value));
  const ofText = told("text");
  const addresses = [
    ...scopes.flatMap((rule) => [...rule.sentTo, ...rule.exceptIfSentTo]),
    // A word of an address may be a whole address.
    ...listsBy("address", "text").flat(),
    ...valueOf(snapshot.inboundConnectors).flatMap(({ enabled, efUsers }) =>
      enabled ? efUsers : [],
    ),
  ];
  const words = ofText
    .filter(({ name }) => name.endsWith("Words"))
    .flatMap(({ value }) => texts(value));
  return {
    addresses: distinct(addresses).filter((one) =>
      /^[^@\s]+@[^@\s]+$/.test(one),
    ),
    // A domain is no word of the part before the `@`: those that look for it differ by domain.
    words: distinct(words).filter((one) => /^[\w-]+$/.test(one)),
    groups: distinct([
      ...scopes.flatMap((rule) => [
        ...rule.sentToMemberOf,
        ...rule.exceptIfSentToMemberOf,
      ]),
      ...listsBy("group").flat(),
    ]),
    domainLists: listNumbers([
      ...scopes.flatMap((rule) => [
        rule.recipientDomainIs,
        rule.exceptIfRecipientDomainIs,
      ]),
      ...listsBy("domain"),
      ...valueOf(snapshot.inboundConnectors).flatMap((connector) =>
        connector.enabled ? [[...associatedWith(connector)]] : [],
      ),
    ]),
    texts: ofText.flatMap(({ name, value }) => conditionsOf({ [name]: value })),
  };
}

const distinct = (names: readonly string[]): string[] => [
  ...new Set(names.map(folded)),
];

/** By name: the numbers of the lists that have it. */
const listNumbers = (
  lists: readonly string[][],
): ReadonlyMap<string, readonly number[]> =>
  collected(
    lists.flatMap((list, at) => distinct(list).map((name) => [name, at])),
  );

/** Whether a rule may change the way of one of these messages, or of any, if the recipient and the headers are those that it is for. */
function mayAct(
  rule: TransportRule,
  messages: readonly Looked[] | undefined,
): boolean {
  if (messages) {
    const asked = requirementsOf(rule).filter(({ on }) => on === "message");
    if (messages.every((one) => allHold(true, asked, one) === false))
      return false;
  }
  return effectOf(rule).steps.length > 0;
}

/** A message as far as conditions on its recipient's address and on its origin look at it. */
function lookedAt(
  recipient: string,
  { sender, sourceIp }: Origin = { sender: "", sourceIp: "" },
): Looked {
  return {
    mail: {
      ...unknownMail,
      recipient,
      recipientDomain: domainOf(recipient),
      groups: [],
      sender,
      senderDomain: domainOf(sender),
      sourceIp,
      senderInside: undefined,
      at: 0,
    },
    headers: new Map(),
    scl: null,
  };
}

/** The tenant's domains, those together that nothing tells apart. */
function alikeDomains(
  snapshot: Snapshot,
  names: Names,
): [string, ...string[]][] {
  const { acceptedDomains } = snapshot;
  const hosts = hostsIn(snapshot.mailExchanges);
  const atCloudflare = new Map(
    valueOf(snapshot.domains).map(
      ({ domain, domainId: _, transport, ...rest }) => [
        folded(domain),
        // Every domain has a host of its own; whether that is Microsoft's for it is what may differ.
        JSON.stringify([
          rest,
          transport
            ? (hosts.get(folded(domain))?.includes(folded(transport)) ?? null)
            : "none",
        ]),
      ],
    ),
  );
  const accepts = acceptance(acceptedDomains);
  const named = [...names.domainLists.keys(), ...names.addresses.map(domainOf)];
  const all = new Set([
    // An account may protect domains of other tenants as well.
    ...[...atCloudflare.keys()].filter((name) => accepts(name) !== false),
    ...[
      ...valueOf(acceptedDomains).map(({ domainName }) => folded(domainName)),
      // Subdomains that the tenant accepts without listing them: those that something names, and one that nothing does.
      ...named.filter((name) => accepts(name) === true),
      ...valueOf(acceptedDomains).flatMap(({ matchSubDomains, domainName }) =>
        matchSubDomains ? [`subdomain.${folded(domainName)}`] : [],
      ),
    ]
      // No mail of the organisation goes there; nobody protects it.
      .filter((name) => !name.endsWith(".onmicrosoft.com")),
  ]);
  return grouped(all.size > 0 ? [...all] : distinct(named), (name) => [
    atCloudflare.get(name) ?? "",
    ...listedBy(names.domainLists, name),
    ...names.texts.map(({ holds }) =>
      String(holds(lookedAt(`someone@${name}`))),
    ),
  ]).map(({ members }) => members);
}

/**
 * The lists that have a domain, each with the name by which it has it: the domain's own, or else one above it, which some scopes
 * count as well.
 */
function listedBy(lists: Names["domainLists"], domain: string): string[] {
  const found = new Map<number, string>();
  const labels = domain.split(".");
  labels.forEach((_, above) => {
    const name = labels.slice(above).join(".");
    for (const list of lists.get(name) ?? [])
      if (!found.has(list))
        found.set(list, `${list} ${above === 0 ? "itself" : name}`);
  });
  return [...found.values()];
}
