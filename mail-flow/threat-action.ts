import { result, named, step, type Way } from "./result";
import type { Mail } from "./mail";
import type { Verdict } from "./message";
import type { Outcome, Step } from "./path";
import type { Chosen, Policies } from "./policy-choice";
import type { Quarantine, Threat } from "./quarantine";
import type {
  AntiPhishPolicy,
  AntiSpamPolicy,
  MalwarePolicy,
} from "./snapshot";

/**
 * The number of days for which malware stays in quarantine. It cannot be changed.
 *
 * @see https://learn.microsoft.com/defender-office-365/quarantine-about
 */
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

/** For each verdict: the properties that enable the protection, the property of the action, and that of the quarantine policy. */
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

/** A verdict that an anti-spam policy has an action for. */
export type AntiSpamVerdict = keyof typeof antiSpam;

/** The verdicts that an anti-spam policy has an action for. */
export const antiSpamVerdicts = Object.keys(antiSpam) as AntiSpamVerdict[];

/**
 * Returns what an anti-spam policy does with mail of a verdict, the resulting outcome, and the properties that decide this; undefined if
 * the policy does nothing.
 */
export function antiSpamAction(
  policy: AntiSpamPolicy,
  verdict: AntiSpamVerdict,
) {
  // `Off` has no effect. `Test` does not prevent the delivery of a message.
  if (verdict === "bulk" && policy.markAsSpamBulkMail.toLowerCase() !== "on")
    return undefined;
  const [actionProperty, tagProperty] = antiSpam[verdict];
  const obsolete =
    verdict === "highConfidencePhish" &&
    /^movetojmf$/i.test(policy[actionProperty]);
  const action = obsolete ? "Quarantine" : policy[actionProperty];
  const [outcome] = outcomeOf(action, verdict);
  return {
    actionProperty,
    action,
    outcome,
    tagProperty,
    tag: policy[tagProperty],
  };
}

/** The effect of policies on mail of a verdict. */
interface Acted {
  /** The ways of the message for all policies that act on it. */
  readonly ways: readonly Way[];
  /** Whether a policy that may apply to the recipient does nothing, so that the next verdict counts. */
  readonly passes: boolean;
  /** The steps so far, to which those of the next verdict are added. */
  readonly steps: readonly Step[];
}

/** Returns the effect, on mail of a verdict, of the policies that may apply to its recipient. `earlier` are the steps so far. */
export function onVerdict(
  verdict: Exclude<Verdict, "none">,
  scl: number | null,
  mail: Mail,
  earlier: readonly Step[],
  policies: Policies,
  quarantine: Quarantine,
): Acted {
  const { antiSpam, antiPhish, malware } = policies;
  if (verdict === "malware") return acted(malware, malwareThreat);
  if (isAntiPhish(verdict))
    return acted(antiPhish, (policy) =>
      antiPhishThreat(policy, verdict, antiSpam.policy),
    );
  return acted([antiSpam], (policy) => antiSpamThreat(policy, verdict));

  /**
   * Returns the effect of the policies in `choices`. `threatOf` returns what a policy does: undefined for nothing, or a step that explains
   * why it is unknown.
   */
  function acted<Policy>(
    choices: readonly Chosen<Policy>[],
    threatOf: (policy: Policy) => Threat | Step | undefined,
  ): Acted {
    const before = choices.length > 1 ? [...earlier, customDoubt] : earlier;
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
    const ways = choices.map(({ policy, step: why }): Way | undefined => {
      const threat = policy ? threatOf(policy) : why;
      if (!threat) return undefined;
      if ("action" in threat) return act(threat, [...steps, why]);
      return {
        result: result("notDocumented", { scl, verdict }),
        steps: [...steps, threat],
      };
    });
    return {
      ways: ways.filter((way) => way !== undefined),
      passes: ways.includes(undefined),
      steps: before,
    };
  }

  function act(threat: Threat, before: readonly Step[]): Way {
    const { object, policy, actionProperty, action } = threat;
    const known = { scl, verdict, policy, action };
    const [outcome, says] = outcomeOf(action, verdict);
    const steps = [...before, step(object, actionProperty, action, says)];
    return outcome === "quarantine"
      ? quarantine(threat, known, steps)
      : { result: result(outcome, known), steps };
  }
}

const customDoubt = step(
  "message",
  "recipient",
  null,
  "whom custom policies are for is not read, so that more than one may be for the recipient",
);

const malwareThreat = ({ name, quarantineTag }: MalwarePolicy): Threat => ({
  object: named("MalwareFilterPolicy", name),
  policy: name,
  actionProperty: "",
  action: "Quarantine",
  tagProperty: "quarantineTag",
  tag: quarantineTag,
  retentionDays: malwareRetentionDays,
});

function antiPhishThreat(
  { name, settings }: AntiPhishPolicy,
  verdict: keyof typeof antiPhish,
  policy: AntiSpamPolicy | undefined,
): Threat | Step | undefined {
  const [switches, actionProperty, tagProperty] = antiPhish[verdict];
  const told = switches.filter((one) => settings[one] !== undefined);
  if (told.length > 0 && told.every((one) => settings[one] === false))
    return undefined;
  const object = named("AntiPhishPolicy", name);
  const { [actionProperty]: action, [tagProperty]: tag } = settings;
  if (action === undefined)
    return step(
      object,
      actionProperty,
      null,
      "what it does with such mail is not returned",
    );
  return {
    object,
    policy: name,
    actionProperty,
    action: String(action),
    tagProperty,
    tag: tag === undefined ? undefined : String(tag),
    // Here, too, the retention of the anti-spam policy that applies to the recipient counts.
    retentionDays: policy?.quarantineRetentionPeriod ?? null,
  };
}

function antiSpamThreat(
  policy: AntiSpamPolicy,
  verdict: AntiSpamVerdict,
): Threat | undefined {
  const action = antiSpamAction(policy, verdict);
  return (
    action && {
      object: named("HostedContentFilterPolicy", policy.name),
      policy: policy.name,
      retentionDays: policy.quarantineRetentionPeriod,
      ...action,
    }
  );
}

type Ending = readonly [outcome: Outcome, why: string];

/** The outcome of a policy's actions. @see https://learn.microsoft.com/defender-office-365/anti-spam-policies-configure */
const outcomes: Readonly<Record<string, Ending>> = {
  quarantine: ["quarantine", "it is put into quarantine"],
  movetojmf: ["junk", "it is moved to the Junk Email folder"],
  delete: ["deleted", "it is deleted, and nobody is told"],
  redirect: ["redirected", "others get it instead"],
  noaction: ["inbox", "it is delivered as it is"],
  bccmessage: ["inbox", "it is delivered, and others get a copy"],
  modifysubject: [
    "junk",
    "its subject gets a text before it, and it is moved to the Junk Email folder",
  ],
  addxheader: [
    "junk",
    "it gets a header, and it is moved to the Junk Email folder",
  ],
};

function outcomeOf(action: string, verdict: Verdict): Ending {
  const name = action.toLowerCase();
  const isSpam = verdict === "spam" || verdict === "highConfidenceSpam";
  if (name === "addxheader" && !isSpam)
    return ["inbox", "it gets a header, and it is delivered"];
  return (
    outcomes[name] ?? [
      "notDocumented",
      "what this action does is not documented",
    ]
  );
}

function isAntiPhish(verdict: Verdict): verdict is keyof typeof antiPhish {
  return verdict in antiPhish;
}
