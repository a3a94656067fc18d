import type { OverlaidClass } from "../mail-flow/overlay";
import { area1Domain } from "./cloudflare/area1-domain";
import { antiSpamPolicy } from "./exchange-online/anti-spam-policy";
import { inboundConnector } from "./exchange-online/inbound-connector";
import { connectionFilter } from "./exchange-online/connection-filter";
import { organizationConfig } from "./exchange-online/organization-config";
import { quarantineNotification } from "./exchange-online/quarantine-notification";
import { quarantinePolicy } from "./exchange-online/quarantine-policy";
import { transportRule } from "./exchange-online/transport-rule";
import type { Kind } from "./kind";

/**
 * Every kind of vendor object, by its name. All other lists of kinds are derived from this one. A kind that is missing here or in the
 * model of the mail flow, but exists in the other, is a type error.
 */
export const kinds = {
  Area1Domain: area1Domain,
  QuarantinePolicy: quarantinePolicy,
  QuarantineNotification: quarantineNotification,
  AntiSpamPolicy: antiSpamPolicy,
  InboundConnector: inboundConnector,
  TransportRule: transportRule,
  ConnectionFilter: connectionFilter,
  OrganizationConfig: organizationConfig,
} satisfies Record<OverlaidClass, Kind>;

/** The name of a kind. It is stored in users' states. */
export type KindName = keyof typeof kinds;

/** Returns whether a kind with this name exists. */
export const isKindName = (name: string): name is KindName =>
  Object.hasOwn(kinds, name);
