import { texts } from "../conditions";
import { nearer } from "../destination";
import { dispositionHeaders } from "../message";
import { requestedVerdict, type RequestedVerdict } from "../scl";
import { same } from "../names";
import type { TransportRule } from "../snapshot";
import { watchingStep } from "../rule-states";
import { quoted } from "../powershell";
import { listed, parameter, type Check, type Detail } from "./check";
import type { Context } from "./context";
import { inForce } from "./affected-mail";
import {
  acts,
  byPriority,
  destinationIn,
  elsewhere,
  isOwn,
  narrowing,
  ofRule,
  routesOf,
  ruleCheck,
  sclOf,
  settersOf,
  toHosted,
  type Request,
  type Route,
} from "./routes";

const page =
  "https://learn.microsoft.com/powershell/module/exchange/set-transportrule";
const useCases =
  "https://developers.cloudflare.com/cloudflare-one/email-security/setup/pre-delivery-deployment/prerequisites/m365-email-security-mx/use-cases/";
const useCase4 =
  "https://developers.cloudflare.com/cloudflare-one/email-security/setup/pre-delivery-deployment/prerequisites/m365-email-security-mx/use-cases/four-user-quarantine-admin-quarantine/";

/** Returns the vendor's page about the rules of the use case, unless it is the check's own. */
const pageOf = ({ useCase }: Context): Pick<Detail, "url"> =>
  useCase === 4 ? {} : { url: useCases };

/**
 * Yields one detail for each rule that has a flaw and is a candidate for routes without a working rule. The detail names the affected
 * dispositions. It is a warning if Cloudflare holds such mail in the first place.
 */
function* flawed(
  rules: readonly TransportRule[],
  context: Context,
  detailOf: (
    rule: TransportRule,
    dispositions: string,
    routes: readonly Route[],
  ) => Detail | undefined,
): Generator<Detail> {
  const broken = routesOf(rules, context).filter(({ setter }) => !setter);
  if (broken.length === 0) return;
  for (const rule of byPriority(rules)) {
    const routes = broken.filter(({ candidates }) => candidates.includes(rule));
    if (routes.length === 0) continue;
    const dispositions = listed(routes.map(({ tier }) => tier.disposition));
    const detail = detailOf(rule, dispositions, routes);
    if (detail)
      yield {
        ...detail,
        ...(routes.every(({ tier }) => tier.isNet) && {
          status: "warning" as const,
        }),
      };
  }
}

/** Checks of the rules that implement the routes. */
export const ownRuleChecks: readonly Check[] = [
  ruleCheck({
    name: "rule-missing",
    title: "A rule for every disposition that the use case routes",
    severity: "failed",
    url: useCase4,
    fine: ({ useCase }) =>
      useCase === 4
        ? "There is a rule for Malicious, for Spam and for Spoof."
        : "There is a rule for every disposition that the use case routes.",
    *look(rules, context) {
      for (const { tier, mail, candidates, mistaken } of routesOf(
        rules,
        context,
      ))
        if (candidates.length === 0 && mistaken.length === 0)
          yield {
            object: `TransportRule for ${dispositionHeaders[mail.header]}`,
            property: "headerContainsWords",
            value: tier.word,
            ...pageOf(context),
            ...(tier.isNet && { status: "warning" as const }),
            reason: `No rule looks for ${tier.word} in ${dispositionHeaders[mail.header]}, so that ${tier.disposition} mail ${tier.isNet ? "that Cloudflare does not hold " : ""}${elsewhere}.`,
            fix: `Make the rule with \`pulumi up\`, or by hand${tier.isNet ? "" : " as Cloudflare's page says"}, with ${tier.request === "hostedQuarantine" ? "the hosted quarantine" : `SCL ${levelOf(tier.request)}`}.`,
          };
    },
  }),
  ruleCheck({
    name: "header-word-never-stamped",
    title: "Every rule looks for words that Cloudflare stamps",
    severity: "failed",
    url: "https://developers.cloudflare.com/cloudflare-one/email-security/reference/dispositions-and-attributes/",
    fine: "The rules look for the words that Cloudflare stamps.",
    *look(rules, context) {
      for (const { mail, tier, mistaken, candidates } of routesOf(
        rules,
        context,
      ))
        if (candidates.length === 0)
          for (const rule of mistaken) {
            const words = texts(rule.conditions["headerContainsWords"]);
            yield {
              ...ofRule(rule, "headerContainsWords"),
              ...(tier.isNet && { status: "warning" as const }),
              reason: `Cloudflare stamps ${tier.disposition} mail with ${tier.word}, never with ${listed(tier.mistaken)}, so that the rule never sees it and it ${elsewhere}.`,
              fix: `Add the word: \`Set-TransportRule ${quoted(rule.name)} -HeaderContainsMessageHeader ${dispositionHeaders[mail.header]} -HeaderContainsWords ${[...words, tier.word].map(quoted).join(",")}\`.`,
            };
          }
    },
  }),
  ruleCheck({
    name: "rule-disabled",
    title: "The rules are enabled",
    severity: "failed",
    url: "https://learn.microsoft.com/powershell/module/exchange/enable-transportrule",
    fine: "The rules of the routes are enabled.",
    look: (rules, context) =>
      flawed(rules, context, (rule, dispositions) =>
        rule.enabled
          ? undefined
          : {
              ...ofRule(rule, "enabled"),
              reason: `The rule is disabled, so that ${dispositions} mail ${elsewhere}.`,
              fix: `Enable it: \`Enable-TransportRule ${quoted(rule.name)}\`.`,
            },
      ),
  }),
  ruleCheck({
    name: "rule-audit-only",
    title: "The rules act, and do not only watch",
    severity: "failed",
    url: page,
    fine: "The rules of the routes are enforced.",
    look: (rules, context) =>
      flawed(rules, context, (rule, dispositions) =>
        same(rule.mode, "Enforce")
          ? undefined
          : {
              ...ofRule(rule, "mode"),
              reason: `The rule's mode is ${rule.mode}: it only watches, and ${dispositions} mail ${elsewhere}.`,
              fix: `Let it act: \`Set-TransportRule ${quoted(rule.name)} -Mode Enforce\`.`,
            },
      ),
  }),
  ruleCheck({
    name: "rule-schedule",
    title: "The rules are in force, today and tomorrow",
    severity: "failed",
    url: page,
    fine: "The rules of the routes have no dates.",
    *look(rules, context) {
      yield* flawed(rules, context, (rule, dispositions) => {
        const late = watchingStep(
          // Another check reports the mode.
          { ...rule, mode: "Enforce" },
          context.now.getTime(),
        );
        if (!late) return undefined;
        const { property, value } = late;
        const early = property === "activationDate";
        return {
          ...ofRule(rule, property),
          reason: `The rule ${early ? "does not act before" : "has not acted since"} ${String(value)}, so that ${dispositions} mail ${elsewhere}.`,
          fix: `Clear the date: \`Set-TransportRule ${quoted(rule.name)} -${early ? "ActivationDate" : "ExpiryDate"} $null\`.`,
        };
      });
      const setters = new Set(
        routesOf(rules, context).map(({ setter }) => setter),
      );
      for (const rule of byPriority(rules))
        if (setters.has(rule) && rule.expiryDate)
          yield {
            ...ofRule(rule, "expiryDate"),
            status: "warning",
            reason: `The rule stops to act at ${rule.expiryDate}, and its mail then ${elsewhere}.`,
            fix: `Clear the date: \`Set-TransportRule ${quoted(rule.name)} -ExpiryDate $null\`.`,
          };
    },
  }),
  ruleCheck({
    name: "rule-narrowed",
    title: "No condition or exception narrows the rules",
    severity: "failed",
    url: "https://learn.microsoft.com/exchange/security-and-compliance/mail-flow-rules/conditions-and-exceptions",
    fine: "The rules of the routes have no conditions but the header and the sender's address.",
    look: (rules, context) =>
      flawed(rules, context, (rule, dispositions, routes) => {
        const names = narrowing(rule);
        const [first] = names;
        const named = names.filter((name) => name in rule.conditions);
        if (first === undefined) return undefined;
        return {
          ...ofRule(rule, first),
          ...((routes.every(({ tier }) => tier.disposition !== "Malicious") ||
            names.every((name) => name === "fromScope")) && {
            status: "warning" as const,
          }),
          reason: `The rule has ${names.length > 1 ? "conditions or exceptions" : first.startsWith("exceptIf") ? "an exception" : "a condition"} that the use case does not have (${listed(names)}), so that ${dispositions} mail that does not pass it ${elsewhere}.`,
          fix:
            named.length === 0
              ? "Take it out in the Exchange admin center."
              : `Take ${names.length > 1 ? "them" : "it"} out: \`Set-TransportRule ${quoted(rule.name)} ${named
                  .map((name) => `-${parameter(name)} $null`)
                  .join(" ")}\`.`,
        };
      }),
  }),
  ruleCheck({
    name: "rule-scl",
    title: "The rules set a level that asks for the right verdict",
    severity: "failed",
    url: "https://learn.microsoft.com/defender-office-365/anti-spam-spam-confidence-level-scl-about",
    fine: "The rules set SCL 5 or 6 for spam and 9 for high confidence spam.",
    look: (rules, context) =>
      flawed(rules, context, (rule, dispositions, routes) => {
        const [route] = routes;
        const scl = sclOf(rule);
        const requested = requestedVerdict(scl);
        const isHosted = toHosted(rule);
        if (
          !route ||
          routes.every(({ tier }) =>
            tier.request === "hostedQuarantine"
              ? isHosted
              : tier.request === requested,
          )
        )
          return undefined;
        const all = routesOf(rules, context).filter(({ candidates }) =>
          candidates.includes(rule),
        );
        const grave =
          requested !== "notDocumented" &&
          routes.some(({ tier }) =>
            nearer(
              destinationIn(context, isHosted ? "hostedQuarantine" : requested),
              destinationIn(context, tier.request),
            ),
          );
        return {
          ...ofRule(
            rule,
            route.tier.request === "hostedQuarantine" ? "quarantine" : "setScl",
          ),
          ...(!grave && { status: "warning" as const }),
          reason: isHosted
            ? `The rule sends ${dispositions} mail to the hosted quarantine, which only an administrator releases.`
            : `The rule ${scl === undefined ? "sets no SCL" : `sets SCL ${scl}`} on ${dispositions} mail, which ${consequenceOf(requested, context)}.`,
          // One action cannot be right for all of them, and the weaker one would expose Malicious mail.
          fix: all.some(({ tier }) => tier.request !== route.tier.request)
            ? context.useCase === 4
              ? "Give Malicious mail a rule of its own with SCL 9, and the others one with SCL 5: run `pulumi up`."
              : `Give ${listed(all.map(({ tier }) => tier.disposition))} mail the rules of the use case: run \`pulumi up\`.`
            : route.tier.request === "hostedQuarantine"
              ? `Send it to the hosted quarantine: \`Set-TransportRule ${quoted(rule.name)} -SetSCL $null -Quarantine $true\`.`
              : `Set the level: \`Set-TransportRule ${quoted(rule.name)}${isHosted ? " -Quarantine $false" : ""} -SetSCL ${levelOf(route.tier.request)}\`.`,
        };
      }),
  }),
  ruleCheck({
    name: "rule-matches-all-mail",
    title: "The rules look for the header",
    severity: "failed",
    url: page,
    fine: "The rules of the routes look for the header and its words.",
    *look(rules, context) {
      for (const rule of byPriority(rules))
        if (
          isOwn(rule, context) &&
          inForce(rule, context.now) &&
          acts(rule, context) &&
          rule.conditions["headerContainsWords"] === undefined &&
          narrowing(rule).length === 0
        )
          yield {
            ...ofRule(rule, "headerContainsWords"),
            reason: `The rule looks for no header, so that it ${sclOf(rule) === undefined ? "sends to the hosted quarantine" : `sets SCL ${sclOf(rule)} on`} ${rule.conditions["senderIpRanges"] === undefined ? "all mail" : "all mail that Cloudflare delivers"}, clean mail included.`,
            fix: `Disable it now with \`Disable-TransportRule ${quoted(rule.name)}\`, and give it its header and words back with \`pulumi up\`.`,
          };
    },
  }),
  ruleCheck({
    name: "header-generation",
    title: "The rules look for the header of today",
    severity: "warning",
    url: useCase4,
    fine: "There are rules for X-CFEmailSecurity-Disposition.",
    *look(rules, context) {
      const routes = routesOf(rules, context);
      const old = routes.find(({ mail }) => mail.header === "area1");
      if (old && !routes.some(({ mail }) => mail.header === "cloudflare"))
        yield {
          object: `TransportRule for ${dispositionHeaders.area1}`,
          property: "headerContainsMessageHeader",
          value: dispositionHeaders.area1,
          reason: `All rules look for ${dispositionHeaders.area1}, while Cloudflare's documentation of today names ${dispositionHeaders.cloudflare}, so that they may match nothing.`,
          ...pageOf(context),
          fix: `Have rules for both: leave header of UseCase${context.useCase} at "both".`,
        };
    },
  }),
  ruleCheck({
    name: "rule-error-action",
    title: "Mail is not held back when a rule cannot be evaluated",
    severity: "warning",
    url: page,
    fine: "The rules let mail go on when they cannot be evaluated.",
    *look(rules, context) {
      for (const [rule, dispositions] of settersOf(rules, context))
        if (rule.ruleErrorAction === "Defer")
          yield {
            ...ofRule(rule, "ruleErrorAction"),
            reason: `When the rule cannot be evaluated, mail waits and is tried again, clean mail included, where others let it go on and ${dispositions} mail with it.`,
            fix: `Nothing, if that is what you want; else \`Set-TransportRule ${quoted(rule.name)} -RuleErrorAction Ignore\`.`,
          };
    },
  }),
  ruleCheck({
    name: "rule-limits",
    title: "There is room for rules and ranges",
    severity: "warning",
    url: "https://learn.microsoft.com/office365/servicedescriptions/exchange-online-service-description/exchange-online-limits#journal-transport-and-inbox-rule-limits",
    fine: "The limits of 300 rules and 8,192 characters a rule are far.",
    *look(rules, context) {
      if (rules.length > 290)
        yield {
          object: "TransportRule",
          value: rules.length,
          reason: `The tenant has ${rules.length} of 300 rules, so that the next ones cannot be made.`,
          fix: "Remove rules that nobody needs.",
        };
      for (const [rule] of settersOf(rules, context))
        if (rule.size !== undefined && rule.size > 7_500)
          yield {
            ...ofRule(rule, "size"),
            reason: `The rule has ${rule.size} of 8,192 characters, so that a longer list of addresses is refused.`,
            fix: "Write the ranges shorter, or take words out.",
          };
    },
  }),
];

/** Returns the level that asks for a verdict. */
const levelOf = (request: Request): 5 | 9 => (request === "spam" ? 5 : 9);

/** Returns the consequence for mail if its rule requests the wrong verdict. */
function consequenceOf(requested: RequestedVerdict, context: Context): string {
  switch (requested) {
    case "bypass":
      return "asks Microsoft to skip the filter and deliver it";
    case "nothing":
      return "asks for no verdict, so that it ends where Microsoft's own verdict sends it";
    case "spam":
      return destinationIn(context, requested) === "recipientsQuarantine"
        ? "asks for the verdict spam, whose quarantine its recipient releases from"
        : "asks for the verdict spam, whose mail goes to the Junk Email folder";
    case "highConfidenceSpam":
      return destinationIn(context, requested) === "administrator"
        ? "asks for high confidence spam, which only an administrator releases"
        : "asks for high confidence spam, whose quarantine its recipient releases from";
    case "notDocumented":
      return "Microsoft no longer names, so that nobody can say what follows from it";
  }
}
