import { contextOf, examine } from "../../mail-flow/findings";
import type { Finding } from "../../mail-flow/finding";
import { someOf } from "../sample";
import { cases } from "./matrix/cases";
import { reader, type Reader } from "./matrix/read";
import { carryOut } from "./matrix/remedies";

let from: Reader;
beforeAll(async () => {
  from = await reader();
});
afterAll(() => from.close());

const about = ({ check, object, property }: Finding): string =>
  `${check} ${object} ${property}`;

// What nobody has set up for the older header is no fault where the tenant has it only to be sure.
describe.each([
  ["the current header", false],
  ["both headers", true],
])("With rules for %s", (_, both) => {
  test.each(
    someOf(
      cases.filter(({ findings }) => findings.length > 0),
      12,
    ),
  )("the printed commands fix the finding: $title", async (one) => {
    const context = contextOf({ purpose: "doctor", ...one.context });
    const look = async () =>
      examine(
        await from.readCase(one, (tenant) => {
          if (both) tenant.addOldRules();
        }),
        context,
      );
    const findings = (await look()).filter(
      ({ status }) => status !== "skipped",
    );
    for (const finding of findings) {
      await look();
      await carryOut(from, finding, both || context.headers.includes("area1"));
      const left = examine(await from.again(), context).map(about);
      expect([finding.fix, left]).toEqual([
        finding.fix,
        expect.not.arrayContaining([about(finding)]),
      ]);
    }
  });
});
