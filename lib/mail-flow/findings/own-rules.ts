import { dispositionHeaders } from "../message";
import type { TransportRule } from "../snapshot";
import { check, listed, quoted, type Check, type Detail } from "./check";
import type { Context } from "./context";
import { inSchedule, listOf } from "./reach";
import {
  askedFor,
  byPriority,
  elsewhere,
  isOwn,
  narrowing,
  routesOf,
  sclOf,
  settersOf,
  type Route,
} from "./routes";

const needs = ["transportRules"] as const;
const page =
  "https://learn.microsoft.com/powershell/module/exchange/set-transportrule";
const useCase =
  "https://developers.cloudflare.com/cloudflare-one/email-security/setup/pre-delivery-deployment/prerequisites/m365-email-security-mx/use-cases/four-user-quarantine-admin-quarantine/";

const objectOf = ({ name }: TransportRule): string => `TransportRule "${name}"`;

/** The routes that no rule makes, with the rules that are for them all the same. */
const broken = (
  rules: readonly TransportRule[],
  context: Context,
): { route: Route; candidates: readonly TransportRule[] }[] =>
  routesOf(rules, context)
    .filter(({ setter }) => setter === undefined)
    .map((route) => ({ route, candidates: route.candidates }));

/** One detail for each rule that is for broken routes and has a flaw, with the dispositions that it costs. */
function* flawed(
  rules: readonly TransportRule[],
  context: Context,
  detailOf: (
    rule: TransportRule,
    dispositions: string,
    routes: readonly Route[],
  ) => Detail | undefined,
): Generator<Detail> {
  const routes = broken(rules, context);
  for (const rule of byPriority(rules)) {
    const own = routes
      .filter(({ candidates }) => candidates.includes(rule))
      .map(({ route }) => route);
    if (own.length === 0) continue;
    const dispositions = listed(own.map(({ tier }) => tier.disposition));
    const detail = detailOf(rule, dispositions, own);
    if (detail) yield detail;
  }
}

/** The checks of the rules that make the routes. */
export const ownRuleChecks: readonly Check[] = [
  check({
    name: "rule-missing",
    title: "A rule for every disposition that the use case routes",
    severity: "failed",
    appliesTo: "stack",
    needs,
    url: useCase,
    fine: "There is a rule for Malicious, for Spam and for Spoof.",
    *look({ transportRules }, context) {
      for (const { tier, mail, candidates, mistaken } of routesOf(
        transportRules,
        context,
      ))
        if (candidates.length === 0 && mistaken.length === 0)
          yield {
            object: `TransportRule for ${dispositionHeaders[mail.header]}`,
            property: "headerContainsWords",
            value: tier.word,
            reason: `No rule looks for ${tier.word} in ${dispositionHeaders[mail.header]}, so that ${tier.disposition} mail ${elsewhere}.`,
            fix: `Make the rule with \`pulumi up\`, or by hand as Cloudflare's page says, with SCL ${tier.verdict === "spam" ? 5 : 9}.`,
          };
    },
  }),
  check({
    name: "header-word-never-stamped",
    title: "Every rule looks for words that Cloudflare stamps",
    severity: "failed",
    appliesTo: "stack",
    needs,
    url: "https://developers.cloudflare.com/cloudflare-one/email-security/reference/dispositions-and-attributes/",
    fine: "The rules look for the words that Cloudflare stamps.",
    *look({ transportRules }, context) {
      for (const { tier, mistaken, candidates } of routesOf(
        transportRules,
        context,
      ))
        if (candidates.length === 0)
          for (const rule of mistaken) {
            const words = listOf(rule.conditions["headerContainsWords"]);
            yield {
              object: objectOf(rule),
              property: "headerContainsWords",
              value: words,
              reason: `Cloudflare stamps ${tier.disposition} mail with ${tier.word}, never with ${listed(tier.mistaken)}, so that the rule never sees it and it ${elsewhere}.`,
              fix: `Add the word: \`Set-TransportRule ${quoted(rule.name)} -HeaderContainsWords ${[...words, tier.word].map(quoted).join(",")}\`.`,
            };
          }
    },
  }),
  check({
    name: "rule-disabled",
    title: "The rules are enabled",
    severity: "failed",
    appliesTo: "stack",
    needs,
    url: "https://learn.microsoft.com/powershell/module/exchange/enable-transportrule",
    fine: "The rules of the routes are enabled.",
    look: ({ transportRules }, context) =>
      flawed(transportRules, context, (rule, dispositions) =>
        rule.enabled
          ? undefined
          : {
              object: objectOf(rule),
              property: "enabled",
              value: false,
              reason: `The rule is disabled, so that ${dispositions} mail ${elsewhere}.`,
              fix: `Enable it: \`Enable-TransportRule ${quoted(rule.name)}\`.`,
            },
      ),
  }),
  check({
    name: "rule-audit-only",
    title: "The rules act, and do not only watch",
    severity: "failed",
    appliesTo: "stack",
    needs,
    url: page,
    fine: "The rules of the routes are enforced.",
    look: ({ transportRules }, context) =>
      flawed(transportRules, context, (rule, dispositions) =>
        rule.mode === "Enforce"
          ? undefined
          : {
              object: objectOf(rule),
              property: "mode",
              value: rule.mode,
              reason: `The rule's mode is ${rule.mode}: it only watches, and ${dispositions} mail ${elsewhere}.`,
              fix: `Let it act: \`Set-TransportRule ${quoted(rule.name)} -Mode Enforce\`.`,
            },
      ),
  }),
  check({
    name: "rule-schedule",
    title: "The rules are in force, today and tomorrow",
    severity: "failed",
    appliesTo: "stack",
    needs,
    url: page,
    fine: "The rules of the routes have no dates.",
    *look({ transportRules }, context) {
      yield* flawed(transportRules, context, (rule, dispositions) => {
        if (inSchedule(rule, context.now)) return undefined;
        const early =
          rule.activationDate !== undefined &&
          context.now < new Date(rule.activationDate);
        const property = early ? "activationDate" : "expiryDate";
        return {
          object: objectOf(rule),
          property,
          value: rule[property] ?? null,
          reason: `The rule ${early ? "does not act before" : "has not acted since"} ${rule[property]}, so that ${dispositions} mail ${elsewhere}.`,
          fix: `Clear the date: \`Set-TransportRule ${quoted(rule.name)} -${early ? "ActivationDate" : "ExpiryDate"} $null\`.`,
        };
      });
      const setters = new Set(
        routesOf(transportRules, context).map(({ setter }) => setter),
      );
      for (const rule of byPriority(transportRules))
        if (setters.has(rule) && rule.expiryDate)
          yield {
            object: objectOf(rule),
            property: "expiryDate",
            value: rule.expiryDate,
            status: "warning",
            reason: `The rule stops to act at ${rule.expiryDate}, and its mail then ${elsewhere}.`,
            fix: `Clear the date: \`Set-TransportRule ${quoted(rule.name)} -ExpiryDate $null\`.`,
          };
    },
  }),
  check({
    name: "rule-narrowed",
    title: "No condition or exception narrows the rules",
    severity: "failed",
    appliesTo: "stack",
    needs,
    url: "https://learn.microsoft.com/exchange/security-and-compliance/mail-flow-rules/conditions-and-exceptions",
    fine: "The rules of the routes have no conditions but the header and the sender's address.",
    look: ({ transportRules }, context) =>
      flawed(transportRules, context, (rule, dispositions, routes) => {
        const names = narrowing(rule);
        const [first] = names;
        const named = names.filter((name) => name in rule.conditions);
        if (first === undefined) return undefined;
        return {
          object: objectOf(rule),
          property: first,
          value: rule.conditions[first] ?? null,
          ...((routes.every(({ tier }) => tier.verdict === "spam") ||
            names.every((name) => name === "fromScope")) && {
            status: "warning" as const,
          }),
          reason: `The rule has ${names.length > 1 ? "conditions or exceptions" : first.startsWith("exceptIf") ? "an exception" : "a condition"} that the use case does not have (${listed(names)}), so that ${dispositions} mail that does not pass it ${elsewhere}.`,
          fix:
            named.length === 0
              ? "Take it out in the Exchange admin center."
              : `Take ${names.length > 1 ? "them" : "it"} out: \`Set-TransportRule ${quoted(rule.name)} ${named
                  .map(
                    (name) =>
                      `-${name.charAt(0).toUpperCase()}${name.slice(1)} $null`,
                  )
                  .join(" ")}\`.`,
        };
      }),
  }),
  check({
    name: "rule-scl",
    title: "The rules set a level that asks for the right verdict",
    severity: "failed",
    appliesTo: "stack",
    needs,
    url: "https://learn.microsoft.com/defender-office-365/anti-spam-spam-confidence-level-scl-about",
    fine: "The rules set SCL 5 or 6 for spam and 9 for high confidence spam.",
    look: ({ transportRules }, context) =>
      flawed(transportRules, context, (rule, dispositions, routes) => {
        const [route] = routes;
        const scl = sclOf(rule);
        const asked = askedFor(scl);
        if (!route || routes.every(({ tier }) => tier.verdict === asked))
          return undefined;
        const wrong = routes.filter(({ tier }) => tier.verdict !== asked);
        const wanted = wrong[0]?.tier.verdict === "spam" ? 5 : 9;
        const grave =
          asked !== "notDocumented" && asked !== "highConfidenceSpam";
        return {
          object: objectOf(rule),
          property: "setScl",
          value: scl ?? null,
          ...(!grave && { status: "warning" as const }),
          reason: `The rule ${scl === undefined ? "sets no SCL" : `sets SCL ${scl}`} on ${dispositions} mail, which ${consequence[asked]}.`,
          fix: `Set the level: \`Set-TransportRule ${quoted(rule.name)} -SetSCL ${wanted}\`.`,
        };
      }),
  }),
  check({
    name: "rule-matches-all-mail",
    title: "The rules look for the header",
    severity: "failed",
    appliesTo: "stack",
    needs,
    url: page,
    fine: "The rules of the routes look for the header and its words.",
    *look({ transportRules }, context) {
      for (const rule of byPriority(transportRules))
        if (
          isOwn(rule, context) &&
          rule.enabled &&
          rule.mode === "Enforce" &&
          sclOf(rule) !== undefined &&
          rule.conditions["headerContainsWords"] === undefined &&
          narrowing(rule).length === 0
        )
          yield {
            object: objectOf(rule),
            property: "headerContainsWords",
            value: null,
            reason: `The rule looks for no header, so that it sets SCL ${sclOf(rule)} on ${rule.conditions["senderIpRanges"] === undefined ? "all mail" : "all mail that Cloudflare delivers"}, clean mail included.`,
            fix: `Disable it now with \`Disable-TransportRule ${quoted(rule.name)}\`, and give it its header and words back with \`pulumi up\`.`,
          };
    },
  }),
  check({
    name: "header-generation",
    title: "The rules look for the header of today",
    severity: "warning",
    appliesTo: "doctor",
    needs,
    url: useCase,
    fine: "There are rules for X-CFEmailSecurity-Disposition.",
    *look({ transportRules }, context) {
      const routes = routesOf(transportRules, context);
      const old = routes.find(({ mail }) => mail.header === "area1");
      if (old && !routes.some(({ mail }) => mail.header === "cloudflare"))
        yield {
          object: `TransportRule for ${dispositionHeaders.area1}`,
          property: "headerContainsMessageHeader",
          value: dispositionHeaders.area1,
          reason: `All rules look for ${dispositionHeaders.area1}, while Cloudflare's documentation of today names ${dispositionHeaders.cloudflare}, so that they may match nothing.`,
          fix: 'Have rules for both: leave header of UseCase4 at "both".',
        };
    },
  }),
  check({
    name: "rule-error-action",
    title: "Mail is not held back when a rule cannot be evaluated",
    severity: "warning",
    appliesTo: "doctor",
    needs,
    url: page,
    fine: "The rules let mail go on when they cannot be evaluated.",
    *look({ transportRules }, context) {
      for (const [rule, dispositions] of settersOf(transportRules, context))
        if (rule.ruleErrorAction === "Defer")
          yield {
            object: objectOf(rule),
            property: "ruleErrorAction",
            value: "Defer",
            reason: `When the rule cannot be evaluated, mail waits and is tried again, clean mail included, where others let it go on and ${dispositions} mail with it.`,
            fix: `Nothing, if that is what you want; else \`Set-TransportRule ${quoted(rule.name)} -RuleErrorAction Ignore\`.`,
          };
    },
  }),
  check({
    name: "rule-limits",
    title: "There is room for rules and ranges",
    severity: "warning",
    appliesTo: "doctor",
    needs,
    url: "https://learn.microsoft.com/office365/servicedescriptions/exchange-online-service-description/exchange-online-limits#journal-transport-and-inbox-rule-limits",
    fine: "The limits of 300 rules and 8,192 characters a rule are far.",
    *look({ transportRules }, context) {
      if (transportRules.length > 290)
        yield {
          object: "TransportRule",
          value: transportRules.length,
          reason: `The tenant has ${transportRules.length} of 300 rules, so that the next ones cannot be made.`,
          fix: "Remove rules that nobody needs.",
        };
      for (const [rule] of settersOf(transportRules, context))
        if (rule.size !== undefined && rule.size > 7_500)
          yield {
            object: objectOf(rule),
            property: "size",
            value: rule.size,
            reason: `The rule has ${rule.size} of 8,192 characters, so that a longer list of addresses is refused.`,
            fix: "Write the ranges shorter, or take words out.",
          };
    },
  }),
];

/** What becomes of mail whose rule asks for the wrong thing. */
const consequence: Readonly<Record<ReturnType<typeof askedFor>, string>> = {
  bypass: "asks Microsoft to skip the filter and deliver it",
  nothing:
    "asks for no verdict, so that it ends where Microsoft's own verdict sends it",
  spam: "asks for the verdict spam, whose quarantine its recipient releases from",
  highConfidenceSpam:
    "asks for high confidence spam, which only an administrator releases",
  notDocumented:
    "Microsoft no longer names, so that nobody can say what follows from it",
};
