import { egressRanges } from "../../simulator/mail/addresses";
import { quirkChoices, type Quirks } from "../../simulator/quirks";

/** The values of every switch with which a stack's whole life is run. A missing switch does not compile. */
export const values: { [K in keyof Quirks]: readonly Quirks[K][] } = {
  ...quirkChoices,
  latencyMs: [0, 15],
  tokenLifetimeSeconds: [3599, 5],
  newReturnsObject: [true, false],
  regionalRedirect: ["", "eur01"],
  roleSpreadMs: [0, 60_000],
  forbiddenDiagnostics: [true, false],
  exchangeRateLimitHeaders: [false, true],
  concurrentRequests: [0, 1, 3],
  bareSingletons: [false, true],
  shuffleLists: [false, true],
  readLagMs: [0, 120],
  flap: [false, true],
  whenChangedResolutionMs: [1000, 1],
  errorIdEmpty: [false, true],
  identityPrefix: [false, true],
  customizationLagMs: [0, 250],
  putNeedsLookbackHops: [true, false],
  omittedFields: [
    [],
    ["emails_processed", "authorization", "modified_at", "created_at"],
    ["dmarc_status", "spf_status", "inbox_provider", "o365_tenant_id"],
    ["status"],
    ["folder", "integration_id"],
    ["ip_restrictions"],
    ["drop_dispositions"],
    ["lookback_hops"],
    ["require_tls_inbound", "require_tls_outbound"],
    ["transport"],
    ["regions", "allowed_delivery_modes"],
  ],
  lastModified: [false, true],
  cloudflareReadLagMs: [0, 120],
  pageShiftTimes: [1, 3],
  rateLimit: [1200, 4],
  rateWindowSeconds: [300, 1],
  rateBurst: [200, 2],
  egressAddress: egressRanges.map(
    (range) =>
      ({
        "104.30.32.0/19": "104.30.63.9",
        "134.195.26.0/23": "134.195.27.9",
        "2405:8100:c400::/38": "2405:8100:c400::9",
      })[range as string] ?? range.replace("0/26", "9"),
  ),
  legacyQuarantine: [false, true],
  ruleDelayMs: [0, 60_000],
  reportLagMs: [0, 60_000],
};

/** Further switches that a switch needs to have an effect. */
export const beside: Partial<Record<keyof Quirks, Partial<Quirks>>> = {
  flap: { readLagMs: 120 },
  pageShiftTimes: { pageShift: "add" },
  rateLimit: { rateWindowSeconds: 1 },
};
