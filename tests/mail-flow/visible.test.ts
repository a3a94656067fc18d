import { readFileSync } from "node:fs";
import path from "node:path";

import { diagnosisText } from "../../cli/doctor/text";
import { evidenceText } from "../../cli/evidence/text";
import { evidenceSection } from "../../cli/explain/evidence-section";
import { explanationOf } from "../../cli/explain/explanation";
import { asMermaid } from "../../cli/explain/mermaid";
import { asPage } from "../../cli/explain/page";
import { asText } from "../../cli/explain/text";
import { contextOf, examine } from "../../mail-flow/findings";
import type { Snapshot } from "../../mail-flow/snapshot";
import { visible, visibleJson } from "../../mail-flow/visible";
import { resolveConfiguration } from "../../providers/session/configuration";
import { printable } from "../../providers/errors";
import { guardedHandlers } from "../../providers/process/guarded-handlers";
import { Session } from "../../providers/session/session";
import { freshTenant, sclRule } from "./fresh-tenant";

/** What steers a terminal, or shows a text as another. */
const steering = "\u001b[2J\u0007\u009b31m\u202egnp.\u2066\u200b\u0000";
const bad =
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/;

const tenant = (): Snapshot => ({
  ...freshTenant(),
  transportRules: {
    value: [
      sclRule("Ours", 0, ["MALICIOUS"], 9),
      sclRule(`Bypass${steering}`, 1, ["MALICIOUS"], -1, { conditions: {} }),
    ],
  },
  antiSpamRules: { unavailable: `No.${steering}` },
});

describe("Characters of a vendor's text that control a terminal are not in", () => {
  const explanation = explanationOf(tenant(), {});
  const findings = examine(tenant(), contextOf({ purpose: "doctor" }));

  test("the output, although the data of this test contain them", () => {
    expect(JSON.stringify([explanation.rows, findings])).toMatch(/\u202e/);
  });

  test.each<[string, () => string]>([
    ["explain", () => asText(explanation, { colours: false, steps: true })],
    ["explain --mermaid", () => asMermaid(explanation)],
    ["explain --html", () => asPage(explanation)],
    [
      "doctor",
      () =>
        diagnosisText(
          {
            subject: steering,
            judgement: steering,
            findings,
            complete: true,
          },
          { verbose: true, colours: false },
        ),
    ],
    [
      "evidence",
      () =>
        evidenceText({
          takenAt: "2026-11-23T12:00:00Z",
          hitsSince: "2026-11-20T12:00:00Z",
          matchesSince: "2026-11-20T12:00:00Z",
          rules: [],
          findings: [
            {
              check: "x",
              status: "failed",
              object: `TransportRule "${steering}"`,
              reason: steering,
              fix: steering,
              details: [
                {
                  at: "",
                  messageId: steering,
                  sender: steering,
                  recipient: steering,
                  subject: steering,
                },
              ],
            },
          ],
          couldNotLook: [{ part: "x", reason: steering }],
          limits: [],
        } as unknown as Parameters<typeof evidenceText>[0]),
    ],
    ["--json", () => visibleJson([explanation, findings])],
    ["a reason of a vendor", () => printable(steering)],
  ])("%s", (_, print) => {
    expect(print()).not.toMatch(bad);
  });

  test("a warning or a progress message", () => {
    const told: string[] = [];
    const session = new Session(
      resolveConfiguration(() => undefined, {}),
      (message) => told.push(message),
    );
    session.warn(`rule "${steering}"\nnext`);
    session.say(steering);
    expect(told).toHaveLength(2);
    expect(told.join("")).not.toMatch(bad);
    expect(told[0]).toContain("\nnext");
  });

  test("an error that the engine prints", async () => {
    const handlers = guardedHandlers(
      () =>
        ({
          check: () => Promise.reject(new Error(`rule "${steering}"`)),
        }) as never,
      () => {
        throw new Error("not needed");
      },
    );
    await expect(handlers.check({}, {})).rejects.toThrow(
      visible(`rule "${steering}"`),
    );
  });
});

test("JSON without such characters has the same meaning for a program", () => {
  expect(JSON.parse(visibleJson({ steering }))).toEqual({ steering });
});

test("Every output of the command line is one of these", () => {
  const cli = (name: string): string =>
    readFileSync(path.join(__dirname, "../../cli", name), "utf8");
  for (const command of ["explain.ts", "doctor.ts", "evidence.ts"])
    expect(cli(command)).not.toMatch(/\$\{JSON\.stringify\((?!before)/);
});

test("The page shows text between backticks in evidence as code", () => {
  const { text } = evidenceSection({
    takenAt: "2026-11-23T12:00:00Z",
    hitsSince: "2026-11-20T12:00:00Z",
    matchesSince: "2026-11-20T12:00:00Z",
    rules: [],
    findings: [
      {
        check: "x",
        status: "failed",
        object: "Rule",
        reason: "It is `so`.",
        fix: "Run `Get-Rule`.",
        messages: 1,
      },
    ],
    couldNotLook: [],
    limits: [],
  } as unknown as Parameters<typeof evidenceSection>[0]);
  expect(text).toContain("It is <code>so</code>.");
  expect(text).toContain("Run <code>Get-Rule</code>.");
});
