import { genuineProcess, type GenuineProcess } from "./genuine-process";
import type { Platform } from "./platform";
import { conforms } from "./suite";
import { everySubject } from "./subjects";

let started: GenuineProcess | undefined;
// The library is built and packed, once for all test files.
beforeAll(async () => {
  started = await genuineProcess();
}, 180_000);

/** Tables of tests are made before the process is started. */
const platform: Platform = {
  name: "Pulumi's provider process",
  everyProperty: false,
  run(environment) {
    if (!started) throw new Error("the process runs within tests only");
    return started.platform.run(environment);
  },
};

for (const subject of everySubject) conforms(subject, platform);
