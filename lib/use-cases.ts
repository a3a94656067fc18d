import type * as pulumi from "@pulumi/pulumi";

import type { UseCase } from "../mail-flow/use-cases";
import { MailRoutes, outputsOf } from "./mail-routes";
import type { QuarantinePolicy } from "./quarantine-policy";
import {
  reasonAgainst,
  type AnyUseCaseArgs,
  type UseCase1Args,
  type UseCase2Args,
  type UseCase3Args,
  type UseCase4Args,
  type UseCase5Args,
} from "./use-case-args";

/** The component of one use case and nothing else. */
abstract class UseCaseComponent extends MailRoutes {
  protected constructor(
    useCase: UseCase,
    name: string,
    args: AnyUseCaseArgs,
    opts: pulumi.ComponentResourceOptions | undefined,
  ) {
    super(
      {
        component: `UseCase${useCase}`,
        useCase,
        reason: reasonAgainst(args, useCase),
      },
      name,
      args,
      opts,
    );
    this.registerOutputs(outputsOf(this));
  }
}

/**
 * Use case 1: Cloudflare holds Malicious, Spam and Spoof in its own quarantine, from which an administrator releases them there. Bulk goes
 * to the Junk Email folder. One use case per tenant. It writes in an order that never exposes mail, from each other use case, too: the
 * restore point, the quarantine policy, the domains, the anti-spam policy, the rule for Junk. Last, it checks what really happens to mail.
 */
export class UseCase1 extends UseCaseComponent {
  declare readonly adminQuarantine: QuarantinePolicy;

  constructor(
    name: string,
    args: UseCase1Args,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super(1, name, args, opts);
  }
}

/**
 * Use case 2: Cloudflare holds Malicious in its own quarantine; Spam and Spoof go to a quarantine that the recipient manages, Bulk to the
 * Junk Email folder. One use case per tenant. As the policy for Spam and Spoof is for the whole tenant, and what Cloudflare holds is by
 * domain, a rule that the tutorial does not have sends Malicious to the hosted quarantine wherever it arrives all the same. It writes in
 * an order that never exposes mail, from each other use case, too: the restore point, the quarantine policies, the rule for Malicious, the
 * user's rule, the domains, the anti-spam policy, the rule for Junk. Last, it checks what really happens to mail.
 */
export class UseCase2 extends UseCaseComponent {
  declare readonly userQuarantine: QuarantinePolicy;
  declare readonly adminQuarantine: QuarantinePolicy;

  constructor(
    name: string,
    args: UseCase2Args,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super(2, name, args, opts);
  }
}

/**
 * Use case 3: Malicious, Spam and Spoof go to a quarantine that only an administrator releases from, Bulk to the Junk Email folder. One use
 * case per tenant. It writes in an order that never exposes mail, from each other use case, too: the restore point, the quarantine policy,
 * the user's rule (the tutorial's name; users cannot release), the anti-spam policy, the rule for Junk, the domains. Last, it checks what
 * really happens to mail.
 */
export class UseCase3 extends UseCaseComponent {
  declare readonly adminQuarantine: QuarantinePolicy;

  constructor(
    name: string,
    args: UseCase3Args,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super(3, name, args, opts);
  }
}

/**
 * Use case 4: Spam and Spoof go to a quarantine that the recipient manages, Malicious to one that only an administrator releases from.
 * One use case per tenant. It writes in an order that never exposes mail, from each other use case, too: the restore point, the quarantine
 * policies, the anti-spam policy, the administrator's rule, the user's rule, the domains. It deletes in the reverse order. Last, it checks
 * what really happens to mail.
 */
export class UseCase4 extends UseCaseComponent {
  declare readonly userQuarantine: QuarantinePolicy;
  declare readonly adminQuarantine: QuarantinePolicy;

  constructor(
    name: string,
    args: UseCase4Args,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super(4, name, args, opts);
  }
}

/**
 * Use case 5: Malicious, Spam and Spoof go to the hosted quarantine, which keeps mail for 30 days, notifies nobody, and which only an
 * administrator releases from; Bulk goes to the Junk Email folder. One use case per tenant. It writes in an order that never exposes mail,
 * from each other use case, too: the restore point, the rule for the hosted quarantine, the anti-spam policy, the rule for Junk, the
 * domains. Last, it checks what really happens to mail.
 */
export class UseCase5 extends UseCaseComponent {
  constructor(
    name: string,
    args: UseCase5Args,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super(5, name, args, opts);
  }
}
