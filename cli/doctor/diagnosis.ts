import type { Finding } from "../../mail-flow/finding";
import { contextOf, report } from "../../mail-flow/findings";
import { valueOf } from "../../mail-flow/part";
import type { Snapshot } from "../../mail-flow/snapshot";
import { judgedUseCase, useCaseOf } from "../../mail-flow/use-case";
import { mailExchangers } from "../../providers/snapshot/mail-exchangers";
import { readSnapshotFile } from "../snapshot-file";
import { mailExchangerFindings } from "./mail-exchanger-findings";

/** The result of `doctor`. */
export interface Diagnosis {
  /** The tenant or file that was examined, for the heading. */
  readonly subject: string;
  /** The use case by which the tenant was judged, as a sentence. */
  readonly judgement: string;
  readonly findings: readonly Finding[];
  /** False if something could not be read for another reason than a missing right. */
  readonly complete: boolean;
}

/** The domains to check, and the DNS server to query for their MX records. */
export interface DiagnosisOptions {
  readonly domain: readonly string[];
  readonly resolver?: string;
}

/**
 * Examines a snapshot that `explain --save` has written, as of the time when it was taken. Queries DNS only if a resolver is given.
 *
 * @throws Error if the file is not a snapshot.
 */
export async function diagnoseFile(
  file: string,
  { domain, resolver }: DiagnosisOptions,
): Promise<Diagnosis> {
  const snapshot = await readSnapshotFile(file);
  const { takenAt, tenantId, domains } = snapshot;
  const named = domain.map((name) => name.toLowerCase());
  const names =
    named.length > 0
      ? named
      : valueOf(domains).map((one) => one.domain.toLowerCase());
  const { judgement, findings } = examined(snapshot, named, new Date(takenAt));
  return {
    judgement,
    subject: `snapshot of ${takenAt}, tenant ${tenantId ?? "(not returned)"}`,
    complete: true,
    findings: [
      ...(resolver === undefined
        ? []
        : mailExchangerFindings(
            await mailExchangers(names, resolver),
            snapshot,
          )),
      ...findings,
    ],
  };
}

/** Returns the findings about a snapshot, including passed checks, by the use case that the tenant is in. */
export function examined(
  snapshot: Snapshot,
  domains: readonly string[],
  now = new Date(),
): Pick<Diagnosis, "judgement" | "findings"> {
  const found = useCaseOf(snapshot, now);
  const useCase = judgedUseCase(found);
  return {
    judgement:
      found.state === "one"
        ? `Judged by use case ${useCase}, which the tenant is in.`
        : "Judged by use case 4, because the tenant is not in exactly one use case.",
    findings: report(
      snapshot,
      contextOf({ purpose: "doctor", useCase, domains, now }),
    ),
  };
}
