import type { JsonObject } from "../../simulator/json";
import { isTexts } from "../../simulator/json";
import { ipRange } from "../../simulator/exchange/ip-range";
import { hasWord } from "../../simulator/mail/conditions";
import type { Moment, WatchedMail } from "./mail-moment";

/** A program's description of the mail that it guards. */
export interface Guarded {
  /** The headers that it covers; mail with only another header is not guarded. */
  readonly header: "both" | "area1" | "cloudflare";
  /** Words, as Cloudflare stamps them, of mail that only an administrator may release. */
  readonly words: readonly string[];
  /** Whether recipients may release what Microsoft finds to be high confidence spam. @default false */
  readonly releasesHighConfidenceSpam?: boolean;
  /** The addresses from which Cloudflare delivers mail. */
  readonly ranges: readonly string[];
}

/** A message, and whether it may be exposed. */
export interface Watched extends WatchedMail {
  /** Whether it is worse than spam, according to Cloudflare or Microsoft. */
  readonly grave: boolean;
}

/** Returns one guarded message of every kind that the moments treat differently. */
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

/** Returns the labels of Cloudflare's API for mail with a word in its header. */
const labelsOf = (word: string): string[] =>
  word === "MALICIOUS"
    ? ["MALICIOUS", "MALICIOUS-BEC"]
    : [word === "UCE" ? "SPAM" : word];

const stamped = ["MALICIOUS", "UCE", "SPOOF", "SUSPICIOUS", "BULK"];

function kindsOf({
  header,
  words,
  releasesHighConfidenceSpam = false,
}: Guarded): Kind[] {
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
    grave:
      microsoftVerdict !== "none" &&
      !(
        releasesHighConfidenceSpam && microsoftVerdict === "highConfidenceSpam"
      ),
  }));
  return [...byCloudflare, ...byMicrosoft];
}

/** Returns every list of addresses that decides where mail goes. */
const addressLists = (moments: readonly Moment[]): string[][] =>
  moments.flatMap(({ exchange }) =>
    [
      ...exchange.transportRules.flatMap(
        ({ SenderIpRanges, ExceptIfSenderIpRanges }) => [
          SenderIpRanges,
          ExceptIfSenderIpRanges,
        ],
      ),
      ...exchange.inboundConnectors.flatMap(
        ({ SenderIPAddresses, EFSkipIPs }) => [SenderIPAddresses, EFSkipIPs],
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

/** Returns one address within the ranges for every combination of lists that contain it. */
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

/** A recipient. */
type Someone = Pick<WatchedMail, "recipient" | "groups">;

/** A test that distinguishes recipients: a condition of a rule, or the scope of a policy or a connector. */
interface Predicate {
  readonly kind: "address" | "group" | "domain" | "words" | "patterns";
  readonly values: readonly string[];
}

const kindOfCondition: readonly [RegExp, Predicate["kind"]][] = [
  [/^(SentTo|AnyOfTo(Cc)?Header|EFUsers)$/, "address"],
  [/^(SentTo|AnyOfTo(Cc)?Header)MemberOf$/, "group"],
  [/^(RecipientDomainIs|AssociatedAcceptedDomains)$/, "domain"],
  [/^(AnyOf)?RecipientAddressContainsWords$/, "words"],
  [/^(AnyOf)?RecipientAddressMatchesPatterns$/, "patterns"],
];

function predicates(moments: readonly Moment[]): Predicate[] {
  const records: JsonObject[] = moments.flatMap(({ exchange }) => [
    ...exchange.transportRules,
    ...exchange.hostedContentFilterRules,
    ...exchange.eopProtectionPolicyRules,
    ...exchange.inboundConnectors,
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
      // The domain itself, or a parent domain, because a policy's scope includes subdomains.
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

/** Maximum number of combinations of an address with a group that the model promises to check. */
const combinationsUpTo = 64;

const knownRecipients = new Map<string, Someone[]>();

/**
 * Returns one recipient of every kind that scopes, conditions and Cloudflare's domains distinguish, as far as the model of the mail flow
 * promises to. Addresses that are named in a condition, or that contain a word of one, are in no group or, if the combinations are not
 * too many, in one group.
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

/** Returns the domains at which the tenant accepts mail, in lower case. */
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

/** Returns the memberships that the model of the mail flow promises to check: in none of these groups, in one and in two. */
const memberships = (groups: readonly string[]): string[][] => [
  [],
  ...groups.map((group) => [group]),
  ...groups.flatMap((one, at) =>
    groups.slice(at + 1).map((other) => [one, other]),
  ),
];
