import * as pulumi from "@pulumi/pulumi";

import {
  RestorePoint,
  UseCase4,
  egressIpRanges,
  type Route,
  type UseCase4Args,
} from "../lib";
import { reasonAgainstValue, warningsOf } from "../lib/use-case-args";
import { keyOf } from "../providers/restore-point/restored-object";
import { withoutStackTraces } from "./stack-traces";

/** A resource as the program asks the engine for it. */
interface Asked {
  name: string;
  type: string;
  inputs: Record<string, unknown>;
}

/** Runs a program and collects what it asks for, in order. */
async function ask(
  program: () => unknown,
): Promise<{ asked: Asked[]; of: (name: string) => Asked }> {
  const asked: Asked[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ name, type, inputs }) => {
        const all = inputs as Record<string, unknown>;
        const { __provider: _, ...rest } = all;
        asked.push({ name, type, inputs: rest });
        // A restore point in a tenant that has nothing yet.
        const values = Object.fromEntries(
          ((all["objects"] ?? []) as { kind: string; name: string }[]).map(
            (object) => [keyOf(object), null],
          ),
        );
        return { id: `${name}-id`, state: { ...all, values } };
      },
      call: () => ({}),
    },
    "ops",
    "dev",
  );
  await withoutStackTraces(() => {
    program();
    // Waits until everything is registered.
    return pulumi.runtime.disconnect();
  });
  const of = (name: string): Asked => {
    const found = asked.find((it) => it.name === name);
    if (!found) throw new Error(`${name} was not asked for`);
    return found;
  };
  return { asked, of };
}

// A component that is refused registers its outputs all the same. The next mocks would get them, which do not know it.
afterEach(() => pulumi.runtime.disconnect());

const make = (args: UseCase4Args, opts?: pulumi.ComponentResourceOptions) =>
  ask(() => new UseCase4("mail", args, opts));

/** Makes a component, and returns it with what it asks for. */
async function makeOne(
  args: Partial<UseCase4Args>,
): Promise<{ made: UseCase4; asked: Asked[] }> {
  const made: UseCase4[] = [];
  const { asked } = await ask(() =>
    made.push(new UseCase4("mail", { domains: ["example.com"], ...args })),
  );
  const [one] = made;
  if (!one) throw new Error("No component was made.");
  return { made: one, asked };
}

test("the children have the names and types that states hold", async () => {
  const { asked } = await make({
    domains: ["example.com", "example.org"],
    endUserSpamNotificationFrequency: "1.00:00:00",
  });
  expect(
    asked.map(({ name, type }) => [
      name,
      type.replace("pulumi-nodejs:dynamic/area1:", ""),
    ]),
  ).toEqual(
    expect.arrayContaining([
      ["mail", "area1:index:UseCase4"],
      ["mail-restore-point", "RestorePoint"],
      ["mail-user-quarantine", "QuarantinePolicy"],
      ["mail-admin-quarantine", "QuarantinePolicy"],
      ["mail-notification", "QuarantineNotification"],
      ["mail-anti-spam", "AntiSpamPolicy"],
      ["mail-area1-admin", "TransportRule"],
      ["mail-area1-user", "TransportRule"],
      ["mail-cloudflare-admin", "TransportRule"],
      ["mail-cloudflare-user", "TransportRule"],
      ["mail-domain-example.com", "Area1Domain"],
      ["mail-domain-example.org", "Area1Domain"],
      ["mail-mail-flow-check", "MailFlowCheck"],
    ]),
  );
});

test("the values are those of the tutorial, with the words that headers carry today", async () => {
  const { of } = await make({ domains: ["example.com"] });
  expect(of("mail-user-quarantine").inputs).toMatchObject({
    name: "UserNotifyUserRelease",
    endUserQuarantinePermissions: ["Release", "Delete", "Preview"],
    esnEnabled: true,
    adminDisplayName: "Managed by Pulumi: ops/dev/mail-user-quarantine",
  });
  expect(of("mail-admin-quarantine").inputs).toMatchObject({
    name: "UserNotifyAdminRelease",
    endUserQuarantinePermissions: ["RequestRelease", "Delete", "Preview"],
    esnEnabled: true,
  });
  expect(of("mail-anti-spam").inputs).toMatchObject({
    name: "Default",
    spamAction: "Quarantine",
    spamQuarantineTag: "UserNotifyUserRelease",
    highConfidenceSpamAction: "Quarantine",
    highConfidenceSpamQuarantineTag: "UserNotifyAdminRelease",
    phishSpamAction: "Quarantine",
    phishQuarantineTag: "UserNotifyAdminRelease",
    highConfidencePhishAction: "Quarantine",
    highConfidencePhishQuarantineTag: "UserNotifyAdminRelease",
    quarantineRetentionPeriod: 15,
  });
  expect(of("mail-anti-spam").inputs).not.toHaveProperty("adminDisplayName");
  expect(of("mail-area1-user").inputs).toMatchObject({
    name: "Area 1 User Quarantine Message",
    headerContainsMessageHeader: "X-Area1Security-Disposition",
    headerContainsWords: ["UCE", "SPAM", "SPOOF"],
    senderIpRanges: egressIpRanges,
    setScl: 5,
    comments: "Managed by Pulumi: ops/dev/mail-area1-user",
  });
  expect(of("mail-cloudflare-admin").inputs).toMatchObject({
    name: "Email Security User Quarantine Message Admin Release",
    headerContainsMessageHeader: "X-CFEmailSecurity-Disposition",
    headerContainsWords: ["MALICIOUS"],
    setScl: 9,
  });
  expect(of("mail-domain-example.com").inputs).toEqual({
    domain: "example.com",
    dropDispositions: [],
    guardedMail: { words: ["MALICIOUS"], headers: ["area1", "cloudflare"] },
    restorePoint: false,
  });
});

describe("every child that decides where mail goes, and the restore point", () => {
  const guarded = [
    "mail-restore-point",
    "mail-user-quarantine",
    "mail-admin-quarantine",
    "mail-anti-spam",
    "mail-area1-admin",
    "mail-area1-user",
    "mail-cloudflare-admin",
    "mail-cloudflare-user",
    "mail-domain-example.com",
  ];
  const given = async (args: Partial<UseCase4Args>, property: string) => {
    const { asked } = await make({
      domains: ["example.com"],
      endUserSpamNotificationFrequency: "04:00:00",
      ...args,
    });
    return Object.fromEntries(
      asked.flatMap(({ name, inputs }) =>
        // The component's own inputs are those of the program.
        name !== "mail" && property in inputs ? [[name, inputs[property]]] : [],
      ),
    );
  };
  const each = (names: readonly string[], value: unknown) =>
    Object.fromEntries(names.map((name) => [name, value]));

  test("guards what Cloudflare stamps as Malicious, with the published addresses left out", async () => {
    expect(await given({}, "guardedMail")).toEqual(
      each(guarded, { words: ["MALICIOUS"], headers: ["area1", "cloudflare"] }),
    );
    expect(await given({}, "allowExposure")).toEqual({});
  });

  test("guards the program's words, in its header, from its addresses", async () => {
    expect(
      await given(
        {
          maliciousWords: ["MALICIOUS", "BEC"],
          header: "area1",
          senderIpRanges: ["192.0.2.0/24"],
        },
        "guardedMail",
      ),
    ).toEqual(
      each(
        guarded.filter((name) => !name.startsWith("mail-cloudflare")),
        {
          words: ["MALICIOUS", "BEC"],
          headers: ["area1"],
          senderIpRanges: ["192.0.2.0/24"],
        },
      ),
    );
  });

  test.each([true, false])("is given allowExposure: %s", async (allow) => {
    expect(await given({ allowExposure: allow }, "allowExposure")).toEqual(
      each(guarded, allow),
    );
  });
});

test("the restore point is given what its children want, in the order in which they are written", async () => {
  const { of } = await make({
    domains: ["example.com", { domain: "example.org", lookbackHops: 2 }],
    header: "area1",
    endUserSpamNotificationFrequency: "04:00:00",
    adopt: true,
  });
  const children = [
    "mail-user-quarantine",
    "mail-admin-quarantine",
    "mail-notification",
    "mail-anti-spam",
    "mail-area1-admin",
    "mail-area1-user",
    "mail-domain-example.com",
    "mail-domain-example.org",
  ];
  const ours = [
    "adopt",
    "adminDisplayName",
    "comments",
    "domain",
    "guardedMail",
    "name",
    "restorePoint",
  ];
  expect(of("mail-restore-point").inputs["objects"]).toEqual(
    children.map((child) => {
      const { type, inputs } = of(child);
      const kind = type.replace("pulumi-nodejs:dynamic/area1:", "");
      return {
        kind,
        name: inputs["name"] ?? inputs["domain"] ?? "",
        mark: `Managed by Pulumi: ops/dev/${child}`,
        adopt: true,
        wanted:
          kind === "QuarantineNotification"
            ? {}
            : Object.fromEntries(
                Object.entries(inputs).filter(([name]) => !ours.includes(name)),
              ),
      };
    }),
  );
});

test.each([
  ["area1", ["mail-area1-admin", "mail-area1-user"]],
  ["cloudflare", ["mail-cloudflare-admin", "mail-cloudflare-user"]],
] as const)(
  "header %s makes that pair of rules alone",
  async (header, rules) => {
    const { asked } = await make({ domains: ["example.com"], header });
    expect(
      asked
        .filter(({ type }) => type.endsWith("TransportRule"))
        .map(({ name }) => name),
    ).toEqual(rules);
  },
);

test("the check is told what is meant, and what is accepted", async () => {
  const { of } = await make({
    domains: [
      "example.com",
      { domain: "example.org", transport: "mx.example.net" },
    ],
    header: "cloudflare",
    userQuarantineName: "Ours",
    acceptedFindings: ["ip-allow-list"],
    failOn: "warning",
  });
  expect(of("mail-mail-flow-check").inputs).toEqual({
    findings: ["ip-allow-list"],
    failOn: "warning",
    domains: ["example.com", "example.org"],
    domainsWithTransport: ["example.org"],
    headers: ["cloudflare"],
    senderIpRanges: egressIpRanges,
    ruleNames: [
      "Email Security User Quarantine Message Admin Release",
      "Email Security User Quarantine Message",
    ],
    userQuarantineName: "Ours",
    adminQuarantineName: "UserNotifyAdminRelease",
    digest: expect.stringMatching(/^[0-9a-f]{16}$/) as unknown,
  });
});

test("check: false makes no check, and what is not true or false is refused", async () => {
  let made: UseCase4 | undefined;
  const { asked } = await ask(() => {
    made = new UseCase4("mail", { domains: ["example.com"], check: false });
  });
  expect(asked.map(({ name }) => name)).not.toContain("mail-mail-flow-check");
  expect(made?.mailFlowCheck).toBeUndefined();
  expect(
    () =>
      new UseCase4("mail", {
        domains: ["example.com"],
        check: "no" as unknown as boolean,
      }),
  ).toThrow(/^check: must be true or false/);
});

test("a word of grave mail among those of spam is refused, or warned of where it is not known before", async () => {
  await ask(() => undefined);
  for (const args of [
    { spamWords: ["UCE", "malicious"] },
    { spamWords: ["UCE", "BEC"], maliciousWords: ["MALICIOUS", "bec"] },
  ])
    expect(
      () => new UseCase4("mail", { domains: ["example.com"], ...args }),
    ).toThrow(
      /^spamWords: has (malicious|BEC), which its recipient would release then/,
    );
  expect(
    warningsOf(4, {
      spamWords: ["UCE", "Malicious"],
      retention: 15,
      maliciousScl: 9,
      spamScl: 5,
      maliciousWords: ["MALICIOUS"],
    }),
  ).toEqual([expect.stringContaining("spamWords has Malicious")]);
});

test("a program whose words leave out that of Malicious is warned that nobody guards it", () => {
  expect(
    warningsOf(4, {
      spamWords: ["UCE"],
      retention: 15,
      maliciousScl: 9,
      spamScl: 5,
      maliciousWords: ["malicious", "BEC"],
    }),
  ).toEqual([]);
  expect(
    warningsOf(4, {
      spamWords: ["UCE"],
      retention: 15,
      maliciousScl: 9,
      spamScl: 5,
      maliciousWords: ["BEC"],
    }),
  ).toEqual([
    expect.stringMatching(
      /^maliciousWords has no MALICIOUS: .* no write is refused that exposes it/,
    ),
  ]);
});

describe("what its other resources are given changes the digest of the check", () => {
  const digestOf = async (args: Partial<UseCase4Args>) => {
    const { of } = await make({ domains: ["example.com"], ...args });
    return of("mail-mail-flow-check").inputs["digest"];
  };

  test.each<[string, Partial<UseCase4Args>]>([
    ["spamWords", { spamWords: ["UCE"] }],
    ["maliciousWords", { maliciousWords: ["MALICIOUS", "BEC"] }],
    ["spamScl", { spamScl: 6 }],
    ["maliciousScl", { maliciousScl: 8 }],
    ["quarantineRetentionPeriod", { quarantineRetentionPeriod: 30 }],
    [
      "endUserSpamNotificationFrequency",
      { endUserSpamNotificationFrequency: "04:00:00" },
    ],
    [
      "an input of a domain",
      { domains: [{ domain: "example.com", lookbackHops: 2 }] },
    ],
  ])("%s does", async (_, args) => {
    expect(await digestOf(args)).not.toBe(await digestOf({}));
  });

  test.each<[string, Partial<UseCase4Args>]>([
    ["the order of words", { spamWords: ["SPOOF", "uce", "SPAM"] }],
    ["adopt", { adopt: true }],
    ["acceptedFindings", { acceptedFindings: ["ip-allow-list"] }],
  ])("%s does not", async (_, args) => {
    expect(await digestOf(args)).toBe(await digestOf({}));
  });
});

test("twenty domains are twenty resources, with whatever is given with each", async () => {
  const domains = Array.from({ length: 20 }, (_, n) => `d${n}.example.com`);
  let made: UseCase4 | undefined;
  const { asked } = await ask(() => {
    made = new UseCase4("mail", {
      domains: domains.map((domain, n) =>
        n === 3
          ? { domain, transport: "mx.example.net", lookbackHops: 2 }
          : domain,
      ),
    });
  });
  expect(made?.area1Domains).toHaveLength(20);
  const names = asked
    .filter(({ type }) => type.endsWith("Area1Domain"))
    .map(({ inputs }) => inputs["domain"]);
  expect(new Set(names)).toEqual(new Set(domains));
  expect(
    asked.find(({ name }) => name === "mail-domain-d3.example.com")?.inputs,
  ).toMatchObject({
    transport: "mx.example.net",
    lookbackHops: 2,
  });
});

test("the spelling of a domain changes no resource's name", async () => {
  const { of } = await make({ domains: ["EXAMPLE.com."] });
  expect(of("mail-domain-example.com").inputs["domain"]).toBe("example.com");
});

test("routes are known without a vendor: a row per header and word", async () => {
  let made: UseCase4 | undefined;
  await ask(() => {
    made = new UseCase4("mail", {
      domains: ["example.com"],
      header: "cloudflare",
      quarantineRetentionPeriod: 30,
    });
  });
  const routes = await new Promise((resolve) => made?.routes.apply(resolve));
  expect(routes).toEqual([
    {
      disposition: "Malicious",
      header: "X-CFEmailSecurity-Disposition",
      word: "MALICIOUS",
      scl: 9,
      verdict: "High confidence spam",
      action: "Quarantine",
      policy: "Default",
      quarantinePolicy: "UserNotifyAdminRelease",
      release: "request",
      notified: true,
      retentionDays: 30,
    },
    ...["UCE", "SPAM", "SPOOF"].map((word) => ({
      disposition: word === "SPOOF" ? "Spoof" : "Spam",
      header: "X-CFEmailSecurity-Disposition",
      word,
      scl: 5,
      verdict: "Spam",
      action: "Quarantine",
      policy: "Default",
      quarantinePolicy: "UserNotifyUserRelease",
      release: "self",
      notified: true,
      retentionDays: 30,
    })),
  ]);
});

describe("routes agree with the warnings of the component", () => {
  const routesWith = async (args: Partial<UseCase4Args>) => {
    const { made } = await makeOne({ header: "cloudflare", ...args });
    return new Promise<Route[]>((resolve) => made.routes.apply(resolve));
  };

  test.each([7, 8])(
    "they promise nothing for the level %d, whose verdict is not documented",
    async (scl) => {
      const [malicious] = await routesWith({ maliciousScl: scl });
      expect(malicious).toMatchObject({
        disposition: "Malicious",
        scl,
        verdict: "Not documented",
        action: "Not documented",
        quarantinePolicy: null,
        release: null,
        notified: false,
        retentionDays: null,
      });
    },
  );

  test.each([
    [0, "Not spam", "Deliver", null],
    [5, "Spam", "Quarantine", "self"],
    [6, "Spam", "Quarantine", "self"],
    [9, "High confidence spam", "Quarantine", "request"],
  ])(
    "mail at the level %d gets the verdict %s",
    async (scl, verdict, action, release) => {
      const [malicious] = await routesWith({ maliciousScl: scl });
      expect(malicious).toMatchObject({ verdict, action, release });
    },
  );

  test("a word of both lists goes where the user's rule sends it, which acts last", async () => {
    const routes = await routesWith({
      spamWords: ["UCE", "malicious"],
      allowExposure: true,
    });
    expect(routes.map(({ word, release }) => [word, release])).toEqual([
      ["UCE", "self"],
      ["malicious", "self"],
    ]);
  });
});

test("the rules are outputs in a list, and by header and by who releases", async () => {
  const { made } = await makeOne({});
  const { area1, cloudflare } = made.rules;
  expect(made.transportRules).toEqual([
    area1?.admin,
    area1?.user,
    cloudflare?.admin,
    cloudflare?.user,
  ]);
  const name = await new Promise((resolve) =>
    cloudflare?.admin?.name.apply(resolve),
  );
  expect(name).toBe("Email Security User Quarantine Message Admin Release");
  const alone = await makeOne({ header: "area1" });
  expect(alone.made.rules.area1).toBeDefined();
  expect(alone.made.rules.cloudflare).toBeUndefined();
});

test("outputs without a value count as left out", async () => {
  const none = pulumi.output(undefined);
  const of = (args: Partial<UseCase4Args>) =>
    makeOne(args).then(({ asked }) =>
      asked.filter(({ name }) => name !== "mail"),
    );
  const optional = await of({
    domains: [{ domain: "example.com", transport: none }],
    spamWords: none,
    maliciousWords: none,
    spamScl: none,
    maliciousScl: none,
    quarantineRetentionPeriod: none,
    userQuarantineName: none,
    adminQuarantineName: none,
  });
  expect(optional).toEqual(await of({}));
});

describe("what the inputs of the component may not be", () => {
  beforeAll(() => ask(() => undefined));

  test.each<[keyof UseCase4Args, unknown, string]>([
    ["spamWords", "UCE", "must be a list, not a string"],
    ["maliciousWords", [], "must not be empty"],
    ["spamScl", 10, "must be a whole number from -1 to 9, not 10"],
    ["maliciousScl", "9", "must be a whole number from -1 to 9, not a string"],
    ["senderIpRanges", [], "must not be empty"],
    [
      "quarantineRetentionPeriod",
      31,
      "must be a whole number from 1 to 30, not 31",
    ],
    ["endUserSpamNotificationFrequency", "daily", ""],
    [
      "userQuarantineName",
      "DefaultFullAccessPolicy",
      "DefaultFullAccessPolicy is a policy of Microsoft's own, which nobody can change; choose another name",
    ],
    ["adminQuarantineName", " x", "has spaces at an end; remove them"],
    ["adopt", "yes", "must be true or false, not a string"],
    ["allowExposure", 1, "must be true or false, not a number"],
    ["acceptedFindings", "none", "must be a list, not a string"],
    ["failOn", "error", 'must be one of warning, failed, not "error"'],
  ])(
    "%s is named by the message, and nothing is sent",
    async (input, value, reason) => {
      const { asked } = await ask(() =>
        expect(
          () =>
            new UseCase4("mail", {
              domains: ["example.com"],
              [input]: value,
            }),
        ).toThrow(`${input}: ${reason}`),
      );
      expect(asked).toEqual([
        { name: "mail", type: asked[0]?.type, inputs: {} },
      ]);
    },
  );

  test("values that are known only later are named by the same message", () => {
    expect(reasonAgainstValue("maliciousScl", 12)).toBe(
      "maliciousScl: must be a whole number from -1 to 9, not 12.",
    );
    expect(reasonAgainstValue("maliciousScl", 9)).toBeUndefined();
    expect(reasonAgainstValue("maliciousScl", undefined)).toBeUndefined();
  });
});

test("the component is registered with the program's inputs", async () => {
  const { asked } = await makeOne({
    spamScl: 6,
    userQuarantineName: pulumi.output("Ours"),
  });
  expect(asked.find(({ name }) => name === "mail")?.inputs).toEqual({
    domains: ["example.com"],
    spamScl: 6,
    userQuarantineName: "Ours",
  });
});

// Kind: an output derived from an input that may be secret holds no copy of it, or is secret by itself.
test("what a refresh keeps of the program's own values is secret in the state of every resource that writes", async () => {
  const secret: Record<string, readonly string[] | undefined> = {};
  await make(
    { domains: ["example.com"] },
    {
      transformations: [
        ({ name, opts }) => {
          const { additionalSecretOutputs } =
            opts as pulumi.CustomResourceOptions;
          secret[name] = additionalSecretOutputs;
          return undefined;
        },
      ],
    },
  );
  const { mail: _, "mail-restore-point": point, ...others } = secret;
  expect(point).toBeUndefined();
  expect(Object.keys(others)).toContain("mail-domain-example.com");
  for (const [name, outputs] of Object.entries(others))
    expect([name, outputs]).toEqual([name, ["wrote"]]);
});

test("A restore point that is only read by its id sends no inputs, as all other resources", async () => {
  const { of } = await ask(
    () => new RestorePoint("it", { objects: [] }, { id: "restore-point" }),
  );
  expect(of("it").inputs).not.toHaveProperty("objects");
});
