import type { Verdict } from "../../mail-flow/message";
import type { AntiSpamPolicy, Snapshot } from "../../mail-flow/snapshot";
import { quarantine, valueOf } from "./fresh-tenant";
import {
  configuredTenant,
  follow,
  scope,
  withDefault,
  withPolicies,
  withRules,
} from "./mail-tenant";

const policyOf = (
  snapshot: Snapshot,
  message: Parameters<typeof follow>[1] = {},
) => follow(snapshot, message).policy;

test("Strict comes before Standard, Standard before custom policies by priority, and these before Default", () => {
  const everybody = { recipientDomainIs: ["example.com"] };
  const custom = [
    scope({ ...everybody, name: "Second", priority: 1 }),
    scope({ ...everybody, name: "First", priority: 0 }),
  ];
  const standard = scope({
    name: "Standard Preset Security Policy",
    priority: 0,
  });
  const strict = scope({ name: "Strict Preset Security Policy", priority: 1 });
  expect(policyOf(withPolicies(custom, [standard, strict]))).toBe(
    "Strict Preset Security Policy",
  );
  expect(
    policyOf(withPolicies(custom, [standard, { ...strict, enabled: false }])),
  ).toBe("Standard Preset Security Policy");
  expect(policyOf(withPolicies(custom))).toBe("First");
  expect(
    policyOf(
      withPolicies(
        custom.map((one) => ({ ...one, enabled: one.name === "Second" })),
      ),
    ),
  ).toBe("Second");
  expect(policyOf(withPolicies([]))).toBe("Default");
});

test("a preset is recognised by the type of its policy, whatever the name of its rule", () => {
  const rules = [scope({ name: "A" }), scope({ name: "B", priority: 1 })];
  const snapshot = withPolicies([], rules);
  if ("value" in snapshot.antiSpamPolicies)
    for (const policy of snapshot.antiSpamPolicies.value)
      policy.recommendedPolicyType =
        policy.name === "B" ? "Strict" : "Standard";
  expect(policyOf(snapshot)).toBe("B");
});

test("renamed presets whose policies have no type are recognised by their fixed priorities", () => {
  const rules = [
    scope({ name: "Not so strict", priority: 1 }),
    scope({ name: "Leadership", priority: 0 }),
  ];
  expect(policyOf(withPolicies([], rules))).toBe("Leadership");
});

test("conditions of a scope are joined with and, their values with or, and any exception excludes", () => {
  const covers = (
    changes: Parameters<typeof scope>[0],
    message?: Parameters<typeof follow>[1],
  ) =>
    policyOf(withPolicies([scope({ name: "Custom", ...changes })]), message) ===
    "Custom";
  const member = { recipientGroups: ["Sales@Example.com"] };
  expect(covers({ sentTo: ["pat@example.com", "Megan@example.com"] })).toBe(
    true,
  );
  expect(
    covers({
      sentTo: ["megan@example.com"],
      recipientDomainIs: ["example.org"],
    }),
  ).toBe(false);
  expect(covers({ sentToMemberOf: ["sales@example.com"] })).toBe(false);
  expect(covers({ sentToMemberOf: ["sales@example.com"] }, member)).toBe(true);
  const domain = { recipientDomainIs: ["example.com"] };
  expect(covers({ ...domain, exceptIfSentTo: ["megan@example.com"] })).toBe(
    false,
  );
  expect(
    covers(
      { ...domain, exceptIfSentToMemberOf: ["sales@example.com"] },
      member,
    ),
  ).toBe(false);
  expect(
    covers({ ...domain, exceptIfRecipientDomainIs: ["example.com"] }),
  ).toBe(false);
  expect(
    covers({
      ...domain,
      exceptIfSentTo: ["pat@example.com"],
      exceptIfSentToMemberOf: ["board@example.com"],
    }),
  ).toBe(true);
});

test("a domain in a scope includes its subdomains", () => {
  const snapshot = withPolicies([
    scope({
      name: "Parent",
      recipientDomainIs: ["com"],
      exceptIfRecipientDomainIs: ["other.example.com"],
    }),
  ]);
  expect(policyOf(snapshot)).toBe("Parent");
});

test("the rule of a custom policy without conditions applies to no recipient, a preset's to all", () => {
  expect(policyOf(withPolicies([scope({ name: "Custom" })]))).toBe("Default");
  expect(
    policyOf(
      withPolicies([], [scope({ name: "Strict Preset Security Policy" })]),
    ),
  ).not.toBe("Default");
});

test("the destination of mail is unknown if its policy does not exist", () => {
  const gone = scope({
    name: "Custom",
    recipientDomainIs: ["example.com"],
    hostedContentFilterPolicy: "Gone",
  });
  expect(follow(withPolicies([gone])).outcome).toBe("notDocumented");
  expect(follow(withPolicies([gone]), { disposition: "None" }).outcome).toBe(
    "inbox",
  );
});

test("of the requested verdict and Microsoft's own, the first in the order of categories applies", () => {
  const verdict = (
    disposition: "Malicious" | "Spam",
    microsoftVerdict: Verdict,
  ) => follow(configuredTenant(), { disposition, microsoftVerdict }).verdict;
  for (const own of ["malware", "highConfidencePhish", "phish"] as const)
    expect(verdict("Malicious", own)).toBe(own);
  for (const own of ["spam", "bulk"] as const)
    expect(verdict("Malicious", own)).toBe("highConfidenceSpam");
  // The page of 2024 puts high confidence spam before these, that of 2025 after them.
  for (const own of ["spoof", "userImpersonation"] as const)
    expect(verdict("Malicious", own)).toBeNull();
  expect(verdict("Spam", "spoof")).toBe("spoof");
  expect(verdict("Spam", "highConfidenceSpam")).toBe("highConfidenceSpam");
  expect(verdict("Spam", "bulk")).toBe("spam");
});

test("the anti-phishing policy decides about spoofed mail, and the anti-spam policy for how long it is kept", () => {
  const spoof = { disposition: "Spam", microsoftVerdict: "spoof" } as const;
  const settings = (changes: Record<string, string | boolean>): Snapshot => ({
    ...withDefault({ quarantineRetentionPeriod: 21 }),
    antiPhishPolicies: {
      value: [
        {
          name: "Office365 AntiPhish Default",
          isDefault: true,
          settings: {
            authenticationFailAction: "Quarantine",
            spoofQuarantineTag: "UserNotifyAdminRelease",
            ...changes,
          },
        },
      ],
    },
  });
  expect(follow(configuredTenant(), spoof)).toMatchObject({
    outcome: "junk",
    policy: "Office365 AntiPhish Default",
  });
  expect(follow(settings({}), spoof)).toMatchObject({
    outcome: "quarantine",
    quarantinePolicy: "UserNotifyAdminRelease",
    retentionDays: 21,
  });
  expect(
    follow(settings({ enableSpoofIntelligence: false }), spoof),
  ).toMatchObject({ verdict: "spam", policy: "Default" });
  expect(
    follow(settings({}), {
      microsoftVerdict: "userImpersonation",
      disposition: "Spam",
    }).outcome,
  ).toBe("notDocumented");
});

test("custom anti-phishing policies, whose scopes are not read, matter only if their action differs", () => {
  const spoof = { disposition: "None", microsoftVerdict: "spoof" } as const;
  const custom = (
    authenticationFailAction: string,
    enabled = true,
  ): Snapshot => {
    const snapshot = configuredTenant();
    const own =
      "value" in snapshot.antiPhishPolicies
        ? snapshot.antiPhishPolicies.value
        : [];
    return {
      ...snapshot,
      antiPhishPolicies: {
        value: [
          ...own,
          {
            name: "Board",
            isDefault: false,
            enabled,
            settings: { authenticationFailAction },
          },
        ],
      },
    };
  };
  expect(follow(custom("Quarantine"), spoof).outcome).toBe("notDocumented");
  expect(follow(custom("MoveToJmf"), spoof)).toMatchObject({
    outcome: "junk",
    policy: null,
  });
  expect(follow(custom("Quarantine", false), spoof).outcome).toBe("junk");
  const off = custom("MoveToJmf");
  if ("value" in off.antiPhishPolicies)
    Object.assign(off.antiPhishPolicies.value[1]?.settings ?? {}, {
      enableSpoofIntelligence: false,
    });
  // Either junk, or the next verdict: spam, in quarantine.
  expect(follow(off, { ...spoof, disposition: "Spam" }).outcome).toBe(
    "notDocumented",
  );
});

test("mail is bulk from the threshold of the recipient's policy on, if that policy marks bulk mail", () => {
  const bulk = (
    bcl: number | undefined,
    changes: Partial<AntiSpamPolicy> = {},
  ) =>
    follow(withDefault({ bulkThreshold: 6, ...changes }), {
      disposition: "None",
      ...(bcl === undefined ? { microsoftVerdict: "bulk" } : { bcl }),
    }).verdict;
  expect([5, 6, undefined].map((bcl) => bulk(bcl))).toEqual([
    "none",
    "bulk",
    "bulk",
  ]);
  expect(bulk(9, { markAsSpamBulkMail: "Off" })).toBe("none");
  expect(bulk(9, { markAsSpamBulkMail: "Test" })).toBe("none");
});

test("allowed senders skip spam filtering, blocked ones are high confidence spam, and a sender on both lists is not documented", () => {
  const from = (
    changes: Partial<AntiSpamPolicy>,
    message?: Parameters<typeof follow>[1],
  ) =>
    follow(withDefault(changes), {
      sender: "Friend@partner.example",
      ...message,
    });
  const allowed = { allowedSenders: ["friend@partner.example"] };
  const blocked = { blockedSenderDomains: ["Partner.example"] };
  expect(from(allowed)).toMatchObject({
    outcome: "inbox",
    scl: -1,
    verdict: "none",
  });
  expect(from({ allowedSenderDomains: ["partner.example"] }).outcome).toBe(
    "inbox",
  );
  expect(from({ allowedSenderDomains: ["example"] }).outcome).toBe(
    "quarantine",
  );
  expect(from(allowed, { microsoftVerdict: "malware" }).verdict).toBe(
    "malware",
  );
  expect(from({ ...allowed, ...blocked }).outcome).toBe("notDocumented");
  // Whatever the list says, the rule asks for high confidence spam.
  expect(from(blocked, { disposition: "Malicious" })).toMatchObject({
    outcome: "quarantine",
    verdict: "highConfidenceSpam",
  });
  // The vendor's pages say spam, and high confidence spam.
  const { outcome, steps } = from(blocked, { disposition: "None" });
  expect(outcome).toBe("notDocumented");
  expect(steps.map(({ why }) => why)).toContain(
    "the sender is blocked, which makes it spam or high confidence spam: the vendor's pages differ",
  );
});

test("an allowed sender of the organisation's own domains skips the filter only if the message passes email authentication", () => {
  const { outcome, steps } = follow(
    withDefault({ allowedSenderDomains: ["example.com"] }),
    { sender: "boss@example.com" },
  );
  expect(outcome).toBe("notDocumented");
  expect(steps.map(({ why }) => why).join()).toContain(
    "if the message passes email authentication",
  );
});

test("the default policy is the one with the flag, whatever its name and position", () => {
  const tenant = withDefault({ isDefault: false });
  const policies = valueOf(tenant.antiSpamPolicies);
  const baseline = {
    ...policies[0]!,
    name: "Baseline",
    isDefault: true,
    highConfidenceSpamAction: "MoveToJmf",
  };
  for (const value of [
    [...policies, baseline],
    [baseline, ...policies],
  ])
    expect(follow({ ...tenant, antiSpamPolicies: { value } }).outcome).toBe(
      "junk",
    );
});

test("skipping the filter delivers high confidence phishing if the MX names Cloudflare, and never malware", () => {
  const skipping = withRules({ actions: { setScl: -1 } });
  const verdict = (microsoftVerdict: Verdict, recipient: string) =>
    follow(skipping, { microsoftVerdict, recipient }).verdict;
  expect(verdict("highConfidencePhish", "megan@example.com")).toBe("none");
  expect(verdict("highConfidencePhish", "pat@example.org")).toBe(
    "highConfidencePhish",
  );
  for (const recipient of ["megan@example.com", "pat@example.org"]) {
    expect(verdict("malware", recipient)).toBe("malware");
    expect(verdict("phish", recipient)).toBe("none");
  }
});

test("the action of the verdict decides, and its tag counts only with Quarantine", () => {
  const doing = (spamAction: string) => {
    const { outcome, quarantinePolicy } = follow(withDefault({ spamAction }), {
      disposition: "Spam",
    });
    return [outcome, quarantinePolicy];
  };
  expect(doing("quarantine")).toEqual(["quarantine", "UserNotifyUserRelease"]);
  expect(doing("MoveToJmf")).toEqual(["junk", null]);
  expect(doing("Delete")).toEqual(["deleted", null]);
  expect(doing("Redirect")).toEqual(["redirected", null]);
  expect(doing("ModifySubject")).toEqual(["junk", null]);
  expect(doing("AddXHeader")).toEqual(["junk", null]);
  expect(doing("SomethingNew")).toEqual(["notDocumented", null]);
  const bulk = (bulkSpamAction: string) =>
    follow(withDefault({ bulkSpamAction }), {
      disposition: "None",
      microsoftVerdict: "bulk",
    }).outcome;
  expect([bulk("NoAction"), bulk("AddXHeader")]).toEqual(["inbox", "inbox"]);
});

test("the obsolete MoveToJmf for high confidence phishing is Quarantine", () => {
  expect(
    follow(withDefault({ highConfidencePhishAction: "MoveToJmf" }), {
      microsoftVerdict: "highConfidencePhish",
    }),
  ).toMatchObject({ outcome: "quarantine", action: "Quarantine" });
});

test("only an administrator releases high confidence phishing and malware: the permission to release becomes one to request it", () => {
  const release = (microsoftVerdict: Verdict) => {
    const path = follow(
      withDefault({
        highConfidencePhishQuarantineTag: "Everything",
        phishQuarantineTag: "Everything",
      }),
      { microsoftVerdict },
    );
    return [path.release, path.retentionDays];
  };
  expect(release("phish")).toEqual(["self", 15]);
  expect(release("highConfidencePhish")).toEqual(["request", 15]);
  expect(release("malware")).toEqual(["request", 30]);
});

test("without a tag, Microsoft's default applies: the strict one for verdicts that recipients may not release, the tenant's older one if it exists", () => {
  const under = (snapshot: Snapshot, message: Parameters<typeof follow>[1]) =>
    follow(snapshot, message).quarantinePolicy;
  const untagged = withDefault({
    spamQuarantineTag: "",
    highConfidencePhishQuarantineTag: "",
  });
  expect(under(untagged, { disposition: "Spam" })).toBe(
    "DefaultFullAccessPolicy",
  );
  expect(under(untagged, { microsoftVerdict: "highConfidencePhish" })).toBe(
    "AdminOnlyAccessPolicy",
  );
  if ("value" in untagged.quarantinePolicies)
    untagged.quarantinePolicies.value.push(
      quarantine("NotificationEnabledPolicy", []),
    );
  expect(under(untagged, { disposition: "Spam" })).toBe(
    "NotificationEnabledPolicy",
  );
});

test("if the quarantine policy does not exist, it is unknown who releases, and nobody is notified", () => {
  expect(
    follow(withDefault({ spamQuarantineTag: "Gone" }), { disposition: "Spam" }),
  ).toMatchObject({
    outcome: "quarantine",
    quarantinePolicy: "Gone",
    release: null,
    notified: false,
    notificationFrequency: null,
  });
});

test("a quarantine policy is found in any case, and rights that are not returned are unknown", () => {
  const snapshot = withDefault({ spamQuarantineTag: "usernotifyuserrelease" });
  expect(follow(snapshot, { disposition: "Spam" }).quarantinePolicy).toBe(
    "UserNotifyUserRelease",
  );
  if ("value" in snapshot.quarantinePolicies)
    for (const policy of snapshot.quarantinePolicies.value) {
      delete policy.endUserQuarantinePermissions;
      policy.esnEnabled = false;
    }
  expect(follow(snapshot, { disposition: "Spam" })).toMatchObject({
    release: null,
    notified: false,
  });
});

test("only an administrator releases if the recipient may neither release nor request it", () => {
  expect(
    follow(withDefault({ spamQuarantineTag: "AdminOnlyAccessPolicy" }), {
      disposition: "Spam",
    }),
  ).toMatchObject({
    release: "none",
    preview: false,
    delete: false,
  });
});
