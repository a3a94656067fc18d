import { indexOf } from "../../mail-flow/evidence/join";
import type { QuarantinedMessage, RuleMatch } from "../../mail-flow/reports";
import {
  quarantinedMessage,
  ruleHits,
  ruleMatch,
} from "../../providers/snapshot/report-rows";

/** A captured row (graph2otel, 2026-07-23), with other names. */
const captured = {
  Identity:
    "86bab6ca-b175-4b84-d76c-08dee7cf55a8\\3423484b-11a9-58cc-cf4e-784af1dcf73c",
  ReceivedTime: "2026-07-22T08:58:01.4564204+00:00",
  Organization: "4b8c18bd-2f9f-4227-af55-9f1061cf9c32",
  MessageId: "<7d08ba65@sender.example>",
  SenderAddress: "news@sender.example",
  RecipientAddress: ["megan@example.com"],
  Subject: "News",
  Type: "Spam",
  PolicyType: "HostedContentFilterPolicy",
  PolicyName: "Standard Preset Security Policy1784144691483",
  TagName: "DefaultFullAccessWithNotificationPolicy",
  Released: false,
  ReleaseStatus: "NOTRELEASED",
  SystemReleased: false,
  QuarantineTypes: "Spam",
  Expires: "2026-08-21T08:58:01.4564204+00:00",
  ReleasedUser: [],
  EntityType: "Email",
  ReleasedBy: [],
};

test("a captured message in quarantine is read", () => {
  expect(quarantinedMessage(captured)).toEqual({
    identity: captured.Identity,
    messageId: "<7d08ba65@sender.example>",
    receivedAt: "2026-07-22T08:58:01.456Z",
    recipients: ["megan@example.com"],
    type: "Spam",
    policyType: "HostedContentFilterPolicy",
    policy: "Standard Preset Security Policy1784144691483",
    quarantinePolicy: "DefaultFullAccessWithNotificationPolicy",
    releaseStatus: "NOTRELEASED",
    systemReleased: false,
    releasedBy: [],
  });
});

test("missing values of a row stay missing", () => {
  expect(quarantinedMessage({ MessageId: "<a@b>" })).toEqual({
    identity: "",
    messageId: "<a@b>",
    receivedAt: "",
    recipients: [],
    type: "",
    policyType: "",
    policy: "",
    quarantinePolicy: "",
    releaseStatus: "",
    systemReleased: false,
  });
});

test("files and chat messages in quarantine do not count as mail", () => {
  expect(quarantinedMessage({ ...captured, EntityType: "Teams" })).toBe(
    undefined,
  );
});

test("a bare recipient and a status in any case are read as the usual ones", () => {
  expect(
    quarantinedMessage({
      ...captured,
      RecipientAddress: "megan@example.com",
      ReleaseStatus: "Released",
      ReleasedBy: "admin@example.com",
    }),
  ).toMatchObject({
    recipients: ["megan@example.com"],
    releaseStatus: "RELEASED",
    releasedBy: ["admin@example.com"],
  });
});

test.each([
  ["2026-07-23T00:00:00", "2026-07-23"],
  ["2026-07-23T00:00:00.0000000Z", "2026-07-23"],
  ["2026-07-22T22:00:00.0000000-02:00", "2026-07-23"],
  ["7/23/2026 12:00:00 AM", "2026-07-23"],
])("the date %s of a report is the day %s in UTC", (Date, date) => {
  expect(
    ruleHits({
      Date,
      TransportRule: "A",
      EventType: "TransportRuleHits",
      MessageCount: 3,
    }),
  ).toEqual({ rule: "A", date, messages: 3 });
});

test("actions are not counted in addition to their matches, and a count may be a text", () => {
  const row = { Date: "2026-07-23T00:00:00Z", TransportRule: "A" };
  expect(
    ruleHits({ ...row, EventType: "TransportRuleActionHits", MessageCount: 3 }),
  ).toBe(undefined);
  expect(ruleHits({ ...row, MessageCount: "3" })).toMatchObject({
    messages: 3,
  });
  expect(ruleHits({ ...row, MessageCount: "many" })).toBe(undefined);
});

test("a match without a date is ignored", () => {
  expect(ruleMatch({ TransportRule: "A", MessageId: "<a@b>" })).toBe(undefined);
});

const match: RuleMatch = {
  rule: "A",
  at: "2026-07-22T08:58:00.000Z",
  messageId: "<id@sender.example>",
  traceId: "86bab6ca-b175-4b84-d76c-08dee7cf55a8",
  recipient: "Megan@Example.com",
  sender: "",
  subject: "",
};
const entry = quarantinedMessage(captured) as QuarantinedMessage;
const joined = (...entries: QuarantinedMessage[]) => indexOf(entries)(match);

test("a message is found in quarantine by its Message-ID in any spelling, or by Microsoft's own id", () => {
  const other = { ...entry, identity: "x\\y" };
  expect(
    joined({ ...other, messageId: "ID@sender.example" }).entry,
  ).toBeTruthy();
  expect(joined(entry).entry).toBe(entry);
  expect(joined(other)).toEqual({ elsewhere: false });
});

test("a message that is quarantined for another recipient is elsewhere, not missing", () => {
  expect(joined({ ...entry, recipients: ["alias@example.com"] })).toEqual({
    elsewhere: true,
  });
  expect(joined({ ...entry, recipients: [] }).entry).toBeTruthy();
});

test("of several messages with one Message-ID, the one of that time is found", () => {
  const later = { ...entry, receivedAt: "2026-07-25T08:00:00.000Z" };
  const earlier = { ...entry, receivedAt: "2026-07-01T08:00:00.000Z" };
  expect(joined(later, earlier, entry).entry).toBe(entry);
});

test("messages without ids do not count as the same", () => {
  const none = { ...match, messageId: "", traceId: "" };
  expect(indexOf([{ ...entry, messageId: "", identity: "" }])(none)).toEqual({
    elsewhere: false,
  });
});
