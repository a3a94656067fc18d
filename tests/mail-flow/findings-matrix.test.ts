import { visible } from "../../mail-flow/visible";
import { checks, contextOf, examine } from "../../mail-flow/findings";
import type { Finding } from "../../mail-flow/finding";
import type { Snapshot } from "../../mail-flow/snapshot";
import { GoldenMessages } from "./golden-messages";
import { cases, type Case } from "./matrix/cases";
import {
  commandsIn,
  hostile,
  withNamesThatEnd,
  wordsOf,
} from "./matrix/powershell";
import { otherForms, reader, type Reader } from "./matrix/read";

const golden = new GoldenMessages("findings.txt");

const messageOf = ({
  check,
  status,
  object,
  property,
  value,
  reason,
  fix,
}: Finding): string =>
  [
    `${status} ${check}  ${object}${property && `, ${property}: ${shown(value)}`}`,
    `  ${reason}`,
    `  ${fix}`,
  ].join("\n");

/** Long lists by their beginning. */
function shown(value: Finding["value"]): string {
  const text = JSON.stringify(value) ?? "";
  return text.length > 90 ? `${text.slice(0, 90)}…` : text;
}

/** By form and title, for all tests: one run of `npm run mutation` looks at the same tenants thousands of times. */
const snapshots = new Map<string, Snapshot>();

describe.each([
  ["as captured", {}],
  ["in their other forms", otherForms],
])("Over HTTPS, with the vendors' answers %s", (form, quirks) => {
  let from: Reader;
  beforeAll(async () => {
    from = await reader(quirks);
  });
  afterAll(() => from.close());

  async function snapshotOf(one: Case): Promise<Snapshot> {
    const key = `${one.title} ${form}`;
    const snapshot = snapshots.get(key) ?? (await from.readCase(one));
    snapshots.set(key, snapshot);
    return snapshot;
  }

  test.each(cases)("$title", async (one) => {
    const found = examine(
      await snapshotOf(one),
      contextOf({ purpose: "doctor", ...one.context }),
    );
    expect(
      found
        .map(({ status, check, object }) => `${status} ${check} ${object}`)
        .sort(),
    ).toEqual([...one.findings].sort());
    golden.expectKnown(found.map(messageOf));
  });

  test.each(hostile)(
    "Printed commands name an object exactly, even with %j, and run nothing else",
    async (ending) => {
      let named = 0;
      for (const one of cases)
        for (const finding of examine(
          withNamesThatEnd(await snapshotOf(one), ending),
          contextOf({ purpose: "doctor" }),
        ))
          for (const command of commandsIn(visible(finding))) {
            const words = wordsOf(command);
            expect(words.filter((word) => /^Remove-/.test(word))).toEqual([]);
            const name = /"(.*)"$/s.exec(finding.object)?.[1];
            if (name?.endsWith(ending) && words.includes(name)) named += 1;
          }
      expect(named).toBeGreaterThan(40);
    },
  );
});

test("There are at least sixty tenants, and every check fails in one of them", () => {
  expect(cases.length).toBeGreaterThanOrEqual(60);
  const seen = new Set(
    cases.flatMap(({ findings }) => findings.map((one) => one.split(" ")[1])),
  );
  expect(
    checks.map(({ name }) => name).filter((name) => !seen.has(name)),
  ).toEqual([]);
});

test("All messages are those of findings.txt", () => {
  golden.expectAll();
});
