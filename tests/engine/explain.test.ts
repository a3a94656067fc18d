import { plan } from "../../mail-flow/plan";
import type { Snapshot } from "../../mail-flow/snapshot";
import { resolveConfiguration } from "../../providers/session/configuration";
import { readSnapshot } from "../../providers/snapshot/snapshot";
import { Session } from "../../providers/session/session";
import type { Simulator } from "../../simulator/index";
import { tenantWithStack, type TenantWithStack } from "./tenant-with-stack";

const first = `
import { UseCase4 } from "pulumi-area1-m365";

const mail = new UseCase4("mail", { domains: ["example.com", "example.org"] });
`;
const second = `
import * as area1 from "pulumi-area1-m365";

const mail = new area1.UseCase4("mail", {
  domains: ["example.com", { domain: "example.org", dropDispositions: ["MALICIOUS"] }],
  header: "cloudflare",
  spamWords: ["UCE"],
  spamScl: 6,
  adminQuarantineName: "OnlyAdministrators",
  endUserSpamNotificationFrequency: "04:00:00",
  quarantineRetentionPeriod: 30,
});
const limited = new area1.QuarantinePolicy("limited", {
  name: "Limited",
  endUserQuarantinePermissions: ["RequestRelease", "Delete"],
});
new area1.AntiSpamPolicy("board", {
  name: "Board",
  recipientDomainIs: ["example.org"],
  exceptIfSentTo: ["megan@example.org"],
  spamAction: "Quarantine",
  spamQuarantineTag: limited.name,
  // Its other verdicts have Microsoft's defaults, which move to Junk what Default quarantines.
  allowExposure: true,
});
new area1.TransportRule("later", {
  name: "Later",
  priority: 0,
  headerContainsMessageHeader: "X-CFEmailSecurity-Disposition",
  headerContainsWords: ["SUSPICIOUS"],
  setScl: 6,
  stopRuleProcessing: true,
});
`;

let at: TenantWithStack;
beforeAll(async () => {
  at = await tenantWithStack(first);
  // A rule that exists before the stack and stays.
  at.simulator.tenant.add("TransportRule", {
    Name: "Disclaimer",
    FromScope: "InOrganization",
    SetSCL: 6,
  });
}, 240_000);

const read = (): Promise<Snapshot> => {
  const session = new Session(
    resolveConfiguration(() => undefined, at.simulator.environment),
    () => undefined,
  );
  return readSnapshot(
    session.begin(session.configuration.cloudflareAccountId),
    { mailExchangesOf: ["example.com", "example.org"] },
  );
};

/**
 * Returns the parts of a snapshot that decide where mail goes: without ids, times and sizes, which only a vendor sets, and without the
 * priorities of rules, which are created in parallel. Sets are sorted.
 */
const deciding = (snapshot: Snapshot): unknown =>
  JSON.parse(
    JSON.stringify(snapshot, (key, value: unknown) => {
      if (left.test(key)) return undefined;
      if (!Array.isArray(value)) return value;
      return [...(value as unknown[])].sort((one, other) =>
        nameOf(one).localeCompare(nameOf(other)),
      );
    }),
  );

const left =
  /^(takenAt|guid|domainId|status|comments|size|priority|mailExchanges)$/;

const nameOf = (value: unknown): string => {
  const { name, domain } = value as { name?: string; domain?: string };
  return name ?? domain ?? String(value);
};

test.each([
  [
    "a first up",
    first,
    () => at.stack.preview(["--json"]),
    () => at.stack.up(),
  ],
  [
    "an up of a changed program",
    second,
    () => at.stack.preview(["--json"]),
    () => at.stack.up(),
  ],
  [
    "a refresh and an up after somebody's changes",
    second,
    () => at.stack.preview(["--json", "--refresh"]),
    () => at.stack.up(["--refresh"]),
  ],
  [
    "destroy",
    second,
    () => at.stack.pulumi(["destroy", "--preview-only", "--json"]),
    () => at.stack.destroy(),
  ],
])(
  "what explain lays over a snapshot for %s is what that makes",
  async (name, program, preview, carryOut) => {
    await at.project.write("index.ts", program);
    if (name.includes("somebody")) meddle(at.simulator);
    const { stdout } = await preview();
    const before = await read();
    await carryOut();
    const after = deciding(await read());
    expect(after).not.toEqual(deciding(before));
    expect(deciding(plan(before, JSON.parse(stdout)).snapshot)).toEqual(after);
  },
  240_000,
);

function meddle({ tenant }: Simulator): void {
  tenant.edit("TransportRule", "Email Security User Quarantine Message", {
    SetSCL: 9,
    ExceptIfFrom: ["newsletter@elsewhere.example"],
  });
  tenant.edit("HostedContentFilterPolicy", "Default", {
    PhishSpamAction: "MoveToJmf",
    BulkThreshold: 4,
  });
}
