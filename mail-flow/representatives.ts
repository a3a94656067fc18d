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

/** A sample recipient, which represents all recipients that the snapshot treats alike. */
export interface Representative {
  /** The address of the sample. */
  readonly recipient: string;
  readonly recipientDomain: string;
  /** The groups that the sample is a member of. */
  readonly groups: readonly string[];
  /** The domain of the sample, and all domains that the snapshot does not distinguish from it. */
  readonly domains: readonly string[];
  /** Whether the snapshot contains exactly this address, or tests the part before the `@`. */
  readonly named: boolean;
}

/** The largest number of groups for which members of two groups are examined as well. */
const pairsUpTo = 6;

/** The largest number of combinations of a named address with a group that are examined. */
const combinationsUpTo = 64;

/** The sender and the last hop of a message. */
export type Origin = Pick<Mail, "sender" | "sourceIp">;

/**
 * Returns one recipient for each class that scopes of policies, conditions of rules or Cloudflare's domains may distinguish:
 * - for each kind of domain: a member of no group, and a member of each group;
 * - each address that the snapshot contains, as a member of no group and of each group;
 * - for each kind of domain: an address with each word that the snapshot searches for in addresses.
 *
 * Rules that do not change the path of mail from these `origins` do not count. Without `origins`, mail can come from anywhere.
 */
export function representatives(
  snapshot: Snapshot,
  origins?: readonly Origin[],
): Representative[] {
  return toldApart(snapshot)(origins);
}

/** Returns {@link representatives} as a function of the origins. Results are reused, because different origins usually have the same one. */
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

/** Returns the addresses, in lower case, of the groups whose membership a policy or a rule tests. */
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

/** The names by which a snapshot distinguishes recipients. */
interface Names {
  readonly addresses: readonly string[];
  readonly words: readonly string[];
  readonly groups: string[];
  /** By domain: the numbers of the lists of scopes and conditions that contain it. */
  readonly domainLists: ReadonlyMap<string, readonly number[]>;
  readonly texts: readonly Condition[];
}

/** The conditions that distinguish recipients, each with what it tests. */
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

/** An enabled rule with its conditions and exceptions that distinguish recipients. Their names are without `exceptIf`. */
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

/** Returns the rules that may change the path of mail from one of these origins; without origins, of any mail. */
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
    // The word of a condition on addresses may be a whole address.
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
    // Only words that can occur in the part before the `@`. For words that are domains, recipients already differ by domain.
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

/** Returns, by name, the numbers of the lists that contain it. */
const listNumbers = (
  lists: readonly string[][],
): ReadonlyMap<string, readonly number[]> =>
  collected(
    lists.flatMap((list, at) => distinct(list).map((name) => [name, at])),
  );

/**
 * Returns whether a rule may change the path of one of these messages (without messages: of any) if it applies to the recipient and the
 * headers.
 */
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

/** Returns a message with the values that conditions on the recipient's address and on the origin test. */
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

/** Returns the tenant's domains, grouped so that nothing distinguishes the domains of a group. */
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
        // Every domain has a different host, so only whether it is Microsoft's host for the domain is compared.
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
    // A Cloudflare account may also protect domains of other tenants.
    ...[...atCloudflare.keys()].filter((name) => accepts(name) !== false),
    ...[
      ...valueOf(acceptedDomains).map(({ domainName }) => folded(domainName)),
      // Subdomains that the tenant accepts without listing them: all that the snapshot contains, and one that it does not contain.
      ...named.filter((name) => accepts(name) === true),
      ...valueOf(acceptedDomains).flatMap(({ matchSubDomains, domainName }) =>
        matchSubDomains ? [`subdomain.${folded(domainName)}`] : [],
      ),
    ]
      // These domains are not used for the organisation's mail, and Cloudflare does not protect them.
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
 * Returns the lists that match a domain, each with the name that matches: the domain itself, or else a parent domain, because some scopes
 * include subdomains.
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
