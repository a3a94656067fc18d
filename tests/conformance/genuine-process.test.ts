import { genuineProcess, type GenuineProcess } from "./genuine-process";
import type { Platform } from "./platform";
import { conforms } from "./suite";
import { everySubject } from "./subjects";

let started: GenuineProcess | undefined;
// The time limit includes building and packing the library, which is done once for all test files.
beforeAll(async () => {
  started = await genuineProcess();
}, 180_000);

/** A platform that starts no process yet, because the tables of tests are defined before it runs. */
const platform: Platform = {
  name: "Pulumi's provider process",
  everyProperty: false,
  run(environment) {
    if (!started) throw new Error("the process runs within tests only");
    return started.platform.run(environment);
  },
};

for (const subject of everySubject) conforms(subject, platform);
