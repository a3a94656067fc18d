import { Command } from "commander";
import { loadSimulator } from "./simulator-package";

/** `area1-m365 simulate`: runs the command of the package `area1-m365-simulator` with the same arguments. */
export const simulateCommand = new Command("simulate")
  .description(
    "Start Entra, Exchange Online, Microsoft Graph and Cloudflare on one loopback HTTPS port (package area1-m365-simulator)",
  )
  .usage("[options] [-- command...]")
  // The other package parses all options, including --help and `--`.
  .helpOption(false)
  .allowUnknownOption()
  .argument("[arguments...]")
  .action(async (_: string[], __: object, { parent }: Command) => {
    const all = parent?.args ?? [];
    const { main } = loadSimulator("area1-m365-simulator/command");
    await main(all.slice(1), "area1-m365 simulate");
  });
