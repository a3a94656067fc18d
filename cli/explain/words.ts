import type { Disposition, Header, Verdict } from "../../mail-flow/message";
import type { Outcome, Row, Step } from "../../mail-flow/path";

/** What an end is, as a picture may tell it apart (the same place, the same hands), with what that means, for a legend. */
export const tones = {
  administrator: "quarantine that an administrator releases from",
  recipient: "quarantine that the recipient releases from",
  inbox: "inbox",
  junk: "Junk Email folder",
  gone: "deleted, rejected or dropped",
  elsewhere: "sent elsewhere",
  unknown: "nobody has documented",
} as const;

/** One of {@link tones}. */
export type Tone = keyof typeof tones;

/** The tone of where a row ends. */
export function toneOf({ outcome, release }: Row): Tone {
  if (outcome === "quarantine" && release === null) return "unknown";
  if (outcome === "quarantine" && release === "self") return "recipient";
  return outcomes[outcome].tone;
}

/** Where a row ends, as a title; of a quarantine the tone depends on who releases from it, too. */
export const outcomes: Readonly<
  Record<Outcome, { title: string; tone: Tone }>
> = {
  inbox: { title: "Inbox", tone: "inbox" },
  junk: { title: "Junk Email folder", tone: "junk" },
  quarantine: { title: "Quarantine", tone: "administrator" },
  deleted: { title: "Deleted", tone: "gone" },
  rejected: { title: "Rejected", tone: "gone" },
  redirected: { title: "Redirected", tone: "elsewhere" },
  hostedQuarantine: { title: "Hosted quarantine", tone: "administrator" },
  droppedByCloudflare: { title: "Dropped by Cloudflare", tone: "gone" },
  notDocumented: { title: "Not documented", tone: "unknown" },
};

/** Where a row ends, with the quarantine policy's name. */
export const endOf = ({ outcome, quarantinePolicy }: Row): string =>
  quarantinePolicy === null
    ? outcomes[outcome].title
    : `${outcomes[outcome].title} ${quarantinePolicy}`;

/** Microsoft's verdicts, as its portal writes them. */
export const verdictNames: Readonly<Record<Verdict, string>> = {
  malware: "Malware",
  highConfidencePhish: "High confidence phishing",
  phish: "Phishing",
  highConfidenceSpam: "High confidence spam",
  spoof: "Spoof",
  userImpersonation: "User impersonation",
  domainImpersonation: "Domain impersonation",
  mailboxIntelligence: "Mailbox intelligence",
  spam: "Spam",
  bulk: "Bulk",
  none: "Not spam",
};

/** The same where there is little room. */
export const shortHeaderNames: Readonly<Record<Header, string>> = {
  area1: "X-Area1Security",
  cloudflare: "X-CFEmailSecurity",
};

/** A disposition as people say it; `None` is mail that Cloudflare finds nothing in. */
export const dispositionName = (disposition: Disposition): string =>
  disposition === "None" ? "Nothing found" : disposition;

/** What a policy does, as its portal writes it; other values as they are. */
export function actionName(action: string): string {
  const names: Readonly<Record<string, string>> = {
    Quarantine: "quarantines",
    MoveToJmf: "moves to Junk Email",
    AddXHeader: "adds a header",
    ModifySubject: "changes the subject",
    Redirect: "redirects",
    Delete: "deletes",
    NoAction: "does nothing",
  };
  return names[action] ?? action;
}

/** Who gets a message out of the quarantine. */
export const releasers = {
  self: "the recipient",
  request: "an administrator whom the recipient asks",
  none: "an administrator",
} as const;

/**
 * Who gets a message out of the quarantine, whether the recipient is told, and how long it is kept, a phrase each; or why nobody can
 * tell where it ends.
 */
export function handling(row: Row): string[] {
  if (row.outcome === "notDocumented")
    return row.steps.slice(-1).map(({ why }) => why.replace(/^so that /, ""));
  if (row.outcome !== "quarantine" && row.outcome !== "hostedQuarantine")
    return [];
  const release = {
    self: "the recipient releases",
    request: "the recipient asks, an administrator releases",
    none: "only an administrator releases",
  };
  return [
    row.release === null ? "who releases is not known" : release[row.release],
    row.notified ? "the recipient is notified" : "nobody is notified",
    ...(row.retentionDays === null
      ? []
      : [`kept ${counted(row.retentionDays, "day")}`]),
  ];
}

/** How many there are of something, whose plural has an s. */
export const counted = (count: number, noun: string): string =>
  `${count} ${noun}${count === 1 ? "" : "s"}`;

/** What is said where there are no rows. */
export const nobody =
  "Nobody to tell of: the snapshot holds no domain that Microsoft 365 takes mail for. Ask for one with --recipient.";

/** The value that decided in a step, a list as far as a person reads it; empty where there is none. */
export function settingOf({ value }: Step): string {
  if (!Array.isArray(value)) return String(value ?? "");
  if (value.length === 0) return "none";
  return value.length <= 4
    ? value.join(", ")
    : `${value.slice(0, 3).join(", ")} and ${value.length - 3} more`;
}

/** An ISO 8601 date for people, to the minute. */
export const readableTime = (date: string): string =>
  date.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d).*$/, "$1 $2 UTC");
