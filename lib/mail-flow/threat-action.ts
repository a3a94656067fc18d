import { end, named, step, type Way } from "./end";
import type { Mail } from "./mail";
import type { Verdict } from "./message";
import type { Outcome, Step } from "./path";
import type { Chosen, PolicyChoice } from "./policy-choice";
import type { Quarantine } from "./quarantine";
import type {
  AntiPhishPolicy,
  AntiSpamPolicy,
  MalwarePolicy,
  RuleValue,
} from "./snapshot";

/** Malware lies in quarantine for 30 days, which nobody can change. @see https://learn.microsoft.com/defender-office-365/quarantine-about */
const malwareRetentionDays = 30;

const antiSpam = {
  highConfidencePhish: [
    "highConfidencePhishAction",
    "highConfidencePhishQuarantineTag",
  ],
  phish: ["phishSpamAction", "phishQuarantineTag"],
  highConfidenceSpam: [
    "highConfidenceSpamAction",
    "highConfidenceSpamQuarantineTag",
  ],
  spam: ["spamAction", "spamQuarantineTag"],
  bulk: ["bulkSpamAction", "bulkQuarantineTag"],
} as const satisfies Partial<
  Record<Verdict, readonly [keyof AntiSpamPolicy, keyof AntiSpamPolicy]>
>;

/** What turns the protection on, what it does, and the quarantine policy. */
const antiPhish = {
  spoof: [
    ["enableSpoofIntelligence"],
    "authenticationFailAction",
    "spoofQuarantineTag",
  ],
  userImpersonation: [
    ["enableTargetedUserProtection"],
    "targetedUserProtectionAction",
    "targetedUserQuarantineTag",
  ],
  domainImpersonation: [
    ["enableTargetedDomainsProtection", "enableOrganizationDomainsProtection"],
    "targetedDomainProtectionAction",
    "targetedDomainQuarantineTag",
  ],
  mailboxIntelligence: [
    ["enableMailboxIntelligenceProtection"],
    "mailboxIntelligenceProtectionAction",
    "mailboxIntelligenceQuarantineTag",
  ],
} as const satisfies Partial<
  Record<Verdict, readonly [readonly string[], string, string]>
>;

/** What is done with mail of a verdict. */
export interface Acted {
  /** Every way in which a policy acts. */
  readonly ways: readonly Way[];
  /** Whether a policy that may be for the recipient has nothing against it, so that the next verdict counts. */
  readonly passes: boolean;
  /** The steps up to there, for the next verdict. */
  readonly steps: readonly Step[];
}

/** What is done with mail of a verdict by the policies that may be for its recipient. */
export function onVerdict(
  verdict: Exclude<Verdict, "none">,
  scl: number | null,
  mail: Mail,
  chosen: Chosen<AntiSpamPolicy>,
  choice: PolicyChoice,
  quarantine: Quarantine,
  earlier: readonly Step[],
): Acted {
  const choices =
    verdict === "malware"
      ? choice.malware(mail)
      : isAntiPhish(verdict)
        ? choice.antiPhish(mail)
        : undefined;
  const before = [...earlier, ...doubtOf(choices)];
  const steps = [
    ...before,
    step(
      "message",
      "verdict",
      verdict,
      verdict === mail.microsoftVerdict
        ? "Microsoft finds it to be that by itself"
        : "that is what is asked for",
    ),
  ];
  const unknown = (why: Step): Way => ({
    end: end("notDocumented", { scl, verdict }),
    steps: [...steps, why],
  });
  const acting = (ways: (Way | undefined)[]): Acted => ({
    ways: ways.filter((way): way is Way => way !== undefined),
    passes: ways.includes(undefined),
    steps: before,
  });
  if (verdict === "malware")
    return acting(
      choice
        .malware(mail)
        .map((one) =>
          one.policy ? detain(one.policy, one.step) : unknown(one.step),
        ),
    );
  if (isAntiPhish(verdict))
    return acting(
      choice
        .antiPhish(mail)
        .map((one) =>
          one.policy ? impersonated(one.policy, one.step) : unknown(one.step),
        ),
    );
  const { policy, step: why } = chosen;
  if (!policy) return acting([unknown(why)]);
  // `Off` does nothing, and `Test` nothing that keeps a message from being delivered.
  if (verdict === "bulk" && policy.markAsSpamBulkMail.toLowerCase() !== "on")
    return acting([undefined]);
  const [actionProperty, tagProperty] = antiSpam[verdict];
  const obsolete =
    verdict === "highConfidencePhish" &&
    /^movetojmf$/i.test(policy[actionProperty]);
  return acting([
    act({
      object: named("HostedContentFilterPolicy", policy.name),
      policy: policy.name,
      actionProperty,
      action: obsolete ? "Quarantine" : policy[actionProperty],
      tagProperty,
      tag: policy[tagProperty],
      retentionDays: policy.quarantineRetentionPeriod,
      why,
    }),
  ]);

  function detain(malware: MalwarePolicy, why: Step): Way {
    return act({
      object: named("MalwareFilterPolicy", malware.name),
      policy: malware.name,
      actionProperty: "",
      action: "Quarantine",
      tagProperty: "quarantineTag",
      tag: malware.quarantineTag,
      retentionDays: malwareRetentionDays,
      why,
    });
  }

  function impersonated(policy: AntiPhishPolicy, why: Step): Way | undefined {
    const [switches, actionProperty, tagProperty] =
      antiPhish[verdict as keyof typeof antiPhish];
    const told = switches.filter((name) => policy.settings[name] !== undefined);
    if (
      told.length > 0 &&
      told.every((name) => policy.settings[name] === false)
    )
      return undefined;
    const action = policy.settings[actionProperty];
    const object = named("AntiPhishPolicy", policy.name);
    if (action === undefined)
      return unknown(
        step(
          object,
          actionProperty,
          null,
          "what it does with such mail is not told",
        ),
      );
    return act({
      object,
      policy: policy.name,
      actionProperty,
      action: String(action),
      tagProperty,
      tag: textOf(policy.settings[tagProperty]),
      // The value of the anti-spam policy that is for the recipient counts here, too.
      retentionDays: chosen.policy?.quarantineRetentionPeriod ?? null,
      why,
    });
  }

  function act(threat: Threat): Way {
    const known = {
      scl,
      verdict,
      policy: threat.policy,
      action: threat.action,
    };
    const ends = destinations[threat.action.toLowerCase()]?.(verdict);
    const here = [...steps, threat.why];
    if (!ends)
      return {
        end: end("notDocumented", known),
        steps: [
          ...here,
          step(
            threat.object,
            threat.actionProperty,
            threat.action,
            "what this action does is not documented",
          ),
        ],
      };
    const [outcome, says] = ends;
    const acts = step(
      threat.object,
      threat.actionProperty,
      threat.action,
      says,
    );
    if (outcome !== "quarantine")
      return { end: end(outcome, known), steps: [...here, acts] };
    return quarantine({ ...threat, known }, [...here, acts]);
  }
}

/** Says that custom policies may be for the recipient, where they may. */
function doubtOf(
  choices: readonly Chosen<AntiPhishPolicy | MalwarePolicy>[] | undefined,
): Step[] {
  return choices !== undefined && choices.length > 1
    ? [
        step(
          "message",
          "recipient",
          null,
          "whom custom policies are for is not read, so that more than one may be for the recipient",
        ),
      ]
    : [];
}

interface Threat {
  readonly object: string;
  readonly policy: string;
  readonly actionProperty: string;
  readonly action: string;
  readonly tagProperty: string;
  readonly tag: string | undefined;
  readonly retentionDays: number | null;
  /** Why this policy is the one. */
  readonly why: Step;
}

/** Where a policy's action sends a message. @see https://learn.microsoft.com/defender-office-365/anti-spam-policies-configure */
const destinations: Readonly<
  Record<string, (verdict: Verdict) => readonly [Outcome, string]>
> = {
  quarantine: () => ["quarantine", "it is put into quarantine"],
  movetojmf: () => ["junk", "it is moved to the Junk Email folder"],
  delete: () => ["deleted", "it is deleted, and nobody is told"],
  redirect: () => ["redirected", "others get it instead"],
  noaction: () => ["inbox", "it is delivered as it is"],
  bccmessage: () => ["inbox", "it is delivered, and others get a copy"],
  modifysubject: () => [
    "junk",
    "its subject gets a text before it, and it is moved to the Junk Email folder",
  ],
  addxheader: (verdict) =>
    verdict === "spam" || verdict === "highConfidenceSpam"
      ? ["junk", "it gets a header, and it is moved to the Junk Email folder"]
      : ["inbox", "it gets a header, and it is delivered"],
};

function isAntiPhish(verdict: Verdict): verdict is keyof typeof antiPhish {
  return verdict in antiPhish;
}

function textOf(value: RuleValue | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}
