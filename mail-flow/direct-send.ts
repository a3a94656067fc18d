import { addressSet } from "./address-set";
import { egressIpRanges } from "./egress";
import type { Origin } from "./mail";
import type { Step } from "./path";
import { named, result, step, unread, type Way } from "./result";
import type { Snapshot } from "./snapshot";
import type { ThreeValued } from "./three-valued";

/** What the organisation's setting for Direct Send does to mail. */
export interface DirectSend {
  /** Returns whether mail of an origin may be Direct Send that is rejected, unless a connector matches it. */
  readonly concerns: (origin: Origin) => boolean;
  /**
   * Returns the way of a message that is or may be rejected, and the steps of a message that may pass; undefined if nothing happens.
   *
   * @param matched whether an inbound connector matches the message by its address or its certificate
   */
  readonly rejects: (
    origin: Origin,
    matched: ThreeValued,
  ) =>
    | { readonly ended: readonly Way[]; readonly passed?: readonly Step[] }
    | undefined;
}

const egress = addressSet(egressIpRanges);

/** Returns whether a snapshot has the setting that rejects Direct Send. Without a value, it has the default: it does not. */
export const rejectsDirectSend = ({
  organization,
}: Pick<Snapshot, "organization">): boolean =>
  "value" in organization && organization.value.rejectDirectSend === true;

/**
 * Prepares the setting that rejects Direct Send: anonymous mail whose envelope sender is of an accepted domain, and that no inbound
 * connector matches by its address or its certificate. The answer is `550 5.7.68 TenantInboundAttribution`.
 *
 * @see https://learn.microsoft.com/powershell/module/exchangepowershell/set-organizationconfig
 * @see https://techcommunity.microsoft.com/blog/exchange/introducing-more-control-over-direct-send-in-exchange-online/4408790
 */
export function directSend(
  snapshot: Pick<Snapshot, "organization">,
): DirectSend {
  const { organization } = snapshot;
  const isUnread = "unavailable" in organization;
  const isRejected = rejectsDirectSend(snapshot);
  const rejected = (why: string): Way => ({
    result: result("rejected"),
    steps: [
      step(
        named(
          "OrganizationConfig",
          "value" in organization ? organization.value.name : "",
        ),
        "rejectDirectSend",
        true,
        why,
      ),
    ],
  });
  return {
    concerns: ({ senderInside }) =>
      (isRejected || isUnread) && senderInside !== false,
    rejects({ senderInside, sourceIp }, matched) {
      if (matched === true || senderInside === false) return undefined;
      if (isUnread) {
        const why = (what: string) => [
          unread("OrganizationConfig", what, organization.unavailable),
        ];
        return egress(sourceIp) === true
          ? {
              ended: [],
              passed: why(
                "the setting for Direct Send was not read; it is taken to let Cloudflare's mail in",
              ),
            }
          : {
              ended: [
                {
                  result: result("notDocumented"),
                  steps: why(
                    "the setting for Direct Send, which may reject it, was not read",
                  ),
                },
              ],
            };
      }
      if (!isRejected) return undefined;
      if (matched === false && senderInside === true)
        return {
          ended: [
            rejected(
              "the sender's domain is one of the tenant's own, and no inbound connector restricts mail to this address or has its certificate",
            ),
          ],
        };
      const doubtful = rejected(
        senderInside === undefined
          ? "the sender's domain may be one of the tenant's own, which were not read, and no inbound connector restricts mail to this address or has its certificate"
          : "the sender's domain is one of the tenant's own, and whether an inbound connector counts that lists this address without restricting mail to it is not documented",
      );
      return { ended: [doubtful], passed: doubtful.steps };
    },
  };
}
