import type { JsonObject } from "../../simulator/json";
import { errorOf, simulated } from "./simulated";
import { adminRule, followTutorial, recipient, userRule } from "./tutorial";

const day = 86_400_000;

/** Use case 4 after some mail: two spam, one malicious, one of the whole day before, one that only watched. */
async function afterSomeMail() {
  const clock = { now: Date.parse("2027-03-01T10:00:00Z") };
  const { simulator, run, invoke } = await simulated({ now: () => clock.now });
  followTutorial(simulator);
  const { mail, tenant } = simulator;
  mail.send({ recipient, disposition: "SPOOF" });
  clock.now += day;
  const spam = mail.send({ recipient, disposition: "SPAM" });
  mail.send({ recipient, disposition: "SPAM", sender: "b@sender.example" });
  const malicious = mail.send({ recipient, disposition: "MALICIOUS" });
  tenant.edit("TransportRule", adminRule, { Mode: "Audit" });
  mail.send({ recipient, disposition: "MALICIOUS" });
  return { clock, simulator, run, invoke, spam, malicious };
}

test("the traffic report counts what rules matched and did, by day, hour or all in all", async () => {
  const { run, clock, simulator } = await afterSomeMail();
  const counts = async (parameters: JsonObject) =>
    (await run("Get-MailTrafficPolicyReport", parameters)).map((row) => [
      row["TransportRule"],
      row["EventType"],
      row["Action"],
      row["MessageCount"],
    ]);
  const all = await run("Get-MailTrafficPolicyReport");
  expect(all[0]).toMatchObject({
    Domain: "example.com",
    "Date@data.type": "System.DateTime",
    TransportRule: userRule,
    EventType: "TransportRuleHits",
    Direction: "Inbound",
    MessageCount: 1,
  });
  const today = { StartDate: "2027-03-02T00:00:00Z" };
  expect(await counts(today)).toEqual([
    [userRule, "TransportRuleHits", "", 2],
    [userRule, "TransportRuleActionHits", "SetSCL", 2],
    [adminRule, "TransportRuleHits", "", 2],
    [adminRule, "TransportRuleActionHits", "SetSCL", 1],
  ]);
  expect(
    await counts({
      EventType: ["TransportRuleHits"],
      TransportRule: [userRule.toUpperCase()],
    }),
  ).toHaveLength(2);
  expect(
    await counts({ ...today, SummarizeBy: ["TransportRule", "Action"] }),
  ).toEqual([
    ["", "TransportRuleHits", "", 4],
    ["", "TransportRuleActionHits", "", 3],
  ]);
  expect(await counts({ ...today, Page: 2, PageSize: 3 })).toHaveLength(1);
  simulator.quirks.reportLagMs = 3_600_000;
  expect(await counts(today)).toEqual([]);
  simulator.quirks.reportLagMs = 0;
  clock.now += 90 * day + 1;
  expect(await counts({})).toEqual([]);
});

test("the detail report names the messages of the last ten days", async () => {
  const { run, clock, spam } = await afterSomeMail();
  const report = (parameters: JsonObject = {}) =>
    run("Get-MailDetailTransportRuleReport", {
      EventType: ["TransportRuleHits"],
      ...parameters,
    });
  expect(await report()).toHaveLength(5);
  expect(
    await report({ MessageId: [`<${spam.id}@sender.example>`] }),
  ).toMatchObject([
    {
      TransportRule: userRule,
      RecipientAddress: recipient,
      MessageTraceId: spam.id,
    },
  ]);
  expect(await report({ SenderAddress: ["b@sender.example"] })).toHaveLength(1);
  clock.now += 9 * day + 1;
  expect(await report({ StartDate: "2027-03-01T00:00:00Z" })).toHaveLength(4);
});

test("the quarantine is listed with what put messages there, by kind, status and dates; an unknown Identity gives all", async () => {
  const { simulator, run, malicious } = await afterSomeMail();
  const list = (parameters: JsonObject = {}) =>
    run("Get-QuarantineMessage", parameters);
  const all = await list();
  expect(all).toHaveLength(4);
  expect(all[3]).toMatchObject({
    MessageId: `<${malicious.id}@sender.example>`,
    RecipientAddress: [recipient],
    Type: "Spam",
    PolicyType: "HostedContentFilterPolicy",
    PolicyName: "Default",
    TagName: "UserNotifyAdminRelease",
    ReleaseStatus: "NOTRELEASED",
    ReleasedBy: [],
    EntityType: "Email",
  });
  expect(all[3]?.["Identity"]).toMatch(`${malicious.id}\\`);
  simulator.mail.quarantine.request(malicious.id, recipient);
  expect(await list({ ReleaseStatus: ["Requested"] })).toHaveLength(1);
  expect(await list({ QuarantineTypes: ["Spam", "Bulk"] })).toHaveLength(4);
  expect(await list({ PolicyTypes: ["AntiMalwarePolicy"] })).toEqual([]);
  expect(await list({ PolicyName: "Other" })).toEqual([]);
  expect(
    await list({ StartReceivedDate: "2027-03-02T00:00:00Z" }),
  ).toHaveLength(3);
  expect(await list({ Identity: "nobody\\knows" })).toHaveLength(4);
  const identity = all[0]?.["Identity"] as string;
  expect(await list({ Identity: identity })).toHaveLength(1);
});

test("a released message names the person who released it", async () => {
  const { simulator, run, spam, malicious } = await afterSomeMail();
  const released = async () =>
    (await run("Get-QuarantineMessage", { ReleaseStatus: ["Released"] })).map(
      (row) => [row["ReleaseStatus"], row["ReleasedBy"], row["ReleasedUser"]],
    );
  expect(await released()).toEqual([]);
  simulator.mail.quarantine.release(spam.id, recipient);
  simulator.mail.quarantine.release(malicious.id, "administrator");
  expect(await released()).toEqual([
    ["RELEASED", [recipient], [recipient]],
    ["RELEASED", [`admin@${simulator.tenant.name}`], [recipient]],
  ]);
});

test("a Security Reader lists the quarantine, but may not send EntityType", async () => {
  const { simulator, invoke } = await afterSomeMail();
  const [application] = simulator.tenant.applications;
  if (application) application.directoryRoles = ["Security Reader"];
  const status = async (parameters: JsonObject) =>
    (await invoke("Get-QuarantineMessage", parameters)).status;
  expect(await status({ PageSize: 1 })).toBe(200);
  expect(await status({ PageSize: 1, EntityType: "Email" })).toBe(403);
});

test("parameters of the reports are checked as documented, and Test-Message is acknowledged", async () => {
  const { invoke } = await afterSomeMail();
  const refused = async (cmdlet: string, parameters: JsonObject) => {
    const answer = await invoke(cmdlet, parameters);
    expect(answer.status).toBe(400);
    return errorOf(answer).text;
  };
  expect(
    await refused("Get-QuarantineMessage", { QuarantineTypes: ["Nonsense"] }),
  ).toBe(
    `Cannot process argument transformation on parameter 'QuarantineTypes'. Cannot convert value "Nonsense" to type "Microsoft.Exchange.Management.FfoQuarantine.QuarantineMessageTypeEnum[]". Error: "Unable to match the identifier name Nonsense to a valid enumerator name. Specify one of the following enumerator names and try again: Spam, TransportRule, Bulk, Phish, HighConfPhish, Malware, SPOMalware, DataLossPrevention, FileTypeBlock, AdminTriggered, PPI"`,
  );
  const report = "Get-MailTrafficPolicyReport";
  expect(await refused(report, { PageSize: 5001 })).toMatch(/5000/);
  expect(await refused(report, { EventType: ["Hits"] })).toMatch(/Hits/);
  expect(await refused(report, { AggregateBy: "Year" })).toMatch(/Year/);
  expect(
    await refused("Get-MailDetailTransportRuleReport", {
      StartDate: "2027-01-01T00:00:00Z",
    }),
  ).toMatch(/30 days/);
  expect(await refused("Test-Message", { Sender: "a@b.example" })).toMatch(
    /TransportRules/,
  );
  expect(
    await invoke("Test-Message", {
      MessageFileData: { "@odata.type": "#Exchange.ByteArrayType", Data: "" },
      Recipients: [recipient],
      SendReportTo: recipient,
      TransportRules: true,
    }),
  ).toMatchObject({ status: 200 });
});
