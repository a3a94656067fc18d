import type { Disposition, Header, Verdict } from "../../mail-flow/message";
import type { Outcome, Row, Step } from "../../mail-flow/path";

/** The kinds of ends that pictures distinguish by colour, with their texts in the legend. */
export const tones = {
  administrator: "quarantine that an administrator releases from",
  recipient: "quarantine that the recipient releases from",
  inbox: "inbox",
  junk: "Junk Email folder",
  gone: "deleted, rejected or dropped",
  elsewhere: "sent elsewhere",
  unknown: "not documented",
} as const;

/** One of {@link tones}. */
export type Tone = keyof typeof tones;

/** Returns the tone of where a row ends. */
export function toneOf({ outcome, release }: Row): Tone {
  if (outcome === "quarantine" && release === null) return "unknown";
  if (outcome === "quarantine" && release === "self") return "recipient";
  return outcomes[outcome].tone;
}

/** The titles and tones of where a row ends. The tone of a quarantine also depends on who can release from it. */
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

/** Returns where a row ends, with the quarantine policy's name. */
export const endOf = ({ outcome, quarantinePolicy }: Row): string =>
  quarantinePolicy === null
    ? outcomes[outcome].title
    : `${outcomes[outcome].title} ${quarantinePolicy}`;

/** The names of Microsoft's verdicts in its portal. */
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

/** Short names of the disposition headers. */
export const shortHeaderNames: Readonly<Record<Header, string>> = {
  area1: "X-Area1Security",
  cloudflare: "X-CFEmailSecurity",
};

/** Returns the name of a disposition in texts. `None` is mail in which Cloudflare finds nothing. */
export const dispositionName = (disposition: Disposition): string =>
  disposition === "None" ? "Nothing found" : disposition;

/** Returns the name of a policy's action in the portal, or the value itself. */
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

/** Who can release a message from the quarantine. */
export const releasers = {
  self: "the recipient",
  request: "an administrator whom the recipient asks",
  none: "an administrator",
} as const;

/**
 * Returns phrases that say who can release a message from the quarantine, whether the recipient is notified, and the retention; or why
 * it is not documented where the message ends.
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

/** Returns a number with a noun in singular or plural. */
export const counted = (count: number, noun: string): string =>
  `${count} ${noun}${count === 1 ? "" : "s"}`;

/** The text if there are no rows. */
export const noRecipients =
  "No recipients: the snapshot has no domain for which Microsoft 365 accepts mail. Name one with --recipient.";

/** Returns the value that decided in a step. Shortens long lists. Empty if there is no value. */
export function settingOf({ value }: Step): string {
  if (!Array.isArray(value)) return String(value ?? "");
  if (value.length === 0) return "none";
  return value.length <= 4
    ? value.join(", ")
    : `${value.slice(0, 3).join(", ")} and ${value.length - 3} more`;
}

/** Returns an ISO 8601 date in a readable format, to the minute. */
export const readableTime = (date: string): string =>
  date.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d).*$/, "$1 $2 UTC");
