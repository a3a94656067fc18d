import type { InboundConnector } from "../snapshot";
import { check, listed, quoted, type Check } from "./check";
import type { Context } from "./context";
import { coverage, meeting, uncovered } from "./coverage";

const filterPage =
  "https://learn.microsoft.com/defender-office-365/connection-filter-policies-configure";
const connectorPage =
  "https://developers.cloudflare.com/cloudflare-one/email-security/setup/pre-delivery-deployment/prerequisites/m365-email-security-mx/";
const skipPage =
  "https://learn.microsoft.com/exchange/mail-flow-best-practices/use-connectors-to-configure-mail-flow/enhanced-filtering-for-connectors";

/** What the connection filter's allow list is known to do, and what nobody has said. */
const allowListConsequence =
  "mail from there skips the spam filter (SFV:SKI), and whether a rule's SCL still counts is not documented";

const objectOf = ({ name }: InboundConnector): string =>
  `InboundConnector "${name}"`;

const forEverybody = ({ senderDomains }: InboundConnector): boolean =>
  senderDomains.includes("*");

/** The connectors that take what Cloudflare delivers. */
const ofCloudflare = (
  connectors: readonly InboundConnector[],
  { egressIpRanges }: Context,
): InboundConnector[] =>
  connectors.filter(
    ({ enabled, senderIpAddresses }) =>
      enabled && coverage(senderIpAddresses, egressIpRanges) !== "none",
  );

/** The checks of what happens before any rule: the connection filter and the connectors. */
export const connectionChecks: readonly Check[] = [
  check({
    name: "ip-allow-list",
    title: "The connection filter does not allow Cloudflare's addresses",
    severity: "warning",
    appliesTo: "stack",
    needs: ["connectionFilters"],
    url: filterPage,
    fine: "None of Cloudflare's addresses is on the IP allow list.",
    *look({ connectionFilters }, { egressIpRanges }) {
      for (const { name, ipAllowList } of connectionFilters) {
        const ours = meeting(ipAllowList, egressIpRanges);
        if (ours.length > 0)
          yield {
            object: `HostedConnectionFilterPolicy "${name}"`,
            property: "ipAllowList",
            value: ours,
            reason: `The IP allow list has ${listed(ours)}, which Cloudflare delivers from: ${allowListConsequence}.`,
            fix: `Take them off: \`Set-HostedConnectionFilterPolicy ${quoted(name)} -IPAllowList @{Remove=${ours.map(quoted).join(",")}}\`.`,
          };
      }
    },
  }),
  check({
    name: "ip-block-list",
    title: "The connection filter does not block Cloudflare's addresses",
    severity: "failed",
    appliesTo: "stack",
    needs: ["connectionFilters"],
    url: filterPage,
    fine: "None of Cloudflare's addresses is on the IP block list.",
    *look({ connectionFilters }, { egressIpRanges }) {
      for (const { name, ipBlockList } of connectionFilters) {
        const ours = meeting(ipBlockList, egressIpRanges);
        if (ours.length > 0)
          yield {
            object: `HostedConnectionFilterPolicy "${name}"`,
            property: "ipBlockList",
            value: ours,
            reason: `The IP block list has ${listed(ours)}, which Cloudflare delivers from, so that Microsoft refuses all mail that comes from there, clean mail included.`,
            fix: `Take them off: \`Set-HostedConnectionFilterPolicy ${quoted(name)} -IPBlockList @{Remove=${ours.map(quoted).join(",")}}\`.`,
          };
      }
    },
  }),
  check({
    name: "safe-list",
    title: "Microsoft's own safe list is off",
    severity: "warning",
    appliesTo: "doctor",
    needs: ["connectionFilters"],
    url: filterPage,
    fine: "The safe list is off.",
    *look({ connectionFilters }) {
      for (const { name, enableSafeList } of connectionFilters)
        if (enableSafeList)
          yield {
            object: `HostedConnectionFilterPolicy "${name}"`,
            property: "enableSafeList",
            value: true,
            reason:
              "Mail from addresses that Microsoft's partners find good skips the spam filter, and nobody can see which those are.",
            fix: `Switch it off: \`Set-HostedConnectionFilterPolicy ${quoted(name)} -EnableSafeList $false\`.`,
          };
    },
  }),
  check({
    name: "connector-rejects",
    title: "No connector refuses mail from Cloudflare",
    severity: "failed",
    appliesTo: "stack",
    needs: ["inboundConnectors"],
    url: connectorPage,
    fine: "Every connector that restricts who delivers knows all of Cloudflare's addresses.",
    *look({ inboundConnectors }, { egressIpRanges }) {
      for (const connector of inboundConnectors) {
        if (!connector.enabled || connector.senderDomains.length === 0)
          continue;
        const everybody = forEverybody(connector);
        const missing = connector.restrictDomainsToIpAddresses
          ? uncovered(egressIpRanges, connector.senderIpAddresses)
          : [];
        const elsewhere = inboundConnectors
          .filter((other) => other.enabled && other !== connector)
          .flatMap(({ senderIpAddresses }) => senderIpAddresses);
        const refused = uncovered(missing, elsewhere).length > 0;
        if (missing.length > 0)
          yield {
            object: objectOf(connector),
            property: "senderIpAddresses",
            value: missing,
            ...(!(refused && everybody) && { status: "warning" as const }),
            reason: `The connector refuses mail ${everybody ? "" : `from ${listed(connector.senderDomains)} `}that does not come from its addresses and lacks ${missing.length} of Cloudflare's (${listed(missing)}), so that mail from there bounces${refused ? "" : ", unless another connector that lists them is taken, which is not documented"}.`,
            fix: `Add them: \`Set-InboundConnector ${quoted(connector.name)} -SenderIPAddresses @{Add=${missing.map(quoted).join(",")}}\`.`,
          };
        if (connector.restrictDomainsToCertificate)
          yield {
            object: objectOf(connector),
            property: "restrictDomainsToCertificate",
            value: true,
            status: "warning",
            reason: `The connector refuses mail ${everybody ? "" : `from ${listed(connector.senderDomains)} `}without a certificate of its name, and which one Cloudflare shows is not documented, so that mail may bounce.`,
            fix: `Restrict by address instead: \`Set-InboundConnector ${quoted(connector.name)} -RestrictDomainsToCertificate $false -RestrictDomainsToIPAddresses $true\`.`,
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
        if (connector.treatMessagesAsInternal)
          yield {
            object: objectOf(connector),
            property: "treatMessagesAsInternal",
            value: true,
            reason:
              "The connector takes what Cloudflare delivers for mail of the organisation itself, so that conditions on outside senders and the spam filter may not apply.",
            fix: `\`Set-InboundConnector ${quoted(connector.name)} -TreatMessagesAsInternal $false\`.`,
          };
    },
  }),
  check({
    name: "connector-missing",
    title: "Nobody delivers past Cloudflare",
    severity: "warning",
    appliesTo: "doctor",
    needs: ["inboundConnectors"],
    url: connectorPage,
    fine: "A connector refuses mail that does not come by way of Cloudflare.",
    *look({ inboundConnectors }) {
      if (
        !inboundConnectors.some(
          (connector) =>
            connector.enabled &&
            forEverybody(connector) &&
            (connector.restrictDomainsToIpAddresses ||
              connector.restrictDomainsToCertificate),
        )
      )
        yield {
          object: "InboundConnector",
          reason:
            "No connector refuses mail that does not come from Cloudflare, so that whoever delivers to Microsoft's MX directly goes around it.",
          fix: 'When all domains are moved, make the connector "Secure M365 Inbound": sender domain *, restricted to Cloudflare\'s addresses.',
        };
    },
  }),
  check({
    name: "enhanced-filtering",
    title: "Enhanced Filtering looks behind Cloudflare",
    severity: "warning",
    appliesTo: "doctor",
    needs: ["inboundConnectors"],
    url: skipPage,
    fine: "A connector for Cloudflare's addresses skips the last hop.",
    *look({ inboundConnectors }, context) {
      const connectors = ofCloudflare(inboundConnectors, context);
      const skipping = connectors.filter(
        ({ efSkipLastIp, efSkipIps }) =>
          efSkipLastIp || coverage(efSkipIps, context.egressIpRanges) === "all",
      );
      const full = skipping.find(
        ({ efTestMode, efUsers }) => !efTestMode && efUsers.length === 0,
      );
      if (full) return;
      const [half = connectors[0]] = skipping;
      yield {
        object: half ? objectOf(half) : "InboundConnector",
        property: !skipping[0]
          ? "efSkipLastIp"
          : half?.efTestMode
            ? "efTestMode"
            : "efUsers",
        value: !skipping[0]
          ? false
          : half?.efTestMode
            ? true
            : (half?.efUsers ?? []),
        reason: skipping[0]
          ? `Enhanced Filtering is ${half?.efTestMode ? "in test mode" : `on for ${listed(half?.efUsers ?? [])} alone`}, so that Microsoft takes Cloudflare for the sender ${half?.efTestMode ? "" : "of other mail "}and may find spoofing of its own.`
          : "No connector for Cloudflare's addresses has Enhanced Filtering, so that Microsoft takes Cloudflare for the sender of all mail and may find spoofing of its own.",
        fix: half
          ? `\`Set-InboundConnector ${quoted(half.name)} -EFSkipLastIP $true -EFTestMode $false -EFUsers $null\`.`
          : 'Make the connector "Email Security Inbound Connector" for Cloudflare\'s addresses, and let it skip the last address.',
      };
    },
  }),
];
