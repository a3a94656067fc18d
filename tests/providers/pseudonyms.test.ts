import { Pseudonyms } from "../../providers/transcripts/pseudonyms";

const guid = "5f0c9a3e-1111-4222-8333-444455556666";
const hex = "0123456789abcdef0123456789ABCDEF";

/** What a value alone becomes, so that other values have not been seen. */
const of = (value: unknown, property = "") =>
  new Pseudonyms("s").json(value, property);
/** What a sentence becomes, after other values have been seen. */
const said = (text: string, ...seen: string[]) => {
  const pseudonyms = new Pseudonyms("s");
  for (const value of seen) pseudonyms.json(value);
  return pseudonyms.json(text, "message");
};

describe("A pseudonym", () => {
  test.each([
    [guid, "3740f82a-c4ce-4ee6-83a5-a8fd07b1d930"],
    [hex, "440649c346abc9edeab26fdb913d0b14"],
    ["jane.doe@corp.example", "user-f41d466c@d-8aad7fb0.example"],
    ["corp.example", "d-8aad7fb0.example"],
    ["corp.onmicrosoft.com", "d-e00b26d3.onmicrosoft.com"],
    [
      "corp-example.mail.protection.outlook.com",
      "d-0cad8042.mail.protection.outlook.com",
    ],
    ["corp-example.a-v1.mx.microsoft", "d-534ba43e.mx.microsoft"],
    [
      "_cf-email-sec-challenge.corp.example",
      "_cf-email-sec-challenge.d-8aad7fb0.example",
    ],
    ["203.0.113.7", "198.19.63.230"],
    ["203.0.113.7/32", "198.19.63.230/32"],
    ["203.0.113.77/26", "198.19.95.192/26"],
    ["203.0.113.0/24", "198.18.77.0/24"],
    ["203.0.113.0/8", "198.0.0.0/8"],
    ["2001:db8:1::5", "2001:db8:258e::1"],
    ["2001:db8:1::/48", "2001:db8:62b6::/48"],
    ["203.0.113.1-203.0.113.9", "198.18.236.1-198.18.236.9"],
    ["1.2-3.4", "name-b31f4ee9"],
    ["corp.onmicrosoft.com\\Default", "d-e00b26d3.onmicrosoft.com\\Default"],
    [
      "corp.onmicrosoft.com\\My rule",
      "d-e00b26d3.onmicrosoft.com\\name-eb3741d7",
    ],
    ["My rule", "name-eb3741d7"],
    ["a/b", "name-e204d3a8"],
  ])("of %s has its form, the same in every process", (value, pseudonym) => {
    expect(of(value)).toBe(pseudonym);
  });

  test("does not depend on the value's case, differs with another secret, and without one in each run", () => {
    expect(of("MY RULE")).toBe("name-eb3741d7");
    expect(new Pseudonyms("t").json("My rule")).not.toBe("name-eb3741d7");
    const [one, two] = [new Pseudonyms(""), new Pseudonyms("")];
    expect(one.json("My rule")).toBe(one.json("My rule"));
    expect(one.json("My rule")).not.toBe(two.json("My rule"));
  });

  test.each([
    ...["", "  ", "Default", "default", "UCE", "5", "-1", "123456"],
    ...["true", "FALSE", "04:00:00", "1.00:00:00", "PT4H", "P1DT1M"],
    ...["2026-07-23T21:51:45.0000000+00:00", "2026-07-23T21:51:45Z"],
    ...["[PermissionToDelete: True]", "#Exchange.GenericHashTable"],
    ...["Microsoft.Exchange.Tasks.SetSclAction", "#Collection(String)"],
    ...["Standard Preset Security Policy1784144691483"],
    ...["00000000-0000-0000-0000-000000000000"],
  ])("does not replace %j, which identifies nobody", (value) => {
    expect(of(value)).toBe(value);
  });

  test.each([
    ...["1234567", "5 apples", "x5", "truer", "Default 2", "Default123"],
    ...["x04:00:00", "P1Dx", "My [PermissionToDelete", "My Microsoft.Exchange"],
  ])("replaces %j, which may identify somebody", (value) => {
    expect(of(value)).toMatch(/^name-[0-9a-f]{8}$/);
  });
});

describe("The JSON of a body", () => {
  test("keeps its structure, numbers, flags and nulls", () => {
    expect(
      of({
        value: [
          { Name: "My rule", Priority: 0, Enabled: true, Comments: null },
        ],
        count: 1,
      }),
    ).toEqual({
      value: [
        { Name: "name-eb3741d7", Priority: 0, Enabled: true, Comments: null },
      ],
      count: 1,
    });
  });

  test("keeps the vendors' words in members that have no other values, also in lists", () => {
    const words = {
      CmdletName: "Get-TransportRule",
      State: "Enabled",
      SpamAction: "Quarantine",
      allowed_delivery_modes: ["DIRECT", "BCC"],
    };
    expect(of(words)).toEqual(words);
    expect(of("My rule", "Statement")).toBe("name-eb3741d7");
  });

  test("has links and metadata read as sentences, and a relative url as a path", () => {
    const text = "about corp.example and others";
    const read = "about d-8aad7fb0.example and others";
    for (const property of [
      ...["message", "reason", "@adminapi.warnings", "@odata.context"],
      ...["Name@data.type"],
    ])
      expect([property, of(text, property)]).toEqual([property, read]);
    expect(of(text, "messages")).toMatch(/^name-/);
    expect(of("/domains/corp.example/x", "url")).toBe(
      "/domains/d-8aad7fb0.example/x",
    );
    expect(of("/domains/corp.example/x", "path")).toMatch(/^name-/);
    expect(of("domains", "url")).toMatch(/^name-/);
  });
});

test.each([
  [
    `/client/v4/accounts/${hex}/email-security/settings/domains?order=domain&direction=asc&page=2&search=corp.example`,
    "/client/v4/accounts/440649c346abc9edeab26fdb913d0b14/email-security/settings/domains?order=domain&direction=asc&page=2&search=d-8aad7fb0.example",
  ],
  [
    "/v1.0/domains/corp.example/records?$select=recordType,mailExchange&$skiptoken=abc",
    "/v1.0/domains/d-8aad7fb0.example/records?$select=recordType%2CmailExchange",
  ],
  [
    "/users/jane.doe%40corp.example/x%20y?status=pending,active",
    "/users/user-f41d466c%40d-8aad7fb0.example/x%20y?status=pending%2Cactive",
  ],
  [
    `/adminapi/beta/${guid}/InvokeCommand?$skiptoken=abc`,
    "/adminapi/beta/3740f82a-c4ce-4ee6-83a5-a8fd07b1d930/InvokeCommand",
  ],
])("The path %s is recorded as %s", (path, noted) => {
  expect(new Pseudonyms("s").path(path)).toBe(noted);
});

describe("A sentence of a vendor", () => {
  test.each([
    ["an address", "to <jane.doe@corp.example>, at", "jane.doe@corp.example"],
    ["an id", `object ${guid.toUpperCase()}.`, guid.toUpperCase()],
    ["an id of Cloudflare", `account ${hex}.`, hex],
    ["an IP", "at 203.0.113.7.", "203.0.113.7"],
    ["a block", "at 203.0.113.0/24, or", "203.0.113.0/24"],
    ["an IPv6 address", "at 2001:db8:1::5: no", "2001:db8:1::5"],
    ["an IPv6 block", "at [2001:db8:1::/48]", "2001:db8:1::/48"],
    ["a host", "on EURPR04.PROD.OUTLOOK.COM.", "EURPR04.PROD.OUTLOOK.COM"],
    ["what is in quotes", "object 'My rule' is", "My rule"],
    ["what is in double quotes", 'object "My rule" is', "My rule"],
    ["a name with a quote in it", "a 'Nobody's rule' isn't", "Nobody's rule"],
    [
      "a name with its tenant",
      "a 'corp.onmicrosoft.com\\My rule' is",
      "corp.onmicrosoft.com\\My rule",
    ],
    [
      "a name with an address in it",
      "a 'Falcon of jane.doe@corp.example' is",
      "Falcon of jane.doe@corp.example",
    ],
  ])("has %s replaced, and nothing else", (_, text, name) => {
    expect(said(text)).toBe(text.replace(name, String(of(name))));
  });

  test.each([
    "Microsoft.Exchange.Tasks.NotFoundException, System.String, Exchange.Tasks",
    "see outlook.office365.com",
    "object 00000000-0000-0000-0000-000000000000",
    "version 999.1.1.1 at 10:30:00",
    "Bad value on parameter 'SetSCL': none",
    "the policy 'Default' or \"UCE\" couldn't be found; it isn't there",
    "'x' and \"y\"",
    "No name: nothing",
  ])("%j does not change", (text) => {
    expect(said(text)).toBe(text);
  });

  test("has names that occurred before replaced also without quotes, the longest first", () => {
    for (const seen of [
      ["Falcon", "Falcon rule"],
      ["Falcon rule", "Falcon"],
    ])
      expect(said("Falcon rule, Falcon, Falcon rule", ...seen)).toBe(
        `${String(of("Falcon rule"))}, ${String(of("Falcon"))}, ${String(of("Falcon rule"))}`,
      );
    expect(said("the abc", "abc")).toBe(`the ${String(of("abc"))}`);
    expect(said("the ab", "ab")).toBe("the ab");
  });

  test("has a name replaced by the same pseudonym, whichever part of it occurred before", () => {
    expect(said("to jane@corp.example", "jane")).toBe(
      `to ${String(of("jane@corp.example"))}`,
    );
    expect(said("a 'Falcon two' is", "Falcon")).toBe(
      `a '${String(of("Falcon two"))}' is`,
    );
    expect(said("the policy 'Default'", "fault")).toBe("the policy 'Default'");
  });
});
