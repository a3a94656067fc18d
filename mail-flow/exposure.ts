import { labelsOf, otherHost } from "./cloudflare";
import { rejectsDirectSend } from "./direct-send";
import { associatedWith, closenessTo } from "./inbound-connectors";
import { isLost, nearer, nearest, type Destination } from "./destination";
import { egressIpRanges } from "./egress";
import { texts } from "./conditions";
import { named, step } from "./result";
import { grouped, groupsOf } from "./grouped";
import { rejections, type Rejection } from "./rejections";
import { domainOf, folded } from "./mail";
import {
  dispositionHeaders,
  dispositions,
  headers,
  maliciousVerdicts,
  type Header,
  type MaliciousVerdict,
  type Message,
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

/** Mail that no write may move nearer to its recipient than to a quarantine from which only an administrator releases. */
export interface GuardedMail {
  /** The words that Cloudflare writes into its header. Case does not matter. */
  readonly words: readonly string[];
  /** The generations of headers that it may carry. Each is tested alone; a message with both is always tested as well. */
  readonly headers: readonly Header[];
  /** The addresses that Cloudflare delivers from: IPv4 addresses, CIDR blocks or `a-b`. */
  readonly addresses: readonly string[];
  /** The verdicts of Microsoft's own whose mail is guarded, too. */
  readonly verdicts: readonly MaliciousVerdict[];
}

/** Malicious mail with any of the headers, from the published addresses. */
export const malicious: GuardedMail = {
  words: ["MALICIOUS"],
  headers,
  addresses: egressIpRanges,
  verdicts: Object.keys(maliciousVerdicts) as MaliciousVerdict[],
};

/** A forbidden effect of a change on mail. */
export interface Harm {
  /** `exposed`: the mail gets nearer to its recipient; `lost`: it was delivered before, and is rejected or deleted now. */
  readonly kind: "exposed" | "lost";
  /** Whether only mail that another host than Cloudflare delivers is lost: a connector may reject it on purpose. */
  readonly pastCloudflare?: true;
  /** A description of the mail. */
  readonly mail: string;
  /** The header that carries its word, or `both headers`; missing if the header does not matter. */
  readonly header?: string;
  /** A description of the recipients. */
  readonly recipients: string;
  /** The nearest destinations that are possible before and after the change. */
  readonly before: Destination;
  readonly after: Destination;
  /** The deciding step after the change. */
  readonly decided: Step;
}

/**
 * - `words`: mail with one of the guarded words;
 * - `verdicts`: mail that Microsoft itself finds to be worse than spam, which most use cases also leave to administrators;
 * - `others`: mail of other dispositions and clean mail, which must not be lost.
 */
export type MailGroup = "words" | "verdicts" | "others";

/** Options of {@link harmsOf}. */
export interface HarmOptions {
  /** A generation of headers that is no longer used: mail that carries only this header does not count. */
  readonly givenUp?: Header | undefined;
  /** The groups of mail that are examined. @default all */
  readonly mail?: readonly MailGroup[];
  /** A third snapshot: a destination that mail reaches in it is allowed. */
  readonly allowed?: Snapshot;
}

/**
 * Returns the forbidden effects of a change from one snapshot to another, at most one for each kind of mail. All classes of recipients and
 * of sending addresses that either snapshot distinguishes are examined. An undocumented destination counts as the nearest possible one, and
 * mail counts as lost if it may be lost.
 */
export function harmsOf(
  before: Snapshot,
  after: Snapshot,
  guarded: GuardedMail,
  { givenUp, mail: groups, allowed }: HarmOptions = {},
): Harm[] {
  const apart = both(before, after);
  const addresses = sendingAddresses(apart, guarded.addresses);
  // Only the setting for Direct Send distinguishes the tenant's own senders at the connection.
  const ownSenders =
    rejectsDirectSend(before) || rejectsDirectSend(after)
      ? sendersInside(apart)
      : [];
  const recipients = representatives(
    apart,
    [...addresses, otherHost].flatMap((sourceIp) =>
      [unknownSender, ...ownSenders].map((sender) => ({ sender, sourceIp })),
    ),
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
  // Mail may carry one of the headers or both.
  const carried: Message["header"][] = [
    ...guarded.headers.filter((header) => header !== givenUp),
    "both",
  ];
  const mailOf: Readonly<Record<MailGroup, () => Mail[]>> = {
    words: () => withWords(guarded.words, carried, valueOf(apart.domains)),
    verdicts: () => withVerdicts(guarded.verdicts),
    others: () => otherMail(carried),
  };
  return [
    ...(groups ?? (Object.keys(mailOf) as MailGroup[]))
      .flatMap((group) => mailOf[group]())
      .flatMap((mail) => {
        const harms = harmTo(mail);
        return harms.length > 0
          ? harms
          : ownSenders.map((sender) => sentBy(mail, sender)).flatMap(harmTo);
      }),
    ...groupsOf(
      groups?.includes("others") === false
        ? []
        : rejections(before, after, guarded.addresses),
      ({ pastCloudflare, sender, decided: { object, property } }) => [
        pastCloudflare || domainOf(sender),
        object,
        property,
      ],
    ).flatMap(harmByConnector),
  ];

  /** Returns the harm to mail that one connector rejects after the change, as far as it was delivered before. */
  function harmByConnector(rejected: readonly Rejection[]): Harm[] {
    const lost = groupsOf(rejected, ({ domains }) => domains).flatMap(
      (alike) => {
        for (const one of alike) {
          const results = deliveredBefore(one);
          if (results) return [{ ...one, before: nearest(results) }];
        }
        return [];
      },
    );
    const [first] = lost;
    if (!first) return [];
    const { pastCloudflare, sender, before, decided } = first;
    return [
      {
        kind: "lost",
        ...(pastCloudflare && { pastCloudflare }),
        mail: pastCloudflare
          ? "mail that does not come from Cloudflare"
          : `mail from senders at ${domainOf(sender)}`,
        recipients: `recipients at ${list(lost.flatMap(({ domains }) => domains))}`,
        before,
        after: "away",
        decided,
      },
    ];
  }

  /** Returns the results of a message before the change; undefined if it was not delivered, or if Cloudflare does not deliver it. */
  function deliveredBefore({
    sender,
    sourceIp,
    recipientDomain,
    pastCloudflare,
  }: Rejection): Followed["results"] | undefined {
    const follow = flowBefore({
      recipient: `someone@${recipientDomain}`,
      groups: [],
    });
    const followed = follow({
      disposition: "None",
      header: "both",
      at,
      sender,
      ...(pastCloudflare ? { sourceIp } : { egressIp: sourceIp }),
    });
    // A connector may have rejected other mail of the same class, for example with another certificate.
    const results = followed.results.filter(
      ({ outcome }) => outcome !== "rejected",
    );
    return followed.sourceIp === sourceIp &&
      results.length > 0 &&
      !results.some(isLost)
      ? results
      : undefined;
  }

  function harmTo({ name, header, message, guarded }: Mail): Harm[] {
    const messages = addresses.map((egressIp) => ({
      ...message,
      at,
      egressIp,
    }));
    const found = everybody.flatMap(
      ({ one, followBefore, followAfter, followAllowed }) => {
        for (const sent of messages) {
          const [earlier, later] = [followBefore(sent), followAfter(sent)];
          const harm = harmIn(earlier, later, guarded);
          // Cloudflare has no verdict on mail that bypasses it. What connectors reject of it is examined below.
          if (!harm || isOnlyConnectors(earlier, later, sent)) continue;
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

/** Returns whether a message bypasses Cloudflare before and after a change, and a connector rejects it before or after it. */
const isOnlyConnectors = (
  earlier: Followed,
  later: Followed,
  { egressIp }: Sent,
): boolean =>
  [earlier, later].every(({ sourceIp }) => sourceIp !== egressIp) &&
  [earlier, later].some(isRejectedByConnector);

const isRejectedByConnector = ({ path: { steps }, results }: Followed) =>
  results.some(({ outcome }) => outcome === "rejected") &&
  steps.some(({ object }) => object.startsWith('InboundConnector "'));

/** One kind of mail, for any recipient. */
interface Mail {
  readonly name: string;
  readonly header?: string;
  readonly message: Sent;
  /** Whether the mail must not get nearer to its recipient. That it must not be lost applies to all mail. */
  readonly guarded: boolean;
}

const sentBy = (mail: Mail, sender: string): Mail => ({
  ...mail,
  name: `${mail.name} from ${domainOf(sender)}`,
  message: { ...mail.message, sender },
});

/** Returns a sender for each class of accepted domains that the inbound connectors distinguish. */
const sendersInside = ({
  acceptedDomains,
  inboundConnectors,
}: Snapshot): string[] => {
  const connectors = valueOf(inboundConnectors).map((connector) => {
    const associated = associatedWith(connector).map(folded);
    const closeness = closenessTo(connector);
    return (domain: string) => [closeness(domain), associated.includes(domain)];
  });
  const domains = new Set(
    valueOf(acceptedDomains).map(({ domainName }) => folded(domainName)),
  );
  return grouped([...domains], (domain) =>
    connectors.map((distinguish) => distinguish(domain)),
  ).map(({ members: [domain] }) => `someone@${domain}`);
};

const withWords = (
  words: readonly string[],
  carried: readonly Message["header"][],
  domains: readonly CloudflareDomain[],
): Mail[] =>
  words.flatMap((word) => {
    // Labels that the same domains drop are represented by one of them.
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

const withVerdicts = (verdicts: readonly MaliciousVerdict[]): Mail[] =>
  verdicts.map((microsoftVerdict) => ({
    name: `mail that Microsoft finds to be ${maliciousVerdicts[microsoftVerdict]}`,
    message: { disposition: "None", header: "both", microsoftVerdict },
    guarded: true,
  }));

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
  // Mail that Cloudflare dropped was not delivered before either.
  const delivered = before.results.every(
    (result) => !isLost(result) && result.outcome !== "droppedByCloudflare",
  );
  return delivered && after.results.some(isLost)
    ? { kind: "lost", before: was, after: is }
    : undefined;
}

/** Returns the last step that a vendor's object decided; if there is none, a step for the rule that should have decided. */
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

/** Properties of a domain whose steps only say that the message continues. */
const passing = ["domain", "status", "disposition", "ipRestrictions"];

/** Returns the step that explains why the rule for a message does not act on it. A rule that only reports or is outside its dates already has a step. */
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

/** Returns a description of recipients: named addresses, members of groups, and everybody else at a domain. */
function inWords(found: readonly Representative[]): string {
  const ordinary = found.filter(isOrdinary);
  const domains = new Set(ordinary.flatMap(({ domains }) => domains));
  const others = found.filter(
    (one) =>
      !ordinary.includes(one) &&
      // A recipient with the same result as everybody else of the domain is not listed.
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

/** Returns a snapshot with only the objects that matter for mail to one domain, because an account may have thousands of domains. */
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
