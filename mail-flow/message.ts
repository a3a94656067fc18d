/** Cloudflare's dispositions of a message, as in its documentation. */
export const dispositions = [
  "Malicious",
  "Spam",
  "Spoof",
  "Suspicious",
  "Bulk",
  "None",
] as const;

/** One of {@link dispositions}. */
export type Disposition = (typeof dispositions)[number];

/** The generations of headers that Cloudflare adds: `X-Area1Security-…` or `X-CFEmailSecurity-…`. */
export const headers = ["area1", "cloudflare"] as const;

/** One of {@link headers}. */
export type Header = (typeof headers)[number];

/** The name of the header with the disposition, by generation. */
export const dispositionHeaders: Readonly<Record<Header, string>> = {
  area1: "X-Area1Security-Disposition",
  cloudflare: "X-CFEmailSecurity-Disposition",
};

const generations: ReadonlyMap<string, Header> = new Map(
  headers.map((header) => [dispositionHeaders[header].toLowerCase(), header]),
);

/** Returns the generation whose disposition a header of this name contains. Case does not matter. */
export const generationOf = (name: string): Header | undefined =>
  generations.get(name.toLowerCase());

/** Microsoft's own verdicts on a message, in order of precedence, with `none` last. */
export const verdicts = [
  "malware",
  "highConfidencePhish",
  "phish",
  "highConfidenceSpam",
  "spoof",
  "userImpersonation",
  "domainImpersonation",
  "mailboxIntelligence",
  "spam",
  "bulk",
  "none",
] as const;

/** One of {@link verdicts}. */
export type Verdict = (typeof verdicts)[number];

/** The verdicts that are worse than spam, with their names in Microsoft's documentation. */
export const maliciousVerdicts = {
  highConfidenceSpam: "high confidence spam",
  phish: "phishing",
  highConfidencePhish: "high confidence phishing",
} as const satisfies Partial<Record<Verdict, string>>;

/** One of {@link maliciousVerdicts}. */
export type MaliciousVerdict = keyof typeof maliciousVerdicts;

/** The word of a message whose header differs from that of its disposition. */
export interface Stamp {
  /** The word in the header. */
  readonly word: string;
  /** The label of such mail in `drop_dispositions`; missing if Cloudflare drops none of it. */
  readonly label?: string;
}

/** A message from the internet to one recipient. It is delivered by Cloudflare if the recipient's domain is protected. */
export interface Message {
  disposition: Disposition;
  /** The word in the header, if it differs. @default the word of the disposition */
  stamp?: Stamp;
  /** The generation of headers that it carries; `both`: the same word in each. */
  header: Header | "both";
  /** The last hop before Microsoft: one of Cloudflare's egress addresses, or another. @default the first published egress address */
  sourceIp?: string;
  /**
   * The address that Cloudflare delivers it from. Used only if `sourceIp` is missing and Cloudflare delivers the message.
   *
   * @default the first published egress address
   */
  egressIp?: string;
  /** The recipient's address. */
  recipient: string;
  /** The addresses of the groups that the recipient is a member of. @default [] */
  recipientGroups?: string[];
  /** The sender's address. @default one in a domain that does not exist */
  sender?: string;
  /** Microsoft's own verdict. @default "none" */
  microsoftVerdict?: Verdict;
  /** The bulk complaint level, 0 to 9. The verdict `bulk` without a level is above every threshold. */
  bcl?: number;
  /** The time of the message, because rules may have dates. @default now */
  at?: Date;
}
