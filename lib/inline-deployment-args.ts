import type * as pulumi from "@pulumi/pulumi";

import { useCaseNumbers, type UseCase } from "../mail-flow/use-cases";
import { flag, integer, type Codec } from "../providers/codecs";
import { onboardingCheckForm } from "../providers/onboarding-check/check-inputs";
import {
  reasonAgainst,
  type Texts,
  type AnyUseCaseArgs,
} from "./use-case-args";

/** The inputs of `InlineDeployment`: those of its use case, and the connector, the lock-down and DNS. */
export interface InlineDeploymentArgs extends AnyUseCaseArgs {
  /**
   * The use case: what happens to mail of each disposition. See `UseCase1` to `UseCase5`; inputs that a use case does not have are refused.
   * @default 4
   */
  useCase?: UseCase | undefined;
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

/** The codec of each input that no use case has. */
const codecs: Readonly<
  Record<Exclude<keyof InlineDeploymentArgs, keyof AnyUseCaseArgs>, Codec>
> = {
  useCase: integer(1, 5),
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
export function reasonAgainstInlineDeployment(
  args: InlineDeploymentArgs,
): string | undefined {
  const { useCase = 4 } = args;
  return useCaseNumbers.includes(useCase)
    ? reasonAgainst(args, useCase, "InlineDeployment", codecs)
    : "useCase: must be 1, 2, 3, 4 or 5, known before anything runs: it decides which resources there are.";
}
