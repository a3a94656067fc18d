import { area1Domain } from "../../providers/cloudflare/area1-domain";
import { isRefusal, readAccess } from "../../providers/snapshot/access";
import { mailExchangers } from "../../providers/snapshot/mail-exchangers";
import { readSnapshot } from "../../providers/snapshot/snapshot";
import type { Stored } from "../../providers/session/session";
import { liveOperation } from "../live";
import { accessFindings, couldNotRead } from "./access-findings";
import { examined, type Diagnosis, type DiagnosisOptions } from "./diagnosis";
import { mailExchangerFindings } from "./mail-exchanger-findings";

/**
 * Reads the tenant and the account that the environment and the stack's configuration name. This takes three round trips: two for the
 * sign-in, and one for everything else in parallel. Cloudflare, and then DNS, are queried at the same time.
 *
 * @throws UserError if environment and stack contradict each other.
 */
export async function diagnoseTenant(
  { domain, resolver }: DiagnosisOptions,
  environment: NodeJS.ProcessEnv = process.env,
  stored?: Stored,
): Promise<Diagnosis> {
  const operation = liveOperation(environment, stored);
  const { session } = operation;
  const { signIn, cloudflareAccountId, tenantId } = session.configuration;
  let complete = true;
  // The list that the snapshot reads too: it is requested only once.
  const domains = async (): Promise<readonly string[]> =>
    (await area1Domain.list(operation, "")).items.map((item) =>
      area1Domain.identify(item).name.toLowerCase(),
    );
  const named = domain.map((name) => name.toLowerCase());
  const [snapshot, access, exchangers] = await Promise.all([
    readSnapshot(operation, {
      leavesOut(error) {
        complete &&= isRefusal(error);
        return true;
      },
    }),
    readAccess(operation, domains),
    (named.length > 0
      ? Promise.resolve(named)
      : domains().catch(() => [])
    ).then((names) => mailExchangers(names, resolver)),
  ]);
  const { judgement, findings } = examined(snapshot, named);
  const account = `account ${cloudflareAccountId ?? "(none given)"}`;
  const identity =
    signIn.by === "defaultChain"
      ? "default credential chain"
      : `application ${signIn.clientId}`;
  return {
    subject: `tenant ${snapshot.tenantId ?? tenantId ?? "(none given)"}, ${account}`,
    judgement,
    complete:
      complete &&
      !couldNotRead(access) &&
      [...exchangers.values()].every((found) => "hosts" in found),
    findings: [
      ...accessFindings(access, { identity, account }),
      ...mailExchangerFindings(exchangers, snapshot),
      ...findings,
    ].map((finding) => ({
      ...finding,
      reason: session.scrub(finding.reason),
      fix: session.scrub(finding.fix),
    })),
  };
}
