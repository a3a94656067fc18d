import fc from "fast-check";

import { contextOf, examine } from "../../mail-flow/findings";
import { mailFlow } from "../../mail-flow/route";
import type { Snapshot } from "../../mail-flow/snapshot";
import { howMany } from "../sample";
import { cases } from "./matrix/cases";
import { reader } from "./matrix/read";

/** Parts that decide where mail goes, each from any of the tenants; 0 is the one without problems. */
const parts = [
  ["domains"],
  ["connectionFilters"],
  ["inboundConnectors"],
  ["transportRules"],
  ["antiSpamPolicies", "antiSpamRules"],
  ["presetRules"],
  ["quarantinePolicies"],
] as const satisfies readonly (readonly (keyof Snapshot)[])[];

/** What was read, for tenants that are mixed of it. */
const snapshots: Snapshot[] = [];
beforeAll(async () => {
  const from = await reader();
  for (const one of cases) snapshots.push(await from.readCase(one));
  await from.close();
});

/** A tenant of parts of others. */
function mixed(from: readonly number[]): Snapshot {
  const [sound] = snapshots;
  if (!sound) throw new Error("nothing was read");
  return {
    ...sound,
    ...Object.fromEntries(
      parts.flatMap((names, at) =>
        names.map((name) => [
          name,
          (snapshots[(from[at] ?? 0) % snapshots.length] ?? sound)[name],
        ]),
      ),
    ),
  };
}

const now = new Date("2026-11-23T12:00:00Z");
const recipients = [
  { recipient: "somebody@example.com" },
  { recipient: "ceo@example.com" },
  { recipient: "seller@example.com", recipientGroups: ["sales@example.com"] },
];
const ways = [
  "52.11.209.211",
  "52.58.35.43",
  "158.51.65.9",
  "134.195.27.8",
  "104.30.40.7",
  "104.30.63.1",
];
const senders = [
  "ceo@example.com",
  "boss@example.com",
  "stranger@elsewhere.example",
  "partner@fabrikam.example",
];

/** Returns the mail that, according to the model, does not end where use case 4 sends it. */
function* strays(snapshot: Snapshot): Generator<string> {
  const flow = mailFlow(snapshot);
  for (const disposition of ["Malicious", "Spam", "Spoof"] as const)
    for (const microsoftVerdict of ["none", "phish"] as const)
      for (const to of recipients)
        for (const sender of senders)
          for (const way of ways) {
            const { path } = flow({
              disposition,
              header: "cloudflare",
              ...to,
              sender,
              sourceIp: way,
              microsoftVerdict,
              at: now,
            });
            const self =
              disposition !== "Malicious" && microsoftVerdict === "none";
            if (
              path.outcome !== "quarantine" ||
              (path.release === "self") !== self
            )
              yield `${disposition} mail from ${sender} to ${to.recipient} by way of ${way}, ${microsoftVerdict}: ${path.outcome}, release ${path.release}`;
          }
}

/** The findings about mail that the model covers, and about other mail. */
const beyondTheModel = new Set([
  // The message is assumed to come from an address that Cloudflare accepts.
  "domain-ip-restrictions",
  // Not documented: the quarantine policy of the mail does not exist.
  "quarantine-tag-missing",
  // Clean mail.
  "rule-matches-all-mail",
]);

test("The findings and the model agree: mail goes as intended if nothing is found, and does not if a check failed", () => {
  const tenants = howMany(1_000, 300);
  let clean = 0;
  let failed = 0;
  fc.assert(
    fc.property(
      fc.tuple(
        ...parts.map(() =>
          fc.oneof(
            { weight: 1, arbitrary: fc.constant(0) },
            { weight: 9, arbitrary: fc.nat({ max: cases.length - 1 }) },
          ),
        ),
      ),
      (from) => {
        const snapshot = mixed(from);
        const findings = examine(
          snapshot,
          contextOf({
            purpose: "stack",
            domains: ["example.com"],
            headers: ["cloudflare"],
            now,
          }),
        );
        const failures = findings.filter(
          ({ check, status }) =>
            status === "failed" && !beyondTheModel.has(check),
        );
        // A domain that is still to be verified is no fault of the stack's.
        const pending =
          "value" in snapshot.domains &&
          snapshot.domains.value.some(({ status }) => status === "PENDING");
        if (findings.length === 0 && !pending) {
          clean++;
          expect([...strays(snapshot)]).toEqual([]);
        }
        if (failures.length > 0) {
          failed++;
          if (strays(snapshot).next().done)
            expect(failures.map(({ reason }) => reason)).toEqual([]);
        }
      },
    ),
    { numRuns: tenants },
  );
  expect(clean).toBeGreaterThan(tenants / 20);
  expect(failed).toBeGreaterThan(tenants / 10);
});
