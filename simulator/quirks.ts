/**
 * Switches for behaviour that the vendors do not document, or that differs between tenants or over time. Each names its row
 * in the README's tables of behaviours (E: Exchange and Graph, C: Cloudflare). All can be changed while the simulator runs.
 */
export interface Quirks {
  /** Milliseconds that every vendor request takes at least. @default 0 */
  latencyMs: number;
  /** Lifetime of an access token in seconds (E15). @default 3599 */
  tokenLifetimeSeconds: number;

  /** What a write cmdlet other than New- answers: 200 with an empty value, 200 without body, or 204 (E8). @default "emptyValue" */
  writeAnswer: "emptyValue" | "emptyBody" | "noContent";
  /** Whether New- returns the created object (E8). @default true */
  newReturnsObject: boolean;
  /** Region to whose host InvokeCommand redirects with a 302, such as `eur01`; empty: none (E9). @default "" */
  regionalRedirect: string;
  /** Milliseconds until a granted role takes effect (E13). @default 0 */
  roleSpreadMs: number;
  /** Body of a 403: 4096 NUL bytes as they are, declared gzip, or nothing (E12). @default "nul" */
  forbiddenBody: "nul" | "nulGzip" | "empty";
  /** Whether a 403 carries `x-ms-diagnostics` (E12). @default true */
  forbiddenDiagnostics: boolean;
  /** Whether rate limit headers are sent (E26). @default false */
  exchangeRateLimitHeaders: boolean;
  /** Concurrent requests of a tenant above which the service refuses one with a plain text; 0: no limit (E24). @default 0 */
  concurrentRequests: number;
  /** Whether the link to the next page works or is refused (E7). @default "works" */
  continuation: "works" | "refused";
  /** How an empty list is returned (E5). @default "array" */
  emptyValue: "array" | "null" | "absent";
  /** Whether a collection of one element is returned as the element alone (E44). @default false */
  bareSingletons: boolean;
  /** Whether every read returns a list in another order (E48). @default false */
  shuffleLists: boolean;
  /** Milliseconds by which reads lag behind writes, per object (E48). @default 0 */
  readLagMs: number;
  /** Whether every second read within the lag returns what was written (E48). @default false */
  flap: boolean;
  /** Resolution of WhenChanged in milliseconds; captures show whole seconds (E48). @default 1000 */
  whenChangedResolutionMs: number;
  /** Form of an error's details: `id|type|text`, or a JSON string (E21). @default "pipe" */
  errorDetails: "pipe" | "json";
  /** Whether the error id before the first bar is empty (E21). @default false */
  errorIdEmpty: boolean;
  /** Status of a not-found error (E22). @default 404 */
  notFoundStatus: 404 | 400 | 500;
  /** What Get- does with an unknown Identity (E31). @default "error" */
  unknownIdentity: "error" | "empty" | "all";
  /** Whether Identity of quarantine policies is `tenant\Name` (E29). @default false */
  identityPrefix: boolean;
  /** How permissions are returned: the bracketed text, or the number of the legacy mode (E27). @default "text" */
  permissionsReadBack: "text" | "number";
  /** What happens to the permission bits 64 and 128 (E28). @default "asSent" */
  idlePermissionBits: "asSent" | "set" | "cleared";
  /** Removing a quarantine policy that a tag points at (E33). @default "refused" */
  removalInUse: "refused" | "allowed";
  /** Milliseconds until Enable-OrganizationCustomization takes effect (E49). @default 0 */
  customizationLagMs: number;
  /** Type of SetSCL on the wire (E44). @default "number" */
  sclType: "number" | "string";
  /** Whether IP ranges are returned as sent or normalised (E44). @default "asSent" */
  ipRangeForm: "asSent" | "normalised";
  /** Whether rules accept IPv6 and ranges wider than /24; according to Cloudflare, they do not (E20). @default "refused" */
  wideIpRanges: "refused" | "accepted";
  /**
   * Form of the entries of AllowedSenders, BlockedSenders and the two lists of domains (E59): as they were set, objects with
   * type annotations, addresses written out with their parts, or objects with the address alone. @default "asKept"
   */
  senderListForm: "asKept" | "typeNotes" | "smtpAddress" | "objects";
  /** What Set-TransportRule does with one of two parameters that are documented as belonging together (E43). @default "refused" */
  loneParameter: "refused" | "accepted";
  /**
   * What an anti-spam policy does with an action whose value is missing, such as Redirect without RedirectToRecipients. The
   * portal requires the value (E38). @default "refused"
   */
  actionWithoutValue: "refused" | "accepted";

  /** Status of a successful POST (C2). @default 201 */
  createStatus: 201 | 200;
  /** What the verification endpoint returns: the four fields while they are needed and then 204, always 204, or 404 (C3). @default "documented" */
  verification: "documented" | "noContent" | "notFound";
  /** Status for a missing or bad token (C5). @default 401 */
  badTokenStatus: 401 | 403;
  /** Whether PUT needs lookback_hops (C10). @default true */
  putNeedsLookbackHops: boolean;
  /** What PUT and PATCH do with `domain` (C11). @default "ignored" */
  domainInUpdate: "ignored" | "refused";
  /** What POST does for a domain that exists: 409, 400, or 200 with the existing one (C12). @default 409 */
  existingDomain: 409 | 400 | 200;
  /**
   * What omitted fields become (C13): null; null, except that answers lack transport and lookback_hops, which are not nullable
   * in the published description; or a default for lookback_hops and the TLS flags. @default "absent"
   */
  omittedDefaults: "null" | "absent" | "default";
  /** Names of fields that answers do not contain (C14). @default [] */
  omittedFields: string[];
  /** Whether answers still contain last_modified (C14). @default false */
  lastModified: boolean;
  /** `authorization` and `emails_processed` in answers (C14). @default "present" */
  statistics: "present" | "null" | "absent";
  /** What changes by itself between reads: nothing, the counters, or also modified_at, SPF and DMARC (C15). @default "counters" */
  volatile: "none" | "counters" | "all";
  /** Case of `status` (C16). @default "upper" */
  statusCase: "upper" | "lower" | "null";
  /** Order of arrays in answers (C18). @default "asSent" */
  arrayOrder: "asSent" | "reversed";
  /** Form of IPs in answers (C18). @default "asSent" */
  ipForm: "asSent" | "normalised";
  /** Milliseconds by which Cloudflare's reads lag behind writes. @default 0 */
  cloudflareReadLagMs: number;
  /** Whether a domain is added or removed between the first page and the next, `pageShiftTimes` times (C22). @default "no" */
  pageShift: "no" | "add" | "remove";
  /** How many more times `pageShift` happens (C22). @default 1 */
  pageShiftTimes: number;
  /** Requests per token and window (C24). @default 1200 */
  rateLimit: number;
  /** Length of the window, and of the block after it, in seconds (C24). @default 300 */
  rateWindowSeconds: number;
  /** Requests per second (C24). @default 200 */
  rateBurst: number;

  /** Which generation of disposition headers Cloudflare adds (C26). @default "cloudflare" */
  headerGeneration: "area1" | "cloudflare" | "both";
  /** Whether Cloudflare adds a header for `BULK`; according to the legacy page, only the dashboard shows it (C26). @default "stamped" */
  bulkHeader: "stamped" | "absent";
  /** The address that Cloudflare delivers mail from, one of its egress list (C28). @default "52.11.209.211" */
  egressAddress: string;
  /** What happens to mail for a domain that is not active, or not `DIRECT` (C29). @default "direct" */
  inactiveDomainMail: "direct" | "rejected";
  /** Whether Cloudflare quarantines Malicious and Spam regardless of `drop_dispositions` (C30). @default false */
  legacyQuarantine: boolean;
  /**
   * Which address the condition SenderIpRanges is compared with: that of the last hop, as documented, or the one that Enhanced
   * Filtering of an inbound connector finds before it (E50). @default "lastHop"
   */
  ruleSenderIp: "lastHop" | "enhancedFiltering";
  /**
   * Whether the IP lists of the connection filter apply to a last hop that Enhanced Filtering skips; not documented (E51).
   * @default "seen"
   */
  skippedHop: "seen" | "unseen";
  /** Whether Microsoft honours a rule's SCL; since 2026-08 the documentation calls it a request (E51). @default "honoured" */
  sclRequest: "honoured" | "ignored";
  /** The verdict of SCL 7 and 8, which the documentation no longer mentions (E51). @default "highConfidenceSpam" */
  scl7and8: "highConfidenceSpam" | "spam" | "nothing";
  /**
   * What the IP Allow List does: SCL -1 regardless of rules, SCL -1 unless a rule sets another, or nothing (E51).
   * @default "bypasses"
   */
  ipAllowList: "bypasses" | "ruleWins" | "noEffect";
  /**
   * Where the filter still acts on high confidence phishing despite SCL -1: only if the MX record names Microsoft, as
   * documented, or also behind Cloudflare (E51). @default "mxOnly"
   */
  secureByDefault: "mxOnly" | "always";
  /**
   * Which domain AssociatedAcceptedDomains of a connector refers to: the recipient's, according to the product group and users,
   * or the sender's, according to the cmdlet's page (E57). @default "recipient"
   */
  associatedDomains: "recipient" | "sender";
  /**
   * Whether a partner's connector that lists an address without restricting mail to it matches mail from there, so that RejectDirectSend
   * does not reject it. According to the connector's page, the addresses apply only with the restriction. @default "ignored"
   */
  directSendUnrestricted: "ignored" | "matches";
  /**
   * The verdict on mail from a blocked sender: high confidence spam according to the page on block lists, spam according to
   * that of the cmdlet (E59). @default "highConfidenceSpam"
   */
  blockedSender: "highConfidenceSpam" | "spam";
  /** Which list applies to a sender who is both allowed and blocked (E59). @default "allowed" */
  allowedAndBlocked: "allowed" | "blocked";
  /**
   * The place of high confidence spam in the order of categories: after spoof and impersonation, as the page on order and
   * precedence says since 2025-09, or before them, as it said until then (E52). @default "beforeSpoof"
   */
  highConfidenceSpamOrder: "beforeSpoof" | "afterImpersonation";
  /** Milliseconds until a changed mail flow rule applies to mail (E54). @default 0 */
  ruleDelayMs: number;
  /** Milliseconds by which the mail reports lag behind the mail. @default 0 */
  reportLagMs: number;
}

/** The values of the switches when the simulator starts. */
export const defaultQuirks: Readonly<Quirks> = {
  latencyMs: 0,
  tokenLifetimeSeconds: 3599,
  writeAnswer: "emptyValue",
  newReturnsObject: true,
  regionalRedirect: "",
  roleSpreadMs: 0,
  forbiddenBody: "nul",
  forbiddenDiagnostics: true,
  exchangeRateLimitHeaders: false,
  concurrentRequests: 0,
  continuation: "works",
  emptyValue: "array",
  bareSingletons: false,
  shuffleLists: false,
  readLagMs: 0,
  flap: false,
  whenChangedResolutionMs: 1000,
  errorDetails: "pipe",
  errorIdEmpty: false,
  notFoundStatus: 404,
  unknownIdentity: "error",
  identityPrefix: false,
  permissionsReadBack: "text",
  idlePermissionBits: "asSent",
  removalInUse: "refused",
  customizationLagMs: 0,
  sclType: "number",
  ipRangeForm: "asSent",
  wideIpRanges: "refused",
  senderListForm: "asKept",
  loneParameter: "refused",
  actionWithoutValue: "refused",
  createStatus: 201,
  verification: "documented",
  badTokenStatus: 401,
  putNeedsLookbackHops: true,
  domainInUpdate: "ignored",
  existingDomain: 409,
  omittedDefaults: "absent",
  omittedFields: [],
  lastModified: false,
  statistics: "present",
  volatile: "counters",
  statusCase: "upper",
  arrayOrder: "asSent",
  ipForm: "asSent",
  cloudflareReadLagMs: 0,
  pageShift: "no",
  pageShiftTimes: 1,
  rateLimit: 1200,
  rateWindowSeconds: 300,
  rateBurst: 200,
  headerGeneration: "cloudflare",
  bulkHeader: "stamped",
  egressAddress: "52.11.209.211",
  inactiveDomainMail: "direct",
  legacyQuarantine: false,
  ruleSenderIp: "lastHop",
  skippedHop: "seen",
  sclRequest: "honoured",
  scl7and8: "highConfidenceSpam",
  ipAllowList: "bypasses",
  secureByDefault: "mxOnly",
  associatedDomains: "recipient",
  directSendUnrestricted: "ignored",
  blockedSender: "highConfidenceSpam",
  allowedAndBlocked: "allowed",
  highConfidenceSpamOrder: "beforeSpoof",
  ruleDelayMs: 0,
  reportLagMs: 0,
};

/** The allowed values of switches with a fixed choice. The others take a number, a text, a list or a boolean. */
export const quirkChoices: {
  [
    K in keyof Quirks as string extends Quirks[K]
      ? never
      : Quirks[K] extends string | 404 | 400 | 500 | 409 | 401 | 403 | 201 | 200
        ? K
        : never
  ]: readonly Quirks[K][];
} = {
  writeAnswer: ["emptyValue", "emptyBody", "noContent"],
  forbiddenBody: ["nul", "nulGzip", "empty"],
  continuation: ["works", "refused"],
  emptyValue: ["array", "null", "absent"],
  errorDetails: ["pipe", "json"],
  notFoundStatus: [404, 400, 500],
  unknownIdentity: ["error", "empty", "all"],
  permissionsReadBack: ["text", "number"],
  idlePermissionBits: ["asSent", "set", "cleared"],
  removalInUse: ["refused", "allowed"],
  sclType: ["number", "string"],
  ipRangeForm: ["asSent", "normalised"],
  wideIpRanges: ["refused", "accepted"],
  senderListForm: ["asKept", "typeNotes", "smtpAddress", "objects"],
  loneParameter: ["refused", "accepted"],
  actionWithoutValue: ["refused", "accepted"],
  createStatus: [201, 200],
  verification: ["documented", "noContent", "notFound"],
  badTokenStatus: [401, 403],
  domainInUpdate: ["ignored", "refused"],
  existingDomain: [409, 400, 200],
  omittedDefaults: ["null", "absent", "default"],
  statistics: ["present", "null", "absent"],
  volatile: ["none", "counters", "all"],
  statusCase: ["upper", "lower", "null"],
  arrayOrder: ["asSent", "reversed"],
  ipForm: ["asSent", "normalised"],
  pageShift: ["no", "add", "remove"],
  headerGeneration: ["area1", "cloudflare", "both"],
  bulkHeader: ["stamped", "absent"],
  inactiveDomainMail: ["direct", "rejected"],
  ruleSenderIp: ["lastHop", "enhancedFiltering"],
  skippedHop: ["seen", "unseen"],
  sclRequest: ["honoured", "ignored"],
  scl7and8: ["highConfidenceSpam", "spam", "nothing"],
  ipAllowList: ["bypasses", "ruleWins", "noEffect"],
  secureByDefault: ["mxOnly", "always"],
  associatedDomains: ["recipient", "sender"],
  directSendUnrestricted: ["ignored", "matches"],
  blockedSender: ["highConfidenceSpam", "spam"],
  allowedAndBlocked: ["allowed", "blocked"],
  highConfidenceSpamOrder: ["beforeSpoof", "afterImpersonation"],
};

/**
 * Sets switches.
 * @throws Error that names the switch if it does not exist or does not accept the value.
 */
export function setQuirks(
  quirks: Quirks,
  changes: Readonly<Record<string, unknown>>,
): void {
  for (const [name, value] of Object.entries(changes)) {
    if (!(name in defaultQuirks))
      throw new Error(`There is no quirk "${name}"`);
    const allowed = (quirkChoices as Record<string, readonly unknown[]>)[name];
    const byDefault: unknown = defaultQuirks[name as keyof Quirks];
    const fits = allowed
      ? allowed.includes(value)
      : Array.isArray(byDefault)
        ? Array.isArray(value) &&
          value.every((entry) => typeof entry === "string")
        : typeof value === typeof byDefault;
    if (!fits)
      throw new Error(
        `Quirk "${name}" takes ${allowed ? allowed.join(", ") : Array.isArray(byDefault) ? "an array of names" : `a ${typeof byDefault}`}, not ${JSON.stringify(value)}`,
      );
  }
  Object.assign(quirks, structuredClone(changes));
}
