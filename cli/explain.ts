import { isIPv4 } from "node:net";
import { Command } from "commander";
import type { Row } from "../mail-flow/path";
import { visible, visibleJson } from "../mail-flow/visible";
import type { Explanation } from "./explain/explanation";
import { checked, repeatable, stackOption } from "./option-values";
import { refuseExisting, writePrivate } from "./private-file";
import { readJson, snapshotOf } from "./snapshot-file";
import { hasColours } from "./terminal";

interface ExplainOptions {
  snapshot?: string;
  stack?: string;
  preview?: string;
  beforeAfter?: true;
  recipient?: string[];
  sourceIp?: string;
  steps?: true;
  save?: string;
  evidence?: string;
  json?: true;
  mermaid?: true;
  html?: string | true;
  force?: true;
}

/**
 * `area1-m365 explain`: shows where mail goes, and why. It writes nothing to any vendor. The exit code is 0, or 2 after an error or if
 * Cloudflare's domains, the mail flow rules or the anti-spam policies could not be read.
 */
export const explainCommand = new Command("explain")
  .description(
    "Show where mail of each disposition goes, for each class of recipients, and which object decides; reads only",
  )
  .option("--snapshot <file>", "use this file instead of the live tenant")
  .addOption(stackOption())
  .option(
    "--preview <file>",
    "show the mail flow after an up, from the output of pulumi preview --json; - reads it from stdin",
  )
  .option(
    "--before-after",
    "with --preview: show only the mail that would end differently",
  )
  .option(
    "--recipient <address>",
    "show only this recipient, with the steps; repeatable",
    repeatable(
      checked(
        (address) => /^[^@\s]+@[^@\s]+$/.test(address),
        "Not an address such as user@example.com.",
      ),
    ),
  )
  .option(
    "--source-ip <ip>",
    "the last server before Microsoft (default: the first of Cloudflare's published addresses)",
    checked(isIPv4, "Not an IPv4 address."),
  )
  .option("--steps", "show every step")
  .option("--save <file>", "write the snapshot that was used to this file")
  .option(
    "--evidence <file>",
    "with --html: also show the output of area1-m365 evidence --json",
  )
  .option("--json", "print an array of rows")
  .option("--mermaid", "print a Mermaid flowchart")
  .option(
    "--html [file]",
    "write one page with a picture, to this file or to stdout",
  )
  .option("--force", "overwrite the files of --save and --html")
  .action(explain);

async function explain(options: ExplainOptions): Promise<void> {
  process.exitCode = 2;
  refuseContradictions(options);
  const { save, html, force = false } = options;
  // Checked first, so that the user does not wait for the tenant in vain.
  for (const file of [save, html])
    if (typeof file === "string") await refuseExisting(file, force);
  const before = await snapshotOf(options.snapshot, options.stack);
  if (save !== undefined)
    await writePrivate(save, `${JSON.stringify(before, null, 2)}\n`, force);
  const { explanationOf } = await import("./explain/explanation.js");
  const explanation = explanationOf(before, {
    preview: await jsonIn(options.preview),
    beforeAfter: options.beforeAfter ?? false,
    evidence: await jsonIn(options.evidence),
    rows: {
      ...(options.recipient && { recipients: once(options.recipient) }),
      ...(options.sourceIp !== undefined && { sourceIp: options.sourceIp }),
    },
  });
  const document = await documentOf(explanation, options);
  if (typeof html === "string") await writePrivate(html, document, force);
  else process.stdout.write(document);
  const decisive = ["domains", "transportRules", "antiSpamPolicies"] as const;
  if (decisive.every((part) => "value" in before[part])) process.exitCode = 0;
}

const jsonIn = async (file: string | undefined): Promise<unknown> =>
  file === undefined ? undefined : readJson(file);

/** Returns the explanation in the requested format. */
async function documentOf(
  explanation: Explanation,
  { html, json, mermaid, steps, recipient }: ExplainOptions,
): Promise<string> {
  const { changes, rows, unread, notes } = explanation;
  if (html !== undefined) {
    const { asPage } = await import("./explain/page.js");
    return asPage(explanation);
  }
  if (json || mermaid) {
    // These formats are for programs: notices for people go to stderr.
    for (const { part, reason } of unread)
      process.stderr.write(`Not read: ${part}. ${visible(reason)}\n`);
    for (const note of notes) process.stderr.write(`${visible(note)}.\n`);
  }
  if (json) {
    const told = changes
      ? changes.map(({ before, after }) => ({
          before: inOrder(before),
          after: inOrder(after),
        }))
      : rows.map(inOrder);
    return `${visibleJson(told)}\n`;
  }
  if (mermaid) {
    const { asMermaid } = await import("./explain/mermaid.js");
    return asMermaid(explanation);
  }
  const { asText } = await import("./explain/text.js");
  return asText(explanation, {
    colours: hasColours(),
    steps: steps ?? (recipient && once(recipient).length === 1) ?? false,
  });
}

/** Returns the addresses without duplicates, ignoring case. */
const once = (addresses: readonly string[]): string[] => [
  ...new Set(addresses.map((address) => address.toLowerCase())),
];

/** Returns a row with its keys in the documented order. */
const inOrder = ({
  disposition,
  header,
  sourceIp,
  recipient,
  ...path
}: Row): Row => ({ disposition, header, sourceIp, recipient, ...path });

function refuseContradictions(options: ExplainOptions): void {
  const { beforeAfter, preview, evidence, html, json, mermaid } = options;
  if (typeof html === "string" && html === options.save)
    throw new Error("Give different files to --save and to --html.");
  if (beforeAfter && preview === undefined)
    throw new Error(
      "--before-after tells what an up would change: give --preview, too.",
    );
  if (preview === "-" && evidence === "-")
    throw new Error(
      "stdin can be read once: give a file to --preview or to --evidence.",
    );
  if (beforeAfter && mermaid)
    throw new Error("--before-after is a table: leave out --mermaid.");
  if (evidence !== undefined && html === undefined)
    throw new Error("--evidence is shown on the page: give --html, too.");
  if ([json, mermaid, html].filter((format) => format !== undefined).length > 1)
    throw new Error("Give one of --json, --mermaid and --html.");
}
