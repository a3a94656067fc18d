import { dispositionHeaders } from "../message";
import type { TransportRule } from "../snapshot";
import { check, listed, quoted, type Check, type Detail } from "./check";
import type { Context } from "./context";
import type { Reach } from "./coverage";
import { listOf, reachOf, textOf } from "./reach";
import {
  askedFor,
  byPriority,
  isOwn,
  routesOf,
  sclOf,
  type Route,
} from "./routes";

const needs = ["transportRules"] as const;
const page =
  "https://learn.microsoft.com/exchange/security-and-compliance/mail-flow-rules/manage-mail-flow-rules";

/** A rule that is not the one that makes a route, and how much of the route's mail it acts on. */
interface Met {
  readonly route: Route;
  readonly setter: TransportRule;
  readonly reach: Exclude<Reach, "none">;
}

/** One detail for each rule that meets mail of routes, on the side of their rules that `where` says. */
function* meeting(
  transportRules: readonly TransportRule[],
  context: Context,
  where: "before" | "after" | "anywhere",
  concerns: (rule: TransportRule, route: Route) => boolean,
  detailOf: (rule: TransportRule, met: readonly Met[]) => Detail,
): Generator<Detail> {
  const routes = routesOf(transportRules, context);
  for (const rule of byPriority(transportRules)) {
    const met = routes.flatMap((route): Met[] => {
      const { setter, mail } = route;
      if (!setter || rule === setter || !concerns(rule, route)) return [];
      if (where === "before" && rule.priority > setter.priority) return [];
      if (where === "after" && rule.priority < setter.priority) return [];
      const reach = reachOf(rule, mail, context);
      return reach === "none" ? [] : [{ route, setter, reach }];
    });
    if (met.length > 0) yield detailOf(rule, met);
  }
}

const dispositionsOf = (met: readonly Met[]): string =>
  listed([...new Set(met.map(({ route }) => route.tier.disposition))]);

/** `Malicious mail` where all of it is meant, else what narrows it. */
const mailOf = (rule: TransportRule, met: readonly Met[]): string =>
  `${met.some(({ reach }) => reach === "all") ? "" : "some "}${dispositionsOf(met)} mail${
    met.every(({ reach }) => reach === "some")
      ? ` (${listed([...Object.keys(rule.conditions), ...rule.unread].filter((name) => !name.includes("MessageHeader")))})`
      : ""
  }`;

const gradeOf = (met: readonly Met[]): "failed" | "warning" =>
  met.some(({ reach }) => reach === "all") ? "failed" : "warning";

const objectOf = ({ name }: TransportRule): string => `TransportRule "${name}"`;

/** The checks of the rules that are somebody else's. */
export const foreignRuleChecks: readonly Check[] = [
  check({
    name: "scl-overridden",
    title: "No later rule sets another level",
    severity: "failed",
    appliesTo: "stack",
    needs,
    url: "https://learn.microsoft.com/exchange/security-and-compliance/mail-flow-rules/use-rules-to-set-scl",
    fine: "No rule behind those of the routes sets another SCL.",
    look: ({ transportRules }, context) =>
      meeting(
        transportRules,
        context,
        "after",
        (rule, { tier }) =>
          sclOf(rule) !== undefined && askedFor(sclOf(rule)) !== tier.verdict,
        (rule, met) => {
          const scl = sclOf(rule) ?? 0;
          return {
            object: objectOf(rule),
            property: "setScl",
            value: scl,
            status: gradeOf(met),
            reason: `The rule comes after ${quotedNames(met)} and sets SCL ${scl} on ${mailOf(rule, met)}, ${scl < 0 ? "so that it is delivered past the filter" : "so that the level of the route is lost"}.`,
            fix: isOwn(rule, context)
              ? `Take ${wordsOf(met)} out of its words, or disable it: \`Disable-TransportRule ${quoted(rule.name)}\`.`
              : `Except mail with the header: \`Set-TransportRule ${quoted(rule.name)} -ExceptIfHeaderContainsMessageHeader ${headerOf(met)} -ExceptIfHeaderContainsWords ${wordsOf(met)}\`; or disable the rule.`,
          };
        },
      ),
  }),
  check({
    name: "rule-stops-processing",
    title: "No earlier rule stops processing",
    severity: "failed",
    appliesTo: "stack",
    needs,
    url: page,
    fine: "No rule before those of the routes stops processing.",
    look: ({ transportRules }, context) =>
      meeting(
        transportRules,
        context,
        "before",
        (rule) => rule.stopRuleProcessing,
        (rule, met) => ({
          object: objectOf(rule),
          property: "stopRuleProcessing",
          value: true,
          status: gradeOf(met),
          reason: `The rule comes before ${quotedNames(met)} and ends the processing of ${mailOf(rule, met)}, which then never gets its level.`,
          fix: `Let processing go on with \`Set-TransportRule ${quoted(rule.name)} -StopRuleProcessing $false\`, or move the rule behind them.`,
        }),
      ),
  }),
  check({
    name: "header-changed",
    title: "No earlier rule takes the header away",
    severity: "failed",
    appliesTo: "stack",
    needs,
    url: page,
    fine: "No rule before those of the routes removes or rewrites the header.",
    look: ({ transportRules }, context) =>
      meeting(
        transportRules,
        context,
        "before",
        (rule, { mail }) => changedBy(rule, mail.header) !== undefined,
        (rule, met) => {
          const [one] = met;
          const property =
            (one && changedBy(rule, one.route.mail.header)) ?? "removeHeader";
          return {
            object: objectOf(rule),
            property,
            value: rule.actions[property] ?? null,
            status: gradeOf(met),
            reason: `The rule comes before ${quotedNames(met)} and ${property === "removeHeader" ? "takes away" : "writes over"} ${headerOf(met)} of ${mailOf(rule, met)}, which they then do not recognise.`,
            fix: `Move the rule behind them, or disable it: \`Disable-TransportRule ${quoted(rule.name)}\`.`,
          };
        },
      ),
  }),
  check({
    name: "rule-diverts-mail",
    title: "No other rule decides where the mail goes",
    severity: "failed",
    appliesTo: "stack",
    needs,
    url: "https://learn.microsoft.com/exchange/security-and-compliance/mail-flow-rules/mail-flow-rule-actions",
    fine: "No other rule deletes, rejects, redirects or quarantines the mail of the routes.",
    *look({ transportRules }, context) {
      const routes = routesOf(transportRules, context);
      for (const rule of byPriority(transportRules)) {
        const action = Object.keys(rule.actions).find(
          (name) => name in diverting,
        );
        if (action === undefined) continue;
        const met = routes.flatMap((route): Met[] =>
          route.setter && reachOf(rule, route.mail, context) === "all"
            ? [{ route, setter: route.setter, reach: "all" }]
            : [],
        );
        if (met.length > 0)
          yield {
            object: objectOf(rule),
            property: action,
            value: rule.actions[action] ?? null,
            reason: `The rule ${diverting[action]} ${mailOf(rule, met)}, so that the anti-spam policy and its quarantine never see it.`,
            fix: `Nothing, if that is what you want; else \`Disable-TransportRule ${quoted(rule.name)}\`.`,
          };
      }
    },
  }),
];

/** What actions do that decide by themselves where a message goes. */
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

const wordsOf = (met: readonly Met[]): string =>
  [...new Set(met.map(({ route }) => route.mail.word))].join(",");

/** The action by which a rule takes a generation's header away or writes over it. */
function changedBy(
  { actions }: TransportRule,
  header: keyof typeof dispositionHeaders,
): "removeHeader" | "setHeaderName" | undefined {
  for (const action of ["removeHeader", "setHeaderName"] as const)
    if (
      listOf(actions[action]).length > 0 &&
      textOf(actions[action]).toLowerCase() ===
        dispositionHeaders[header].toLowerCase()
    )
      return action;
  return undefined;
}
