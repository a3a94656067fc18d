import { checks } from "../../mail-flow/findings";
import type { Finding } from "../../mail-flow/finding";
import { bench, messageOf } from "../conformance/bench";
import { inProcess } from "../conformance/chosen-platform";
import { HandlerError } from "../conformance/platform";
import { Resource } from "../conformance/resource";
import { transportRule } from "../conformance/subjects";
import { detail } from "../providers/loopback-exchange";
import {
  adminRule,
  egressEntries,
  followTutorial,
  userRule,
} from "../simulator/tutorial";

const stage = bench({ ...transportRule, prepare: followTutorial }, inProcess);
const id = "mail-flow-check";
/** The second account of the simulator. */
const otherAccount = "9e8d7c6b5a4f43218765fedcba098765";

// A check sends fourteen parallel requests, which takes long on a busy machine.
const patient = () => ({
  ...stage.environment,
  AREA1_PATIENCE_MS: "20000",
  AREA1_REQUEST_TIMEOUT_MS: "10000",
});
/** Without some variables. */
const without = (...names: string[]) =>
  Object.fromEntries(
    Object.entries(patient()).filter(([name]) => !names.includes(name)),
  );
const checkOf = (environment: Record<string, string> = patient()) =>
  new Resource("MailFlowCheck", inProcess, environment);

const detailsOf = ({ outputs }: Resource) => outputs["details"] as Finding[];
const foundBy = async (given: Record<string, unknown>) => {
  const resource = checkOf();
  await resource.up(given);
  return detailsOf(resource).map(({ check, object }) => `${check}: ${object}`);
};
/** Returns the fixes of the findings. */
const fixesBy = async (given: Record<string, unknown>) => {
  const resource = checkOf();
  await resource.up(given);
  return detailsOf(resource).map(({ check, fix }) => `${check}: ${fix}`);
};

const switchPreset = (on: boolean) =>
  void stage.simulator.tenant.edit(
    "EOPProtectionPolicyRule",
    "Strict Preset Security Policy",
    { Enabled: on },
  );
const allow = (...addresses: string[]) =>
  void stage.simulator.tenant.edit("HostedConnectionFilterPolicy", "Default", {
    IPAllowList: addresses,
  });
const editDefault = (changes: Record<string, string>) =>
  void stage.simulator.tenant.edit(
    "HostedContentFilterPolicy",
    "Default",
    changes,
  );
/** Has a list refused from now on. */
const refuse = (
  cmdlet: string,
  status: number,
  body?: ReturnType<typeof detail>,
) =>
  void stage.simulator.faults.add({
    match: { cmdlet, times: "always" },
    when: "before",
    kind: "status",
    status,
    ...(body && { body }),
  });
const cloudflare = () =>
  stage.requests().filter(({ vendor }) => vendor === "cloudflare");
/** Returns the list requests of a cmdlet. */
const lists = (cmdlet: string) =>
  stage.requests().filter((entry) => entry.cmdlet === cmdlet);

describe("The names of the rules that create the routes", () => {
  const acting = (name: string) =>
    stage.simulator.tenant.add("TransportRule", { Name: name, SetSCL: 5 });
  const wide = (name: string) =>
    `rule-matches-all-mail: TransportRule "${name}"`;

  test("are those of use case 4 by default", async () => {
    stage.simulator.tenant.edit("TransportRule", userRule, {
      HeaderContainsMessageHeader: null,
      HeaderContainsWords: [],
    });
    expect(await foundBy({})).toContain(wide(userRule));
  });

  test("are the given ones, and no others", async () => {
    acting("Spam to quarantine");
    expect(await foundBy({})).not.toContain(wide("Spam to quarantine"));
    expect(await foundBy({ ruleNames: ["Another"] })).not.toContain(
      wide("Spam to quarantine"),
    );
    expect(await foundBy({ ruleNames: ["spam to Quarantine"] })).toContain(
      wide("Spam to quarantine"),
    );
  });

  test("of use case 4 are ignored if others are given", async () => {
    stage.simulator.tenant.edit("TransportRule", userRule, {
      HeaderContainsMessageHeader: null,
      HeaderContainsWords: [],
    });
    expect(await foundBy({ ruleNames: [adminRule] })).not.toContain(
      wide(userRule),
    );
  });
});

describe("The use case", () => {
  /** What use case 5 requires and use case 4 forbids. */
  const hosted = "failed rule-scl quarantine";
  const found = async (given: Record<string, unknown>) => {
    const resource = checkOf();
    await resource.up({ headers: ["cloudflare"], ...given });
    return detailsOf(resource).map(
      ({ status, check, property }) => `${status} ${check} ${property}`,
    );
  };

  test("is use case 4 by default", async () => {
    expect(await found({})).not.toContain(hosted);
    expect(await found({ useCase: 4 })).not.toContain(hosted);
  });

  test("is the given one", async () => {
    expect(await found({ useCase: 5 })).toContain(hosted);
  });
});

describe("The names of the quarantine policies", () => {
  const elsewhere = {
    SpamQuarantineTag: "AdminOnlyAccessPolicy",
    HighConfidenceSpamQuarantineTag: "DefaultFullAccessPolicy",
  };
  const user = (name: string) =>
    expect.stringMatching(
      `^spam-not-releasable: .*-SpamQuarantineTag '${name}'\``,
    ) as unknown;
  const admin = (name: string) =>
    expect.stringMatching(
      `^malicious-self-release: .*-HighConfidenceSpamQuarantineTag '${name}'\``,
    ) as unknown;

  test("are those of use case 4 by default", async () => {
    editDefault(elsewhere);
    const fixes = await fixesBy({});
    expect(fixes).toContainEqual(user("UserNotifyUserRelease"));
    expect(fixes).toContainEqual(admin("UserNotifyAdminRelease"));
  });

  test("are the given ones, each by itself", async () => {
    editDefault(elsewhere);
    const one = await fixesBy({ userQuarantineName: "Recipients" });
    expect(one).toContainEqual(user("Recipients"));
    expect(one).toContainEqual(admin("UserNotifyAdminRelease"));
    const other = await fixesBy({ adminQuarantineName: "Admins" });
    expect(other).toContainEqual(user("UserNotifyUserRelease"));
    expect(other).toContainEqual(admin("Admins"));
  });

  test("are those of use case 4 if a check is read by its id", async () => {
    editDefault(elsewhere);
    const found = await inProcess
      .run(patient())
      .of("MailFlowCheck")
      .read(id, {});
    const fixes = (found?.outputs["details"] as Finding[]).map(
      ({ check, fix }) => `${check}: ${fix}`,
    );
    expect(fixes).toContainEqual(user("UserNotifyUserRelease"));
    expect(fixes).toContainEqual(admin("UserNotifyAdminRelease"));
  });
});

describe("The addresses that Cloudflare delivers from", () => {
  /** Where Malicious mail comes from that a rule of use case 4 acts on. */
  const sources = async (given: Record<string, unknown>) => {
    const resource = checkOf();
    await resource.up({ headers: ["cloudflare"], ...given });
    const routes = resource.outputs["routes"] as {
      disposition: string;
      scl?: number;
      header: string;
      sourceIp: string;
    }[];
    return [
      ...new Set(
        routes
          .filter(
            ({ disposition, scl, header }) =>
              disposition === "Malicious" &&
              header === "cloudflare" &&
              scl === 9,
          )
          .map(({ sourceIp }) => sourceIp),
      ),
    ];
  };

  test.each([
    ["198.51.100.1", "198.51.100.1"],
    ["198.51.100.16/28", "198.51.100.16"],
    ["198.51.100.1-198.51.100.9", "198.51.100.1"],
  ])("%s are represented by %s in the routes", async (range, first) => {
    stage.simulator.tenant.edit("TransportRule", adminRule, {
      SenderIpRanges: [range],
    });
    expect(await sources({ senderIpRanges: [range] })).toEqual([first]);
  });

  test("are the published ones by default", async () => {
    const [source = "", ...others] = await sources({});
    expect(others).toEqual([]);
    expect(egressEntries).toContain(source);
    for (const name of [adminRule, userRule])
      stage.simulator.tenant.edit("TransportRule", name, {
        SenderIpRanges: [source],
      });
    expect(await foundBy({})).toEqual(
      [adminRule, userRule].map(
        (name) => `egress-ranges-missing: TransportRule "${name}"`,
      ),
    );
    expect(await foundBy({ senderIpRanges: [source] })).toEqual([]);
  });

  test("do not include the published ones if others are given", async () => {
    allow("52.11.209.211");
    const allowed = 'ip-allow-list: HostedConnectionFilterPolicy "Default"';
    expect(await foundBy({})).toEqual([allowed]);
    expect(await foundBy({ senderIpRanges: ["198.51.100.1"] })).not.toContain(
      allowed,
    );
  });
});

describe("The checked domains", () => {
  const asked = () =>
    stage
      .requests()
      .flatMap(({ vendor, requests = [], path }) =>
        vendor === "graph"
          ? requests.length > 0
            ? requests.map((one) => one.path)
            : [path]
          : [],
      )
      .map((path) => /domains\/([^/]+)/.exec(path)?.[1])
      .sort();
  const addSecond = (transport: string) =>
    stage.simulator.account.add({
      domain: "example.org",
      allowed_delivery_modes: ["DIRECT"],
      lookback_hops: 1,
      transport,
      drop_dispositions: [],
    });

  test("are all of the account by default", async () => {
    addSecond("mx.example.net");
    expect(await foundBy({})).toEqual([
      'domain-transport: Domain "example.org"',
    ]);
    expect(asked()).toEqual(
      expect.arrayContaining(["example.com", "example.org"]),
    );
  });

  test("are the given ones: no other domain's MX is requested, and problems of other domains are not reported", async () => {
    addSecond("mx.example.net");
    expect(await foundBy({ domains: ["example.com"] })).toEqual([]);
    expect(asked()).toEqual(["example.com"]);
  });

  test("that Cloudflare does not have yet are included", async () => {
    expect(await foundBy({ domains: ["example.org"] })).toEqual([
      'domain-missing: Domain "example.org"',
    ]);
    expect(asked()).toEqual(expect.arrayContaining(["example.org"]));
  });

  test("may each be forwarded to their own host", async () => {
    addSecond("mx.example.net");
    stage.simulator.account.edit("example.com", {
      transport: "mx.example.net",
    });
    const [first, second] = ["example.com", "example.org"].map(
      (name) => `domain-transport: Domain "${name}"`,
    );
    expect(await foundBy({})).toEqual([first, second]);
    expect(await foundBy({ domainsWithTransport: ["Example.COM"] })).toEqual([
      second,
    ]);
    expect(
      await foundBy({ domainsWithTransport: ["example.com", "example.org"] }),
    ).toEqual([]);
  });

  test("are reported if they are not forwarded, also those with their own host", async () => {
    stage.simulator.account.edit("example.com", { transport: null });
    expect(
      await fixesBy({ domainsWithTransport: ["example.com"] }),
    ).toContainEqual(
      expect.stringMatching(
        /^domain-transport: Set transport of example\.com to example-com\.mail\.protection\.outlook\.com/,
      ),
    );
  });
});

describe("The Cloudflare account", () => {
  test("is the configuration's, and is among the inputs", async () => {
    const resource = checkOf();
    await resource.up({});
    expect(resource.kept?.inputs["accountId"]).toBe(stage.simulator.account.id);
    expect(detailsOf(resource)).toEqual([]);
  });

  test("may be given by the program alone, and is the state's on a refresh", async () => {
    const resource = checkOf(without("CLOUDFLARE_ACCOUNT_ID"));
    await resource.up({ accountId: stage.simulator.account.id });
    expect(detailsOf(resource)).toEqual([]);
    switchPreset(true);
    expect(await resource.refresh()).toEqual(["findings"]);
    expect(detailsOf(resource).map(({ check }) => check)).toEqual([
      "preset-in-force",
    ]);
  });

  test("stays that of the state if it is no longer set", async () => {
    const resource = checkOf();
    await resource.up({});
    resource.environment = without("CLOUDFLARE_ACCOUNT_ID");
    expect(await resource.preview({})).toEqual([]);
    await resource.up({ digest: "another" });
    expect(resource.outputs["accountId"]).toBe(stage.simulator.account.id);
    expect(detailsOf(resource)).toEqual([]);
  });

  test("may be changed: the preview shows the change, and the other account is checked", async () => {
    const resource = checkOf();
    await resource.up({});
    resource.environment = {
      ...patient(),
      CLOUDFLARE_ACCOUNT_ID: otherAccount,
    };
    expect(await resource.preview({})).toEqual(["accountId"]);
    stage.forget();
    await messageOf(resource.refresh());
    expect(cloudflare()).toEqual([]);
    await resource.up({});
    expect(resource.outputs["accountId"]).toBe(otherAccount);
    expect(new Set(cloudflare().map(({ path }) => path))).toEqual(
      new Set([
        `/client/v4/accounts/${otherAccount}/email-security/settings/domains`,
      ]),
    );
  });

  test("that the program sets must not differ from the configuration's", async () => {
    const resource = checkOf();
    expect(await messageOf(resource.up({ accountId: otherAccount }))).toBe(
      `Cannot check the mail flow: the state belongs to Cloudflare account ${otherAccount}, but the configuration is for ${stage.simulator.account.id}. Nothing was done; configure the right one.`,
    );
    expect(resource.kept).toBeUndefined();
    expect(cloudflare()).toEqual([]);
  });

  test("is not required: without one, Microsoft's side is still checked", async () => {
    switchPreset(true);
    const resource = checkOf(
      without("CLOUDFLARE_ACCOUNT_ID", "CLOUDFLARE_API_TOKEN"),
    );
    const { run } = await resource.up({});
    expect(await run.warnings()).toEqual([
      expect.stringMatching(
        /could not be read: .*domain-transport.*no Cloudflare account is given\. Set area1:cloudflareAccountId or CLOUDFLARE_ACCOUNT_ID\.$/,
      ),
      expect.stringMatching(/^Mail flow, preset-in-force: /),
    ]);
    expect(resource.kept?.inputs).not.toHaveProperty("accountId");
    expect(await resource.refresh()).toEqual(["findings"]);
    expect(resource.outputs["findings"]).toEqual(["preset-in-force"]);
  });

  test("of a check that is read by its id is the configuration's", async () => {
    const found = await inProcess
      .run(patient())
      .of("MailFlowCheck")
      .read(id, {});
    expect(found?.outputs).toMatchObject({ findings: [], details: [] });
  });
});

describe("The findings that a program accepts", () => {
  test("may have spaces around them", async () => {
    switchPreset(true);
    const resource = checkOf();
    const { run } = await resource.up({ findings: [" Preset-In-Force "] });
    expect(await run.warnings()).toEqual([]);
    expect(resource.outputs["findings"]).toEqual(["preset-in-force"]);
  });

  test("that are not names of checks cause an error that lists the checks of a stack, without those of doctor only", async () => {
    const ofStacks = checks.filter(({ appliesTo }) => appliesTo === "stack");
    expect(
      await messageOf(checkOf().preview({ findings: ["no-such-check"] })),
    ).toBe(
      `findings (acceptedFindings of UseCase4) has "no-such-check", which no check is called; those of a stack are ${ofStacks.map(({ name }) => name).join(", ")}`,
    );
  });

  test("that are not texts are refused for that reason only", async () => {
    expect(await messageOf(checkOf().preview({ findings: [7] }))).toBe(
      "findings entry 1 must be a text, not a number",
    );
  });
});

describe("With failOn, an up", () => {
  /** What an up for the first time fails with, and its warnings. */
  const failing = async (failOn: string) => {
    const run = checkOf().run();
    const handlers = run.of("MailFlowCheck");
    const { inputs } = await handlers.check({}, { failOn });
    const error = await handlers.create(inputs).then(
      () => undefined,
      (thrown: unknown) => thrown as HandlerError,
    );
    return { partial: error?.partial, warnings: await run.warnings() };
  };

  test("names all findings on which it fails, and warns only of the others", async () => {
    stage.simulator.account.edit("example.com", {
      transport: "mx.example.net",
    });
    switchPreset(true);
    allow("52.11.209.211");
    const { partial, warnings } = await failing("failed");
    expect(partial).toMatchObject({
      id,
      outputs: { failOn: "failed", findings: [] },
      reasons: [
        'Everything is written, but failOn is "failed", and domain-transport, preset-in-force were found. Mend or accept that, then run pulumi up again.',
        expect.stringMatching(/^Mail flow, domain-transport: /),
        expect.stringMatching(/^Mail flow, preset-in-force: /),
      ],
    });
    expect(warnings).toEqual([
      expect.stringMatching(/^Mail flow, ip-allow-list: /),
    ]);
  });

  test("on a warning also fails on failed checks, and then does not warn", async () => {
    switchPreset(true);
    allow("52.11.209.211");
    const { partial, warnings } = await failing("warning");
    expect(partial?.reasons[0]).toMatch(
      /failOn is "warning", and ip-allow-list, preset-in-force were found/,
    );
    expect(warnings).toEqual([]);
  });
});

describe("A finding that was reported before", () => {
  const reporting = async () => {
    const resource = checkOf();
    await resource.up({});
    switchPreset(true);
    allow("52.11.209.211");
    await resource.refresh();
    expect(resource.outputs["reported"]).toEqual([
      "ip-allow-list",
      "preset-in-force",
    ]);
    stage.forget();
    return resource;
  };

  test("and is still shown is checked once", async () => {
    const resource = await reporting();
    expect(await resource.refresh()).toEqual([]);
    expect(lists("Get-EOPProtectionPolicyRule")).toHaveLength(1);
  });

  test("stays while its own list cannot be read, and disappears when it is fixed although another list cannot be read", async () => {
    const resource = await reporting();
    allow();
    refuse("Get-EOPProtectionPolicyRule", 403);
    expect(await resource.refresh()).toEqual(["findings"]);
    expect(resource.outputs["findings"]).toEqual(["preset-in-force"]);
  });

  test("is reported in the same order when its list is refused", async () => {
    const resource = await reporting();
    refuse("Get-HostedConnectionFilterPolicy", 403);
    expect(await resource.refresh()).toEqual([]);
    expect(resource.outputs["reported"]).toEqual([
      "ip-allow-list",
      "preset-in-force",
    ]);
  });

  test("is removed from the state when everything is fixed", async () => {
    const resource = await reporting();
    switchPreset(false);
    allow();
    await resource.refresh();
    expect(resource.outputs["findings"]).toEqual([]);
    expect(resource.outputs).not.toHaveProperty("reported");
  });

  test("causes an update only if a program of this run accepts it", async () => {
    const resource = await reporting();
    const { outputs, inputs } = resource.kept ?? { outputs: {}, inputs: {} };
    const accepting = {
      ...inputs,
      findings: ["ip-allow-list", "preset-in-force"],
    };
    /** What the engine hears in a run whose program has the given check. */
    const changesIn = async (program?: Record<string, unknown>) => {
      const handlers = resource.run().of("MailFlowCheck");
      if (program) await handlers.check(inputs, program);
      return (await handlers.diff(id, outputs, accepting)).changes;
    };
    expect(await changesIn(accepting)).toBe("some");
    // A refresh runs no program.
    expect(await changesIn()).toBe("none");
  });
});

test("Another spelling is not a change, and causes no request", async () => {
  const resource = checkOf();
  switchPreset(true);
  await resource.up({ domains: ["example.com", "example.org"] });
  stage.forget();
  const run = resource.run();
  const handlers = run.of("MailFlowCheck");
  const { inputs } = await handlers.check(resource.kept?.inputs ?? {}, {
    domains: ["example.com", "example.org"],
  });
  const olds = {
    ...resource.outputs,
    domains: ["Example.org.", "example.com"],
  };
  expect((await handlers.diff(id, olds, inputs)).changes).toBe("none");
  expect(await run.warnings()).toContainEqual(
    expect.stringMatching(/^Mail flow, preset-in-force: /),
  );
  expect(stage.requests()).toEqual([]);
});

describe("What cannot be read", () => {
  test("is reported together with the findings", async () => {
    allow("52.11.209.211");
    refuse("Get-EOPProtectionPolicyRule", 403);
    const resource = checkOf();
    const { run } = await resource.up({});
    expect(await run.warnings()).toEqual([
      expect.stringMatching(/could not be read: .*preset-in-force/),
      expect.stringMatching(/^Mail flow, ip-allow-list: /),
    ]);
    expect(detailsOf(resource)).toContainEqual(
      expect.objectContaining({ check: "preset-in-force", status: "skipped" }),
    );
  });

  test("because the vendor rejects the request is skipped, and does not make a refresh fail", async () => {
    const resource = checkOf();
    await resource.up({});
    refuse("Get-EOPProtectionPolicyRule", 400, detail("Wrong", "No."));
    expect(await resource.refresh()).toEqual([]);
    expect(detailsOf(resource)).toContainEqual(
      expect.objectContaining({ check: "preset-in-force", status: "skipped" }),
    );
  });

  test("because of an error makes an up fail, with a message that says what it tried", async () => {
    refuse("Get-EOPProtectionPolicyRule", 503);
    const resource = checkOf({ ...patient(), AREA1_PATIENCE_MS: "1000" });
    expect(await messageOf(resource.up({}))).toMatch(
      /^Cannot check the mail flow: .*Get-EOPProtectionPolicyRule/,
    );
    expect(resource.kept).toBeUndefined();
  });

  test("at Cloudflare does not prevent the check of Microsoft's side, with given hosts of domains", async () => {
    stage.simulator.account.entitled = false;
    switchPreset(true);
    const resource = checkOf();
    await resource.up({ domainsWithTransport: ["example.com"] });
    const status = Object.fromEntries(
      detailsOf(resource).map((finding) => [finding.check, finding.status]),
    );
    expect(status).toMatchObject({
      "domain-transport": "skipped",
      "preset-in-force": "failed",
    });
  });
});

// Category: unnecessary requests.
test("a program that sets the transport of every domain sends no request to Microsoft Graph, and needs no permission there", async () => {
  stage.simulator.faults.add({
    match: { vendor: "graph", times: "always" },
    kind: "status",
    when: "before",
    status: 403,
    body: {},
  });
  const domains = ["example.com", "example.org"];
  const resource = checkOf();
  stage.forget();
  await resource.up({ domains, domainsWithTransport: domains });
  await resource.refresh();
  expect(stage.requests().filter(({ vendor }) => vendor === "graph")).toEqual(
    [],
  );
  await resource.up({ domains, domainsWithTransport: ["example.com"] });
  expect(
    stage.requests().filter(({ vendor }) => vendor === "graph"),
  ).not.toEqual([]);
});
