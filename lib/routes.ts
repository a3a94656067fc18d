import { requestedVerdict, type RequestedVerdict } from "../mail-flow/scl";

/** Where mail of a disposition goes according to the stack. */
export interface Route {
  /** Cloudflare's disposition: `Malicious`, `Spam`, `Spoof`; the word itself if no disposition has it. */
  disposition: string;
  /** Header that contains the word. */
  header: string;
  /** Word that the rule looks for. */
  word: string;
  /** Spam confidence level that the rule requests. */
  scl: number;
  /** Microsoft's verdict that the level requests; `Not documented` for 7 and 8. */
  verdict: "Spam" | "High confidence spam" | "Not spam" | "Not documented";
  /** What the anti-spam policy does with mail of that verdict; `Not documented` if the verdict is. */
  action: "Quarantine" | "Deliver" | "Not documented";
  /** Name of the anti-spam policy. */
  policy: string;
  /** Name of the quarantine policy that applies; null if the mail is not quarantined or this is not documented. */
  quarantinePolicy: string | null;
  /** Who can release it: the recipient (`self`), or an administrator on the recipient's request (`request`); null as above. */
  release: "self" | "request" | null;
  /** Whether the recipient is notified. */
  notified: boolean;
  /** Days until it is deleted from the quarantine; null as above. */
  retentionDays: number | null;
}

/** Cloudflare's disposition for each word. `SPAM` is the tutorial's word; the header contains `UCE`. */
const dispositions: Readonly<Record<string, string>> = {
  MALICIOUS: "Malicious",
  UCE: "Spam",
  SPAM: "Spam",
  SPOOF: "Spoof",
  SUSPICIOUS: "Suspicious",
  BULK: "Bulk",
};

/** The names of the verdicts that a level can request. */
const verdicts: Readonly<Record<RequestedVerdict, Route["verdict"]>> = {
  bypass: "Not spam",
  nothing: "Not spam",
  spam: "Spam",
  highConfidenceSpam: "High confidence spam",
  notDocumented: "Not documented",
};

/** The settings that the table is made from. */
interface Wiring {
  readonly headers: readonly string[];
  /** One pair of rules of a header, in the order in which they are listed. */
  readonly tiers: readonly { words: readonly string[]; scl: number }[];
  readonly userQuarantine: string;
  readonly adminQuarantine: string;
  readonly retentionDays: number;
}

/**
 * Returns a row for each header and word. A word in several tiers is only in the row of the last tier, because that rule acts last, so
 * that its level applies.
 */
export function routesOf({ headers, tiers, ...wiring }: Wiring): Route[] {
  const last = new Map(
    tiers.flatMap((tier) =>
      tier.words.map((word) => [word.toUpperCase(), tier]),
    ),
  );
  return headers.flatMap((header) =>
    tiers.flatMap((tier) =>
      tier.words
        .filter((word) => last.get(word.toUpperCase()) === tier)
        .map((word) => ({
          disposition: dispositions[word.toUpperCase()] ?? word,
          header,
          word,
          scl: tier.scl,
          policy: "Default",
          ...treatmentOf(verdicts[requestedVerdict(tier.scl)], wiring),
        })),
    ),
  );
}

/** Returns what happens to mail of a verdict. */
function treatmentOf(
  verdict: Route["verdict"],
  {
    userQuarantine,
    adminQuarantine,
    retentionDays,
  }: Omit<Wiring, "headers" | "tiers">,
): Omit<Route, "disposition" | "header" | "word" | "scl" | "policy"> {
  if (verdict === "Not spam" || verdict === "Not documented")
    return {
      verdict,
      action: verdict === "Not spam" ? "Deliver" : verdict,
      quarantinePolicy: null,
      release: null,
      notified: false,
      retentionDays: null,
    };
  const isSpam = verdict === "Spam";
  return {
    verdict,
    action: "Quarantine",
    quarantinePolicy: isSpam ? userQuarantine : adminQuarantine,
    release: isSpam ? "self" : "request",
    notified: true,
    retentionDays,
  };
}
