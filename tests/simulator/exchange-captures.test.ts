import { readFileSync } from "node:fs";
import path from "node:path";
import type { Json, JsonObject } from "../../simulator/json";
import { newRule, simulated } from "./simulated";

// Captured from the service by rknightion/graph2otel (@ dfd9ef7c, 2026-07), with names taken out.
const captured = JSON.parse(
  readFileSync(path.join(__dirname, "data/exchange-captures.json"), "utf8"),
) as Record<
  | "unknownParameter"
  | "badEnumValue"
  | "success"
  | "transportRule"
  | "hostedContentFilterPolicy",
  JsonObject
>;

/** The same value with names, ids, times and hosts replaced, which are never the same twice. */
function form(value: Json | undefined): Json {
  if (Array.isArray(value)) return value.map((entry) => form(entry));
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([name, part]) => [name, form(part)]),
    );
  if (typeof value !== "string") return value ?? null;
  return value
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "GUID")
    .replace(/\w+\.onmicrosoft\.com/g, "TENANT")
    .replace(/\bEURPR\w+|\bforest\b/g, "FOREST")
    .replace(/^(\w+)\.FOREST/, "SERVER.FOREST")
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}/g, "DATE");
}

test("a success has the envelope that was captured", async () => {
  const { invoke, simulator } = await simulated();
  await invoke("New-TransportRule", newRule("r"));
  const answer = await invoke("Get-TransportRule");
  const { value, ...envelope } = answer.body as JsonObject;
  expect(Object.keys(envelope)).toEqual(Object.keys(captured.success));
  expect(envelope["@odata.context"]).toBe(
    `${simulator.url}/adminapi/beta/${simulator.tenant.id}/$metadata#Collection(Exchange.GenericHashTable)`,
  );
  expect(envelope["@adminapi.warnings"]).toEqual([]);
  expect(value).toHaveLength(1);
});

test("an unknown parameter is refused with the captured body, to the letter", async () => {
  const { invoke } = await simulated();
  const answer = await invoke("Get-TransportRule", { BogusParameter: 1 });
  expect(answer.status).toBe(400);
  expect(answer.body).toEqual(captured.unknownParameter);
});

test("a bad enum value is refused with the captured body, but for the parameter, its type and the names", async () => {
  const { invoke } = await simulated();
  const answer = await invoke("New-TransportRule", {
    ...newRule("r"),
    Mode: "Nonsense",
  });
  expect(answer.status).toBe(400);
  const general = (body: Json | undefined) =>
    JSON.parse(
      JSON.stringify(body)
        .replace(/on parameter '\w+'/, "on parameter 'P'")
        .replace(/to type \\"[\w.[\]]+\\"/, 'to type \\"T\\"')
        .replace(/try again: [\w, ]+/, "try again: NAMES"),
    ) as Json;
  expect(general(answer.body)).toEqual(general(captured.badEnumValue));
});

test("a rule has every property of the captured one, in the same type and with the same siblings", async () => {
  const { simulator, invoke } = await simulated();
  simulator.tenant.add("TransportRule", {
    Name: "g2o-test",
    FromScope: "NotInOrganization",
    PrependSubject: "EXTERNAL: ",
    SetAuditSeverity: "Medium",
    SenderAddressLocation: "HeaderOrEnvelope",
  });
  const answer = await invoke("Get-TransportRule");
  const rule = answer.at("value", 0) as JsonObject;
  const whole = captured.transportRule;
  const ours = Object.fromEntries(
    Object.keys(whole).map((key) => [key, rule[key] ?? null]),
  );
  const own = ["CreatedBy", "LastModifiedBy", "Description"];
  for (const key of own) {
    expect([key, typeof ours[key]]).toEqual([key, typeof whole[key]]);
    ours[key] = whole[key] ?? null;
  }
  expect(form(ours)).toEqual(form(whole));
});

test("the Default anti-spam policy is the captured one, property by property", async () => {
  const { invoke } = await simulated();
  const answer = await invoke("Get-HostedContentFilterPolicy", {
    Identity: "Default",
  });
  const policy = answer.at("value", 0) as JsonObject;
  const whole = captured.hostedContentFilterPolicy;
  const ours = Object.fromEntries(
    Object.keys(whole).map((key) => [key, policy[key] ?? null]),
  );
  expect(form(ours)).toEqual(form(whole));
});
