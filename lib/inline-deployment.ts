import * as pulumi from "@pulumi/pulumi";

import type { Verification } from "../providers/cloudflare/client";
import { dnsRecordsOf, type DnsRecord } from "./dns-records";
import { egressIpRanges } from "./egress";
import {
  InboundConnector,
  type InboundConnectorArgs,
} from "./inbound-connector";
import {
  inlineDeploymentDefaults,
  reasonAgainstInlineDeployment,
  type InlineDeploymentArgs,
} from "./inline-deployment-args";
import {
  MailRoutes,
  outputsOf,
  type Additions,
  type Addition,
  type Site,
} from "./mail-routes";
import { OnboardingCheck } from "./onboarding-check";
import { OrganizationConfig } from "./organization-config";
import { orDefault } from "./resource";
import { withName } from "./use-case-args";

/**
 * The whole inline deployment of Cloudflare Email Security in front of Microsoft 365: the inbound connector with Enhanced Filtering, use case
 * 4, the domains, and, if the program asks for it, the lock-down. One per tenant. A `UseCase4` of the same name becomes part of it without
 * a change of its objects. It writes in an order that neither loses nor exposes mail, the lock-down last; a destroy removes that first.
 */
export class InlineDeployment extends MailRoutes {
  /** The connector that attributes mail from Cloudflare, with Enhanced Filtering. */
  readonly inboundConnector: InboundConnector;
  /** The connector that refuses mail that does not come from Cloudflare; only with `lockDown`. Disabled until the lock-down may begin. */
  readonly lockDownConnector: InboundConnector | undefined;
  /** Refuses Direct Send, as soon as the lock-down may begin; only with `lockDown`. */
  readonly organizationConfig: OrganizationConfig | undefined;
  /** The check of what is still to be done outside of the program. */
  readonly onboardingCheck: OnboardingCheck;
  /**
   * The DNS records to publish now: the TXT record of a domain that Cloudflare verifies by one, and the MX records of each domain that it
   * has verified. All old MX records of these domains must go.
   */
  readonly dnsRecords: pulumi.Output<DnsRecord[]>;
  /** What is still to be done outside of the program, as sentences, in the order in which to do it. */
  readonly nextSteps: pulumi.Output<string[]>;

  constructor(
    name: string,
    args: InlineDeploymentArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    const reason = reasonAgainstInlineDeployment(args);
    const additions = additionsOf(args);
    super(
      {
        component: "InlineDeployment",
        useCase: args.useCase ?? 4,
        reason,
        additions,
      },
      name,
      args,
      opts,
    );
    const { made } = additions;
    this.inboundConnector = made.inboundConnector as InboundConnector;
    this.lockDownConnector = made.lockDownConnector;
    this.organizationConfig = made.organizationConfig;
    this.onboardingCheck = made.onboardingCheck as OnboardingCheck;
    this.dnsRecords = pulumi
      .output({
        domains: args.domains.map(withName).map(({ domain, regions }) => ({
          domain,
          regions: orDefault(regions, []),
        })),
        // With the mocks of a unit test, a resource may have no outputs except its inputs.
        verified: orDefault<string[]>(this.onboardingCheck.verified, []),
        txtRecords: orDefault<Record<string, Verification>>(
          this.onboardingCheck.txtRecords,
          {},
        ),
      })
      .apply(({ domains, verified, txtRecords }) =>
        dnsRecordsOf(domains, verified, txtRecords),
      );
    this.nextSteps = this.onboardingCheck.nextSteps;
    this.registerOutputs(inlineDeploymentOutputs(this));
  }
}

/** Returns the component's outputs. */
export const inlineDeploymentOutputs = (mail: InlineDeployment) => ({
  ...outputsOf(mail),
  inboundConnector: mail.inboundConnector,
  lockDownConnector: mail.lockDownConnector,
  organizationConfig: mail.organizationConfig,
  onboardingCheck: mail.onboardingCheck,
  dnsRecords: mail.dnsRecords,
  nextSteps: mail.nextSteps,
});

/** The resources that the component adds, once they are created. */
interface Made {
  inboundConnector?: InboundConnector;
  lockDownConnector?: InboundConnector;
  organizationConfig?: OrganizationConfig;
  onboardingCheck?: OnboardingCheck;
}

function createConnector(
  { restorePoint, child, under, guard, adopt }: Site,
  suffix: string,
  inputs: InboundConnectorArgs,
  ...after: readonly pulumi.Resource[]
): InboundConnector {
  return new InboundConnector(
    child(suffix),
    {
      ...inputs,
      ...guard,
      ...adopt,
      restorePoint: restorePoint.of("InboundConnector", inputs.name),
      comment: restorePoint.mark(child(suffix)),
    },
    under(...after),
  );
}

function additionsOf(
  args: InlineDeploymentArgs,
): Additions & { readonly made: Made } {
  const made: Made = {};
  const {
    connectorName,
    lockDownConnectorName,
    lockDown = false,
    lockDownAfterHours,
    domainsWithoutMail,
    dnsServer,
  } = args;
  const senderIpAddresses = orDefault(args.senderIpRanges, egressIpRanges);
  const ofCloudflare = {
    connectorType: "Partner",
    senderDomains: ["*"],
    senderIpAddresses,
    requireTls: true,
    efSkipLastIp: true,
  } as const;
  const connector = {
    name: orDefault(connectorName, inlineDeploymentDefaults.connectorName),
    ...ofCloudflare,
  };
  const lockDownName = orDefault(
    lockDownConnectorName,
    inlineDeploymentDefaults.lockDownConnectorName,
  );
  const restricting = {
    name: lockDownName,
    ...ofCloudflare,
    restrictDomainsToIpAddresses: true,
  };
  const first: Addition = {
    objects: [
      { kind: "InboundConnector", suffix: "connector", inputs: connector },
    ],
    create: (site) => [
      (made.inboundConnector = createConnector(site, "connector", connector)),
    ],
  };
  const createLockDown = (
    site: Site,
    check: OnboardingCheck,
  ): pulumi.Resource => {
    const { restorePoint, child, under, guard } = site;
    made.lockDownConnector = createConnector(
      site,
      "lock-down",
      { ...restricting, enabled: check.lockedDown },
      check,
    );
    made.organizationConfig = new OrganizationConfig(
      child("organization"),
      {
        // Unset until then: whether Direct Send is refused today is not this program's decision.
        rejectDirectSend: check.lockedDown.apply((locked) =>
          locked ? true : undefined,
        ),
        ...guard,
        restorePoint: restorePoint.of("OrganizationConfig", ""),
      },
      under(made.lockDownConnector),
    );
    return made.organizationConfig;
  };
  const last: Addition = {
    objects: lockDown
      ? [
          {
            kind: "InboundConnector",
            suffix: "lock-down",
            // As it is in the end, so that the whole program is judged by it.
            inputs: restricting,
          },
          {
            kind: "OrganizationConfig",
            suffix: "organization",
            inputs: { name: "", rejectDirectSend: true },
          },
        ]
      : [],
    create: (site) => {
      const check = new OnboardingCheck(
        site.child("onboarding-check"),
        {
          domains: args.domains.map((entry) => withName(entry).domain),
          lockDown,
          lockDownConnectorName: lockDownName,
          ...(lockDownAfterHours !== undefined && { lockDownAfterHours }),
          ...(domainsWithoutMail !== undefined && { domainsWithoutMail }),
          ...(dnsServer !== undefined && { dnsServer }),
          ...site.account,
        },
        site.under(...site.written),
      );
      made.onboardingCheck = check;
      return [lockDown ? createLockDown(site, check) : check];
    },
  };
  return { first, last, made };
}
