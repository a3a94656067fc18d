import { someOf } from "../sample";
import { afterKill, killed, whole, type Moment } from "./killed";
import { ledgerFor } from "./ledger";
import { scenarios, staged } from "./scenarios";
import { startWorld, type World } from "./world";

// A test has hundreds of cases.
jest.setTimeout(300_000);
const ledger = ledgerFor(2);
let world: World;
beforeAll(async () => {
  world = await startWorld();
});

test.each(
  someOf(
    [
      "create",
      "adopt",
      "update",
      "rename",
      "switch to another use case",
      "replace",
      "shrink",
      "repair",
      "destroy",
      "restore",
    ],
    5,
  ),
)(
  "whenever the process of %s is killed, one more up brings it about, and nothing is there twice",
  async (name) => {
    const scenario = (await scenarios()).find((one) => one.name === name);
    if (!scenario) throw new Error(`there is no scenario ${name}`);
    const stage = await staged(world, scenario);
    const undisturbed = await whole(world, stage);
    const moments: [Moment, string][] = [
      ...undisturbed.requests.flatMap((request, at): [Moment, string][] => [
        [{ at: "before the request", nth: at + 1 }, request],
        [{ at: "before the answer", nth: at + 1 }, request],
      ]),
      ...Array.from(
        { length: undisturbed.calls },
        (_, at): [Moment, string] => [
          { at: "before the engine hears", nth: at + 1 },
          "operation",
        ],
      ),
    ];
    for (const [moment, what] of someOf(moments, 6)) {
      const left = await killed(world, stage, moment);
      if (!left) continue;
      ledger.note(
        `${name}: killed ${moment.at} ${moment.nth} (${what})`,
        await afterKill(world, stage, undisturbed, left),
      );
    }
    expect(ledger.violations).toEqual([]);
  },
);
