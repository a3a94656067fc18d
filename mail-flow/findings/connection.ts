import type { Parts } from "../part";
import type { InboundConnector } from "../snapshot";
import {
  associatedWith,
  closenessTo,
  findsByAddress,
  isPartner,
  restricts,
  trustsSenders,
} from "../inbound-connectors";
import { folded } from "../mail";
import { quoted } from "../powershell";
import { texts } from "../conditions";
import { check, listed, propertyOf, type Check, type Detail } from "./check";
import type { Context } from "./context";
import { meeting, uncovered } from "../coverage";
import { inForce } from "./affected-mail";
import { byPriority, isOwn, ofRule, sclOf } from "./routes";

const filterPage =
  "https://learn.microsoft.com/defender-office-365/connection-filter-policies-configure";
const connectorPage =
  "https://developers.cloudflare.com/cloudflare-one/email-security/setup/pre-delivery-deployment/prerequisites/m365-email-security-mx/";

const organizationPage =
  "https://learn.microsoft.com/powershell/module/exchangepowershell/set-organizationconfig";

const enhancedFilteringPage =
  "https://learn.microsoft.com/exchange/mail-flow-best-practices/use-connectors-to-configure-mail-flow/enhanced-filtering-for-connectors";

const ofConnector = (
  connector: InboundConnector,
  property: Exclude<keyof InboundConnector, "name">,
) => propertyOf("InboundConnector", connector, property);

const forEverybody = (connector: InboundConnector): boolean =>
  connector.senderDomains.includes("*") &&
  associatedWith(connector).length === 0;

/** Returns whether a connector applies to all accepted domains that another one applies to. */
const isForDomainsOf = (
  connector: InboundConnector,
  other: InboundConnector,
): boolean => {
  const [own, others] = [connector, other].map((one) =>
    associatedWith(one).map(folded),
  ) as [string[], string[]];
  return (
    own.length === 0 ||
    (others.length > 0 && others.every((domain) => own.includes(domain)))
  );
};

const ofCloudflare = (
  connectors: readonly InboundConnector[],
  { egressIpRanges }: Context,
): InboundConnector[] =>
  connectors.filter(
    ({ enabled, senderIpAddresses }) =>
      enabled && meeting(senderIpAddresses, egressIpRanges).length > 0,
  );

/** Returns the connectors for Cloudflare's addresses that have Enhanced Filtering, even if only for some recipients. */
const skipping = (
  connectors: readonly InboundConnector[],
  context: Context,
): InboundConnector[] =>
  ofCloudflare(connectors, context).filter(
    ({ efSkipLastIp, efSkipIps }) =>
      efSkipLastIp || uncovered(context.egressIpRanges, efSkipIps).length === 0,
  );

/** Returns a check's `look` that finds Cloudflare's addresses in a list of the connection filter. */
const ours = (property: "ipAllowList" | "ipBlockList", consequence: string) =>
  function* (
    { connectionFilters }: Pick<Parts, "connectionFilters">,
    { egressIpRanges }: Context,
  ): Generator<Detail> {
    for (const filter of connectionFilters) {
      const value = meeting(filter[property], egressIpRanges);
      if (value.length > 0)
        yield {
          ...propertyOf("HostedConnectionFilterPolicy", filter, property),
          value,
          reason: `The IP ${property === "ipAllowList" ? "allow" : "block"} list has ${listed(value)}, which Cloudflare delivers from${consequence}.`,
          fix: `Take them off: the resource ConnectionFilter with ${property}Excludes: egressIpRanges, or \`Set-HostedConnectionFilterPolicy ${quoted(filter.name)} -${property.replace("ip", "IP")} @{Remove=${value.map(quoted).join(",")}}\`.`,
        };
    }
  };

/** Checks of what applies before any rule: the connection filter and the connectors. */
export const connectionChecks: readonly Check[] = [
  check({
    name: "ip-allow-list",
    title: "The connection filter does not allow Cloudflare's addresses",
    severity: "warning",
    appliesTo: "stack",
    needs: ["connectionFilters"],
    url: filterPage,
    fine: "None of Cloudflare's addresses is on the IP allow list.",
    look: ours(
      "ipAllowList",
      ": mail from there skips the spam filter (SFV:SKI), and whether a rule's SCL still counts is not documented",
    ),
  }),
  check({
    name: "ip-block-list",
    title: "The connection filter does not block Cloudflare's addresses",
    severity: "failed",
    needs: ["connectionFilters"],
    url: filterPage,
    fine: "None of Cloudflare's addresses is on the IP block list.",
    look: ours(
      "ipBlockList",
      ", so that Microsoft refuses all mail that comes from there, clean mail included",
    ),
  }),
  check({
    name: "safe-list",
    title: "Microsoft's own safe list is off",
    severity: "warning",
    needs: ["connectionFilters"],
    url: filterPage,
    fine: "The safe list is off.",
    *look({ connectionFilters }) {
      for (const filter of connectionFilters)
        if (filter.enableSafeList)
          yield {
            ...propertyOf(
              "HostedConnectionFilterPolicy",
              filter,
              "enableSafeList",
            ),
            reason:
              "Mail from addresses that Microsoft's partners find good skips the spam filter, and nobody can see which those are.",
            fix: `Switch it off: the resource ConnectionFilter with enableSafeList: false, or \`Set-HostedConnectionFilterPolicy ${quoted(filter.name)} -EnableSafeList $false\`.`,
          };
    },
  }),
  check({
    name: "connector-rejects",
    title: "No connector refuses mail from Cloudflare",
    severity: "failed",
    needs: ["inboundConnectors"],
    url: connectorPage,
    fine: "Every connector that restricts who delivers knows all of Cloudflare's addresses.",
    *look({ inboundConnectors }, { egressIpRanges }) {
      const enabled = inboundConnectors.filter(({ enabled }) => enabled);
      for (const connector of enabled.filter(restricts)) {
        if (connector.senderDomains.length === 0) continue;
        const everybody = forEverybody(connector);
        // A connector that lists the mail's address applies, even if others would refuse the mail.
        const known = enabled.filter((other) => {
          const closeness = closenessTo(other);
          return (
            findsByAddress(other) &&
            isForDomainsOf(other, connector) &&
            connector.senderDomains.every(
              (domain) => closeness(domain) !== undefined,
            )
          );
        });
        const missing = uncovered(
          egressIpRanges,
          known.flatMap(({ senderIpAddresses }) => senderIpAddresses),
        );
        if (missing.length === 0) continue;
        const associated = associatedWith(connector);
        const from = [
          ...(connector.senderDomains.includes("*")
            ? []
            : [`from ${listed(connector.senderDomains)} `]),
          ...(associated.length === 0
            ? []
            : [`from or for ${listed(associated)} `]),
        ].join("");
        const lacking = uncovered(missing, connector.senderIpAddresses);
        const add = `-SenderIPAddresses @{Add=${lacking.map(quoted).join(",")}}`;
        const set = `Set-InboundConnector ${quoted(connector.name)}`;
        yield findsByAddress(connector)
          ? {
              ...ofConnector(connector, "senderIpAddresses"),
              value: missing,
              ...(!everybody && { status: "warning" }),
              reason: `The connector refuses mail ${from}that does not come from its addresses and lacks ${missing.length} of Cloudflare's (${listed(missing)}), so that mail from there bounces.`,
              fix: `Add them: \`${set} ${add}\`.`,
            }
          : {
              ...ofConnector(connector, "restrictDomainsToCertificate"),
              status: "warning",
              reason: `The connector refuses mail ${from}without a certificate of its name, and which one Cloudflare shows is not documented, so that mail may bounce.`,
              fix: `Restrict by address instead: \`${set} -RestrictDomainsToCertificate $false -RestrictDomainsToIPAddresses $true${lacking.length > 0 ? ` ${add}` : ""}\`.`,
            };
      }
    },
  }),
  check({
    name: "connector-treats-as-internal",
    title: "No connector takes mail from Cloudflare for internal",
    severity: "warning",
    appliesTo: "stack",
    needs: ["inboundConnectors"],
    url: "https://learn.microsoft.com/powershell/module/exchange/set-inboundconnector",
    fine: "No connector treats mail from Cloudflare as internal.",
    *look({ inboundConnectors }, context) {
      for (const connector of ofCloudflare(inboundConnectors, context))
        if (trustsSenders(connector))
          yield {
            ...ofConnector(connector, "treatMessagesAsInternal"),
            reason:
              "The connector takes what Cloudflare delivers for mail of the organisation itself where the sender is of one of its own domains, which anybody can write, so that conditions on outside senders and the spam filter may not apply.",
            fix: `\`Set-InboundConnector ${quoted(connector.name)} -TreatMessagesAsInternal $false\`.`,
          };
    },
  }),
  check({
    name: "connector-missing",
    title: "Nobody delivers past Cloudflare",
    severity: "warning",
    needs: ["inboundConnectors"],
    url: connectorPage,
    fine: "A connector refuses mail that does not come by way of Cloudflare.",
    *look({ inboundConnectors }, { egressIpRanges }) {
      const refusing = inboundConnectors.filter(
        (one) =>
          one.enabled && restricts(one) && one.senderDomains.includes("*"),
      );
      if (refusing.some(forEverybody)) return;
      const limited = refusing.find(
        (one) =>
          findsByAddress(one) &&
          uncovered(egressIpRanges, one.senderIpAddresses).length === 0,
      );
      yield limited
        ? {
            ...ofConnector(limited, "associatedAcceptedDomains"),
            reason: `The connector refuses mail that does not come from Cloudflare from or for ${listed(associatedWith(limited))} alone, so that whoever delivers other mail to Microsoft's MX directly goes around it.`,
            fix: `When all domains are moved: \`Set-InboundConnector ${quoted(limited.name)} -AssociatedAcceptedDomains $null\`.`,
          }
        : {
            object: "InboundConnector",
            reason:
              "No connector refuses mail that does not come from Cloudflare, so that whoever delivers to Microsoft's MX directly goes around it.",
            fix: 'When all domains are moved, make the connector "Secure M365 Inbound": sender domain *, restricted to Cloudflare\'s addresses. A program makes it with the resource `InboundConnector` and restrictDomainsToIpAddresses: true.',
          };
    },
  }),
  check({
    name: "direct-send",
    title: "Nobody sends in the tenant's own name past Cloudflare",
    severity: "warning",
    needs: ["inboundConnectors", "organization"],
    url: organizationPage,
    fine: "Direct Send is rejected, or a connector refuses all mail that does not come by way of Cloudflare; mail from Cloudflare's addresses is none.",
    *look({ inboundConnectors, organization }, { egressIpRanges }) {
      const found = propertyOf(
        "OrganizationConfig",
        organization,
        "rejectDirectSend",
      );
      const enabled = inboundConnectors.filter(({ enabled }) => enabled);
      if (organization.rejectDirectSend === true) {
        // Connectors that match mail by its address; others do not count.
        const matching = enabled.filter(
          (one) =>
            !isPartner(one) || (findsByAddress(one) && forEverybody(one)),
        );
        const missing = uncovered(
          egressIpRanges,
          matching.flatMap(({ senderIpAddresses }) => senderIpAddresses),
        );
        if (missing.length > 0)
          yield {
            ...found,
            status: "failed",
            reason: `Direct Send is rejected, and no connector restricts mail to ${missing.length} of Cloudflare's addresses (${listed(missing)}), so that mail of the tenant's own domains that comes from there bounces (550 5.7.68).`,
            fix: 'Make the connector "Secure M365 Inbound": sender domain *, restricted to Cloudflare\'s addresses. Until then, set rejectDirectSend of the resource OrganizationConfig to false.',
          };
      } else if (
        // Otherwise it is not returned, or not in a snapshot of an earlier release.
        organization.rejectDirectSend === false &&
        !enabled.some(
          (one) => restricts(one) && one.senderDomains.includes("*"),
        )
      )
        yield {
          ...found,
          reason:
            "Direct Send is open: whoever delivers to Microsoft's MX directly can send in the name of the tenant's own users, without a password and past Cloudflare.",
          fix: 'When all domains are moved, make the connector "Secure M365 Inbound": sender domain *, restricted to Cloudflare\'s addresses. Then reject Direct Send with the resource OrganizationConfig, rejectDirectSend: true; scanners and services need connectors of their own before.',
        };
    },
  }),
  check({
    name: "enhanced-filtering",
    title: "Enhanced Filtering looks behind Cloudflare",
    severity: "warning",
    needs: ["inboundConnectors"],
    url: enhancedFilteringPage,
    fine: "A connector for Cloudflare's addresses skips the last hop.",
    *look({ inboundConnectors }, context) {
      const found = skipping(inboundConnectors, context);
      if (
        found.some(
          (one) =>
            !one.efTestMode &&
            one.efUsers.length === 0 &&
            associatedWith(one).length === 0,
        )
      )
        return;
      const [half] = found;
      const connector = half ?? ofCloudflare(inboundConnectors, context)[0];
      const property = !half
        ? "efSkipLastIp"
        : half.efTestMode
          ? "efTestMode"
          : half.efUsers.length > 0
            ? "efUsers"
            : "associatedAcceptedDomains";
      yield {
        ...(connector
          ? ofConnector(connector, property)
          : { object: "InboundConnector", property, value: false }),
        reason: {
          efSkipLastIp:
            "No connector for Cloudflare's addresses has Enhanced Filtering, so that Microsoft takes Cloudflare for the sender of all mail and may find spoofing of its own.",
          efTestMode:
            "Enhanced Filtering is in test mode, so that Microsoft takes Cloudflare for the sender and may find spoofing of its own.",
          associatedAcceptedDomains: `The connector with Enhanced Filtering is for mail from or for ${listed(half ? associatedWith(half) : [])} alone, so that Microsoft takes Cloudflare for the sender of other mail and may find spoofing of its own.`,
          efUsers: `Enhanced Filtering is on for ${listed(half?.efUsers ?? [])} alone, so that Microsoft takes Cloudflare for the sender of other mail and may find spoofing of its own.`,
        }[property],
        fix: connector
          ? `\`Set-InboundConnector ${quoted(connector.name)} -EFSkipLastIP $true -EFTestMode $false -EFUsers $null${associatedWith(connector).length > 0 ? " -AssociatedAcceptedDomains $null" : ""}\`.`
          : 'Make the connector "Email Security Inbound Connector" for Cloudflare\'s addresses, and let it skip the last address. A program makes it with the resource `InboundConnector` and efSkipLastIp: true.',
      };
    },
  }),
  check({
    name: "enhanced-filtering-bypassed",
    title: "No rule bypasses the filter beside Enhanced Filtering",
    severity: "warning",
    needs: ["inboundConnectors", "transportRules"],
    url: enhancedFilteringPage,
    fine: "No rule sets SCL -1 for Cloudflare's addresses while Enhanced Filtering is on.",
    *look({ inboundConnectors, transportRules }, context) {
      if (skipping(inboundConnectors, context).length === 0) return;
      for (const rule of byPriority(transportRules)) {
        const ranges = texts(rule.conditions["senderIpRanges"]);
        if (
          sclOf(rule) === -1 &&
          !isOwn(rule, context) &&
          inForce(rule, context.now) &&
          meeting(ranges, context.egressIpRanges).length > 0
        )
          yield {
            ...ofRule(rule, "setScl"),
            reason:
              "The rule lets mail from Cloudflare's addresses skip the filter, while Enhanced Filtering is there for the filter to judge it by its true source; Microsoft asks to disable such rules with it.",
            fix: `\`Disable-TransportRule ${quoted(rule.name)}\`.`,
          };
      }
    },
  }),
];
