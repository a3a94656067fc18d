import { accessSync, constants } from "node:fs";
import path from "node:path";
import { launch, type Browser } from "puppeteer-core";

const names = ["chromium", "chromium-browser", "google-chrome"];

const executable = (process.env["PATH"] ?? "")
  .split(path.delimiter)
  .flatMap((folder) => names.map((name) => path.join(folder, name)))
  .find(isExecutable);

/**
 * `test`, or a skipped one where there is no browser: a clone needs Node.js, npm and an engine, and the count of skipped tests
 * tells. CI has a browser, so that there a missing one is a failure.
 */
export const testInBrowser =
  executable !== undefined || process.env["CI"] ? test : test.skip;

/** Starts the browser of this machine, without a window. @throws Error that says what to install when there is none. */
export async function startBrowser(): Promise<Browser> {
  if (executable === undefined)
    throw new Error(
      `The page is tested in a browser, and none of ${names.join(", ")} is on PATH: install Debian's package chromium, or Google Chrome.`,
    );
  return launch({
    executablePath: executable,
    headless: true,
    acceptInsecureCerts: true,
    args: [
      // Root may not use Chromium's sandbox, and what is shown is our own page.
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      "--disable-dev-shm-usage",
      "--disable-background-networking",
      "--disable-component-update",
      "--no-first-run",
    ],
  });
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
