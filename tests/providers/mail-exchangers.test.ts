import { mailExchangers } from "../../providers/snapshot/mail-exchangers";
import { dnsServer } from "../mail-flow/dns-server";

const many = Array.from({ length: 401 }, (_, at) => `d${at}.example`);

test("MX hosts are returned in lower case without a dot at the end, the preferred one first", async () => {
  const server = await dnsServer({
    "two.example": ["MX1.example.net.", "mx2.example.net"],
    "none.example": ["."],
    "empty.example": [],
    "broken.example": "SERVFAIL",
  });
  const found = await mailExchangers(
    [
      "two.example",
      "none.example",
      "empty.example",
      "missing.example",
      "broken.example",
    ],
    server.address,
  );
  await server.close();
  expect([...found].sort()).toEqual([
    [
      "broken.example",
      {
        unavailable:
          "DNS did not tell the MX records of broken.example (ESERVFAIL).",
      },
    ],
    ["empty.example", { hosts: [] }],
    ["missing.example", { hosts: [] }],
    ["none.example", { hosts: [], acceptsNone: true }],
    ["two.example", { hosts: ["mx1.example.net", "mx2.example.net"] }],
  ]);
});

test("Each of many domains is queried once", async () => {
  const server = await dnsServer(
    Object.fromEntries(many.map((name) => [name, [`mx.${name}`]])),
  );
  const found = await mailExchangers(many, server.address);
  await server.close();
  expect([...found.keys()].sort()).toEqual([...many].sort());
  for (const [name, answer] of found)
    expect(answer).toEqual({ hosts: [`mx.${name}`] });
  expect(server.asked.length).toBeGreaterThanOrEqual(many.length);
  // A question that is lost is sent again; few are.
  expect(server.asked.length).toBeLessThan(2 * many.length);
  expect(new Set(server.asked).size).toBe(many.length);
});

test("An invalid server is refused, and without one the system's servers are queried", async () => {
  await expect(mailExchangers(["example.com"], "no address")).rejects.toThrow(
    "Invalid IP address",
  );
  expect(await mailExchangers([])).toEqual(new Map());
});
