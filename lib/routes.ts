/** Where mail of a disposition goes, as the stack asks for it. */
export interface Route {
  /** What Cloudflare finds the message to be: `Malicious`, `Spam`, `Spoof`; the word itself where no disposition has it. */
  disposition: string;
  /** Header that carries the word. */
  header: string;
  /** Word that the rule looks for. */
  word: string;
  /** Spam confidence level that the rule requests. */
  scl: number;
  /** Microsoft's verdict that the level asks for. */
  verdict: string;
  /** What the anti-spam policy does with mail of that verdict. */
  action: string;
  /** Name of the anti-spam policy. */
  policy: string;
  /** Quarantine policy that the mail lies under. */
  quarantinePolicy: string;
  /** Who releases it: the recipient (`self`), an administrator whom the recipient asks (`request`), nobody but one (`none`). */
  release: "self" | "request" | "none";
  /** Whether the recipient is notified. */
  notified: boolean;
  /** Days until it is deleted. */
  retentionDays: number;
}

/** What Cloudflare calls mail that carries a word. `SPAM` is the tutorial's word; the header says `UCE`. */
const dispositions: Readonly<Record<string, string>> = {
  MALICIOUS: "Malicious",
  UCE: "Spam",
  SPAM: "Spam",
  SPOOF: "Spoof",
  SUSPICIOUS: "Suspicious",
  BULK: "Bulk",
};

/** Which verdict a level asks for; Microsoft names only 5, 6 and 9 now (documented 2026-08-11), 7 and 8 were high confidence spam. */
const verdictOf = (scl: number): string =>
  scl === 5 || scl === 6
    ? "Spam"
    : scl >= 7
      ? "High confidence spam"
      : "Not spam";

/** All that the table is made of. */
interface Wiring {
  readonly headers: readonly string[];
  /** One pair of rules of a header, in the order in which they are listed. */
  readonly tiers: readonly { words: readonly string[]; scl: number }[];
  readonly userQuarantine: string;
  readonly adminQuarantine: string;
  readonly retentionDays: number;
}

/** The table of routes: a row per header and word. */
export function routesOf(wiring: Wiring): Route[] {
  const quarantines: Readonly<Record<string, string>> = {
    Spam: wiring.userQuarantine,
    "High confidence spam": wiring.adminQuarantine,
  };
  return wiring.headers.flatMap((header) =>
    wiring.tiers.flatMap(({ words, scl }) =>
      words.map((word): Route => {
        const verdict = verdictOf(scl);
        const quarantinePolicy = quarantines[verdict];
        const quarantined = quarantinePolicy !== undefined;
        return {
          disposition: dispositions[word.toUpperCase()] ?? word,
          header,
          word,
          scl,
          verdict,
          action: quarantined ? "Quarantine" : "Deliver",
          policy: "Default",
          quarantinePolicy: quarantinePolicy ?? "",
          release:
            verdict === "Spam" ? "self" : quarantined ? "request" : "none",
          notified: quarantined,
          retentionDays: quarantined ? wiring.retentionDays : 0,
        };
      }),
    ),
  );
}
