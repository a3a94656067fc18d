import { texts } from "../conditions";
import { dispositionHeaders, generationOf, type Header } from "../message";
import { effectOf } from "../rule-effect";
import { requestedVerdict } from "../scl";
import type { TransportRule } from "../snapshot";
import { quoted } from "../powershell";
import { listed, type Check } from "./check";
import type { Context } from "./context";
import { affectedMail, textOf, type AffectedMail } from "./affected-mail";
import {
  byPriority,
  isOwn,
  ofRule,
  routesOf,
  ruleCheck,
  sclOf,
  type Route,
} from "./routes";

const page =
  "https://learn.microsoft.com/exchange/security-and-compliance/mail-flow-rules/manage-mail-flow-rules";

/** A route whose mail another rule than the route's own rule acts on, and how much of the mail. */
interface Met {
  readonly route: Route;
  readonly setter: TransportRule;
  readonly reach: AffectedMail;
}

/** The positions, relative to the rule that implements a route, in which another rule matters. */
const places = {
  before: (rule: TransportRule, setter: TransportRule) =>
    rule !== setter && rule.priority <= setter.priority,
  after: (rule: TransportRule, setter: TransportRule) =>
    rule !== setter && rule.priority >= setter.priority,
  anywhere: () => true,
};

/** Returns a check with one detail for each rule that acts on mail of routes and has the given position. */
const meetingCheck = ({
  place,
  concerns,
  detailOf,
  ...definition
}: Omit<Check, "severity" | "appliesTo" | "needs" | "look"> & {
  readonly place: keyof typeof places;
  /** Returns a filter for the routes that a rule concerns; undefined if it concerns none. */
  readonly concerns: (
    rule: TransportRule,
  ) => ((route: Route) => boolean) | undefined;
  readonly detailOf: (
    rule: TransportRule,
    met: readonly Met[],
    context: Context,
  ) => { property: string; reason: string; fix: string };
}): Check =>
  ruleCheck({
    ...definition,
    severity: "failed",
    *look(rules, context) {
      const routes = routesOf(rules, context).flatMap((route) =>
        route.setter ? [{ route, setter: route.setter }] : [],
      );
      for (const rule of byPriority(rules)) {
        const concernsRoute = concerns(rule);
        if (!concernsRoute) continue;
        const concerned = routes.filter(
          ({ route, setter }) =>
            concernsRoute(route) && places[place](rule, setter),
        );
        if (concerned.length === 0) continue;
        const reaches = affectedMail(rule, context);
        const met = concerned
          .map((one): Met => ({ ...one, reach: reaches(one.route.mail) }))
          .filter(({ reach }) => reach.extent !== "none");
        if (met.length === 0) continue;
        const { property, ...detail } = detailOf(rule, met, context);
        const status = met.every(
          ({ reach, route }) => reach.extent === "some" || route.tier.isNet,
        )
          ? "warning"
          : "failed";
        yield { ...ofRule(rule, property), status, ...detail };
      }
    },
  });

const dispositionsOf = (met: readonly Met[]): string =>
  listed([...new Set(met.map(({ route }) => route.tier.disposition))]);

/**
 * Returns a description of the affected mail: `Malicious mail` if all of it is affected, else the domains for which all of it is, else the
 * conditions that narrow it.
 */
function mailOf(rule: TransportRule, met: readonly Met[]): string {
  const mail = `${dispositionsOf(met)} mail`;
  if (met.some(({ reach }) => reach.extent === "all")) return mail;
  const domains = [...new Set(met.flatMap(({ reach }) => reach.domains))];
  if (domains.length > 0) return `${mail} to ${listed(domains)}`;
  const narrowing = [...Object.keys(rule.conditions), ...rule.unread].filter(
    (name) => !name.includes("MessageHeader"),
  );
  return `some ${mail} (${listed(narrowing)})`;
}

/** Checks of the rules that do not implement a route. */
export const foreignRuleChecks: readonly Check[] = [
  meetingCheck({
    name: "scl-overridden",
    title: "No later rule sets another level",
    url: "https://learn.microsoft.com/exchange/security-and-compliance/mail-flow-rules/use-rules-to-set-scl",
    fine: "No rule behind those of the routes sets another SCL.",
    place: "after",
    concerns(rule) {
      const scl = sclOf(rule);
      return scl === undefined
        ? undefined
        : ({ tier }) =>
            // Mail that a rule has quarantined meets no later rule.
            tier.request !== "hostedQuarantine" &&
            requestedVerdict(scl) !== tier.request;
    },
    detailOf(rule, met, context) {
      const scl = sclOf(rule) ?? 0;
      return {
        property: "setScl",
        reason: `The rule comes after ${quotedNames(met)} and sets SCL ${scl} on ${mailOf(rule, met)}, ${scl < 0 ? "so that it is delivered past the filter" : "so that the level of the route is lost"}.`,
        fix: isOwn(rule, context)
          ? `${texts(rule.conditions["headerContainsWords"]).length > 0 ? `Take ${wordsOf(met).join(",")} out of its words, or disable` : "Disable"} it: \`Disable-TransportRule ${quoted(rule.name)}\`.`
          : exceptingFix(rule, met),
      };
    },
  }),
  meetingCheck({
    name: "rule-stops-processing",
    title: "No earlier rule stops processing",
    url: page,
    fine: "No rule before those of the routes stops processing.",
    place: "before",
    concerns: (rule) => (rule.stopRuleProcessing ? () => true : undefined),
    detailOf: (rule, met) => ({
      property: "stopRuleProcessing",
      reason: `The rule comes before ${quotedNames(met)} and ends the processing of ${mailOf(rule, met)}, which then never gets ${met.every(({ route }) => route.tier.request === "hostedQuarantine") ? "to the hosted quarantine" : "its level"}.`,
      fix: `Let processing go on with \`Set-TransportRule ${quoted(rule.name)} -StopRuleProcessing $false\`, or move the rule behind them.`,
    }),
  }),
  meetingCheck({
    name: "header-changed",
    title: "No earlier rule takes the header away",
    url: page,
    fine: "No rule before those of the routes removes or rewrites the header.",
    place: "before",
    concerns: (rule) =>
      headerActions.some((action) => action in rule.actions)
        ? ({ mail }) => changedBy(rule, mail.header) !== undefined
        : undefined,
    detailOf(rule, met) {
      const [one] = met;
      const property =
        (one && changedBy(rule, one.route.mail.header)) ?? "removeHeader";
      return {
        property,
        reason: `The rule comes before ${quotedNames(met)} and ${property === "removeHeader" ? "takes away" : "writes over"} ${headerOf(met)} of ${mailOf(rule, met)}, which they then do not recognise.`,
        fix: `Move the rule behind them, or disable it: \`Disable-TransportRule ${quoted(rule.name)}\`.`,
      };
    },
  }),
  meetingCheck({
    name: "rule-diverts-mail",
    title: "No other rule decides where the mail goes",
    url: "https://learn.microsoft.com/exchange/security-and-compliance/mail-flow-rules/mail-flow-rule-actions",
    fine: "No other rule deletes, rejects, redirects or quarantines the mail of the routes.",
    place: "anywhere",
    concerns(rule) {
      const { ending } = effectOf(rule);
      return (
        ending &&
        (({ tier }) =>
          tier.request !== "hostedQuarantine" ||
          ending.outcome !== "hostedQuarantine")
      );
    },
    detailOf(rule, met) {
      const property = effectOf(rule).ending?.action ?? "";
      return {
        property,
        reason: `The rule ${diverting[property] ?? "decides by itself what becomes of"} ${mailOf(rule, met)}, so that the anti-spam policy and its quarantine never see it.`,
        fix: `Nothing, if that is what you want; else \`Disable-TransportRule ${quoted(rule.name)}\`.`,
      };
    },
  }),
];

/** Descriptions of the actions that decide by themselves about a message's destination. */
const diverting: Readonly<Record<string, string>> = {
  deleteMessage: "deletes",
  quarantine: "puts into quarantine, for an administrator alone,",
  rejectMessageReasonText: "rejects",
  rejectMessageEnhancedStatusCode: "rejects",
  redirectMessageTo: "redirects",
  routeMessageOutboundConnector: "sends to another host",
  moderateMessageByUser: "holds for a moderator",
  moderateMessageByManager: "holds for the recipient's manager",
};

const quotedNames = (met: readonly Met[]): string =>
  listed([...new Set(met.map(({ setter }) => `"${setter.name}"`))], 2);

const headerOf = (met: readonly Met[]): string =>
  dispositionHeaders[met[0]?.route.mail.header ?? "cloudflare"];

/** The exceptions on headers that a rule can have. Each tests one header. */
const headerExceptions = [
  ["HeaderContainsMessageHeader", "HeaderContainsWords"],
  ["HeaderMatchesMessageHeader", "HeaderMatchesPatterns"],
] as const;

/** Returns the fix that excepts mail with the headers of the routes. If the rule has no free exception, the fix disables it. */
function exceptingFix(
  { name, conditions }: TransportRule,
  met: readonly Met[],
) {
  const headers = [...new Set(met.map(({ route }) => route.mail.header))];
  const free = headerExceptions.filter(
    ([header]) => conditions[`exceptIf${header}`] === undefined,
  );
  if (free.length < headers.length)
    return `Disable it: \`Disable-TransportRule ${quoted(name)}\`.`;
  const exceptions = free
    .slice(0, headers.length)
    .map(([header, words], at) => {
      const carried = met.filter(
        ({ route }) => route.mail.header === headers[at],
      );
      return `-ExceptIf${header} ${dispositionHeaders[headers[at] ?? "cloudflare"]} -ExceptIf${words} ${wordsOf(carried).map(quoted).join(",")}`;
    });
  return `Except mail with the header: \`Set-TransportRule ${quoted(name)} ${exceptions.join(" ")}\`; or disable the rule.`;
}

const wordsOf = (met: readonly Met[]): string[] => [
  ...new Set(met.map(({ route }) => route.mail.word)),
];

/** The actions that change a header. */
const headerActions = ["removeHeader", "setHeaderName"] as const;

/** Returns the action with which a rule removes or overwrites a generation's header. */
function changedBy(
  { actions }: TransportRule,
  header: Header,
): (typeof headerActions)[number] | undefined {
  return headerActions.find(
    (action) => generationOf(textOf(actions[action])) === header,
  );
}
