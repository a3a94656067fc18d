import type { TransportRule } from "../snapshot";
import { check, listed, type Check } from "./check";
import { uncovered, unsupported } from "./coverage";
import { listOf } from "./reach";
import { elsewhere, routesOf, settersOf } from "./routes";

const needs = ["transportRules"] as const;
const egressPage =
  "https://developers.cloudflare.com/cloudflare-one/email-security/setup/pre-delivery-deployment/egress-ips/";

const objectOf = ({ name }: TransportRule): string => `TransportRule "${name}"`;

/** The checks of the addresses that the rules of the routes ask for. */
export const egressRangeChecks: readonly Check[] = [
  check({
    name: "egress-ranges-missing",
    title: "The rules know every address that Cloudflare delivers from",
    severity: "failed",
    appliesTo: "stack",
    needs,
    url: egressPage,
    fine: "The rules hold every published address.",
    *look({ transportRules }, context) {
      const missing = new Map<TransportRule, Map<string, string[]>>();
      for (const { setter, ranges, tier } of routesOf(transportRules, context))
        if (setter && ranges) {
          const lost = uncovered(context.egressIpRanges, ranges);
          if (lost.length === 0) continue;
          const found = missing.get(setter) ?? new Map<string, string[]>();
          missing.set(setter, found.set(tier.disposition, lost));
        }
      for (const [rule, found] of missing) {
        const lost = [...new Set([...found.values()].flat())];
        yield {
          object: objectOf(rule),
          property: "senderIpRanges",
          value: lost,
          reason: `The rule lacks ${lost.length} of the ranges that Cloudflare delivers from (${listed(lost)}), so that ${listed([...found.keys()])} mail from there ${elsewhere}.`,
          fix: `Put the whole list in: leave senderIpRanges out of the program and run \`pulumi up\`, or add them in the Exchange admin center.`,
        };
      }
    },
  }),
  check({
    name: "egress-ranges-foreign",
    title: "The rules trust no address that is not Cloudflare's",
    severity: "warning",
    appliesTo: "doctor",
    needs,
    url: egressPage,
    fine: "The rules hold no address that is not published.",
    *look({ transportRules }, context) {
      for (const [rule] of settersOf(transportRules, context)) {
        const ranges = listOf(rule.conditions["senderIpRanges"]);
        const foreign = uncovered(ranges, context.egressIpRanges).filter(
          (range) => !unsupported([range]).includes(range),
        );
        if (foreign.length > 0)
          yield {
            object: objectOf(rule),
            property: "senderIpRanges",
            value: foreign,
            reason: `The rule trusts ${listed(foreign)}, which Cloudflare does not publish, so that whoever sends from there can put the header on mail by himself.`,
            fix: `Take them out in the Exchange admin center, unless another gateway of yours stands there.`,
          };
      }
    },
  }),
  check({
    name: "egress-ranges-unsupported",
    title: "The rules' ranges are in a form that Microsoft 365 takes",
    severity: "warning",
    appliesTo: "doctor",
    needs,
    url: egressPage,
    fine: "The rules' ranges are IPv4 blocks of /24 and smaller.",
    *look({ transportRules }, context) {
      for (const [rule] of settersOf(transportRules, context)) {
        const wide = unsupported(listOf(rule.conditions["senderIpRanges"]));
        if (wide.length > 0)
          yield {
            object: objectOf(rule),
            property: "senderIpRanges",
            value: wide,
            reason: `Cloudflare says that Microsoft 365 does not support ${listed(wide)} in a rule, so that mail from there may not match.`,
            fix: "List the /24 blocks instead, without IPv6: leave senderIpRanges out of the program and run `pulumi up`.",
          };
      }
    },
  }),
  check({
    name: "rule-without-sender-ip",
    title: "The rules ask who delivers",
    severity: "warning",
    appliesTo: "doctor",
    needs,
    url: egressPage,
    fine: "The rules ask for Cloudflare's addresses.",
    *look({ transportRules }, context) {
      for (const [rule] of settersOf(transportRules, context))
        if (rule.conditions["senderIpRanges"] === undefined)
          yield {
            object: objectOf(rule),
            property: "senderIpRanges",
            value: null,
            reason:
              "The rule does not ask for Cloudflare's addresses, so that anybody who delivers to Microsoft directly can put the header on mail by himself.",
            fix: "Add the published ranges: run `pulumi up`.",
          };
    },
  }),
];
