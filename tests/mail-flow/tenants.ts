import { readFileSync } from "node:fs";
import path from "node:path";
import { egressIpRanges } from "../../mail-flow/egress";
import { plan } from "../../mail-flow/plan";
import type { Snapshot, TransportRule } from "../../mail-flow/snapshot";
import { freshTenant, sclRule, valueOf } from "./fresh-tenant";

/** One of Cloudflare's addresses that the rules of the captured preview have. */
export const sourceIp = "35.157.195.63";

/** What `pulumi preview --json` printed for use case 4 in a fresh tenant. */
export const firstPreview = path.join(__dirname, "data/preview-first.json");

/** {@link freshTenant} after an `up` of use case 4. */
export function useCase4(): Snapshot {
  const preview: unknown = JSON.parse(readFileSync(firstPreview, "utf8"));
  const { snapshot } = plan(freshTenant(), preview);
  for (const { conditions } of valueOf(snapshot.transportRules))
    conditions["senderIpRanges"] = [...egressIpRanges];
  return snapshot;
}

/** A rule of it. */
export const ruleOf = (one: Snapshot, name: string): TransportRule => {
  const rule = valueOf(one.transportRules).find((rule) => rule.name === name);
  if (!rule) throw new Error(`There is no rule ${name}`);
  return rule;
};

/**
 * Use case 4 defeated in several ways: a rule bypasses the filter for one person, the Strict preset is for some, the rule of a
 * header is off, a domain drops what is malicious, anti-phishing policies could not be read.
 */
export function defeated(): Snapshot {
  const one = useCase4();
  const rules = valueOf(one.transportRules);
  rules.push(
    sclRule("Bypass for the gateway", rules.length, [], -1, {
      conditions: {
        senderIpRanges: [sourceIp],
        sentTo: ["ceo@example.com"],
      },
    }),
  );
  const strict = "Strict Preset Security Policy1784144691483";
  one.presetRules = {
    value: [
      {
        name: "Strict Preset Security Policy",
        enabled: true,
        priority: 0,
        hostedContentFilterPolicy: strict,
        sentTo: [],
        sentToMemberOf: ["board@example.com"],
        recipientDomainIs: [],
        exceptIfSentTo: [],
        exceptIfSentToMemberOf: [],
        exceptIfRecipientDomainIs: [],
      },
    ],
  };
  const policies = valueOf(one.antiSpamPolicies);
  policies.push({
    ...policies[0]!,
    name: strict,
    isDefault: false,
    recommendedPolicyType: "Strict",
    spamQuarantineTag: "DefaultFullAccessPolicy",
    highConfidenceSpamQuarantineTag: "DefaultFullAccessPolicy",
    quarantineRetentionPeriod: 30,
  });
  ruleOf(one, "Email Security User Quarantine Message Admin Release").enabled =
    false;
  valueOf(one.domains)[1]!.dropDispositions = ["MALICIOUS"];
  one.antiPhishPolicies = {
    unavailable:
      "Exchange Online answered 403 to Get-AntiPhishPolicy: the application needs the role Security Reader.",
  };
  return one;
}

/** Returns use case 4 with rules that decide where some mail ends, or that cannot be evaluated. */
export function oddRules(): Snapshot {
  const one = useCase4();
  const rules = valueOf(one.transportRules);
  const add = (
    name: string,
    word: string,
    actions: TransportRule["actions"],
    more: Partial<TransportRule> = {},
  ) => rules.push({ ...sclRule(name, rules.length, [word], 5, more), actions });
  add("Redirect what is suspicious to the security team", "SUSPICIOUS", {
    redirectMessageTo: ["soc@example.com"],
  });
  add("Delete bulk", "BULK", { deleteMessage: true });
  add("Reset", "SPOOF", { setScl: 7 });
  add(
    "Hold",
    "MALICIOUS",
    { quarantine: true },
    { unread: ["SomethingPredicate"] },
  );
  return one;
}

/** Use case 4 with names that would be markup, escape sequences or another direction of writing. */
export function hostile(): Snapshot {
  const one = useCase4();
  const names = {
    rule: `</script><script>document.title="taken"</script>"'\`#34;`,
    quarantine: `<img src=x onerror="document.title='taken'">`,
    preset: `"]; click n0 "https://elsewhere.example"\u202egnp.exe`,
    organization: "\u001b[31m\u001b]0;taken\u0007<b>contoso</b>",
  };
  const rule = ruleOf(one, "Email Security User Quarantine Message");
  rule.name = names.rule;
  for (const policy of valueOf(one.quarantinePolicies))
    if (policy.name === "UserNotifyUserRelease") policy.name = names.quarantine;
  const [standard] = valueOf(one.antiSpamPolicies);
  standard!.spamQuarantineTag = names.quarantine;
  const custom = { ...standard!, name: names.preset, isDefault: false };
  valueOf(one.antiSpamPolicies).push(custom);
  one.antiSpamRules = {
    value: [
      {
        name: names.preset,
        enabled: true,
        priority: 0,
        hostedContentFilterPolicy: names.preset,
        sentTo: [],
        sentToMemberOf: [`<script>1</script>\u202e@example.com`],
        recipientDomainIs: [],
        exceptIfSentTo: [],
        exceptIfSentToMemberOf: [],
        exceptIfRecipientDomainIs: [],
      },
    ],
  };
  one.organization = {
    value: { name: names.organization, isDehydrated: false },
  };
  one.inboundConnectors = {
    unavailable: "<script>document.title='taken'</script>\u001b[2J",
  };
  return one;
}
