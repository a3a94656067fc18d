import { spaced } from "../../mail-flow/visible";
import { quoted } from "../../mail-flow/powershell";
import type { TestCase } from "../../mail-flow/test-plan";
import { releasers } from "../explain/words";

/** Returns the plan as Markdown: the messages, the expected results, the commands, and their limits. */
export function planText(cases: readonly TestCase[]): string {
  return `# Test plan of the mail flow

${cases.length} messages, one for each disposition, generation of headers and class of recipients that this tenant treats differently.
\`Test-Message\` tells what the mail flow rules would do to them.

## What such a test cannot show

- It has no address of a sending server. Whether a rule with the condition \`SenderIpRanges\` matches in a test is not documented: it may not, though it
  does in life. The table says what to expect either way.
- It tries mail flow rules alone. The verdict, the anti-spam policy and the quarantine come after them: the columns from "Ends in" on say what happens
  in life, and the test does not show it.
- Cloudflare has no part in it: the header is in the file, also where Cloudflare drops such a message in life, or does not protect the recipient's
  domain. Whether Cloudflare stamps the header shows with real mail alone (\`area1-m365 evidence\`).
- It is not without effect: actions and notifications of the rules **really happen**, and the report is **mailed** to \`SendReportTo\`.
- The recipients are samples. Put real addresses in their place: of members of the groups, where the table names some.

## Commands

In Exchange Online PowerShell, in this directory:

\`\`\`powershell
Connect-ExchangeOnline
$sendReportTo = Read-Host "Where shall the reports be mailed"
${cases.map(command).join("\n")}
\`\`\`

## What should come of it

| File | Recipients | Rules that match | Without the sender's address | Ends in | By | Released by |
| --- | --- | --- | --- | --- | --- | --- |
${cases.map((one) => `| ${columns(one).map(cell).join(" | ")} |`).join("\n")}
`;
}

const command = ({ file, sender, recipient }: TestCase): string =>
  `Test-Message -MessageFileData ([System.IO.File]::ReadAllBytes((Convert-Path -LiteralPath ${quoted(`./${file}`)}))) -Sender ${quoted(sender)} -Recipients ${quoted(recipient)} -SendReportTo $sendReportTo -TransportRules`;

function columns({
  file,
  recipients,
  groups,
  rules,
  rulesWithoutAddress,
  expected,
}: TestCase): string[] {
  const { outcome, policy, quarantinePolicy, release } = expected;
  return [
    file,
    groups.length > 0 ? `${recipients} (${groups.join(", ")})` : recipients,
    rules.join(", ") || "none",
    rulesWithoutAddress.join(", ") || "none",
    outcome,
    [policy, quarantinePolicy].filter(Boolean).join(", "),
    release === null ? "" : releasers[release],
  ];
}

/** Escapes a text for a cell of a Markdown table. */
const cell = (text: string): string =>
  spaced(text).replace(/[\\`*_{}[\]<>|&]/g, "\\$&");
