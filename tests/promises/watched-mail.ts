import type { JsonObject } from "../../simulator/json";
import { isTexts } from "../../simulator/json";
import { ipRange } from "../../simulator/exchange/ip-range";
import { hasWord } from "../../simulator/mail/conditions";
import type { Moment, WatchedMail } from "./mail-moment";

/** What a program says of the mail that it guards. */
export interface Guarded {
  /** The headers that it covers; of mail that carries another one alone it promises nothing. */
  readonly header: "both" | "area1" | "cloudflare";
  /** Words of mail that is the administrator's, as Cloudflare stamps them. */
  readonly words: readonly string[];
  /** The addresses that Cloudflare hands mail on from. */
  readonly ranges: readonly string[];
}

/** A message, and why it is watched. */
export interface Watched extends WatchedMail {
  /** Whether it is worse than spam, by Cloudflare's word or by Microsoft's. */
  readonly grave: boolean;
}

/** One message of every kind that the moments tell apart, of those that a program guards. */
export function watchedMail(
  moments: readonly Moment[],
  guarded: Guarded,
): Watched[] {
  const messages = kindsOf(guarded);
  const addresses = sendingAddresses(moments, guarded.ranges);
  return recipients(moments).flatMap((one) =>
    addresses.flatMap((address) =>
      messages.map((message) => ({ ...one, address, ...message })),
    ),
  );
}

type Kind = Pick<
  Watched,
  "label" | "word" | "headers" | "microsoftVerdict" | "grave"
>;

/** What Cloudflare's API calls mail of a word, where it has a label for it. */
const labelsOf = (word: string): string[] =>
  word === "MALICIOUS"
    ? ["MALICIOUS", "MALICIOUS-BEC"]
    : [word === "UCE" ? "SPAM" : word];

const stamped = ["MALICIOUS", "UCE", "SPOOF", "SUSPICIOUS", "BULK"];

function kindsOf({ header, words }: Guarded): Kind[] {
  const guarded = words.map((word) => word.toUpperCase());
  const headers = (["area1", "cloudflare", "both"] as const).filter(
    (one) => header === "both" || one === "both" || one === header,
  );
  const byCloudflare = [...new Set([...guarded, ...stamped])].flatMap((word) =>
    labelsOf(word).flatMap((label) =>
      headers.map((headers) => ({
        label,
        word,
        headers,
        microsoftVerdict: "none" as const,
        grave: guarded.includes(word),
      })),
    ),
  );
  const byMicrosoft = (
    ["none", "highConfidenceSpam", "phish", "highConfidencePhish"] as const
  ).map((microsoftVerdict) => ({
    label: undefined,
    word: undefined,
    headers: "both" as const,
    microsoftVerdict,
    grave: microsoftVerdict !== "none",
  }));
  return [...byCloudflare, ...byMicrosoft];
}

/** A list of addresses by which something decides. */
const addressLists = (moments: readonly Moment[]): string[][] =>
  moments.flatMap(({ exchange }) =>
    [
      ...exchange.transportRules.flatMap(
        ({ SenderIpRanges, ExceptIfSenderIpRanges }) => [
          SenderIpRanges,
          ExceptIfSenderIpRanges,
        ],
      ),
      ...exchange.inboundConnectors.map(
        ({ SenderIPAddresses }) => SenderIPAddresses,
      ),
      exchange.connectionFilter["IPAllowList"],
      exchange.connectionFilter["IPBlockList"],
    ].filter(isTexts),
  );

interface Range {
  readonly first: bigint;
  readonly last: bigint;
}
const rangesOf = (texts: readonly string[]): Range[] =>
  texts.flatMap((text) => {
    const range = ipRange(text);
    return range && !range.v6 ? [range] : [];
  });

const knownAddresses = new Map<string, string[]>();

/** One address of every kind that lists tell apart, of those within the ranges. */
function sendingAddresses(
  moments: readonly Moment[],
  ranges: readonly string[],
): string[] {
  const lists = [
    ...new Map(
      addressLists(moments).map((list) => [list.join(" "), list]),
    ).values(),
  ];
  const key = [ranges, ...lists].map((list) => list.join(" ")).join("\n");
  const known = knownAddresses.get(key);
  if (known) return known;
  if (knownAddresses.size > 5000) knownAddresses.clear();
  const parsed = lists.map(rangesOf);
  const ends = parsed.flat().flatMap(({ first, last }) => [first, last + 1n]);
  const samples = new Map<string, bigint>();
  for (const { first, last } of rangesOf(ranges))
    for (const address of [first, ...ends]) {
      if (address < first || address > last) continue;
      const within = parsed
        .map((list) =>
          list.some((one) => one.first <= address && address <= one.last),
        )
        .join();
      if (!samples.has(within)) samples.set(within, address);
    }
  const found = [...samples.values()].map((value) =>
    [24n, 16n, 8n, 0n].map((bits) => (value >> bits) & 255n).join("."),
  );
  knownAddresses.set(key, found);
  return found;
}

/** Somebody for whom mail may be. */
type Someone = Pick<WatchedMail, "recipient" | "groups">;

/** What tells recipients apart: a condition of a rule or the scope of a policy. */
interface Predicate {
  readonly kind: "address" | "group" | "domain" | "words" | "patterns";
  readonly values: readonly string[];
}

const kindOfCondition: readonly [RegExp, Predicate["kind"]][] = [
  [/^(SentTo|AnyOfTo(Cc)?Header)$/, "address"],
  [/^(SentTo|AnyOfTo(Cc)?Header)MemberOf$/, "group"],
  [/^RecipientDomainIs$/, "domain"],
  [/^(AnyOf)?RecipientAddressContainsWords$/, "words"],
  [/^(AnyOf)?RecipientAddressMatchesPatterns$/, "patterns"],
];

function predicates(moments: readonly Moment[]): Predicate[] {
  const records: JsonObject[] = moments.flatMap(({ exchange }) => [
    ...exchange.transportRules,
    ...exchange.hostedContentFilterRules,
    ...exchange.eopProtectionPolicyRules,
  ]);
  const found = records.flatMap((record) =>
    Object.entries(record).flatMap(([property, value]): Predicate[] => {
      const name = property.replace(/^ExceptIf/, "");
      const kind = kindOfCondition.find(([known]) => known.test(name))?.[1];
      return kind && isTexts(value) && value.length > 0
        ? [{ kind, values: value.map((one) => one.toLowerCase()) }]
        : [];
    }),
  );
  return [...new Map(found.map((one) => [JSON.stringify(one), one])).values()];
}

function holds({ kind, values }: Predicate, one: Someone): unknown {
  const recipient = one.recipient.toLowerCase();
  switch (kind) {
    case "address":
      return values.includes(recipient);
    case "group":
      return values.some((group) => one.groups.includes(group));
    case "domain":
      // By itself, or by one above it, which scopes of policies count.
      return values.find(
        (domain) =>
          recipient.endsWith(`@${domain}`) || recipient.endsWith(`.${domain}`),
      );
    case "words":
      return values.some((word) => hasWord(recipient, word));
    case "patterns":
      return values.map((pattern) => {
        try {
          return new RegExp(pattern, "i").test(recipient);
        } catch {
          return undefined;
        }
      });
  }
}

/** How many combinations of an address with a group the model promises to look at. */
const combinationsUpTo = 64;

const knownRecipients = new Map<string, Someone[]>();

/**
 * Somebody of every kind that scopes, conditions and Cloudflare's domains tell apart, as far as the model of the mail flow promises to: of
 * addresses that something names, and of those with a word that something looks for, those in none and in one of the groups, if there are
 * not too many.
 */
function recipients(moments: readonly Moment[]): Someone[] {
  const tests = predicates(moments);
  const of = (kind: Predicate["kind"]): string[] => [
    ...new Set(
      tests.filter((one) => one.kind === kind).flatMap(({ values }) => values),
    ),
  ];
  const domains = domainsIn(moments, of("domain"));
  const cloudflare = new Map(
    domains.map((domain) => [
      domain,
      moments.map((moment) => moment.cloudflareOf(domain)).join(),
    ]),
  );
  const key = JSON.stringify([tests, [...cloudflare]]);
  const known = knownRecipients.get(key);
  if (known) return known;
  if (knownRecipients.size > 5000) knownRecipients.clear();
  const addresses = new Set(
    [
      ...of("words").flatMap((word) =>
        domains.map((domain) => `${word}@${domain}`),
      ),
      ...of("address"),
      ...of("words"),
    ].filter((address) =>
      domains.some(
        (domain) => /^[^@]+@/.test(address) && address.endsWith(`@${domain}`),
      ),
    ),
  );
  const candidates = [
    ...memberships(of("group")).flatMap((groups) =>
      domains.map((domain) => ({ recipient: `someone@${domain}`, groups })),
    ),
    ...[...addresses].flatMap((recipient) => [
      { recipient, groups: [] },
      ...(addresses.size * of("group").length <= combinationsUpTo
        ? of("group").map((group) => ({ recipient, groups: [group] }))
        : []),
    ]),
  ];
  const samples = new Map<string, Someone>();
  for (const one of candidates) {
    const kind = JSON.stringify([
      cloudflare.get(one.recipient.slice(one.recipient.indexOf("@") + 1)),
      tests.map((test) => holds(test, one) ?? null),
    ]);
    if (!samples.has(kind)) samples.set(kind, one);
  }
  const found = [...samples.values()];
  knownRecipients.set(key, found);
  return found;
}

/** Domains at which the tenant takes mail, in lower case. */
function domainsIn(
  moments: readonly Moment[],
  named: readonly string[],
): string[] {
  const accepted = moments.flatMap(({ exchange }) =>
    exchange.acceptedDomains.map(({ Name, DomainName, MatchSubDomains }) => ({
      domain: (typeof DomainName === "string"
        ? DomainName
        : Name
      ).toLowerCase(),
      below: MatchSubDomains === true,
    })),
  );
  const candidates = [
    ...accepted.flatMap(({ domain, below }) => [
      domain,
      ...(below ? [`deep.${domain}`] : []),
    ]),
    ...named,
    ...moments.flatMap(({ domains }) =>
      domains.map(({ domain }) => domain.toLowerCase()),
    ),
  ];
  return [...new Set(candidates)].filter(
    (domain) =>
      !domain.endsWith(".onmicrosoft.com") &&
      accepted.some(
        (one) =>
          one.domain === domain ||
          (one.below && domain.endsWith(`.${one.domain}`)),
      ),
  );
}

/** The memberships that the model of the mail flow promises to look at: in none of these, in one and in two. */
const memberships = (groups: readonly string[]): string[][] => [
  [],
  ...groups.map((group) => [group]),
  ...groups.flatMap((one, at) =>
    groups.slice(at + 1).map((other) => [one, other]),
  ),
];
