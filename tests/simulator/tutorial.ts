import type { Simulator } from "../../simulator/index";

/** Cloudflare's egress addresses in the form that Microsoft 365 accepts: 42 entries. */
export const egressEntries = [
  "52.11.209.211",
  "52.89.255.11",
  "52.0.67.109",
  "54.173.50.115",
  "35.157.195.63",
  "52.58.35.43",
  "158.51.64.0/26",
  "158.51.65.0/26",
  "134.195.26.0/24",
  "134.195.27.0/24",
  ...Array.from({ length: 32 }, (_, at) => `104.30.${32 + at}.0/24`),
];

/** What differs from use case 4 as it is right today. */
export interface Variation {
  /** Header of both rules. */
  header?: string;
  /** Words of the rule for Spam and Spoof. */
  words?: string[];
  /** Values of the domain. */
  domain?: Record<string, string | boolean | string[] | null>;
}

/** The domain example.com as the tutorials configure it, without dropped dispositions. */
export const tutorialDomain = {
  domain: "example.com",
  allowed_delivery_modes: ["DIRECT"],
  lookback_hops: 1,
  transport: "example-com.mail.protection.outlook.com",
  ip_restrictions: [],
  require_tls_outbound: true,
  drop_dispositions: [],
};

/** Configures use case 4 for example.com by hand, according to the tutorial. */
export function followTutorial(
  { tenant, account }: Simulator,
  { header = "X-CFEmailSecurity-Disposition", words, domain }: Variation = {},
): void {
  account.add({ ...tutorialDomain, ...domain });
  tenant.add("QuarantinePolicy", {
    Name: "UserNotifyUserRelease",
    EndUserQuarantinePermissionsValue: 7,
    ESNEnabled: true,
  });
  tenant.add("QuarantinePolicy", {
    Name: "UserNotifyAdminRelease",
    EndUserQuarantinePermissionsValue: 11,
    ESNEnabled: true,
  });
  tenant.edit("HostedContentFilterPolicy", "Default", {
    SpamAction: "Quarantine",
    SpamQuarantineTag: "UserNotifyUserRelease",
    HighConfidenceSpamAction: "Quarantine",
    HighConfidenceSpamQuarantineTag: "UserNotifyAdminRelease",
    PhishSpamAction: "Quarantine",
    PhishQuarantineTag: "UserNotifyAdminRelease",
    HighConfidencePhishAction: "Quarantine",
    HighConfidencePhishQuarantineTag: "UserNotifyAdminRelease",
    QuarantineRetentionPeriod: 15,
  });
  tenant.add("TransportRule", {
    Name: userRule,
    HeaderContainsMessageHeader: header,
    HeaderContainsWords: words ?? ["UCE", "SPOOF"],
    SenderIpRanges: egressEntries,
    SetSCL: 5,
  });
  tenant.add("TransportRule", {
    Name: adminRule,
    HeaderContainsMessageHeader: header,
    HeaderContainsWords: ["MALICIOUS"],
    SenderIpRanges: egressEntries,
    SetSCL: 9,
  });
}

/** The name of the rule for Spam and Spoof. */
export const userRule = "Email Security User Quarantine Message";
/** The name of the rule for Malicious. */
export const adminRule = "Email Security User Quarantine Message Admin Release";
/** The address that the tests' mail is for. */
export const recipient = "megan@example.com";
