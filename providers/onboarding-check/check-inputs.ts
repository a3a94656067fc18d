import { isIP } from "node:net";

import { flag, hostName, integer, objectName, setOf, text } from "../codecs";
import { field, type Field } from "../field";
import { accountAsInput, type Form } from "../form";

/**
 * A check of what is still to be done outside of the program until all mail comes through Cloudflare: the verification of the domains,
 * and their MX records, which it reads from DNS. It decides when a lock-down may begin. It writes nothing. While a step is open, it also
 * looks in every preview and `up`.
 */
export interface OnboardingCheckProps {
  /** The domains that the program protects. */
  domains: readonly string[];
  /**
   * Whether the program asks for the lock-down: that Microsoft 365 refuses mail that does not come from Cloudflare. The output
   * `lockedDown` becomes true when that loses no mail, and stays true until this is false.
   * @default false
   */
  lockDown?: boolean;
  /**
   * Hours that the MX records of all domains must have pointed at Cloudflare before the lock-down, 0 to 8760. Cloudflare advises 72.
   * @default 72
   */
  lockDownAfterHours?: number;
  /**
   * Accepted domains of the tenant that get no mail from outside, or whose mail the lock-down may refuse.
   * @default []
   */
  domainsWithoutMail?: readonly string[];
  /**
   * Name of the connector of the lock-down. The other connectors may deliver mail that it refuses.
   * @default "Secure M365 Inbound"
   */
  lockDownConnectorName?: string;
  /**
   * Address of the DNS server that the MX records are read from, with or without a port, such as `1.1.1.1`. Name one if yours has other
   * records for your domains than the internet has.
   * @default the DNS servers of the system
   */
  dnsServer?: string;
  /**
   * Cloudflare account of the domains.
   * @default the configuration's `area1:cloudflareAccountId`
   */
  accountId?: string;
}

const fields = {
  domains: field("", setOf(hostName, { min: 1 }), { required: true }),
  lockDown: field("", flag, { default: false }),
  lockDownAfterHours: field("", integer(0, 8760), { default: 72 }),
  domainsWithoutMail: field("", setOf(hostName), { default: [] }),
  lockDownConnectorName: field("", objectName(64), {
    default: "Secure M365 Inbound",
  }),
  dnsServer: field(
    "",
    text({
      required: true,
      refuse: (value) =>
        isIP(value.replace(/^\[(.+)\](:\d+)?$/, "$1")) > 0 ||
        isIP(value.replace(/:\d+$/, "")) === 4
          ? undefined
          : `"${value}" is not an IP address; give one like 1.1.1.1 or [2606:4700:4700::1111]:53`,
    }),
  ),
  accountId: field("", text({ required: true, max: 32, anyCase: true })),
} satisfies Record<keyof OnboardingCheckProps, Field>;

/** The form of the check. Its inputs are not properties of any vendor's object. */
export const onboardingCheckForm: Form = {
  name: "OnboardingCheck",
  scopeId: "tenantId",
  computed: [
    "accountId",
    "nextSteps",
    "obstacles",
    "refusedMail",
    "lockedDown",
    "verified",
    "mxSince",
    "txtRecords",
    "tenantId",
  ],
  fields,
  settings: [],
  complete: accountAsInput,
  alwaysExists: () => false,
};
