import { checks, contextOf, examine } from "../../lib/mail-flow/findings";
import { cases } from "./matrix/cases";
import { otherForms, readSeed } from "./matrix/read";
import { Tenant } from "./matrix/tenant";

describe.each([
  ["as captured", {}],
  ["in their other forms", otherForms],
])("Over HTTPS, with the vendors' answers %s", (_, quirks) => {
  test.each(cases)("$title", async (one) => {
    const tenant = new Tenant();
    one.change(tenant);
    const found = examine(
      await readSeed(tenant.seed, quirks, (simulator) => one.edit?.(simulator)),
      contextOf({ purpose: "doctor", ...one.context }),
    );
    expect(
      found
        .map(({ status, check, object }) => `${status} ${check} ${object}`)
        .sort(),
    ).toEqual([...one.findings].sort());
  });
});

test("There are sixty tenants and more, and every check is found in one of them", () => {
  expect(cases.length).toBeGreaterThanOrEqual(60);
  const seen = new Set(
    cases.flatMap(({ findings }) => findings.map((one) => one.split(" ")[1])),
  );
  expect(
    checks.map(({ name }) => name).filter((name) => !seen.has(name)),
  ).toEqual([]);
});
