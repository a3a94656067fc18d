import { startSimulator, type Seed, type Simulator } from "../simulator/index";
import { inWords, type JsonObject } from "../simulator/json";
import { defaultQuirks, type Quirks } from "../simulator/quirks";
import type { Properties } from "./conformance/platform";
import { settled } from "./conformance/subject";
import { domainsIn } from "./conformance/vendor-objects";
import { quick, someOf } from "./sample";
import { programOf, Stack, type Wanted } from "./sweep/stack";
import { beside, values } from "./sweep/values";

const adopted = "example.com";
const made = "example.org";
const userRule = "Email Security User Quarantine Message";

/** A tenant and an account that people have lived in. */
const seed: Seed = {
  tenants: [
    {
      transportRules: [
        { Name: "Disclaimer", ApplyHtmlDisclaimerText: "Think of the trees" },
      ],
      hostedContentFilterPolicies: [
        { Name: "Default", QuarantineRetentionPeriod: 30, BulkThreshold: 5 },
      ],
    },
  ],
  accounts: [
    {
      zones: [made],
      domains: [
        {
          domain: adopted,
          transport: "mx.example.net",
          lookback_hops: 2,
          drop_dispositions: ["MALICIOUS"],
          ip_restrictions: ["192.0.2.1", "2001:db8::/32"],
          require_tls_inbound: false,
          require_tls_outbound: false,
          regions: ["DE"],
        },
      ],
    },
  ],
};

/** More domains than fit on a page, for what happens between pages. */
const withPages: Seed = {
  ...seed,
  accounts: [
    {
      zones: [made],
      domains: [
        ...Array.from({ length: 1100 }, (_, at) => ({
          domain: `d${at}.example.net`,
        })),
        ...(seed.accounts?.[0]?.domains ?? []),
      ],
    },
  ],
};

/** Every value but the one that a switch has by itself: with those, all lives are the same, and one is enough. */
const rows = Object.entries(values).flatMap(([name, all]) =>
  (all as readonly unknown[])
    .filter((value) => !isDefault(name, value))
    .map((value) => ({
      name: name as keyof Quirks,
      value,
      shown: JSON.stringify(value),
    })),
);

function isDefault(name: string, value: unknown): boolean {
  const byItself = defaultQuirks[name as keyof Quirks];
  return JSON.stringify(value) === JSON.stringify(byItself);
}

let program: Wanted[];
let changedProgram: Wanted[];
beforeAll(async () => {
  const args = {
    domains: [adopted, made],
    endUserSpamNotificationFrequency: "04:00:00",
  } as const;
  const finance: Wanted = {
    name: "finance",
    kind: "AntiSpamPolicy",
    inputs: {
      name: "Finance",
      recipientDomainIs: ["example.net"],
      spamAction: "Quarantine",
      spamQuarantineTag: "UserNotifyUserRelease",
      // No worse than `Default`, which its recipients come from.
      highConfidenceSpamAction: "Quarantine",
      highConfidenceSpamQuarantineTag: "AdminOnlyAccessPolicy",
      phishSpamAction: "Quarantine",
      phishQuarantineTag: "AdminOnlyAccessPolicy",
      adminDisplayName: "Managed by Pulumi: ops/dev/finance",
    },
  };
  program = [...(await programOf(args)), finance];
  changedProgram = [
    ...(await programOf({
      ...args,
      quarantineRetentionPeriod: 20,
      spamWords: ["UCE", "SPOOF"],
    })),
    { ...finance, inputs: { ...finance.inputs, spamAction: "MoveToJmf" } },
  ].map(withoutTagBeside);
});

/** A tag has no effect beside another action, and is refused. */
function withoutTagBeside(wanted: Wanted): Wanted {
  if (wanted.inputs["spamAction"] !== "MoveToJmf") return wanted;
  const { spamQuarantineTag: _, ...inputs } = wanted.inputs;
  return { ...wanted, inputs };
}

let running: Simulator | undefined;
afterEach(() => running?.close());

async function start(name: keyof Quirks, value: unknown) {
  const quirks = { ...beside[name], [name]: value } as Partial<Quirks>;
  const simulator = await startSimulator({
    seed: name.startsWith("pageShift") ? withPages : seed,
    quirks,
  });
  running = simulator;
  const stack = new Stack({
    ...simulator.environment,
    AREA1_PATIENCE_MS: "8000",
    AREA1_REQUEST_TIMEOUT_MS: "3000",
  });
  return { simulator, stack, before: objects(simulator) };
}

/**
 * What the vendors hold that must be as before in the end, without times. Of what an answer leaves out nobody knows what it
 * was, and it cannot be restored.
 */
function objects({ tenant, account, quirks }: Simulator): Properties {
  const list = (all: JsonObject[]) => all.map((one) => settled(one));
  const domain = Object.entries(settled(account.find(adopted)) ?? {});
  return {
    rules: list(tenant.transportRules),
    quarantine: list(tenant.quarantinePolicies),
    policies: list(tenant.hostedContentFilterPolicies),
    policyRules: list(tenant.hostedContentFilterRules),
    domain: domain.filter(([field]) => !quirks.omittedFields.includes(field)),
  };
}

/** Names that were made more than once, by what the vendors carried out. */
function madeTwice({ log, tenant, account }: Simulator): string[] {
  const names = [
    ...log
      .filter(
        ({ cmdlet, status }) => cmdlet?.startsWith("New-") && status < 300,
      )
      .map(
        ({ cmdlet, parameters }) =>
          `${cmdlet} ${inWords(parameters?.["Name"])}`,
      ),
    ...log
      .filter(
        ({ method, vendor, status }) =>
          vendor === "cloudflare" && method === "POST" && status < 300,
      )
      .flatMap(domainsIn)
      .map((domain) => `POST ${domain}`),
    ...tenant.transportRules.map(({ Name }) => `rule ${Name}`),
    ...tenant.quarantinePolicies.map(({ Name }) => `quarantine ${Name}`),
    ...account.domains.map(({ domain }) => `domain ${domain}`),
  ];
  return names.filter((name, at) => names.indexOf(name) !== at);
}

/** Where mail ends for both domains, as the tutorial's table has it. */
const asTheTutorialSays = {
  MALICIOUS: ["quarantine", "UserNotifyAdminRelease", "request"],
  UCE: ["quarantine", "UserNotifyUserRelease", "recipient"],
  SPOOF: ["quarantine", "UserNotifyUserRelease", "recipient"],
  NONE: ["inbox", null, null],
} as const;

function ends({ mail, tenant }: Simulator, domain: string) {
  tenant.settle();
  return Object.fromEntries(
    (["MALICIOUS", "UCE", "SPOOF", "NONE"] as const).map((disposition) => {
      const delivery = mail.where({
        recipient: `megan@${domain}`,
        disposition,
        sourceIp: "192.0.2.1",
      });
      return [
        disposition,
        [delivery.outcome, delivery.quarantinePolicy, delivery.release],
      ];
    }),
  );
}

/** Values under which no configuration of ours can bring mail to its quarantine; the documentation says so to users. */
function isBeyondUs(name: string, value: unknown): boolean {
  return (
    (name === "sclRequest" && value === "ignored") ||
    (name === "legacyQuarantine" && value === true) ||
    (name === "egressAddress" && String(value).includes(":"))
  );
}

/** The forwarding host of an adopted domain that is not returned: see the last tests. */
function isUntoldTransport(value: unknown): boolean {
  return Array.isArray(value) && value.includes("transport");
}

test("every switch is swept, over every value that a choice has", () => {
  expect(Object.keys(values).sort()).toEqual(Object.keys(defaultQuirks).sort());
  for (const [name, all] of Object.entries(values)) {
    const others = (all as unknown[]).filter((one) => !isDefault(name, one));
    expect([name, new Set(others).size]).toEqual([name, all.length - 1]);
    expect(others).not.toEqual([]);
  }
});

const first = { name: "latencyMs", value: 0, shown: "0" } as const;
const lives = [
  first,
  ...rows.filter(
    ({ name, value }) =>
      value !== "eur01" &&
      // A life with a thousand domains takes as long as twenty others. A quick run has pages in conformance/requests.test.ts.
      !(quick && name.startsWith("pageShift")),
  ),
];

test.each(someOf(lives, 3))(
  "a whole life with $name = $shown: made once, without drift, changed, repaired, restored",
  async ({ name, value }) => {
    const { simulator, stack, before } = await start(name, value);
    const { tenant, account } = simulator;

    expect(await stack.up(program)).toEqual(
      program.map((wanted) => `create ${wanted.name}`),
    );
    expect(madeTwice(simulator)).toEqual([]);
    expect(account.find(made)?.["transport"]).toBe(
      "example-org.mail.protection.outlook.com",
    );
    if (!isBeyondUs(name, value))
      for (const domain of isUntoldTransport(value) ? [made] : [adopted, made])
        expect(ends(simulator, domain)).toEqual(asTheTutorialSays);

    expect(await stack.preview(program)).toEqual([]);
    expect(await stack.refresh()).toEqual([]);
    expect(await stack.up(program)).toEqual([]);

    tenant.edit("TransportRule", userRule, { SetSCL: 6 });
    expect(await stack.refresh()).toEqual(["mail-cloudflare-user: setScl"]);
    expect(await stack.up(program)).toEqual(["update mail-cloudflare-user"]);
    expect(tenant.find("TransportRule", userRule)?.["SetSCL"]).toBe(5);

    expect((await stack.up(changedProgram)).sort()).toEqual([
      "update finance",
      "update mail-anti-spam",
      "update mail-area1-user",
      "update mail-cloudflare-user",
      "update mail-restore-point",
    ]);
    expect(
      tenant.find("HostedContentFilterPolicy", "Default")?.[
        "QuarantineRetentionPeriod"
      ],
    ).toBe(20);
    expect(await stack.refresh()).toEqual([]);
    expect(await stack.up(changedProgram)).toEqual([]);

    await stack.destroy();
    expect(objects(simulator)).toEqual(before);
  },
);

test("a redirect to a host that is not the configured one is refused, and nothing is written", async () => {
  const { simulator, stack, before } = await start("regionalRedirect", "eur01");
  await expect(stack.up(program)).rejects.toThrow(/eur01\.localhost/);
  expect(simulator.log.filter(({ write }) => write)).toEqual([]);
  expect(objects(simulator)).toEqual(before);
});

// Known gaps, each to be turned into a plain test when it is closed.

test("a forwarding host that Cloudflare does not tell is written all the same", async () => {
  const { simulator, stack } = await start("omittedFields", ["transport"]);
  await stack.up(program);
  expect(ends(simulator, adopted)).toEqual(asTheTutorialSays);
});

test("a previous value that Cloudflare does not tell is said to be one that destroy cannot restore", async () => {
  const { stack } = await start("omittedFields", ["ip_restrictions"]);
  await stack.up(program);
  const warnings = await stack.warnings();
  await stack.destroy();
  expect([...warnings, ...(await stack.warnings())].join("\n")).toMatch(
    /ipRestrictions/,
  );
});
