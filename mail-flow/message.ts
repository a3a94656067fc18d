/** What Cloudflare finds a message to be, in the words of its documentation. */
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

/** Which generation of headers Cloudflare stamps: `X-Area1Security-…` or `X-CFEmailSecurity-…`. */
export const headers = ["area1", "cloudflare"] as const;

/** One of {@link headers}. */
export type Header = (typeof headers)[number];

/** The header that carries the disposition, by generation. */
export const dispositionHeaders: Readonly<Record<Header, string>> = {
  area1: "X-Area1Security-Disposition",
  cloudflare: "X-CFEmailSecurity-Disposition",
};

const generations: ReadonlyMap<string, Header> = new Map(
  headers.map((header) => [dispositionHeaders[header].toLowerCase(), header]),
);

/** Returns the generation whose disposition a header of this name carries; names of headers have no case. */
export const generationOf = (name: string): Header | undefined =>
  generations.get(name.toLowerCase());

/** What Microsoft finds a message to be by itself, in the order in which one goes before the other; `none` last. */
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

/** What Cloudflare stamps a message with, where that is not what it stamps for a disposition. */
export interface Stamp {
  /** The word in the header. */
  readonly word: string;
  /** What `drop_dispositions` calls such mail; left out where Cloudflare drops none of it. */
  readonly label?: string;
}

/** A message from the internet to one recipient, by way of Cloudflare where the recipient's domain is protected. */
export interface Message {
  disposition: Disposition;
  /** @default what the disposition is stamped with */
  stamp?: Stamp;
  /** The generation of headers that it carries; `both` carries the same word in each. */
  header: Header | "both";
  /** The last hop before Microsoft: one of Cloudflare's egress addresses, or another. @default the first published egress address */
  sourceIp?: string;
  /** The address that Cloudflare delivers it from, where `sourceIp` is left out and it goes by way of Cloudflare. @default the first published egress address */
  egressIp?: string;
  /** The address that it is for. */
  recipient: string;
  /** Groups that the recipient is a member of, by address. @default [] */
  recipientGroups?: string[];
  /** The address that it is from. @default one of a domain that nobody has */
  sender?: string;
  /** What Microsoft finds it to be by itself. @default "none" */
  microsoftVerdict?: Verdict;
  /** Its bulk complaint level, 0 to 9; `bulk` without a level is above every threshold. */
  bcl?: number;
  /** @default now; rules may have dates. */
  at?: Date;
}
