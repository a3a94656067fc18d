#!/usr/bin/env node
import { main } from "./command";

main(process.argv.slice(2), "area1-m365-simulator").catch((error: unknown) => {
  process.stderr.write(
    `${error instanceof Error ? error.message : String(error)}\n`,
  );
  process.exitCode ??= 1;
});
