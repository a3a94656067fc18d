import { labelsOf, otherHost } from "./cloudflare";
import { isLost, nearer, nearest, type Destination } from "./destination";
import { egressIpRanges } from "./egress";
import { texts } from "./conditions";
import { named, step } from "./result";
import { grouped } from "./grouped";
import { folded } from "./mail";
import {
  dispositionHeaders,
  dispositions,
  headers,
  type Header,
  type Message,
  type Verdict,
} from "./message";
import type { Step } from "./path";
import { list, same } from "./names";
import { isOrdinary, namesOf } from "./recipients";
import { representatives, type Representative } from "./representatives";
import { mailFlowTo, unknownSender, type Followed, type Sent } from "./route";
import { both } from "./rows";
import { sendingAddresses } from "./sending-addresses";
import { valueOf } from "./part";
import type {
  CloudflareDomain,
  Part,
  RuleValue,
  Snapshot,
  TransportRule,
} from "./snapshot";

/** Mail that no write may bring nearer to its recipient than to a quarantine that an administrator releases from. */
export interface GuardedMail {
  /** Words that Cloudflare stamps it with, in any case. */
  readonly words: readonly string[];
  /** The generations of headers that it may carry: each alone, and both together in any case. */
  readonly headers: readonly Header[];
  /** The addresses that Cloudflare delivers from: IPv4 addresses, CIDR blocks or `a-b`. */
  readonly addresses: readonly string[];
}

/** Malicious in every header, from the published addresses. */
export const malicious: GuardedMail = {
  words: ["MALICIOUS"],
  headers,
  addresses: egressIpRanges,
};

/** What a change does to mail that it must not do. */
export interface Harm {
  /** `exposed`: it gets nearer to its recipient; `lost`: it was delivered, and is rejected or deleted. */
  readonly kind: "exposed" | "lost";
  /** The mail, in words. */
  readonly mail: string;
  /** The header that carries its word, or `both headers`; left out where the header does not matter. */
  readonly header?: string;
  /** For whom, in words. */
  readonly recipients: string;
  /** The nearest that it could be before and after. */
  readonly before: Destination;
  readonly after: Destination;
  /** What decides afterwards. */
  readonly decided: Step;
}

/**
 * - `words`: mail with one of the guarded words;
 * - `verdicts`: what Microsoft itself finds to be worse than spam, which use case 4 keeps for administrators as well;
 * - `others`: mail of other dispositions and clean mail, which must not be lost.
 */
export type MailGroup = "words" | "verdicts" | "others";

/** What is looked at. */
export interface HarmOptions {
  /** A generation of headers that is given up: mail that carries it alone does not count. */
  readonly givenUp?: Header | undefined;
  /** Which mail is followed. @default all */
  readonly mail?: readonly MailGroup[];
  /** A third snapshot: mail may get as near as it is there. */
  readonly allowed?: Snapshot;
}

const maliciousVerdicts = {
  highConfidenceSpam: "high confidence spam",
  phish: "phishing",
  highConfidencePhish: "high confidence phishing",
} as const satisfies Partial<Record<Verdict, string>>;

/**
 * What a change from one snapshot to another does to mail that it must not do, one harm for each kind of mail. Every class of
 * recipients and of sending addresses that either snapshot tells apart is looked at. What is not documented counts as the nearest
 * that it could be, and as lost where it could be.
 */
export function harmsOf(
  before: Snapshot,
  after: Snapshot,
  guarded: GuardedMail,
  { givenUp, mail: groups, allowed }: HarmOptions = {},
): Harm[] {
  const apart = both(before, after);
  const addresses = sendingAddresses(apart, guarded.addresses);
  const recipients = representatives(
    apart,
    [...addresses, otherHost].map((sourceIp) => ({
      sender: unknownSender,
      sourceIp,
    })),
  );
  const [flowBefore, flowAfter] = [mailFlowTo(before), mailFlowTo(after)];
  const flowAllowed = allowed && mailFlowTo(allowed);
  const everybody = recipients.map((one) => ({
    one,
    followBefore: flowBefore(one),
    followAfter: flowAfter(one),
    followAllowed: flowAllowed?.(one),
  }));
  const at = new Date();
  // Mail may carry each header alone, and both together.
  const carried: Message["header"][] = [
    ...guarded.headers.filter((header) => header !== givenUp),
    "both",
  ];
  const mailOf: Readonly<Record<MailGroup, () => Mail[]>> = {
    words: () => withWords(guarded.words, carried, valueOf(apart.domains)),
    verdicts: withVerdicts,
    others: () => otherMail(carried),
  };
  return (groups ?? (Object.keys(mailOf) as MailGroup[]))
    .flatMap((group) => mailOf[group]())
    .flatMap(harmTo);

  function harmTo({ name, header, message, guarded }: Mail): Harm[] {
    const messages = addresses.map((egressIp) => ({
      ...message,
      at,
      egressIp,
    }));
    const found = everybody.flatMap(
      ({ one, followBefore, followAfter, followAllowed }) => {
        for (const sent of messages) {
          const later = followAfter(sent);
          const harm = harmIn(followBefore(sent), later, guarded);
          if (!harm) continue;
          const most = followAllowed && nearest(followAllowed(sent).results);
          if (most && !nearer(harm.after, most)) continue;
          const decided = decidedBy(later, sent, after);
          return [{ one, harm: { ...harm, decided } }];
        }
        return [];
      },
    );
    const [first] = found;
    if (!first) return [];
    const same = found.filter(({ harm }) => harm.kind === first.harm.kind);
    return [
      {
        ...first.harm,
        mail: name,
        ...(header !== undefined && { header }),
        recipients: inWords(same.map(({ one }) => one)),
      },
    ];
  }
}

/** One kind of mail, whoever it is for. */
interface Mail {
  readonly name: string;
  readonly header?: string;
  readonly message: Sent;
  /** Whether it must not get nearer; of all mail it counts whether it is lost. */
  readonly guarded: boolean;
}

const withWords = (
  words: readonly string[],
  carried: readonly Message["header"][],
  domains: readonly CloudflareDomain[],
): Mail[] =>
  words.flatMap((word) => {
    // Of labels that every domain drops alike, one stands for all.
    const labels = grouped(labelsOf(word), (label) =>
      domains.map(({ dropDispositions }) =>
        dropDispositions.some((one) => same(one, label)),
      ),
    ).map(({ members }) => members.at(-1));
    return (labels.length === 0 ? [undefined] : labels).flatMap((label) =>
      carried.map((header): Mail => ({
        name: `mail with the word ${word}`,
        header: header === "both" ? "both headers" : dispositionHeaders[header],
        message: {
          disposition: "Malicious",
          stamp: { word, ...(label !== undefined && { label }) },
          header,
        },
        guarded: true,
      })),
    );
  });

const withVerdicts = (): Mail[] =>
  (Object.keys(maliciousVerdicts) as (keyof typeof maliciousVerdicts)[]).map(
    (microsoftVerdict) => ({
      name: `mail that Microsoft finds to be ${maliciousVerdicts[microsoftVerdict]}`,
      message: { disposition: "None", header: "both", microsoftVerdict },
      guarded: true,
    }),
  );

const otherMail = (carried: readonly Message["header"][]): Mail[] => [
  {
    name: "clean mail",
    message: { disposition: "None", header: "both" },
    guarded: false,
  },
  ...dispositions
    .filter((one) => one !== "Malicious" && one !== "None")
    .flatMap((disposition) =>
      carried.map((header) => ({
        name: `${disposition} mail`,
        message: { disposition, header },
        guarded: false,
      })),
    ),
];

function harmIn(
  before: Followed,
  after: Followed,
  guarded: boolean,
): Pick<Harm, "kind" | "before" | "after"> | undefined {
  const [was, is] = [nearest(before.results), nearest(after.results)];
  if (guarded && nearer(is, "administrator") && nearer(is, was))
    return { kind: "exposed", before: was, after: is };
  // What Cloudflare drops was never delivered.
  const delivered = before.results.every(
    (result) => !isLost(result) && result.outcome !== "droppedByCloudflare",
  );
  return delivered && after.results.some(isLost)
    ? { kind: "lost", before: was, after: is }
    : undefined;
}

/** The last decision of a vendor's object on the way; where none was taken, the rule that should have taken one. */
function decidedBy(
  { path: { steps } }: Followed,
  { stamp, header }: Sent,
  { transportRules }: Snapshot,
): Step {
  const last = steps.findLast(
    ({ object, property }) =>
      object !== "message" &&
      property !== "esnEnabled" &&
      !(object.startsWith("Domain ") && passing.includes(property)),
  );
  if (last) return last;
  const wanted = stamp?.word ?? "";
  const names = (header === "both" ? headers : [header]).map((one) =>
    folded(dispositionHeaders[one]),
  );
  const idle = valueOf(transportRules).find(
    ({ conditions }) =>
      names.includes(
        folded(String(conditions["headerContainsMessageHeader"])),
      ) &&
      texts(conditions["headerContainsWords"]).some(
        (word) => folded(word) === folded(wanted),
      ),
  );
  return idle
    ? idleness(idle)
    : step(
        "TransportRule",
        "headerContainsWords",
        null,
        "no rule looks for it",
      );
}

/** Properties of a domain that say no more than that the message goes on. */
const passing = ["domain", "status", "disposition", "ipRestrictions"];

/** Why a rule for a message does not act on it; one that only reports, or is outside its dates, has left a step. */
function idleness(rule: TransportRule): Step {
  const because = (property: string, value: RuleValue, why: string) =>
    step(named("TransportRule", rule.name), property, value, why);
  return rule.enabled
    ? because(
        "conditions",
        [...Object.keys(rule.conditions), ...rule.unread],
        "the rule does not match it",
      )
    : because("enabled", false, "the rule is switched off");
}

/** Whom the mail is for: addresses that something names, members of groups, and everybody else at a domain. */
function inWords(found: readonly Representative[]): string {
  const ordinary = found.filter(isOrdinary);
  const domains = new Set(ordinary.flatMap(({ domains }) => domains));
  const others = found.filter(
    (one) =>
      !ordinary.includes(one) &&
      // Who fares like everybody else of the domain need not be named.
      !one.domains.every((domain) => domains.has(domain)),
  );
  const memberships = new Set(
    others.flatMap(({ named, groups }) => (named ? [] : groups.join(" and "))),
  );
  const names = [
    ...[...memberships].map((groups) => `members of ${groups}`),
    ...namesOf(
      others.filter(({ groups }) => !memberships.has(groups.join(" and "))),
    ),
  ];
  return [
    ...(domains.size > 0 ? [`recipients at ${list([...domains])}`] : []),
    ...(names.length > 0 ? [list(names)] : []),
  ].join(", ");
}

/** What decides about mail to one domain: an account may have thousands. */
export function onlyTo(snapshot: Snapshot, name: string): Snapshot {
  const domain = folded(name);
  const only = <T>(part: Part<T[]>, keep: (one: T) => boolean): Part<T[]> =>
    "value" in part ? { value: part.value.filter(keep) } : part;
  return {
    ...snapshot,
    domains: only(snapshot.domains, (one) => folded(one.domain) === domain),
    acceptedDomains: only(snapshot.acceptedDomains, ({ domainName }) =>
      `.${domain}`.endsWith(`.${folded(domainName)}`),
    ),
  };
}
