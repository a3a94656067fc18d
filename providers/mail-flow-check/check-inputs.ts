import { hostName, integer, objectName, oneOf, setOf, text } from "../codecs";
import { ipRanges } from "../exchange-online/ip-ranges";
import type { HeaderGeneration } from "../exposure-guard/guarded-mail";
import { field, type Field } from "../field";
import { accountAsInput, type Form } from "../form";

/** The least status of a finding for which an `up` fails. */
export type FailOn = "warning" | "failed";

/**
 * A check of everything that decides what happens to mail, and of everything that defeats the routes of the use case. It writes nothing.
 * The engine shows drift of inputs only. Therefore the accepted findings are an input, and a refresh adds all other findings to it.
 */
export interface MailFlowCheckProps {
  /**
   * Names of the findings that are known and accepted; see `area1-m365 doctor`. Others are warned of in an `up`, and show as drift of
   * this property on a refresh, until they are mended or accepted.
   * @default []
   */
  findings?: readonly string[];
  /** How bad a finding must be for an `up` to fail, after everything is written. Left out, it only warns. */
  failOn?: FailOn;
  /** The domains that are meant. Left out: all of the Cloudflare account. */
  domains?: readonly string[];
  /** Those of them that are forwarded to a host of your own choice, not to the MX that Microsoft 365 expects. */
  domainsWithTransport?: readonly string[];
  /** The generations of headers that there must be rules for. Left out: those that there are any for. */
  headers?: readonly HeaderGeneration[];
  /** The addresses that Cloudflare delivers from, as in `TransportRule`. Left out: the published list. */
  senderIpRanges?: readonly string[];
  /** The use case of Cloudflare's tutorials whose routes are checked, 1 to 5. Left out: 4. */
  useCase?: number;
  /** Names of the rules that make the routes. Left out: those of the use case. */
  ruleNames?: readonly string[];
  /**
   * Name of the quarantine policy that recipients release from.
   * @default "UserNotifyUserRelease"
   */
  userQuarantineName?: string;
  /**
   * Name of the quarantine policy that an administrator releases from.
   * @default "UserNotifyAdminRelease"
   */
  adminQuarantineName?: string;
  /**
   * Cloudflare account of the domains.
   * @default the configuration's `area1:cloudflareAccountId`
   */
  accountId?: string;
  /** Sums up what else must make it look again in an `up`; a component gives what its other resources were given. */
  digest?: string;
}

const checkName = text({
  required: true,
  anyCase: true,
  normalize: (name) => name.trim().toLowerCase(),
});

const fields = {
  findings: field("", setOf(checkName), { default: [] }),
  failOn: field("", oneOf("warning", "failed")),
  domains: field("", setOf(hostName, { min: 1 })),
  domainsWithTransport: field("", setOf(hostName)),
  headers: field("", setOf(oneOf("area1", "cloudflare"), { min: 1 })),
  senderIpRanges: field("", ipRanges),
  useCase: field("", integer(1, 5)),
  ruleNames: field("", setOf(objectName(64), { min: 1 })),
  userQuarantineName: field("", objectName(64), {
    default: "UserNotifyUserRelease",
  }),
  adminQuarantineName: field("", objectName(64), {
    default: "UserNotifyAdminRelease",
  }),
  accountId: field("", text({ required: true, max: 32, anyCase: true })),
  digest: field("", text()),
} satisfies Record<keyof MailFlowCheckProps, Field>;

/** The form of the check. Its inputs are not properties of any vendor's object. */
export const mailFlowCheckForm: Form = {
  name: "MailFlowCheck",
  scopeId: "tenantId",
  computed: ["accountId", "routes", "details", "tenantId"],
  fields,
  settings: [],

  complete: accountAsInput,
  alwaysExists: () => false,
};
