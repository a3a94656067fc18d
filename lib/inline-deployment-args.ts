import type * as pulumi from "@pulumi/pulumi";

import { flag, type Codec } from "../providers/codecs";
import { onboardingCheckForm } from "../providers/onboarding-check/check-inputs";
import {
  reasonAgainst,
  type Texts,
  type UseCase4Args,
} from "./use-case-4-args";

/** The inputs of `InlineDeployment`: those of `UseCase4`, and the connector, the lock-down and DNS. */
export interface InlineDeploymentArgs extends UseCase4Args {
  /**
   * Name of the connector that attributes mail from Cloudflare.
   * @default "Email Security Inbound Connector"
   */
  connectorName?: pulumi.Input<string | undefined>;
  /**
   * Whether Microsoft 365 shall refuse mail that does not come from Cloudflare. It begins when that loses no mail: all accepted domains are
   * ACTIVE at Cloudflare, and their MX records have pointed there for `lockDownAfterHours`. Until then, each preview says what is missing.
   * @default false
   */
  lockDown?: boolean | undefined;
  /**
   * Hours that all MX records must have pointed at Cloudflare before the lock-down, 0 to 8760.
   * @default 72
   */
  lockDownAfterHours?: pulumi.Input<number | undefined>;
  /**
   * Name of the connector of the lock-down.
   * @default "Secure M365 Inbound"
   */
  lockDownConnectorName?: pulumi.Input<string | undefined>;
  /**
   * Accepted domains of the tenant that get no mail from outside, or whose mail the lock-down may refuse.
   * @default []
   */
  domainsWithoutMail?: Texts;
  /**
   * Address of the DNS server that the MX records are read from, such as `1.1.1.1`. Name one if yours has other records for your domains
   * than the internet has.
   * @default the DNS servers of the system
   */
  dnsServer?: pulumi.Input<string | undefined>;
}

/** The defaults of the component's own inputs. */
export const inlineDeploymentDefaults = {
  connectorName: "Email Security Inbound Connector",
  lockDownConnectorName: "Secure M365 Inbound",
} as const;

const { fields } = onboardingCheckForm;

/** The codec of each input that `UseCase4` does not have. */
const codecs: Readonly<
  Record<Exclude<keyof InlineDeploymentArgs, keyof UseCase4Args>, Codec>
> = {
  connectorName: codecOf("lockDownConnectorName"),
  lockDown: flag,
  lockDownAfterHours: codecOf("lockDownAfterHours"),
  lockDownConnectorName: codecOf("lockDownConnectorName"),
  domainsWithoutMail: codecOf("domainsWithoutMail"),
  dnsServer: codecOf("dnsServer"),
};

function codecOf(property: string): Codec {
  const field = fields[property];
  if (!field) throw new Error(`OnboardingCheck has no ${property}`);
  return field.codec;
}

/** Returns what is wrong with the inputs, as far as they are plain values. */
export const reasonAgainstInlineDeployment = (
  args: InlineDeploymentArgs,
): string | undefined => reasonAgainst(args, "InlineDeployment", codecs);
