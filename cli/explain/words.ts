import type { Disposition, Header, Verdict } from "../../lib/mail-flow/message";
import type { Outcome, Row } from "../../lib/mail-flow/path";

/** What an end is, as a picture may tell it apart: the same place, the same hands. */
export type Tone =
  | "administrator"
  | "recipient"
  | "inbox"
  | "junk"
  | "gone"
  | "elsewhere"
  | "unknown";

/** What each tone means, for a legend. */
export const tones: Readonly<Record<Tone, string>> = {
  administrator: "quarantine that an administrator releases from",
  recipient: "quarantine that the recipient releases from",
  inbox: "inbox",
  junk: "Junk Email folder",
  gone: "deleted, rejected or dropped",
  elsewhere: "sent elsewhere",
  unknown: "nobody has documented",
};

/** The tone of where a row ends. */
export function toneOf({ outcome, release }: Row): Tone {
  switch (outcome) {
    case "quarantine":
      if (release === null) return "unknown";
      return release === "self" ? "recipient" : "administrator";
    case "hostedQuarantine":
      return "administrator";
    case "inbox":
      return "inbox";
    case "junk":
      return "junk";
    case "deleted":
    case "rejected":
    case "droppedByCloudflare":
      return "gone";
    case "redirected":
      return "elsewhere";
    case "notDocumented":
      return "unknown";
  }
}

/** Where a row ends, as a title. */
export const outcomes: Readonly<Record<Outcome, string>> = {
  inbox: "Inbox",
  junk: "Junk Email folder",
  quarantine: "Quarantine",
  deleted: "Deleted",
  rejected: "Rejected",
  redirected: "Redirected",
  hostedQuarantine: "Hosted quarantine",
  droppedByCloudflare: "Dropped by Cloudflare",
  notDocumented: "Not documented",
};

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
export const dispositionNames: Readonly<Record<Disposition, string>> = {
  Malicious: "Malicious",
  Spam: "Spam",
  Spoof: "Spoof",
  Suspicious: "Suspicious",
  Bulk: "Bulk",
  None: "Nothing found",
};

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
    ...(row.retentionDays === null ? [] : [`kept ${days(row.retentionDays)}`]),
  ];
}

const days = (count: number): string =>
  count === 1 ? "1 day" : `${count} days`;
