import type { Finding } from "../../mail-flow/finding";
import { sentence } from "../errors";

/** What is wrong and not accepted, in the order of the checks. */
export const unaccepted = (
  details: readonly Finding[],
  accepted: readonly string[],
): Finding[] =>
  details.filter(
    ({ check, status }) =>
      (status === "warning" || status === "failed") &&
      !accepted.includes(check),
  );

/** The names of checks, each once, in order. */
export const namesOf = (findings: readonly Finding[]): string[] =>
  [...new Set(findings.map(({ check }) => check))].sort();

/** Whether a finding is as bad as what an `up` fails on. */
export const isFailing = ({ status }: Finding, failOn: unknown): boolean =>
  (failOn === "warning" && status === "warning") ||
  (failOn !== undefined && status === "failed");

/** Most objects of one check that are told one by one. */
const most = 5;

/** What was found, as messages: object, consequence and what to do; of one check no more than somebody reads. */
export const messagesOf = (findings: readonly Finding[]): string[] =>
  namesOf(findings).flatMap((name) => {
    const same = findings.filter(({ check }) => check === name);
    const told = same.slice(0, same.length > most ? most - 1 : most);
    const more = same.length - told.length;
    return [
      ...told.map(
        ({ object, property, reason, fix }) =>
          `Mail flow, ${name}: ${object}${property && `, ${property}`}: ${[reason, fix].filter(Boolean).map(sentence).join(" ")} If it is meant to be so, name ${name} in acceptedFindings.`,
      ),
      ...(more > 0
        ? [
            `Mail flow, ${name}: the same of ${more} more objects; the output details of the check names all.`,
          ]
        : []),
    ];
  });

/** Which checks nobody could make, and why; nothing where all were made. */
export function skippedChecksMessage(
  details: readonly Finding[],
): string | undefined {
  const skipped = details.filter(({ status }) => status === "skipped");
  if (skipped.length === 0) return undefined;
  const reasons = [...new Set(skipped.map(({ reason }) => sentence(reason)))];
  return `Mail flow: what these checks look at could not be read: ${namesOf(skipped).join(", ")}. ${reasons.join(" ")}`;
}
