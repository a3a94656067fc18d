import { distinctResults, result } from "../../mail-flow/result";
import type { Message } from "../../mail-flow/message";
import { mailFlow } from "../../mail-flow/route";
import type { Snapshot } from "../../mail-flow/snapshot";
import { configuredTenant, withDefault, withRules } from "./mail-tenant";

const endsOf = (snapshot: Snapshot, message: Partial<Message> = {}) =>
  mailFlow(snapshot)({
    disposition: "None",
    header: "cloudflare",
    recipient: "megan@example.com",
    at: new Date("2026-11-23T12:00:00Z"),
    ...message,
  }).results.map(({ outcome, release }) =>
    release === null ? outcome : `${outcome} ${release}`,
  );
const undecidable = {
  conditions: { recipientAdAttributeContainsWords: ["Department:Sales"] },
};

test("a message with one possible path has one destination", () => {
  expect(endsOf(configuredTenant())).toEqual(["inbox"]);
  expect(endsOf(configuredTenant(), { disposition: "Spam" })).toEqual([
    "quarantine self",
  ]);
  expect(endsOf(withRules(), { recipient: "megan@elsewhere.example" })).toEqual(
    ["notDocumented"],
  );
});

test("an undecidable rule leaves two possible destinations, with it and without it", () => {
  expect(
    endsOf(withRules({ ...undecidable, actions: { deleteMessage: true } })),
  ).toEqual(["deleted", "inbox"]);
  expect(
    endsOf(
      withRules(
        { ...undecidable, actions: { quarantine: true } },
        { ...undecidable, actions: { rejectMessageReasonText: "no" } },
      ),
    ),
  ).toEqual(["hostedQuarantine none", "rejected", "inbox"]);
});

test("an undocumented destination stays one of several possible ones", () => {
  expect(
    endsOf(
      withRules({
        ...undecidable,
        actions: { moderateMessageByUser: ["pat@example.com"] },
      }),
      { disposition: "Malicious" },
    ),
  ).toEqual(["notDocumented", "quarantine request"]);
});

test("SCL 8 allows the destinations of all verdicts that it may request", () => {
  expect(endsOf(withRules({ actions: { setScl: 8 } }))).toEqual([
    "quarantine request",
    "quarantine self",
    "inbox",
  ]);
});

test("a sender that is both allowed and blocked leaves both destinations", () => {
  const [sender, senderDomain] = ["news@shop.example", "shop.example"];
  expect(
    endsOf(
      withDefault({
        allowedSenders: [sender],
        blockedSenderDomains: [senderDomain],
      }),
      { sender },
    ),
  ).toEqual(["inbox", "quarantine self", "quarantine request"]);
});

test("policies with unread scopes leave the destinations of each, and of the next verdict if one of them is off", () => {
  const snapshot = configuredTenant();
  snapshot.antiPhishPolicies = {
    value: [
      {
        name: "Custom",
        isDefault: false,
        settings: { enableSpoofIntelligence: false },
      },
      {
        name: "Office365 AntiPhish Default",
        isDefault: true,
        settings: { authenticationFailAction: "MoveToJmf" },
      },
    ],
  };
  const spoof = { microsoftVerdict: "spoof" } as const;
  expect(endsOf(snapshot, spoof)).toEqual(["junk", "inbox"]);
  expect(endsOf(snapshot, { ...spoof, disposition: "Spam" })).toEqual([
    "junk",
    "quarantine self",
  ]);
});

test("destinations with only irrelevant differences are merged into the first", () => {
  const ways = [
    result("inbox", { scl: 1 }),
    result("junk"),
    result("inbox", { scl: -1, verdict: "none" }),
  ].map((end) => ({ result: end, steps: [] }));
  expect(distinctResults(ways)).toEqual([
    result("inbox", { scl: 1 }),
    result("junk"),
  ]);
});
