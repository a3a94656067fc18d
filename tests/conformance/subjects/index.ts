import type { KindName } from "../../../providers/kinds";
import type { KindUnderTest, Subject } from "../subject";
import { antiSpamPolicies } from "./anti-spam-policy";
import { area1Domains } from "./area1-domain";
import { inboundConnectors } from "./inbound-connector";
import { connectionFilters } from "./connection-filter";
import { organizationConfigs } from "./organization-config";
import { quarantineNotifications } from "./quarantine-notification";
import { quarantinePolicies } from "./quarantine-policy";
import { transportRules } from "./transport-rule";

export { antiSpamCustom, antiSpamDefault } from "./anti-spam-policy";
export { area1Domain, newArea1Domain } from "./area1-domain";
export { onPremisesConnector, partnerConnector } from "./inbound-connector";
export { connectionFilter } from "./connection-filter";
export { foreignMark, ourMark, siblingsMark } from "./marks";
export { organizationConfig } from "./organization-config";
export { quarantineNotification } from "./quarantine-notification";
export { quarantinePolicy } from "./quarantine-policy";
export { transportRule, wholeRules } from "./transport-rule";

/** The test data of every kind, from which all suites for every kind are generated. */
export const kindsUnderTest: Readonly<Record<KindName, KindUnderTest>> = {
  QuarantinePolicy: quarantinePolicies,
  QuarantineNotification: quarantineNotifications,
  AntiSpamPolicy: antiSpamPolicies,
  InboundConnector: inboundConnectors,
  TransportRule: transportRules,
  Area1Domain: area1Domains,
  ConnectionFilter: connectionFilters,
  OrganizationConfig: organizationConfigs,
};

/** Every subject of every kind. */
export const everySubject: readonly Subject[] = Object.values(
  kindsUnderTest,
).flatMap(({ subjects }) => subjects);
