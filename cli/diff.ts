import { Command } from "commander";
import { loadSimulator } from "./simulator-package";

/** `area1-m365 diff`: describes how two state files differ. Exit codes as of diff(1): 0 equal, 1 different, 2 error. */
export const diffCommand = new Command("diff")
  .description("Show how two state files of the simulator differ")
  .argument("<before>", "file that --state or the page has written")
  .argument("<after>", "another one")
  .action(diff);

async function diff(before: string, after: string): Promise<void> {
  process.exitCode = 2;
  const { differences, readState } = loadSimulator("area1-m365-simulator");
  const stateIn = async (file: string) => {
    const state = await readState(file);
    if (!state) throw new Error(`There is no file ${file}`);
    return state;
  };
  const lines = differences(await stateIn(before), await stateIn(after));
  for (const line of lines) process.stdout.write(`${line}\n`);
  process.exitCode = lines.length > 0 ? 1 : 0;
}
