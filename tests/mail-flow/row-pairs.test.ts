import { rowPairs, rows } from "../../mail-flow/rows";
import { freshTenant, sclRule, valueOf } from "./fresh-tenant";

const sourceIp = "35.157.195.63";

/** A tenant whose rule sets an SCL for Malicious. */
const withRule = () => {
  const one = freshTenant();
  valueOf(one.domains)[0]!.dropDispositions = [];
  one.transportRules = { value: [sclRule("Admin", 0, ["MALICIOUS"], 9)] };
  return one;
};

test("two snapshots are compared for every class of recipients that either treats differently", () => {
  const before = withRule();
  const after = withRule();
  valueOf(before.transportRules).push(
    sclRule("Before", 1, [], -1, { conditions: { sentTo: ["a@example.com"] } }),
  );
  valueOf(after.transportRules).push(
    sclRule("After", 1, [], -1, {
      conditions: { sentToMemberOf: ["staff@example.com"] },
    }),
  );
  const changed = rowPairs(before, after, { sourceIp }).filter(
    ({ before, after }) => before.outcome !== after.outcome,
  );
  expect(
    changed.map(({ before, after }) => [
      after.recipient,
      after.disposition,
      after.header,
      before.outcome,
      after.outcome,
    ]),
  ).toEqual([
    [
      "members of staff@example.com at example.com",
      "Malicious",
      "cloudflare",
      "junk",
      "inbox",
    ],
    ["a@example.com", "Malicious", "cloudflare", "inbox", "junk"],
  ]);
});

test("a domain that is new or treated differently in one of them is a separate row", () => {
  const before = withRule();
  const after = withRule();
  valueOf(after.domains)[0]!.dropDispositions = ["MALICIOUS"];
  const [pair] = rowPairs(before, after, { sourceIp }).filter(
    ({ after }) => after.header === "cloudflare",
  );
  expect(pair?.before).toMatchObject({
    outcome: "junk",
    recipient: "everybody else at example.com",
  });
  expect(pair?.after.outcome).toBe("droppedByCloudflare");
});

test("a snapshot compared with itself has its own rows, also for given recipients", () => {
  for (const options of [
    { sourceIp },
    { sourceIp, recipients: ["x@example.com", "y@example.org"] },
  ]) {
    const one = withRule();
    const pairs = rowPairs(one, structuredClone(one), options);
    expect(pairs.map(({ before }) => before)).toEqual(rows(one, options));
    expect(pairs.map(({ after }) => after)).toEqual(rows(one, options));
  }
});
