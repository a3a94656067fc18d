import type { ExchangeRecord } from "../exchange-record";
import { isTexts } from "../json";
import { textOf, type Tenant } from "../tenant";
import { covers, same } from "./conditions";
import { domainOf, type CompleteMessage } from "./message";
import type { Trace } from "./trace";

/** The threat policies of a recipient. */
export interface Chosen {
  /** The anti-spam policy; undefined if a rule names one that does not exist. */
  antiSpam: ExchangeRecord | undefined;
  /** The anti-phishing policy; undefined if unknown. */
  antiPhish: ExchangeRecord | undefined;
  /** The anti-malware policy; undefined if unknown. */
  malware: ExchangeRecord | undefined;
}

/**
 * Returns the policies of a recipient. The order is Strict, Standard, custom policies by priority, and the default policy,
 * whose IsDefault is true. Only the first one whose scope includes the recipient applies.
 */
export function chosenPolicies(
  tenant: Tenant,
  message: CompleteMessage,
  trace: Trace,
): Chosen {
  const named = (list: ExchangeRecord[], name: unknown) =>
    list.find(({ Name }) => Name === name);
  const standard = (list: ExchangeRecord[]) =>
    list.find(({ IsDefault }) => IsDefault === true);
  // Distinguishes the presets by priority (Strict 0, Standard 1), because their rules may have any name.
  for (const rule of byPriority(tenant.eopProtectionPolicyRules)) {
    if (!applies(rule, message)) continue;
    trace.step(
      `EOPProtectionPolicyRule "${rule.Name}"`,
      "State",
      "Enabled",
      "The recipient is under this preset, before all other policies",
    );
    return {
      antiSpam: named(
        tenant.hostedContentFilterPolicies,
        rule["HostedContentFilterPolicy"],
      ),
      antiPhish: named(tenant.antiPhishPolicies, rule["AntiPhishPolicy"]),
      malware: named(tenant.malwareFilterPolicies, rule["MalwareFilterPolicy"]),
    };
  }
  const others = {
    antiPhish: standard(tenant.antiPhishPolicies),
    malware: standard(tenant.malwareFilterPolicies),
  };
  const custom = byPriority(tenant.hostedContentFilterRules).find(
    (rule) => hasScope(rule) && applies(rule, message),
  );
  if (custom) {
    const name = textOf(custom["HostedContentFilterPolicy"]);
    trace.step(
      `HostedContentFilterRule "${custom.Name}"`,
      "HostedContentFilterPolicy",
      name,
      "The recipient is in the scope of a custom policy, before the default one",
    );
    return {
      antiSpam: tenant.hostedContentFilterPolicies.find((policy) =>
        same(policy.Name, name),
      ),
      ...others,
    };
  }
  return { antiSpam: standard(tenant.hostedContentFilterPolicies), ...others };
}

function byPriority(rules: readonly ExchangeRecord[]): ExchangeRecord[] {
  return [...rules].sort(
    (a, b) => Number(a["Priority"]) - Number(b["Priority"]),
  );
}

const scopes: Record<
  string,
  (entry: string, message: CompleteMessage) => boolean
> = {
  SentTo: (address, { recipient }) => same(address, recipient),
  SentToMemberOf: (group, { recipientGroups }) =>
    recipientGroups.some((one) => same(one, group)),
  // A domain includes its subdomains, unless an exception excludes them.
  RecipientDomainIs: (domain, { recipient }) =>
    covers(domain, domainOf(recipient)),
};

function entries(rule: ExchangeRecord, name: string): string[] {
  const value = rule[name];
  return isTexts(value) ? value : typeof value === "string" ? [value] : [];
}

function hasScope(rule: ExchangeRecord): boolean {
  return Object.keys(scopes).some((name) => entries(rule, name).length > 0);
}

/** Whether a rule applies: all of its conditions are met and none of its exceptions. Values of one condition are alternatives. */
function applies(rule: ExchangeRecord, message: CompleteMessage): boolean {
  if (rule["State"] !== "Enabled") return false;
  const fits = (name: string, values: string[]) =>
    values.some((value) => scopes[name]?.(value, message));
  return Object.keys(scopes).every((name) => {
    const wanted = entries(rule, name);
    return (
      (wanted.length === 0 || fits(name, wanted)) &&
      !fits(name, entries(rule, `ExceptIf${name}`))
    );
  });
}
