import type { ExchangeRecord } from "../exchange-record";
import { isTexts } from "../json";
import { textOf, type Tenant } from "../tenant";
import { covers, same } from "./conditions";
import { domainOf, type CompleteMessage } from "./message";
import type { Trace } from "./trace";

/** The threat policies of a recipient. */
export interface Chosen {
  /** The anti-spam policy; undefined when a rule names one that does not exist. */
  antiSpam: ExchangeRecord | undefined;
  /** The anti-phishing policy; undefined when what it says is not known. */
  antiPhish: ExchangeRecord | undefined;
  /** The anti-malware policy; undefined when what it says is not known. */
  malware: ExchangeRecord | undefined;
}

/**
 * The policies of a recipient: Strict, Standard, custom ones by priority, the default one, which is the one whose
 * IsDefault is true. The first that fits applies, and nothing of the others does.
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
  // The rules of the presets may have any name; Strict has priority 0, Standard 1.
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
  // Subdomains are in the scope unless an exception takes them out.
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

/** Different kinds of conditions all have to fit, values of one kind are alternatives, any exception is enough. */
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
