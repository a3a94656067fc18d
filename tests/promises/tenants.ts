import type { Simulator } from "../../simulator/index";
import type { JsonObject } from "../../simulator/json";

/** The two generations of names and headers. */
const generations = [
  { prefix: "Area 1", header: "X-Area1Security-Disposition" },
  { prefix: "Email Security", header: "X-CFEmailSecurity-Disposition" },
] as const;

/** How somebody left a tenant and an account, and why it is looked at. */
export interface LeftTenant {
  readonly name: string;
  /** Leaves it so in a fresh simulator with the domain example.com. */
  prepare(simulator: Simulator): void;
  /** Whether use case 4 cannot be brought there without an instant of exposure, so that it must be refused. */
  readonly refused?: true;
  /** Whether changes of the program are tried there, too. */
  readonly changing?: true;
}

const released = 7;
const requested = 11;

function quarantine(
  { tenant }: Simulator,
  Name: string,
  EndUserQuarantinePermissionsValue: number,
): void {
  tenant.add("QuarantinePolicy", {
    Name,
    EndUserQuarantinePermissionsValue,
    ESNEnabled: true,
  });
}

/** Where high confidence spam, phishing and high confidence phishing go. */
function grave({ tenant }: Simulator, tag: string, spamTag?: string): void {
  tenant.edit("HostedContentFilterPolicy", "Default", {
    HighConfidenceSpamAction: "Quarantine",
    HighConfidenceSpamQuarantineTag: tag,
    PhishSpamAction: "Quarantine",
    PhishQuarantineTag: tag,
    HighConfidencePhishQuarantineTag: tag,
    ...(spamTag !== undefined && {
      SpamAction: "Quarantine",
      SpamQuarantineTag: spamTag,
    }),
  });
}

/** A rule of each generation. @param suffix what its name ends with. */
function rules(
  { tenant }: Simulator,
  suffix: string,
  words: string[],
  more: JsonObject,
): void {
  for (const { prefix, header } of generations)
    tenant.add("TransportRule", {
      Name: `${prefix} ${suffix}`,
      HeaderContainsMessageHeader: header,
      HeaderContainsWords: words,
      ...more,
    });
}

function dropping({ account }: Simulator, ...dropped: string[]): void {
  account.add({
    domain: "example.com",
    transport: "example-com.mail.protection.outlook.com",
    drop_dispositions: dropped,
  });
}

/** Tenants as the tutorial's use cases leave them, and as people leave them who had ideas of their own. */
export const leftTenants: readonly LeftTenant[] = [
  { name: "nobody has touched", changing: true, prepare: () => undefined },
  {
    name: "use case 1 has set up",
    changing: true,
    prepare(simulator) {
      dropping(simulator, "MALICIOUS", "SPAM", "SPOOF");
      quarantine(simulator, "UserNotifyAdminRelease", requested);
      grave(simulator, "UserNotifyAdminRelease");
      rules(simulator, "Deliver to Junk Email folder", ["SUSPICIOUS", "BULK"], {
        SetSCL: 5,
      });
    },
  },
  {
    name: "use case 2 has set up: high confidence spam is its recipient's to release",
    prepare(simulator) {
      dropping(simulator, "MALICIOUS");
      quarantine(simulator, "UserNotifyUserRelease", released);
      quarantine(simulator, "UserNotifyAdminRelease", requested);
      grave(simulator, "UserNotifyAdminRelease");
      simulator.tenant.edit("HostedContentFilterPolicy", "Default", {
        HighConfidenceSpamQuarantineTag: "UserNotifyUserRelease",
      });
      rules(simulator, "User Quarantine Message", ["SPAM", "SPOOF"], {
        SetSCL: 9,
      });
    },
  },
  {
    name: "use case 3 has set up: the user's rule holds MALICIOUS",
    changing: true,
    prepare(simulator) {
      dropping(simulator);
      quarantine(simulator, "UserNotifyAdminRelease", requested);
      grave(simulator, "UserNotifyAdminRelease");
      rules(
        simulator,
        "User Quarantine Message",
        ["MALICIOUS", "SPAM", "SPOOF"],
        { SetSCL: 9 },
      );
    },
  },
  {
    name: "use case 5 has set up: a rule sends Malicious to the hosted quarantine",
    prepare(simulator) {
      dropping(simulator);
      grave(simulator, "AdminOnlyAccessPolicy");
      rules(
        simulator,
        "Admin Managed Host Quarantine",
        ["MALICIOUS", "SPAM", "SPOOF"],
        { Quarantine: true },
      );
    },
  },
  {
    name: "somebody has set up for use case 4 by hand",
    prepare(simulator) {
      dropping(simulator);
      quarantine(simulator, "UserNotifyUserRelease", released);
      quarantine(simulator, "UserNotifyAdminRelease", requested);
      grave(simulator, "UserNotifyAdminRelease", "UserNotifyUserRelease");
      rules(simulator, "User Quarantine Message", ["SPAM", "SPOOF"], {
        SetSCL: 5,
      });
      rules(simulator, "User Quarantine Message Admin Release", ["MALICIOUS"], {
        SetSCL: 9,
      });
    },
  },
  {
    name: "has the administrator's quarantine open to recipients",
    prepare(simulator) {
      dropping(simulator, "MALICIOUS");
      quarantine(simulator, "UserNotifyAdminRelease", released);
    },
  },
  {
    name: "has high confidence spam in Microsoft's quarantine, from which recipients release",
    prepare(simulator) {
      dropping(simulator, "MALICIOUS");
      grave(simulator, "DefaultFullAccessPolicy");
    },
  },
  ...[5, 6].map((SetSCL): LeftTenant => ({
    name: `has a user's rule that gives Malicious SCL ${SetSCL}, and spam in a quarantine for administrators`,
    refused: true,
    prepare(simulator) {
      dropping(simulator);
      quarantine(simulator, "UserNotifyAdminRelease", requested);
      grave(simulator, "UserNotifyAdminRelease", "AdminOnlyAccessPolicy");
      rules(
        simulator,
        "User Quarantine Message",
        ["MALICIOUS", "UCE", "SPOOF"],
        { SetSCL },
      );
    },
  })),
  {
    name: "has a user's rule that gives Malicious SCL 5, and spam in Junk",
    prepare(simulator) {
      dropping(simulator);
      rules(
        simulator,
        "User Quarantine Message",
        ["malicious", "UCE", "SPOOF"],
        { SetSCL: 5 },
      );
    },
  },
  {
    name: "has a rule of another name that gives Malicious SCL 5 and ends the processing",
    prepare(simulator) {
      dropping(simulator);
      rules(simulator, "to Junk", ["MALICIOUS"], {
        SetSCL: 5,
        StopRuleProcessing: true,
      });
    },
  },
  {
    name: "has such a rule switched off, in a mode that only watches, and for other words",
    prepare(simulator) {
      dropping(simulator, "MALICIOUS");
      rules(simulator, "off", ["MALICIOUS"], { SetSCL: 5, Enabled: false });
      rules(simulator, "watching", ["MALICIOUS"], { SetSCL: 5, Mode: "Audit" });
      rules(simulator, "other", ["SUSPICIOUS"], { SetSCL: 5 });
    },
  },
  {
    name: "has spam in a quarantine of its recipients already, Malicious with SCL 5 among it",
    prepare(simulator) {
      dropping(simulator);
      quarantine(simulator, "UserNotifyUserRelease", released);
      grave(simulator, "AdminOnlyAccessPolicy", "UserNotifyUserRelease");
      rules(
        simulator,
        "User Quarantine Message",
        ["MALICIOUS", "UCE", "SPOOF"],
        { SetSCL: 5 },
      );
    },
  },
  {
    name: "drops Malicious, with a custom policy that would put it into Junk",
    refused: true,
    prepare(simulator) {
      dropping(simulator, "MALICIOUS");
      custom(simulator, { HighConfidenceSpamAction: "MoveToJmf" });
    },
  },
  {
    name: "drops Malicious, with a custom policy whose quarantine recipients release from",
    refused: true,
    prepare(simulator) {
      dropping(simulator, "MALICIOUS");
      custom(simulator, {
        HighConfidenceSpamAction: "Quarantine",
        HighConfidenceSpamQuarantineTag: "DefaultFullAccessPolicy",
      });
    },
  },
  {
    name: "drops Malicious, with a custom policy that keeps it for administrators",
    prepare(simulator) {
      dropping(simulator, "MALICIOUS");
      custom(simulator, {
        HighConfidenceSpamAction: "Quarantine",
        HighConfidenceSpamQuarantineTag: "AdminOnlyAccessPolicy",
      });
    },
  },
  {
    name: "drops Malicious, under the Standard preset",
    refused: true,
    prepare(simulator) {
      dropping(simulator, "MALICIOUS");
      switchOn(simulator, "Standard");
    },
  },
];

/** Has a custom anti-spam policy for one of the recipients who are asked about. */
export function custom({ tenant }: Simulator, settings: JsonObject): void {
  if (tenant.find("HostedContentFilterPolicy", "Board")) {
    tenant.edit("HostedContentFilterPolicy", "Board", settings);
    return;
  }
  tenant.add("HostedContentFilterPolicy", { Name: "Board", ...settings });
  tenant.add("HostedContentFilterRule", {
    Name: "Board",
    HostedContentFilterPolicy: "Board",
    SentTo: ["megan@example.com"],
  });
}

/** Switches a preset on, whatever its rule is called: the priority says which preset a rule is for. Returns the rule's name. */
export function switchOn(
  { tenant }: Simulator,
  preset: "Standard" | "Strict",
): string {
  const rule = tenant.eopProtectionPolicyRules.find(
    ({ Priority }) => Priority === (preset === "Strict" ? 0 : 1),
  );
  if (!rule) throw new Error(`No rule is for the preset ${preset}`);
  tenant.edit("EOPProtectionPolicyRule", rule.Name, { State: "Enabled" });
  return rule.Name;
}
