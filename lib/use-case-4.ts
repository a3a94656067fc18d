import type * as pulumi from "@pulumi/pulumi";

import { MailRoutes, outputsOf } from "./mail-routes";
import { reasonAgainst, type UseCase4Args } from "./use-case-4-args";

/**
 * Use case 4: Spam and Spoof go to a quarantine that the recipient manages, Malicious to one that only an administrator releases from.
 * One per tenant. It writes in an order that never exposes mail: the restore point, the quarantine policies, the anti-spam policy, the
 * administrator's rule, the user's rule, the domains. It deletes in the reverse order. Last, it checks what really happens to mail.
 */
export class UseCase4 extends MailRoutes {
  constructor(
    name: string,
    args: UseCase4Args,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super(
      {
        component: "UseCase4",
        others: ["InlineDeployment"],
        reason: reasonAgainst(args),
      },
      name,
      args,
      opts,
    );
    this.registerOutputs(outputsOf(this));
  }
}
