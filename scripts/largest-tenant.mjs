// For `npm run bench`: the snapshot of a tenant with the greatest size that Exchange Online allows, and Cloudflare in front of all domains.
const hostOf = (domain) =>
  `${domain.replaceAll(".", "-")}.mail.protection.outlook.com`;

const everybody = {
  sentTo: [],
  sentToMemberOf: [],
  recipientDomainIs: [],
  exceptIfSentTo: [],
  exceptIfSentToMemberOf: [],
  exceptIfRecipientDomainIs: [],
};

/** Returns a snapshot with 300 rules (the given number of them undecidable), 50 anti-spam policies for two domains each, and 100 domains. */
export function largestTenant(undecidable = 0) {
  const domains = Array.from({ length: 100 }, (_, n) => `d${n}.example.com`);
  return {
    takenAt: "2026-11-23T12:00:00.000Z",
    domains: {
      value: domains.map((domain) => ({
        domain,
        domainId: domain,
        status: "ACTIVE",
        transport: hostOf(domain),
        dropDispositions: [],
        allowedDeliveryModes: ["DIRECT"],
        ipRestrictions: [],
      })),
    },
    acceptedDomains: {
      value: domains.map((domainName, n) => ({
        domainName,
        domainType: "Authoritative",
        default: n === 0,
        initialDomain: false,
        matchSubDomains: false,
      })),
    },
    inboundConnectors: { value: [] },
    connectionFilters: {
      value: [
        {
          name: "Default",
          isDefault: true,
          ipAllowList: [],
          ipBlockList: [],
          enableSafeList: false,
        },
      ],
    },
    transportRules: {
      value: Array.from({ length: 300 }, (_, n) => ({
        name: `Rule ${n}`,
        priority: n,
        enabled: true,
        mode: "Enforce",
        stopRuleProcessing: false,
        unread: [],
        ...(n < undecidable
          ? undecidableRule(n)
          : n < 296
            ? unrelatedRule(domains, n)
            : ourRule(n - 296)),
      })),
    },
    antiSpamPolicies: { value: Array.from({ length: 50 }, antiSpamPolicy) },
    antiSpamRules: {
      value: Array.from({ length: 49 }, (_, n) => ({
        ...everybody,
        name: `Policy ${n + 1}`,
        enabled: true,
        priority: n,
        hostedContentFilterPolicy: `Policy ${n + 1}`,
        recipientDomainIs: domains.slice(2 * n, 2 * n + 2),
      })),
    },
    presetRules: { value: [] },
    antiPhishPolicies: { value: [] },
    malwarePolicies: { value: [] },
    quarantinePolicies: {
      value: ["Release", "RequestRelease"].map((release) => ({
        name: quarantineOf(release),
        endUserQuarantinePermissions: [release, "Delete", "Preview"],
        esnEnabled: true,
      })),
    },
    quarantineNotification: { value: null },
    organization: {
      value: { name: "contoso.onmicrosoft.com", isDehydrated: false },
    },
    mailExchanges: {
      value: Object.fromEntries(
        domains.map((domain) => [domain, [hostOf(domain)]]),
      ),
    },
  };
}

const quarantineOf = (release) =>
  release === "Release" ? "UserNotifyUserRelease" : "UserNotifyAdminRelease";

/** The addresses of the library's rules: forty entries. */
const ranges = Array.from({ length: 40 }, (_, n) => `104.30.${n}.0/24`).concat(
  "52.11.209.211",
);

function ourRule(n) {
  return {
    conditions: {
      headerContainsMessageHeader:
        n % 2 ? "X-Area1Security-Disposition" : "X-CFEmailSecurity-Disposition",
      headerContainsWords: n < 2 ? ["UCE", "SPAM", "SPOOF"] : ["MALICIOUS"],
      senderIpRanges: ranges,
    },
    actions: { setScl: n < 2 ? 5 : 9 },
  };
}

/** Returns a rule with a condition that the model cannot decide. It sets a header of its own. */
function undecidableRule(n) {
  return {
    conditions: {
      recipientADAttributeContainsWords: ["Department:Sales"],
    },
    actions: { setHeaderName: `X-Rule-${n}`, setHeaderValue: "yes" },
  };
}

function unrelatedRule(domains, n) {
  return [
    {
      conditions: {
        recipientDomainIs: [domains[n % domains.length]],
        senderIpRanges: ["192.0.2.0/24"],
      },
      actions: { setScl: -1 },
    },
    {
      conditions: {
        subjectContainsWords: ["invoice"],
        fromScope: "NotInOrganization",
      },
      actions: { quarantine: true },
    },
    {
      conditions: {
        headerContainsMessageHeader: "X-Other",
        headerContainsWords: ["yes"],
        senderIpRanges: ranges,
      },
      actions: { setScl: 5 },
    },
  ][n % 3];
}

function antiSpamPolicy(_, n) {
  return {
    name: n === 0 ? "Default" : `Policy ${n}`,
    isDefault: n === 0,
    spamAction: "Quarantine",
    spamQuarantineTag: quarantineOf("Release"),
    highConfidenceSpamAction: "Quarantine",
    highConfidenceSpamQuarantineTag: quarantineOf("RequestRelease"),
    phishSpamAction: "Quarantine",
    highConfidencePhishAction: "Quarantine",
    bulkSpamAction: "MoveToJmf",
    bulkThreshold: 7,
    markAsSpamBulkMail: "On",
    // So that each domain is a separate class of recipients.
    quarantineRetentionPeriod: 1 + (n % 30),
    allowedSenders: [],
    allowedSenderDomains: [],
    blockedSenders: [],
    blockedSenderDomains: [],
    redirectToRecipients: [],
  };
}
