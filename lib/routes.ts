import { requestedVerdict, type RequestedVerdict } from "../mail-flow/scl";
import {
  adminOnlyQuarantine,
  hostedQuarantineDays,
  type UseCasePlan,
} from "../mail-flow/use-cases";

/** Where mail of a disposition goes according to the stack. */
export interface Route {
  /** Cloudflare's disposition: `Malicious`, `Spam`, `Spoof`, `Suspicious`, `Bulk`; the word itself if no disposition has it. */
  disposition: string;
  /** Header that contains the word; null if Cloudflare holds the mail. */
  header: string | null;
  /** Word that the rule looks for; the label in `dropDispositions` if Cloudflare holds the mail. */
  word: string;
  /** Spam confidence level that the rule requests; null for the hosted quarantine, and if Cloudflare holds the mail. */
  scl: number | null;
  /** Microsoft's verdict that the level requests; `Not documented` for 7 and 8; null without a level. */
  verdict:
    "Spam" | "High confidence spam" | "Not spam" | "Not documented" | null;
  /**
   * What happens to the mail: what the anti-spam policy does with the verdict (`Not documented` if the verdict is), or what comes before
   * spam filtering.
   */
  action:
    | "Quarantine"
    | "Junk Email folder"
    | "Hosted quarantine"
    | "Held by Cloudflare"
    | "Deliver"
    | "Not documented";
  /** Name of the anti-spam policy; null without a verdict. */
  policy: string | null;
  /** Name of the quarantine policy that applies; null if there is none, or this is not documented. */
  quarantinePolicy: string | null;
  /**
   * Who can release it: the recipient (`self`), an administrator on the recipient's request (`request`), or an administrator whom the
   * recipient cannot ask there (`admin`); null as above, if nothing is held.
   */
  release: "self" | "request" | "admin" | null;
  /** Whether the recipient is notified. */
  notified: boolean;
  /** Days until it is deleted from the quarantine of Microsoft 365; null without one. */
  retentionDays: number | null;
}

/** Cloudflare's disposition for each word. `SPAM` is the tutorial's word; the header contains `UCE`. */
const dispositions: Readonly<Record<string, string>> = {
  MALICIOUS: "Malicious",
  "MALICIOUS-BEC": "Malicious",
  UCE: "Spam",
  SPAM: "Spam",
  SPOOF: "Spoof",
  SUSPICIOUS: "Suspicious",
  BULK: "Bulk",
};

/** The names of the verdicts that a level can request. */
const verdicts = {
  bypass: "Not spam",
  nothing: "Not spam",
  spam: "Spam",
  highConfidenceSpam: "High confidence spam",
  notDocumented: "Not documented",
} as const satisfies Readonly<Record<RequestedVerdict, Route["verdict"]>>;

/** The settings that the table is made from. */
interface Wiring {
  readonly headers: readonly string[];
  /** The labels of `dropDispositions`. */
  readonly drops: readonly string[];
  /** The rules of a header, in the order in which they are listed; without a level for the hosted quarantine. */
  readonly rules: readonly {
    readonly words: readonly string[];
    readonly scl: number | null;
  }[];
  readonly verdicts: Pick<UseCasePlan, "spam" | "highConfidenceSpam">;
  readonly userQuarantine: string;
  readonly adminQuarantine: string;
  readonly retentionDays: number;
}

/**
 * Returns a row for each disposition that Cloudflare holds, and for each header and word. A word in several rules is only in the row of the
 * last one, because that rule acts last, so that its level applies.
 */
export function routesOf({
  headers,
  drops,
  rules,
  ...wiring
}: Wiring): Route[] {
  const last = new Map(
    rules.flatMap((rule) =>
      rule.words.map((word) => [word.toUpperCase(), rule]),
    ),
  );
  return [
    ...drops.map((label): Route => ({
      disposition: dispositions[label] ?? label,
      header: null,
      word: label,
      scl: null,
      verdict: null,
      action: "Held by Cloudflare",
      policy: null,
      quarantinePolicy: null,
      release: "admin",
      notified: false,
      retentionDays: null,
    })),
    ...headers.flatMap((header) =>
      rules.flatMap((rule) =>
        rule.words
          .filter((word) => last.get(word.toUpperCase()) === rule)
          .map((word) => ({
            disposition: dispositions[word.toUpperCase()] ?? word,
            header,
            word,
            scl: rule.scl,
            ...(rule.scl === null
              ? inHostedQuarantine
              : treatmentOf(verdicts[requestedVerdict(rule.scl)], wiring)),
          })),
      ),
    ),
  ];
}

type Treatment = Omit<Route, "disposition" | "header" | "word" | "scl">;

const inHostedQuarantine: Treatment = {
  verdict: null,
  action: "Hosted quarantine",
  policy: null,
  quarantinePolicy: null,
  release: "admin",
  notified: false,
  retentionDays: hostedQuarantineDays,
};

/** Returns what happens to mail of a verdict. */
function treatmentOf(
  verdict: (typeof verdicts)[RequestedVerdict],
  wiring: Omit<Wiring, "headers" | "drops" | "rules">,
): Treatment {
  const none = {
    verdict,
    policy: "Default",
    quarantinePolicy: null,
    release: null,
    notified: false,
    retentionDays: null,
  };
  if (verdict === "Not spam" || verdict === "Not documented")
    return { ...none, action: verdict === "Not spam" ? "Deliver" : verdict };
  const plan =
    wiring.verdicts[verdict === "Spam" ? "spam" : "highConfidenceSpam"];
  if (plan === "junk") return { ...none, action: "Junk Email folder" };
  const { quarantinePolicy, release } = {
    user: { quarantinePolicy: wiring.userQuarantine, release: "self" as const },
    admin: {
      quarantinePolicy: wiring.adminQuarantine,
      release: "request" as const,
    },
    adminOnly: {
      quarantinePolicy: adminOnlyQuarantine,
      release: "admin" as const,
    },
  }[plan];
  return {
    verdict,
    policy: "Default",
    action: "Quarantine",
    quarantinePolicy,
    release,
    notified: plan !== "adminOnly",
    retentionDays: wiring.retentionDays,
  };
}
