import type * as pulumi from "@pulumi/pulumi";

import type { Verification } from "../providers/cloudflare/client";
import {
  onboardingCheckForm,
  type OnboardingCheckProps,
} from "../providers/onboarding-check/check-inputs";
import {
  Area1Resource,
  type Args,
  type Known,
  type Optional,
} from "./resource";

/** The inputs of an {@link OnboardingCheck}. */
export type OnboardingCheckArgs = Args<OnboardingCheckProps>;

/**
 * A check of what is still to be done outside of the program until all mail comes through Cloudflare; see {@link OnboardingCheckProps}. It
 * only reads, even when it is destroyed.
 */
export class OnboardingCheck extends Area1Resource {
  declare readonly domains: Known<OnboardingCheckProps["domains"]>;
  declare readonly lockDown: Known<OnboardingCheckProps["lockDown"]>;
  declare readonly lockDownAfterHours: Known<
    OnboardingCheckProps["lockDownAfterHours"]
  >;
  declare readonly domainsWithoutMail: Known<
    OnboardingCheckProps["domainsWithoutMail"]
  >;
  declare readonly lockDownConnectorName: Known<
    OnboardingCheckProps["lockDownConnectorName"]
  >;
  declare readonly dnsServer: Optional<OnboardingCheckProps["dnsServer"]>;
  declare readonly accountId: Optional<OnboardingCheckProps["accountId"]>;
  /** What is still to be done outside of the program, as sentences, in the order in which to do it. */
  declare readonly nextSteps: pulumi.Output<string[]>;
  /** With `lockDown`: why the lock-down would refuse mail that should be delivered, as sentences. It begins when there are none. */
  declare readonly obstacles: pulumi.Output<string[]>;
  /** With `lockDown`: the mail that the lock-down refuses by its nature, as sentences. */
  declare readonly refusedMail: pulumi.Output<string[]>;
  /** Whether the lock-down may be on. Once true, it stays true while `lockDown` is true. */
  declare readonly lockedDown: pulumi.Output<boolean>;
  /** The domains that have been ACTIVE at Cloudflare, so that their MX records may point there. */
  declare readonly verified: pulumi.Output<string[]>;
  /** By domain: since when its MX records have pointed at Cloudflare (ISO 8601), as far as the check has seen it. */
  declare readonly mxSince: pulumi.Output<Record<string, string>>;
  /** By domain: the TXT record that verifies it at Cloudflare. Kept after that, because Cloudflare may look for it again. */
  declare readonly txtRecords: pulumi.Output<Record<string, Verification>>;
  /** Tenant that was checked, according to the token (GUID). */
  declare readonly tenantId: pulumi.Output<string>;

  constructor(
    name: string,
    args: OnboardingCheckArgs,
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(onboardingCheckForm, name, opts?.id ? undefined : args, opts);
  }
}
