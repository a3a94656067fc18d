import type { Finding } from "../../lib/mail-flow/finding";
import { contextOf, report } from "../../lib/mail-flow/findings";
import type { Snapshot } from "../../lib/mail-flow/snapshot";
import type { DoctorOptions } from "../doctor";
import { readSnapshotFile } from "../snapshot-file";
import { mailExchangerFindings } from "./mail-exchanger-findings";

/** All that the doctor found. */
export interface Diagnosis {
  /** Whose it is, for a heading. */
  readonly subject: string;
  readonly findings: readonly Finding[];
  /** False where something could not be looked at for another reason than a right that is missing. */
  readonly complete: boolean;
}

type Options = Pick<DoctorOptions, "domain" | "resolver">;

/**
 * Looks at the tenant and the account that the environment names: three round trips, the sign-in's two and one for everything
 * else side by side. Cloudflare is asked meanwhile, and DNS behind it.
 *
 * @throws UserError when the environment contradicts itself.
 */
export async function diagnoseTenant(
  options: Options,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Diagnosis> {
  const [
    { live },
    { readSnapshot },
    access,
    { mailExchangers },
    { accessFindings, couldNotAsk },
    { area1Domain },
  ] = await Promise.all([
    import("../live.js"),
    import("../../providers/mail-flow/snapshot.js"),
    import("../../providers/mail-flow/access.js"),
    import("../../providers/mail-flow/mail-exchangers.js"),
    import("./access-findings.js"),
    import("../../providers/cloudflare/area1-domain.js"),
  ]);
  const { session, operation } = await live(environment);
  const { signIn, cloudflareAccountId, tenantId } = session.configuration;
  let complete = true;
  // The same list as the snapshot's: it is asked for once.
  const domains = async (): Promise<readonly string[]> =>
    (await area1Domain.list(operation, "")).items.map((item) =>
      area1Domain.identify(item).name.toLowerCase(),
    );
  const named = options.domain.map((domain) => domain.toLowerCase());
  const [snapshot, allowed, exchangers] = await Promise.all([
    readSnapshot(operation, {
      leavesOut(error) {
        complete &&= access.isRefusal(error);
        return true;
      },
    }),
    access.readAccess(operation, domains),
    (named.length > 0
      ? Promise.resolve(named)
      : domains().catch(() => [])
    ).then((names) => mailExchangers(names, options.resolver)),
  ]);
  const identity =
    signIn.by === "defaultChain"
      ? "default credential chain"
      : `application ${signIn.clientId}`;
  return {
    subject: `tenant ${snapshot.tenantId ?? tenantId ?? "(none given)"}, account ${cloudflareAccountId ?? "(none given)"}`,
    complete: complete && !couldNotAsk(allowed),
    findings: [
      ...accessFindings(allowed, {
        identity,
        account: cloudflareAccountId ?? "",
      }),
      ...mailExchangerFindings(exchangers, snapshot),
      ...examined(snapshot, named),
    ].map((finding) => clean(finding, (text) => session.scrub(text))),
  };
}

/**
 * Examines a snapshot that `explain --save` has written, as of when it was taken; DNS is asked only of a resolver that is given.
 *
 * @throws Error when the file is none.
 */
export async function diagnoseFile(
  file: string,
  options: Options,
): Promise<Diagnosis> {
  const snapshot = await readSnapshotFile(file);
  const named = options.domain.map((domain) => domain.toLowerCase());
  const names =
    named.length > 0
      ? named
      : "value" in snapshot.domains
        ? snapshot.domains.value.map(({ domain }) => domain.toLowerCase())
        : [];
  const exchangers =
    options.resolver === undefined
      ? undefined
      : await (
          await import("../../providers/mail-flow/mail-exchangers.js")
        ).mailExchangers(names, options.resolver);
  return {
    subject: `snapshot of ${snapshot.takenAt}, tenant ${snapshot.tenantId ?? "(not told)"}`,
    complete: true,
    findings: [
      ...(exchangers ? mailExchangerFindings(exchangers, snapshot) : []),
      ...examined(snapshot, named, new Date(snapshot.takenAt)),
    ],
  };
}

const examined = (
  snapshot: Snapshot,
  domains: readonly string[],
  now = new Date(),
): Finding[] =>
  report(snapshot, contextOf({ purpose: "doctor", domains, now }));

const clean = (finding: Finding, scrub: (text: string) => string): Finding => ({
  ...finding,
  reason: scrub(finding.reason),
  fix: scrub(finding.fix),
});
