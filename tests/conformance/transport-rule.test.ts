import { bench } from "./bench";
import { inProcess } from "./chosen-platform";
import { conforms } from "./suite";
import { transportRule, wholeRules } from "./subjects";

conforms(transportRule);
conforms(wholeRules[0]);
conforms(wholeRules[1]);
conforms(wholeRules[2]);

describe("A transport rule whose values look right but match no mail is written again and shows as drift:", () => {
  const run = bench(transportRule, inProcess);
  test.each([
    [
      "senderIpRanges",
      "SenderIpRanges",
      ["134.195.26.0/23"],
      ["134.195.26.0/24", "134.195.27.0/24"],
    ],
    [
      "headerContainsWords",
      "HeaderContainsWords",
      ["UCE ", "SPOOF"],
      ["SPOOF", "UCE"],
    ],
  ])("%s", async (property, wire, byHand, wanted) => {
    run.subject.add(run.simulator, { [wire]: byHand });
    const resource = run.resource();
    const program = {
      ...run.subject.inputs,
      [property]: wire === "SenderIpRanges" ? byHand : wanted,
      adopt: true,
      allowExposure: true,
    };
    await resource.up(program);
    expect(run.live()[wire]).toEqual(wanted);
    run.subject.edit(run.simulator, wire, byHand);
    expect(await resource.refresh()).toEqual([property]);
    await resource.up(program);
    expect(run.live()[wire]).toEqual(wanted);
    run.forget();
    await resource.up(program, { refresh: true });
    expect(run.writes()).toEqual([]);
  });
});
