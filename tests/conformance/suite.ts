import { adoptingAndRestoring } from "./adopting-and-restoring";
import { bench } from "./bench";
import { drifting } from "./drifting";
import { failing } from "./failing";
import { makingAndChanging } from "./making-and-changing";
import { inProcess } from "./chosen-platform";
import type { Platform } from "./platform";
import { titleOf, type Subject } from "./subject";

/** Tests the behaviour that every kind has in common with one subject, on one platform. */
export function conforms(
  subject: Subject,
  platform: Platform = inProcess,
): void {
  describe(`${titleOf(subject)} over ${platform.name}`, () => {
    const stage = bench(subject, platform);
    describe("making and changing", () => makingAndChanging(stage));
    describe("adopting and restoring", () => adoptingAndRestoring(stage));
    describe("drifting", () => drifting(stage));
    describe("failing", () => failing(stage));
  });
}
