import type { Finding } from "../../mail-flow/finding";
import { sentence } from "../errors";

/** Returns the findings that are not accepted, in the order of the checks. */
export const unaccepted = (
  details: readonly Finding[],
  accepted: readonly string[],
): Finding[] =>
  details.filter(
    ({ check, status }) =>
      (status === "warning" || status === "failed") &&
      !accepted.includes(check),
  );

/** Returns the names of the checks, sorted and without duplicates. */
export const namesOf = (findings: readonly Finding[]): string[] =>
  [...new Set(findings.map(({ check }) => check))].sort();

/** Returns whether an `up` with this `failOn` fails because of a finding. */
export const isFailing = ({ status }: Finding, failOn: unknown): boolean =>
  (failOn === "warning" && status === "warning") ||
  (failOn !== undefined && status === "failed");

/** Maximum number of messages for one check. */
const most = 5;

/** Returns messages for findings, with object, consequence and what to do. The number of messages for one check is limited. */
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

/** Returns a message with the skipped checks and the reasons, or undefined if there are none. */
export function skippedChecksMessage(
  details: readonly Finding[],
): string | undefined {
  const skipped = details.filter(({ status }) => status === "skipped");
  if (skipped.length === 0) return undefined;
  const reasons = [...new Set(skipped.map(({ reason }) => sentence(reason)))];
  return `Mail flow: what these checks look at could not be read: ${namesOf(skipped).join(", ")}. ${reasons.join(" ")}`;
}
