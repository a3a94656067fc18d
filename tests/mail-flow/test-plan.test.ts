import {
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import PostalMime from "postal-mime";
import { writeAll } from "../../cli/test-plan/files";
import { planText } from "../../cli/test-plan/text";
import { testPlan, type TestCase } from "../../mail-flow/test-plan";
import type { JsonObject } from "../../simulator/json";
import { simulated } from "../simulator/simulated";
import { adminRule, userRule } from "../simulator/tutorial";
import type { Snapshot, TransportRule } from "../../mail-flow/snapshot";
import { history } from "./evidence-tenant";
import { freshTenant, sclRule, valueOf } from "./fresh-tenant";

/** A tenant that treats members of a group and one person differently, with names that nobody should trust. */
async function variedTenant() {
  const past = await history();
  const { tenant } = past.simulator;
  tenant.edit("EOPProtectionPolicyRule", "Strict Preset Security Policy", {
    State: "Enabled",
    SentToMemberOf: ["board@example.com"],
  });
  tenant.add("HostedContentFilterPolicy", {
    Name: "Junk",
    SpamAction: "MoveToJmf",
    HighConfidenceSpamAction: "MoveToJmf",
  });
  tenant.add("HostedContentFilterRule", {
    Name: "Junk",
    HostedContentFilterPolicy: "Junk",
    SentTo: ["o'brien@example.com"],
  });
  return { ...past, plan: testPlan(await past.snapshot()) };
}

test("there is a message for each disposition, header and class of recipients, each in its own file", async () => {
  const { plan } = await variedTenant();
  const classes = new Set(plan.map(({ recipients }) => recipients));
  expect(classes.size).toBeGreaterThanOrEqual(3);
  // Five dispositions in two headers, and clean mail, which has none.
  expect(plan).toHaveLength(classes.size * 11);
  expect(new Set(plan.map(({ file }) => file)).size).toBe(plan.length);
  expect(plan.filter(({ header }) => header === null)).toHaveLength(
    classes.size,
  );
});

test("each message has the properties of its case when it is parsed", async () => {
  const { plan } = await variedTenant();
  const words = {
    Malicious: "MALICIOUS",
    Spam: "UCE",
    Spoof: "SPOOF",
    Suspicious: "SUSPICIOUS",
    Bulk: "BULK",
    None: undefined,
  };
  const names = {
    area1: "x-area1security-disposition",
    cloudflare: "x-cfemailsecurity-disposition",
  };
  for (const { eml, recipient, sender, disposition, header } of plan) {
    const parsed = await PostalMime.parse(eml);
    expect(parsed.from?.address).toBe(sender);
    expect(parsed.to).toEqual([{ name: "", address: recipient }]);
    expect(parsed.subject).toContain(disposition);
    expect(parsed.messageId).toMatch(/^<[\w-]+@sender\.example>$/);
    expect(Number.isNaN(Date.parse(parsed.date ?? ""))).toBe(false);
    expect(parsed.attachments).toEqual([]);
    expect(
      parsed.headers
        .filter(({ key }) => key.endsWith("-disposition"))
        .map(({ key, value }) => [key, value]),
    ).toEqual(header ? [[names[header], words[disposition]]] : []);
    // Lines end with CRLF, and none is longer than RFC 5322 takes.
    expect(eml.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
    expect(
      Math.max(...eml.split("\r\n").map((line) => line.length)),
    ).toBeLessThan(998);
  }
});

test("the expected result of each message is its result in the simulator", async () => {
  const { plan, simulator } = await variedTenant();
  for (const one of plan) {
    const { recipient, groups, disposition, header, expected } = one;
    const lived = simulator.mail.send({
      recipient,
      recipientGroups: groups,
      disposition: disposition.toUpperCase() as "SPAM",
      ...(header && { headers: header }),
    });
    const ends = { file: one.file, outcome: lived.outcome };
    expect(ends).toEqual({ file: one.file, outcome: expected.outcome });
    if (expected.outcome === "quarantine")
      expect({
        ...ends,
        policy: lived.policy,
        quarantinePolicy: lived.quarantinePolicy,
      }).toEqual({
        ...ends,
        policy: expected.policy,
        quarantinePolicy: expected.quarantinePolicy,
      });
    // Mail for the other domains does not go by way of Cloudflare: in life it has no header, in the file it has.
    if (!recipient.endsWith("@example.com")) continue;
    const sent = simulator.mail.messages.find(({ id }) => id === lived.id);
    expect([one.file, ...(sent?.hits.map(({ rule }) => rule) ?? [])]).toEqual([
      one.file,
      ...one.rules,
    ]);
  }
});

test("a rule with a condition on the sender's address is reported not to match in a test", async () => {
  const past = await history();
  past.simulator.tenant.edit("TransportRule", userRule, {
    SenderIpRanges: null,
  });
  const plan = testPlan(await past.snapshot(), {
    recipients: ["megan@example.com"],
  });
  const rulesOf = (disposition: string) =>
    plan
      .filter(
        (one) => one.disposition === disposition && one.header === "cloudflare",
      )
      .map(({ rules, rulesWithoutAddress }) => [rules, rulesWithoutAddress]);
  expect(rulesOf("Spam")).toEqual([[[userRule], [userRule]]]);
  expect(rulesOf("Malicious")).toEqual([[[adminRule], []]]);
});

test("rules are listed even if Cloudflare would drop the real message", async () => {
  const past = await history({
    variation: { domain: { drop_dispositions: ["MALICIOUS"] } },
  });
  const plan = testPlan(await past.snapshot(), {
    recipients: ["megan@example.com"],
  });
  expect(
    plan.find(
      ({ disposition, header }) =>
        disposition === "Malicious" && header === "cloudflare",
    ),
  ).toMatchObject({
    rules: [adminRule],
    expected: { outcome: "droppedByCloudflare" },
  });
});

test("given addresses replace the classes", async () => {
  const past = await history();
  const plan = testPlan(await past.snapshot(), {
    recipients: ["megan@example.com", "alex@example.com"],
  });
  expect(plan).toHaveLength(22);
  expect(plan[0]).toMatchObject({
    file: "01-malicious-area1-megan-example-com.eml",
    recipients: "megan@example.com",
  });
});

test.each([
  ["../../etc/passwd@example.com"],
  ["a\r\nBcc: everybody@example.com\r\n@example.com"],
  ["CON@example.com"],
  ["пример@example.com"],
  [`${"x".repeat(300)}@example.com`],
  ["<script>@example.com"],
])(
  "the recipient %j makes no bad file name and no header",
  async (recipient) => {
    const past = await history();
    const plan = testPlan(await past.snapshot(), { recipients: [recipient] });
    for (const { file, eml } of plan) {
      expect(file).toMatch(/^01-[a-z0-9-]{1,80}\.eml$/);
      const { headers } = await PostalMime.parse(eml);
      expect(headers.map(({ key }) => key)).not.toContain("bcc");
      expect(headers.filter(({ key }) => key === "to")).toHaveLength(1);
    }
  },
);

test("names in the plan's text cannot break a command or a table's cell", () => {
  const text = planText([
    {
      file: "01-spam.eml",
      disposition: "Spam",
      header: "area1",
      recipients: "members of a|b <img src=x>",
      recipient: "o'brien\u2019; Remove-Item *@example.com",
      groups: [],
      sender: "test-plan@sender.example",
      rules: ["One | `two`\nthree"],
      rulesWithoutAddress: [],
      eml: "",
      expected: {
        outcome: "inbox",
        scl: null,
        verdict: null,
        policy: null,
        action: null,
        quarantinePolicy: null,
        release: null,
        preview: false,
        delete: false,
        notified: false,
        notificationFrequency: null,
        retentionDays: null,
      },
    } satisfies TestCase,
  ]);
  expect(text).toContain(
    "-Recipients 'o''brien\u2019\u2019; Remove-Item *@example.com' -SendReportTo $sendReportTo -TransportRules\n",
  );
  expect(text).toContain(
    "| 01-spam.eml | members of a\\|b \\<img src=x\\> | One \\| \\`two\\` three | none | inbox |  |  |",
  );
});

test("the plan says what such a test cannot show", async () => {
  const past = await history();
  const text = planText(testPlan(await past.snapshot()));
  expect(text).toMatch(/no address of a sending server/);
  expect(text).toMatch(/really happen/);
  expect(text).toMatch(/\*\*mailed\*\* to `SendReportTo`/);
  expect(text).toMatch(/mail flow rules alone/);
});

test("Test-Message accepts each message as the plan's commands send it", async () => {
  const past = await history();
  const plan = testPlan(await past.snapshot());
  const { invoke } = await simulated();
  for (const { eml, sender, recipient } of plan.slice(0, 3)) {
    const parameters: JsonObject = {
      MessageFileData: {
        "@odata.type": "#Exchange.ByteArrayType",
        Data: Buffer.from(eml).toString("base64"),
      },
      Sender: sender,
      Recipients: [recipient],
      SendReportTo: "admin@example.com",
      TransportRules: true,
    };
    expect(await invoke("Test-Message", parameters)).toMatchObject({
      status: 200,
    });
  }
});

describe("files", () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), "area1-plan-"));
  });
  afterEach(() => rm(directory, { recursive: true }));

  const files = new Map([
    ["a.eml", "one\r\n"],
    ["README.md", "two\n"],
  ]);

  test("are written into a new directory, and not written again the second time", async () => {
    const out = path.join(directory, "new", "plan");
    expect(await writeAll(out, files, false)).toEqual({
      written: 2,
      others: [],
    });
    expect(await readFile(path.join(out, "a.eml"), "utf8")).toBe("one\r\n");
    expect((await writeAll(out, files, false)).written).toBe(0);
  });

  test("are readable only by their owner, also after they were overwritten", async () => {
    await writeFile(path.join(directory, "README.md"), "mine", { mode: 0o644 });
    await writeAll(directory, files, true);
    for (const name of files.keys()) {
      const { mode } = await stat(path.join(directory, name));
      expect([name, (mode & 0o777).toString(8)]).toEqual([name, "600"]);
    }
  });

  test("that differ are not overwritten without --force, and then nothing else is written", async () => {
    await writeFile(path.join(directory, "README.md"), "mine");
    await writeFile(path.join(directory, "old.eml"), "of another plan");
    await expect(writeAll(directory, files, false)).rejects.toThrow(
      /README\.md is there and differs: .*--force/,
    );
    expect(await readdir(directory)).toEqual(["README.md", "old.eml"]);
    expect(await writeAll(directory, files, true)).toEqual({
      written: 2,
      others: ["old.eml"],
    });
    expect(await readFile(path.join(directory, "README.md"), "utf8")).toBe(
      "two\n",
    );
  });
});

test("the same tenant gives the same plan, byte by byte", async () => {
  const past = await history();
  const one = testPlan(await past.snapshot());
  const other = testPlan(await past.snapshot());
  expect(planText(other)).toBe(planText(one));
  expect(other.map(({ eml }) => eml)).toEqual(one.map(({ eml }) => eml));
});

describe("of a tenant with few rules", () => {
  const spamRule = (more: Partial<TransportRule> = {}) =>
    sclRule("Spam", 0, ["UCE"], 6, more);
  const casesOf = (
    recipient: string,
    rules: TransportRule[] = [spamRule()],
    more: Partial<Snapshot> = {},
  ) =>
    testPlan(
      { ...freshTenant(), transportRules: { value: rules }, ...more },
      { recipients: [recipient] },
    );
  const spamFor = (...asked: Parameters<typeof casesOf>) =>
    casesOf(...asked).find(
      ({ disposition, header }) =>
        disposition === "Spam" && header === "cloudflare",
    );

  test("a message has exactly this text, whenever and wherever it is written", () => {
    const lines = (header: string[], stem: string, disposition: string) => [
      "From: <test-plan@sender.example>",
      "To: <megan@example.com>",
      `Subject: Test of the mail flow: ${disposition}`,
      "Date: Thu, 01 Jan 2026 00:00:00 +0000",
      `Message-ID: <${stem}@sender.example>`,
      ...header,
      "MIME-Version: 1.0",
      "Content-Type: text/plain; charset=us-ascii",
      "Content-Transfer-Encoding: 7bit",
      "",
      "This message was made by area1-m365 test-plan to try mail flow rules.",
      "It was written by nobody, and may be deleted.",
      "",
    ];
    const plan = casesOf("megan@example.com");
    const textOf = (file: string) =>
      plan.find((one) => one.file === file)?.eml.split("\r\n");
    expect(textOf("01-spam-cloudflare-megan-example-com.eml")).toEqual(
      lines(
        ["X-CFEmailSecurity-Disposition: UCE"],
        "01-spam-cloudflare-megan-example-com",
        "Spam",
      ),
    );
    expect(textOf("01-none-megan-example-com.eml")).toEqual(
      lines([], "01-none-megan-example-com", "None"),
    );
  });

  test.each([
    ["Megan.B@Example.com", "megan-b-example-com"],
    ["../../etc/passwd@example.com", "etc-passwd-example-com"],
    ["\uff4d\uff45\uff47\uff41\uff4e@example.com", "megan-example-com"],
    [`${"x".repeat(300)}@example.com`, "x".repeat(40)],
    [`${"x".repeat(39)}@example.com`, "x".repeat(39)],
  ])("the file for %s ends with %s", (recipient, name) => {
    expect(spamFor(recipient)?.file).toBe(`01-spam-cloudflare-${name}.eml`);
  });

  test("a case names its recipient, and says that a given address is in no group", () => {
    expect(spamFor("megan@example.com")).toMatchObject({
      recipients: "megan@example.com",
      recipient: "megan@example.com",
      groups: [],
      sender: "test-plan@sender.example",
      expected: { outcome: "junk", scl: 6 },
    });
    expect(spamFor("megan@example.com")?.expected).not.toHaveProperty("steps");
  });

  test("a rule is named once, and not if it is unknown whether it matches", () => {
    const stopping = spamRule({ stopRuleProcessing: true });
    expect(spamFor("megan@example.com", [stopping])?.rules).toEqual(["Spam"]);
    const unread = spamRule({ unread: ["SomethingPredicate"] });
    expect(spamFor("megan@example.com", [unread])?.rules).toEqual([]);
  });

  test("rules are listed whatever happens to the real connection, which a test does not have", () => {
    const { connectionFilters } = freshTenant();
    valueOf(connectionFilters)[0]?.ipBlockList.push("0.0.0.0/0");
    const blocked = spamFor("megan@example.com", undefined, {
      connectionFilters,
      inboundConnectors: { unavailable: "403" },
    });
    expect(blocked?.expected.outcome).not.toBe("junk");
    expect(blocked?.rules).toEqual(["Spam"]);
  });
});
