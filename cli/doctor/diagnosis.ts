import type { Finding } from "../../mail-flow/finding";
import { contextOf, report } from "../../mail-flow/findings";
import { valueOf } from "../../mail-flow/part";
import type { Snapshot } from "../../mail-flow/snapshot";
import { mailExchangers } from "../../providers/snapshot/mail-exchangers";
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

/** Which domains are meant, and which DNS server is asked for their MX records. */
export interface DiagnosisOptions {
  readonly domain: readonly string[];
  readonly resolver?: string;
}

/**
 * Examines a snapshot that `explain --save` has written, as of when it was taken; DNS is asked only of a resolver that is given.
 *
 * @throws Error when the file is none.
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
  return {
    subject: `snapshot of ${takenAt}, tenant ${tenantId ?? "(not returned)"}`,
    complete: true,
    findings: [
      ...(resolver === undefined
        ? []
        : mailExchangerFindings(
            await mailExchangers(names, resolver),
            snapshot,
          )),
      ...examined(snapshot, named, new Date(takenAt)),
    ],
  };
}

/** What is wrong in a snapshot, or else fine. */
export const examined = (
  snapshot: Snapshot,
  domains: readonly string[],
  now = new Date(),
): Finding[] =>
  report(snapshot, contextOf({ purpose: "doctor", domains, now }));
