import { writeFile } from "node:fs/promises";
import { isIPv4 } from "node:net";
import { Command, InvalidArgumentError } from "commander";
import type { Row } from "../lib/mail-flow/path";
import type { Snapshot } from "../lib/mail-flow/snapshot";
import type { Explanation } from "./explain/explanation";
import { hasColours } from "./terminal";

interface ExplainOptions {
  snapshot?: string;
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
}

/**
 * `area1-m365 explain`: where mail goes, and why. It writes nothing to any vendor. The exit code is 0; 2 where it could not look: an
 * error, or Cloudflare's domains, the mail flow rules or the anti-spam policies could not be read.
 */
export function explainCommand(): Command {
  return new Command("explain")
    .description(
      "Tell where mail of each disposition goes, for each class of recipients, and which object decides; reads only",
    )
    .option("--snapshot <file>", "look at this file instead of the live tenant")
    .option(
      "--preview <file>",
      "tell what will be, by what pulumi preview --json printed; - reads it from stdin",
    )
    .option(
      "--before-after",
      "with --preview: tell only the mail that would end differently",
    )
    .option(
      "--recipient <address>",
      "ask for this recipient alone, with the steps; repeatable",
      (address: string, others: string[] = []) => [
        ...others,
        recipient(address),
      ],
    )
    .option(
      "--source-ip <ip>",
      "the last server before Microsoft (default: the first of Cloudflare's published addresses)",
      sourceIp,
    )
    .option("--steps", "tell every step")
    .option("--save <file>", "write what was looked at to this file")
    .option(
      "--evidence <file>",
      "with --html: show what area1-m365 evidence --json printed, too",
    )
    .option("--json", "print an array of rows")
    .option("--mermaid", "print a Mermaid flowchart")
    .option(
      "--html [file]",
      "write one page with a picture, to this file or to stdout",
    )
    .action(explain);
}

async function explain(options: ExplainOptions): Promise<void> {
  refuseContradictions(options);
  process.exitCode = 2;
  const before = await snapshotOf(options);
  if (options.save !== undefined) {
    const { writeSnapshotFile } = await import("./snapshot-file.js");
    await writeSnapshotFile(options.save, before);
  }
  const { explanationOf } = await import("./explain/explanation.js");
  const explanation = explanationOf(before, {
    ...(options.preview !== undefined && {
      preview: await json(options.preview),
    }),
    beforeAfter: options.beforeAfter ?? false,
    ...(options.evidence !== undefined && {
      evidence: await json(options.evidence),
    }),
    rows: {
      ...(options.recipient && { recipients: options.recipient }),
      ...(options.sourceIp !== undefined && { sourceIp: options.sourceIp }),
    },
  });
  await show(explanation, options);
  const decisive = ["domains", "transportRules", "antiSpamPolicies"] as const;
  if (decisive.every((part) => "value" in before[part])) process.exitCode = 0;
}

async function snapshotOf({ snapshot }: ExplainOptions): Promise<Snapshot> {
  if (snapshot !== undefined) {
    const { readSnapshotFile } = await import("./snapshot-file.js");
    return readSnapshotFile(snapshot);
  }
  const [{ live }, { readSnapshot }] = await Promise.all([
    import("./live.js"),
    import("../providers/mail-flow/snapshot.js"),
  ]);
  const tenant = await live();
  return tenant.attempt("Cannot read what decides about mail", readSnapshot);
}

async function json(file: string): Promise<unknown> {
  const { readJson } = await import("./snapshot-file.js");
  return readJson(file);
}

async function show(
  explanation: Explanation,
  options: ExplainOptions,
): Promise<void> {
  if (options.html !== undefined) {
    const { asPage } = await import("./explain/page.js");
    const page = asPage(explanation);
    if (typeof options.html === "string") await writeFile(options.html, page);
    else process.stdout.write(page);
    return;
  }
  if (options.json || options.mermaid) {
    // The reader of these is a program: people are told aside.
    for (const { part, reason } of explanation.unread)
      process.stderr.write(`Not read: ${part}. ${reason}\n`);
    for (const note of explanation.notes) process.stderr.write(`${note}.\n`);
  }
  if (options.json) {
    const { changes, rows } = explanation;
    const told = changes
      ? changes.map(({ before, after }) => ({
          before: inOrder(before),
          after: inOrder(after),
        }))
      : rows.map(inOrder);
    process.stdout.write(`${JSON.stringify(told)}\n`);
    return;
  }
  if (options.mermaid) {
    const { asMermaid } = await import("./explain/mermaid.js");
    process.stdout.write(asMermaid(explanation));
    return;
  }
  const { asText } = await import("./explain/text.js");
  process.stdout.write(
    asText(explanation, {
      colours: hasColours(),
      steps: options.steps ?? options.recipient?.length === 1,
    }),
  );
}

/** A row with its keys as they are documented, and no others. */
const inOrder = (row: Row): Row => ({
  disposition: row.disposition,
  header: row.header,
  sourceIp: row.sourceIp,
  recipient: row.recipient,
  outcome: row.outcome,
  scl: row.scl,
  verdict: row.verdict,
  policy: row.policy,
  action: row.action,
  quarantinePolicy: row.quarantinePolicy,
  release: row.release,
  notified: row.notified,
  retentionDays: row.retentionDays,
  steps: row.steps,
});

function refuseContradictions(options: ExplainOptions): void {
  const { beforeAfter, preview, evidence, html, json, mermaid } = options;
  const refuse = (message: string): never => {
    process.exitCode = 2;
    throw new Error(message);
  };
  if (beforeAfter && preview === undefined)
    refuse(
      "--before-after tells what an up would change: give --preview, too.",
    );
  if (beforeAfter && mermaid)
    refuse("--before-after is a table: leave out --mermaid.");
  if (evidence !== undefined && html === undefined)
    refuse("--evidence is shown on the page: give --html, too.");
  if ([json, mermaid, html].filter((format) => format !== undefined).length > 1)
    refuse("Give one of --json, --mermaid and --html.");
}

function recipient(address: string): string {
  if (!/^[^@\s]+@[^@\s]+$/.test(address))
    throw new InvalidArgumentError("Not an address such as user@example.com.");
  return address;
}

function sourceIp(ip: string): string {
  if (!isIPv4(ip)) throw new InvalidArgumentError("Not an IPv4 address.");
  return ip;
}
