import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import type { Message } from "../../simulator/index";
import type {
  Quarantined,
  QuarantineAction,
} from "../../simulator/mail/quarantine";
import type { JsonObject } from "../../simulator/json";
import { simulated } from "./simulated";
import { followTutorial, recipient } from "./tutorial";

const hour = 3_600_000;
const day = 24 * hour;

/** Returns a tenant with use case 4 and a controllable clock. */
async function configured(at = "2027-03-01T10:00:00Z") {
  const clock = { now: Date.parse(at) };
  const { simulator, request } = await simulated({ now: () => clock.now });
  followTutorial(simulator);
  const { mail, tenant } = simulator;
  const send = (message: Omit<Message, "recipient"> = {}) =>
    mail.send({ recipient, ...message }).id;
  const post = (path: string, body?: JsonObject) =>
    request(`/simulator${path}`, {
      method: "POST",
      ...(body && { body: JSON.stringify(body) }),
    });
  return { clock, simulator, request, post, mail, tenant, send };
}

/** What the recipient may do with a message that lies under these permissions. */
async function rights(
  bits: number,
  message: Omit<Message, "recipient">,
): Promise<QuarantineAction[]> {
  const { mail, tenant, send } = await configured();
  for (const name of ["UserNotifyUserRelease", "UserNotifyAdminRelease"])
    tenant.edit("QuarantinePolicy", name, {
      EndUserQuarantinePermissionsValue: bits,
    });
  const id = send(message);
  const [listed] = mail.quarantine.list(recipient);
  expect(listed?.id).toBe(id);
  return listed?.actions ?? [];
}

test("exchange 53: the recipient releases, requests, previews and deletes as the bits of the quarantine policy allow", async () => {
  const spam = { disposition: "SPAM" } as const;
  expect(await rights(7, spam)).toEqual(["release", "preview", "delete"]);
  expect(await rights(11, spam)).toEqual(["request", "preview", "delete"]);
  expect(await rights(2, spam)).toEqual(["preview"]);
  expect(await rights(0, spam)).toEqual([]);
  // What would be a right to release is a right to ask.
  expect(await rights(7, { microsoftVerdict: "highConfidencePhish" })).toEqual([
    "request",
    "preview",
    "delete",
  ]);
});

test("exchange 53: a release puts the message into the inbox, once", async () => {
  const { mail, send } = await configured();
  const id = send({ disposition: "SPAM", subject: "Offer" });
  expect(mail.mailboxes).toEqual({});
  expect(mail.quarantine.release(id, recipient).status).toBe("Released");
  expect(mail.mailboxes[recipient]?.inbox).toMatchObject([
    { id, subject: "Offer" },
  ]);
  expect(() => mail.quarantine.release(id, "administrator")).toThrow(
    "It was released already",
  );
});

test("exchange 53: what the policy does not give is refused with the reason, an administrator decides on requests", async () => {
  const { mail, send } = await configured();
  const { quarantine } = mail;
  const first = send({ disposition: "MALICIOUS" });
  const second = send({ disposition: "MALICIOUS" });
  expect(() => quarantine.release(first, recipient)).toThrow(
    "The quarantine policy UserNotifyAdminRelease does not let recipients release messages",
  );
  expect(() => quarantine.approve(first)).toThrow(
    "Nobody has asked for its release",
  );
  for (const id of [first, second])
    expect(quarantine.request(id, recipient).status).toBe("Requested");
  expect(() => quarantine.request(first, recipient)).toThrow(
    "Its release was requested already",
  );
  expect(() => quarantine.approve(first, recipient)).toThrow(
    "Only an administrator decides on requests",
  );
  expect(quarantine.approve(first).status).toBe("Approved");
  expect(quarantine.deny(second).status).toBe("Denied");
  expect(() => quarantine.request(second, recipient)).toThrow(
    "An administrator has denied its release",
  );
  expect(mail.mailboxes[recipient]?.inbox.map(({ id }) => id)).toEqual([first]);
});

test("exchange 53: a recipient cannot release high confidence phishing, an administrator can", async () => {
  const { mail, tenant, send } = await configured();
  tenant.edit("QuarantinePolicy", "UserNotifyAdminRelease", {
    EndUserQuarantinePermissionsValue: 7,
  });
  const id = send({ microsoftVerdict: "highConfidencePhish" });
  expect(() => mail.quarantine.release(id, recipient)).toThrow(
    "A recipient cannot release highConfidencePhish: only an administrator can",
  );
  expect(mail.quarantine.release(id, "administrator").status).toBe("Released");
});

test("exchange 53: recipients see their own messages alone, and none under a policy without rights and notification", async () => {
  const { mail, tenant, send } = await configured();
  const id = send({ disposition: "SPAM" });
  expect(mail.quarantine.list("other@example.com")).toEqual([]);
  expect(() => mail.quarantine.preview(id, "other@example.com")).toThrow(
    "There is no message",
  );
  expect(mail.quarantine.preview(id, recipient.toUpperCase())).toEqual({
    sender: "sender@sender.example",
    recipient,
    subject: "Hello",
    body: "",
  });
  const malware = send({ microsoftVerdict: "malware" });
  tenant.add("TransportRule", { Name: "Quarantine", Quarantine: true });
  const hosted = send();
  const ids = (as?: string) => mail.quarantine.list(as).map((one) => one.id);
  expect(ids(recipient)).toEqual([id]);
  expect(ids()).toEqual([id, malware, hosted]);
  mail.quarantine.delete(id, recipient);
  expect(ids()).toEqual([malware, hosted]);
});

test("exchange 53: messages keep the rights that they came with, whatever becomes of the policy", async () => {
  const { mail, tenant, send } = await configured();
  const before = send({ disposition: "SPAM" });
  tenant.edit("QuarantinePolicy", "UserNotifyUserRelease", {
    EndUserQuarantinePermissionsValue: 0,
  });
  const after = send({ disposition: "SPAM" });
  tenant.remove("QuarantinePolicy", "UserNotifyUserRelease");
  expect(() => mail.quarantine.release(after, recipient)).toThrow();
  expect(mail.quarantine.release(before, recipient).status).toBe("Released");
});

test("exchange 53: messages leave the quarantine after the policy's days", async () => {
  const { clock, mail, send } = await configured();
  const id = send({ disposition: "SPAM" });
  clock.now += 15 * day - 1;
  expect(mail.quarantine.list()).toMatchObject([{ id }]);
  clock.now += 1;
  expect(mail.quarantine.list()).toEqual([]);
  expect(() => mail.quarantine.release(id, "administrator")).toThrow(
    "There is no message",
  );
});

test("exchange 53: notifications go out in the tenant's rhythm, with what is still there and the buttons that the policy gives", async () => {
  const { clock, mail, tenant, send } = await configured();
  const spam = send({ disposition: "SPAM" });
  const malicious = send({ disposition: "MALICIOUS" });
  const released = send({ disposition: "SPOOF" });
  mail.quarantine.release(released, recipient);
  send({ microsoftVerdict: "malware" });
  mail.send({ recipient, disposition: "SPAM", mailbox: "shared" });
  expect(mail.notifications()).toEqual([]);
  clock.now += day;
  const sent = () => mail.notifications().map(({ at }) => at);
  expect(mail.notifications()).toEqual([
    {
      recipient,
      from: "quarantine@messaging.microsoft.com",
      subject: "Microsoft 365 security: You have messages in quarantine",
      at: "2027-03-02T00:00:00.000Z",
      messages: [
        {
          id: spam,
          sender: "sender@sender.example",
          subject: "Hello",
          actions: ["Review Message", "Release"],
        },
        {
          id: malicious,
          sender: "sender@sender.example",
          subject: "Hello",
          actions: ["Review Message", "Request Release"],
        },
      ],
    },
  ]);
  const rhythm = (EndUserSpamNotificationFrequency: string) =>
    tenant.edit("QuarantinePolicy", "DefaultGlobalTag", {
      EndUserSpamNotificationFrequency,
    });
  rhythm("04:00:00");
  expect(sent()).toEqual(["2027-03-01T12:00:00.000Z"]);
  rhythm("7.00:00:00");
  expect(sent()).toEqual([]);
  clock.now += 7 * day;
  expect(sent()).toEqual(["2027-03-04T00:00:00.000Z"]);
});

test("mail can be sent, searched, released and refused over HTTP as well", async () => {
  const { mail, request, post } = await configured();
  const looked = await post("/mail/where", { recipient, disposition: "SPOOF" });
  expect(looked).toMatchObject({
    status: 200,
    body: { outcome: "quarantine", quarantinePolicy: "UserNotifyUserRelease" },
  });
  expect(mail.messages).toEqual([]);
  const sent = await post("/mail", { recipient, disposition: "MALICIOUS" });
  expect(sent.status).toBe(201);
  const id = sent.at("id") as string;
  expect(sent.at("steps")).toContainEqual({
    object: 'HostedContentFilterPolicy "Default"',
    property: "HighConfidenceSpamAction",
    value: "Quarantine",
    why: "highConfidenceSpam: to the quarantine",
  });
  const seen = await request(`/simulator/quarantine?as=${recipient}`);
  expect((seen.body as unknown as Quarantined[])[0]).toMatchObject({
    id,
    release: "request",
    actions: ["request", "preview", "delete"],
  });
  const refused = await post(`/quarantine/${id}/release`, { as: recipient });
  expect(refused).toMatchObject({ status: 403 });
  expect(refused.at("error")).toMatch(/does not let recipients release/);
  const asked = await post(`/quarantine/${id}/request`, { as: recipient });
  expect(asked.at("status")).toBe("Requested");
  const approved = await post(`/quarantine/${id}/approve`);
  expect(approved.at("status")).toBe("Approved");
  expect((await post(`/quarantine/${id}/approve`)).status).toBe(409);
  expect((await post("/quarantine/x/release")).status).toBe(404);
  expect((await post(`/quarantine/${id}/steal`)).status).toBe(404);
  const all = await request("/simulator/mail");
  expect(all.at("mailboxes", recipient, "inbox", 0, "id")).toBe(id);
  const notified = await request(
    "/simulator/notifications?now=2027-03-05T00:00:00Z",
  );
  expect(notified).toMatchObject({ status: 200, body: [] });
});

test.each<[JsonObject, RegExp]>([
  [{}, /message.recipient is not an address/],
  [{ recipient: "nobody" }, /message.recipient is not an address/],
  [{ recipient, disposition: "EVIL" }, /message.disposition is one of/],
  [{ recipient, colour: "red" }, /colour is unknown/],
  [{ recipient, bcl: 10 }, /message.bcl/],
  [{ recipient, ownHeaders: ["x"] }, /message.ownHeaders/],
])(
  "a message that is wrong (%j) is refused with the reason",
  async (message, reason) => {
    const { post, mail } = await configured();
    const answer = await post("/mail", message);
    expect(answer.status).toBe(400);
    expect(answer.at("error")).toMatch(reason);
    expect(mail.messages).toEqual([]);
  },
);

test("messages are part of the state: stored in its file, restored with it, removed by a reset", async () => {
  const directory = await mkdtemp(path.join(tmpdir(), "area1-mail-"));
  const stateFile = path.join(directory, "state.json");
  try {
    const first = await simulated({ stateFile });
    followTutorial(first.simulator);
    const { id } = first.simulator.mail.send({
      recipient,
      disposition: "SPAM",
    });
    const state = first.simulator.snapshot();
    await first.simulator.close();
    const { simulator } = await simulated({ stateFile });
    expect(simulator.mail.quarantine.list()).toMatchObject([{ id }]);
    simulator.reset();
    expect(simulator.mail.messages).toEqual([]);
    simulator.restore(state);
    expect(simulator.mail.quarantine.release(id, recipient).id).toBe(id);
    await simulator.close();
  } finally {
    await rm(directory, { recursive: true });
  }
});

test("predicting the destination of mail takes hardly any time, also with 300 rules", async () => {
  const { mail, tenant } = await configured();
  for (let at = tenant.transportRules.length; at < 300; at += 1)
    tenant.add("TransportRule", {
      Name: `Rule ${at}`,
      SenderIpRanges: Array.from(
        { length: 40 },
        (_, n) => `10.${at % 250}.${n}.0/24`,
      ),
      SetSCL: 5,
    });
  const message = { recipient, disposition: "MALICIOUS" } as const;
  expect(mail.where(message).outcome).toBe("quarantine");
  const started = performance.now();
  for (let time = 0; time < 100; time += 1) mail.where(message);
  // Some milliseconds each; this bound only notices that something is badly wrong.
  expect((performance.now() - started) / 100).toBeLessThan(50);
});
