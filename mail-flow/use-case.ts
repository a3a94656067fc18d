import { texts } from "./conditions";
import { inForce, textOf } from "./findings/affected-mail";
import { byPriority, narrowing, sclOf } from "./findings/routes";
import { collected } from "./grouped";
import { generationOf, headers, type Header } from "./message";
import { list, same } from "./names";
import { valueOf } from "./part";
import { quarantinePolicyFor, rights } from "./quarantine";
import { requestedVerdict } from "./scl";
import type { AntiSpamPolicy, Snapshot, TransportRule } from "./snapshot";
import { useCasePlans, type UseCase } from "./use-cases";

/** The dispositions by which the use cases differ, with the words in the header and the label in `drop_dispositions`. */
const routed = {
  Malicious: { words: ["MALICIOUS"], label: "MALICIOUS" },
  // The tutorial of 2022 looks for SPAM, which no header contains.
  Spam: { words: ["UCE", "SPAM"], label: "SPAM" },
  Spoof: { words: ["SPOOF"], label: "SPOOF" },
  Bulk: { words: ["BULK"], label: "BULK" },
} as const;

/** One of these dispositions. */
export type Routed = keyof typeof routed;

const dispositions = Object.keys(routed) as Routed[];

/** Where rules, `Default` and a domain send mail of a disposition; `microsoft`: nothing does, so Microsoft's own verdict decides. */
export type Destination =
  | "cloudflare"
  | "hostedQuarantine"
  | "adminQuarantine"
  | "userQuarantine"
  | "junk"
  | "other"
  | "microsoft";

/** The domains and the header for which the same use case is set up. */
export interface Place {
  /** Empty if Cloudflare protects no domain. */
  readonly domains: readonly string[];
  /** Missing if no rule looks for a disposition. */
  readonly header?: Header;
  /** Missing if the destinations are not those of a use case. */
  readonly useCase?: UseCase;
  /** Other use cases of which there are parts that have no effect, or that would apply without the rest. */
  readonly partsOf: readonly UseCase[];
  readonly destinations: Readonly<Record<Routed, Destination>>;
}

/** The use case that a tenant is in. */
export interface TenantUseCase {
  /**
   * `one`: the same use case everywhere. `several`: one each for some domains or headers. `mixed`: parts of use cases, or something else.
   * `none`: nothing is set up.
   */
  readonly state: "one" | "several" | "mixed" | "none";
  /** All use cases that are set up, or of which there are parts. */
  readonly useCases: readonly UseCase[];
  readonly places: readonly Place[];
  /** What an administrator should know about it, in sentences. */
  readonly remarks: readonly string[];
}

/**
 * Returns the use case that the rules, the policy `Default` and the domains set up. Presets, custom policies, connectors and rules that do
 * not look for Cloudflare's header are not considered: `explain` shows where mail really goes. Parts that were not read count as empty.
 *
 * @param now the time with which the dates of rules are compared
 */
export function useCaseOf(snapshot: Snapshot, now = new Date()): TenantUseCase {
  const all = byPriority(valueOf(snapshot.transportRules)).filter(
    (rule) => inForce(rule, now) && narrowing(rule).length === 0,
  );
  const byHeader = headers.flatMap((header) => {
    const rules = all.filter((rule) => looksIn(rule, header));
    return rules.length > 0 ? [{ header, rules }] : [];
  });
  const groups = domainsByDrops(snapshot);
  const places = (
    byHeader.length > 0 ? byHeader : [{ header: undefined, rules: [] }]
  ).flatMap(({ header, rules }) =>
    groups.map(({ domains, drops }): Place => ({
      domains,
      ...(header && { header }),
      ...setUp(snapshot, rules, drops),
    })),
  );
  const useCases = [
    ...new Set(
      places.flatMap(({ useCase, partsOf }) => [useCase ?? [], partsOf].flat()),
    ),
  ].sort();
  const untouched = places.every(({ destinations }) =>
    dispositions.every((one) => destinations[one] === "microsoft"),
  );
  // The rules are for all domains. What one domain has without effect may be what another one is in.
  const acting = places.flatMap(({ useCase }) => useCase ?? []);
  const clean = places.every(
    ({ useCase, partsOf }) =>
      useCase !== undefined && partsOf.every((one) => acting.includes(one)),
  );
  return {
    state: untouched
      ? "none"
      : !clean
        ? "mixed"
        : useCases.length === 1
          ? "one"
          : "several",
    useCases,
    places,
    remarks: remarksOn(places, all),
  };
}

/** Returns the use case that a tenant is judged by: the one that it is in, or use case 4. */
export const judgedUseCase = ({ state, useCases }: TenantUseCase): UseCase =>
  (state === "one" ? useCases[0] : undefined) ?? 4;

/** Returns whether a rule looks in this header for a disposition. */
const looksIn = ({ conditions }: TransportRule, header: Header): boolean =>
  generationOf(textOf(conditions["headerContainsMessageHeader"])) === header &&
  texts(conditions["headerContainsWords"]).length > 0;

/** Returns the domains that drop the same of the dispositions. */
function domainsByDrops(
  snapshot: Snapshot,
): { domains: readonly string[]; drops: readonly Routed[] }[] {
  const all = valueOf(snapshot.domains).map(
    ({ domain, dropDispositions }): [string, string] => [
      dispositions
        .filter((one) => dropDispositions.includes(routed[one].label))
        .join(),
      domain,
    ],
  );
  return all.length === 0
    ? [{ domains: [], drops: [] }]
    : [...collected(all)].map(([drops, domains]) => ({
        domains,
        drops: dispositions.filter((one) => drops.split(",").includes(one)),
      }));
}

/** Returns the use case of one header's rules and some domains. */
function setUp(
  snapshot: Snapshot,
  rules: readonly TransportRule[],
  drops: readonly Routed[],
): Pick<Place, "useCase" | "partsOf" | "destinations"> {
  const end = (
    among: readonly TransportRule[],
    dropped: readonly Routed[],
  ): Ends =>
    Object.fromEntries(
      dispositions.map((one) => [
        one,
        dropped.includes(one)
          ? { to: "cloudflare" }
          : endOf(snapshot, among, routed[one].words),
      ]),
    ) as Ends;
  const ends = end(rules, drops);
  const useCase = useCaseWith(ends);
  // The hosted quarantine comes before spam filtering, and Cloudflare's quarantine before both: each can hide another use case.
  const withoutHosted = useCaseWith(
    end(
      rules.filter(({ actions }) => actions["quarantine"] !== true),
      drops,
    ),
  );
  const others = [
    // Use case 5 has use case 1's rule for Bulk, too.
    ...(withoutHosted === 1 ? [] : [withoutHosted]),
    useCaseWith(end(rules, [])),
  ].flatMap((hidden) => hidden ?? []);
  return {
    ...(useCase !== undefined && { useCase }),
    partsOf: [...new Set(others)].filter((one) => one !== useCase).sort(),
    destinations: Object.fromEntries(
      dispositions.map((one) => [one, ends[one].to]),
    ) as Place["destinations"],
  };
}

/** Where mail ends, and by which verdict of Microsoft's that a rule requests. */
interface End {
  readonly to: Destination;
  readonly by?: "spam" | "highConfidenceSpam";
}

type Ends = Readonly<Record<Routed, End>>;

/** Returns where the rules send mail with one of the words: the first of them that any rule looks for. */
function endOf(
  snapshot: Snapshot,
  rules: readonly TransportRule[],
  words: readonly string[],
): End {
  for (const word of words) {
    let scl: number | undefined;
    for (const rule of rules.filter((rule) => looksFor(rule, word))) {
      if (rule.actions["quarantine"] === true)
        return { to: "hostedQuarantine" };
      scl = sclOf(rule) ?? scl;
      if (rule.stopRuleProcessing) break;
    }
    const by = requestedVerdict(scl);
    if (by === "spam" || by === "highConfidenceSpam")
      return { to: byDefault(snapshot, by), by };
    if (scl !== undefined) return { to: "other" };
  }
  return { to: "microsoft" };
}

const looksFor = ({ conditions }: TransportRule, word: string): boolean =>
  texts(conditions["headerContainsWords"]).some((one) => same(one, word));

/** Returns where `Default` sends mail of a verdict. */
function byDefault(
  snapshot: Snapshot,
  verdict: "spam" | "highConfidenceSpam",
): Destination {
  const policy = defaultPolicy(snapshot);
  if (!policy) return "other";
  const [action, tag] =
    verdict === "spam"
      ? [policy.spamAction, policy.spamQuarantineTag]
      : [
          policy.highConfidenceSpamAction,
          policy.highConfidenceSpamQuarantineTag,
        ];
  if (same(action, "MoveToJmf")) return "junk";
  if (!same(action, "Quarantine")) return "other";
  const found = quarantinePolicyFor(valueOf(snapshot.quarantinePolicies))(
    verdict,
    tag,
  ).policy;
  const release = found && rights(found, verdict).release;
  if (!release) return "other";
  return release === "self" ? "userQuarantine" : "adminQuarantine";
}

const defaultPolicy = (snapshot: Snapshot): AntiSpamPolicy | undefined =>
  valueOf(snapshot.antiSpamPolicies).find(({ isDefault }) => isDefault);

/** Returns the use case with these ends: with the tutorials' sections on domains, or, in the last two cases, without them. */
function useCaseWith({
  Malicious,
  Spam,
  Spoof,
  Bulk,
}: Ends): UseCase | undefined {
  const tier = [Spam, Spoof].filter(({ to }) => to !== "microsoft");
  const goes = (to: Destination, by?: End["by"]): boolean =>
    tier.length > 0 && tier.every((end) => end.to === to && end.by === by);
  const toAdmin =
    Malicious.to === "adminQuarantine" && Malicious.by === "highConfidenceSpam";
  if (Malicious.to === "cloudflare")
    return goes("cloudflare")
      ? 1
      : goes("userQuarantine", "highConfidenceSpam")
        ? 2
        : undefined;
  if (toAdmin)
    return goes("adminQuarantine", "highConfidenceSpam")
      ? 3
      : goes("userQuarantine", "spam")
        ? 4
        : undefined;
  if (Malicious.to === "hostedQuarantine")
    return goes("hostedQuarantine") ? 5 : undefined;
  if (Malicious.to !== "microsoft") return undefined;
  if (goes("userQuarantine", "highConfidenceSpam")) return 2;
  return tier.length === 0 && Bulk.to === "junk" ? 1 : undefined;
}

function remarksOn(
  places: readonly Place[],
  rules: readonly TransportRule[],
): string[] {
  const unheld = places.filter(
    ({ useCase, destinations: { Malicious } }) =>
      (useCase === 1 || useCase === 2) && Malicious === "microsoft",
  );
  const looking = headers.flatMap((header) =>
    rules.filter((rule) => looksIn(rule, header)),
  );
  const mistaken = looking.filter(
    (rule) => looksFor(rule, "SPAM") && !looksFor(rule, "UCE"),
  );
  const misnamed = looking.filter(
    ({ name, actions }) =>
      actions["quarantine"] === true && /deliver to junk/i.test(name),
  );
  return [
    ...(unheld.length > 0
      ? [
          `Nothing holds Malicious mail${forDomains(unheld.flatMap(({ domains }) => domains))}: the domain does not drop it and no rule looks for it. Cloudflare's pages of today for use cases 1 and 2 lack that step.`,
        ]
      : []),
    ...mistaken.map(
      ({ name }) =>
        `The rule "${name}" looks for SPAM, as the tutorial of 2022 says. Spam carries the word UCE, so the rule does not match it.`,
    ),
    ...misnamed.map(
      ({ name }) =>
        `The rule "${name}" sends mail to the hosted quarantine. Cloudflare's page about the whole set-up gives it this name, although it delivers nothing to Junk.`,
    ),
  ];
}

const forDomains = (domains: readonly string[]): string =>
  domains.length === 0 ? "" : ` for ${list([...new Set(domains)])}`;

/** Returns the use case of a tenant as a sentence. */
export function useCaseSentence({
  state,
  useCases,
  places,
}: TenantUseCase): string {
  const named = useCases.map(String);
  const numbers =
    named.length > 1
      ? `${named.slice(0, -1).join(", ")} and ${named.at(-1)}`
      : named.join("");
  const [first] = useCases;
  if (state === "none")
    return "The tenant is in none of the five use cases: no rule looks for Cloudflare's dispositions, and no domain drops any.";
  if (state === "one" && first !== undefined)
    return `The tenant is in use case ${first}: ${useCasePlans[first].goal}.`;
  if (state === "several") {
    const where = useCases.map((useCase) => {
      const some = places.filter((place) => place.useCase === useCase);
      return `use case ${useCase}${forDomains(some.flatMap(({ domains }) => domains))}`;
    });
    return `The tenant is in several use cases: ${where.join("; ")}.`;
  }
  if (useCases.length === 0)
    return "The tenant is in none of the five use cases, but handles some of Cloudflare's dispositions.";
  return useCases.length === 1
    ? `The tenant is in a mixture: use case ${numbers} in part, and something else.`
    : `The tenant is in a mixture of the use cases ${numbers}.`;
}
