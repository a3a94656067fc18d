import type { OverlaidClass } from "../mail-flow/overlay";
import { area1Domain } from "./cloudflare/area1-domain";
import { antiSpamPolicy } from "./exchange-online/anti-spam-policy";
import { quarantineNotification } from "./exchange-online/quarantine-notification";
import { quarantinePolicy } from "./exchange-online/quarantine-policy";
import { transportRule } from "./exchange-online/transport-rule";
import type { Kind } from "./kind";

/**
 * Every kind that lives in a vendor, by its name: the one list from which all others follow. A kind that the model of the mail flow
 * does not know is a type error here, and so is one that the model knows and this list does not.
 */
export const kinds = {
  Area1Domain: area1Domain,
  QuarantinePolicy: quarantinePolicy,
  QuarantineNotification: quarantineNotification,
  AntiSpamPolicy: antiSpamPolicy,
  TransportRule: transportRule,
} satisfies Record<OverlaidClass, Kind>;

/** The name of a kind; part of users' states. */
export type KindName = keyof typeof kinds;

/** Whether there is a kind of this name. */
export const isKindName = (name: string): name is KindName =>
  Object.hasOwn(kinds, name);
