import { texts } from "../conditions";
import { collected } from "../grouped";
import { listed, type Check } from "./check";
import { isSupported, uncovered } from "../coverage";
import { elsewhere, ofRule, routesOf, ruleCheck, settersOf } from "./routes";

const egressPage =
  "https://developers.cloudflare.com/cloudflare-one/email-security/setup/pre-delivery-deployment/egress-ips/";

/** Checks of the addresses that the rules of the routes require. */
export const egressRangeChecks: readonly Check[] = [
  ruleCheck({
    name: "egress-ranges-missing",
    title: "The rules know every address that Cloudflare delivers from",
    severity: "failed",
    url: egressPage,
    fine: "The rules hold every published address.",
    *look(rules, context) {
      const missing = collected(
        routesOf(rules, context).flatMap(({ setter, ranges, tier }) => {
          const lost = uncovered(context.egressIpRanges, ranges ?? []);
          return setter && ranges && lost.length > 0
            ? [[setter, { lost, ...tier }]]
            : [];
        }),
      );
      for (const [rule, found] of missing) {
        const lost = [...new Set(found.flatMap((one) => one.lost))];
        const dispositions = new Set(found.map((one) => one.disposition));
        yield {
          ...ofRule(rule, "senderIpRanges"),
          value: lost,
          ...(found.every(({ isNet }) => isNet) && {
            status: "warning" as const,
          }),
          reason: `The rule lacks ${lost.length} of the ranges that Cloudflare delivers from (${listed(lost)}), so that ${listed([...dispositions])} mail from there ${elsewhere}.`,
          fix: `Put the whole list in: leave senderIpRanges out of the program and run \`pulumi up\`, or add them in the Exchange admin center.`,
        };
      }
    },
  }),
  ruleCheck({
    name: "egress-ranges-foreign",
    title: "The rules trust no address that is not Cloudflare's",
    severity: "warning",
    url: egressPage,
    fine: "The rules hold no address that is not published.",
    *look(rules, context) {
      for (const [rule] of settersOf(rules, context)) {
        const ranges = texts(rule.conditions["senderIpRanges"]);
        const foreign = uncovered(ranges, context.egressIpRanges).filter(
          isSupported,
        );
        if (foreign.length > 0)
          yield {
            ...ofRule(rule, "senderIpRanges"),
            value: foreign,
            reason: `The rule trusts ${listed(foreign)}, which Cloudflare does not publish, so that whoever sends from there can put the header on mail by himself.`,
            fix: `Take them out in the Exchange admin center, unless another gateway of yours stands there.`,
          };
      }
    },
  }),
  ruleCheck({
    name: "egress-ranges-unsupported",
    title: "The rules' ranges are in a form that Microsoft 365 takes",
    severity: "warning",
    url: egressPage,
    fine: "The rules' ranges are IPv4 blocks of /24 and smaller.",
    *look(rules, context) {
      for (const [rule] of settersOf(rules, context)) {
        const wide = texts(rule.conditions["senderIpRanges"]).filter(
          (range) => !isSupported(range),
        );
        if (wide.length > 0)
          yield {
            ...ofRule(rule, "senderIpRanges"),
            value: wide,
            reason: `Cloudflare says that Microsoft 365 does not support ${listed(wide)} in a rule, so that mail from there may not match.`,
            fix: "List the /24 blocks instead, without IPv6: leave senderIpRanges out of the program and run `pulumi up`.",
          };
      }
    },
  }),
  ruleCheck({
    name: "rule-without-sender-ip",
    title: "The rules ask who delivers",
    severity: "warning",
    url: egressPage,
    fine: "The rules ask for Cloudflare's addresses.",
    *look(rules, context) {
      for (const [rule] of settersOf(rules, context))
        if (rule.conditions["senderIpRanges"] === undefined)
          yield {
            ...ofRule(rule, "senderIpRanges"),
            reason:
              "The rule does not ask for Cloudflare's addresses, so that anybody who delivers to Microsoft directly can put the header on mail by himself.",
            fix: "Add the published ranges: run `pulumi up`.",
          };
    },
  }),
];
