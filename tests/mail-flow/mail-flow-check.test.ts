import { egressIpRanges } from "../../mail-flow/egress";
import { checks } from "../../mail-flow/findings";
import type { LiveRoute } from "../../providers/mail-flow-check/examination";
import { bench, messageOf } from "../conformance/bench";
import { inProcess } from "../conformance/chosen-platform";
import { HandlerError } from "../conformance/platform";
import { Resource } from "../conformance/resource";
import { transportRule } from "../conformance/subjects";
import { adminRule, followTutorial, userRule } from "../simulator/tutorial";

const stage = bench({ ...transportRule, prepare: followTutorial }, inProcess);
/** The second tenant of the simulator. */
const strangersTenant = "7c1e3f50-2b4d-4a61-8d5e-9f0a1b2c3d4e";

/** The inputs that `UseCase4` sets for its check. */
const program = {
  domains: ["example.com"],
  headers: ["cloudflare"],
  ruleNames: [userRule, adminRule],
  digest: "0123456789abcdef",
};

// A check sends fourteen parallel requests, which takes long on a busy machine.
const patient = () => ({
  ...stage.environment,
  AREA1_PATIENCE_MS: "20000",
  AREA1_REQUEST_TIMEOUT_MS: "10000",
});
const checkOf = (environment = patient()) =>
  new Resource("MailFlowCheck", inProcess, environment);

const strict = "Strict Preset Security Policy";
const switchPreset = (on: boolean) =>
  void stage.simulator.tenant.edit("EOPProtectionPolicyRule", strict, {
    Enabled: on,
  });
const allow = (...addresses: string[]) =>
  void stage.simulator.tenant.edit("HostedConnectionFilterPolicy", "Default", {
    IPAllowList: addresses,
  });

const asked = () =>
  stage
    .requests()
    .map(({ cmdlet, vendor, parameters }) =>
      cmdlet
        ? `${cmdlet}${Object.keys(parameters ?? {}).length > 0 ? " of one type" : ""}`
        : vendor,
    )
    .sort();

/** All requests of a check, one each. */
const oneLook = [
  "Get-AcceptedDomain",
  "Get-AntiPhishPolicy",
  "Get-EOPProtectionPolicyRule",
  "Get-HostedConnectionFilterPolicy",
  "Get-HostedContentFilterPolicy",
  "Get-HostedContentFilterRule",
  "Get-InboundConnector",
  "Get-MalwareFilterPolicy",
  "Get-OrganizationConfig",
  "Get-QuarantinePolicy",
  "Get-QuarantinePolicy of one type",
  "Get-TransportRule",
  "cloudflare",
  "graph",
];

describe("A check of the mail flow without problems", () => {
  test("finds nothing, writes nothing, and returns where mail really goes", async () => {
    const resource = checkOf();
    const { run } = await resource.up(program);
    expect(await run.warnings()).toEqual([]);
    expect(stage.writes()).toEqual([]);
    expect(resource.outputs).toMatchObject({
      findings: [],
      details: [],
      tenantId: stage.simulator.tenant.id,
      accountId: stage.simulator.account.id,
    });
    expect(resource.outputs["routes"]).toContainEqual({
      disposition: "Malicious",
      header: "cloudflare",
      sourceIp: expect.any(String) as unknown,
      recipient: expect.any(String) as unknown,
      outcome: "quarantine",
      scl: 9,
      verdict: "highConfidenceSpam",
      policy: "Default",
      action: "Quarantine",
      quarantinePolicy: "UserNotifyAdminRelease",
      release: "request",
      notified: true,
      retentionDays: 15,
    });
    await resource.destroy();
    expect(stage.writes()).toEqual([]);
  });

  test("costs one request for each list, side by side, and none in a preview or an up without changes", async () => {
    const resource = checkOf();
    await resource.up(program);
    expect(asked()).toEqual(oneLook);
    stage.simulator.log.splice(0);
    expect(await resource.preview(program)).toEqual([]);
    expect((await resource.up(program)).steps).toEqual([]);
    expect(stage.simulator.log).toEqual([]);
    expect(await resource.refresh()).toEqual([]);
    expect(asked()).toEqual(oneLook);
  });

  test("shares its lists with the other resources of a refresh", async () => {
    const resource = checkOf();
    await resource.up(program);
    const rule = new Resource("TransportRule", inProcess, stage.environment);
    await rule.up({ ...transportRule.least, name: "Of our own" });
    stage.forget();
    const run = inProcess.run(patient());
    await Promise.all([rule.refresh(run), resource.refresh(run)]);
    expect(asked().filter((name) => name === "Get-TransportRule")).toHaveLength(
      1,
    );
  });

  test.each([
    ["digest", { digest: "fedcba9876543210" }],
    ["domains", { domains: ["example.com", "example.org"] }],
    ["senderIpRanges", { senderIpRanges: ["52.11.209.211"] }],
    ["failOn", { failOn: "failed" }],
  ])("checks again when %s changes", async (property, change) => {
    const resource = checkOf();
    await resource.up(program);
    stage.forget();
    const changed = { ...program, ...change };
    expect(await resource.preview(changed)).toEqual([property]);
    expect(stage.requests()).toEqual([]);
    expect((await resource.up(changed)).steps).toEqual(["update"]);
    expect(asked()).toEqual(expect.arrayContaining(oneLook));
  });
});

describe("A check uses the program's inputs:", () => {
  const seen = async (change: Record<string, unknown>) => {
    const resource = checkOf();
    await resource.up({ ...program, ...change });
    const { details, routes } = resource.outputs as {
      details: { check: string; object: string }[];
      routes: { sourceIp: string }[];
    };
    return {
      found: details.map(({ check, object }) => `${check}: ${object}`),
      sources: [...new Set(routes.map(({ sourceIp }) => sourceIp))],
    };
  };

  test("the generations of headers that must have rules", async () => {
    const { found } = await seen({ headers: ["area1", "cloudflare"] });
    expect(new Set(found)).toEqual(
      new Set(["rule-missing: TransportRule for X-Area1Security-Disposition"]),
    );
  });

  test("the domains that Cloudflare must have", async () => {
    expect((await seen({ domains: ["example.org"] })).found).toEqual([
      'domain-missing: Domain "example.org"',
    ]);
  });

  test("the addresses that Cloudflare delivers from, represented by the first; other domains get mail from another host", async () => {
    expect(
      await seen({ senderIpRanges: ["192.0.2.16/28", "198.51.100.1"] }),
    ).toEqual({
      found: [
        `egress-ranges-missing: TransportRule "${adminRule}"`,
        `egress-ranges-missing: TransportRule "${userRule}"`,
      ],
      sources: ["192.0.2.16", "198.51.100.25"],
    });
  });

  test("the domains that have their own host", async () => {
    stage.simulator.account.edit("example.com", {
      transport: "mx.example.net",
    });
    const elsewhere = 'domain-transport: Domain "example.com"';
    expect((await seen({})).found).toEqual([elsewhere]);
    expect(
      (await seen({ domainsWithTransport: ["example.org"] })).found,
    ).toEqual([elsewhere]);
    expect(
      (await seen({ domainsWithTransport: ["example.com"] })).found,
    ).toEqual([]);
  });
});

test("The routes of an address on an allow list are listed next to those of the first address", async () => {
  // The last of the published addresses, and not the lowest one.
  const allowed = egressIpRanges.at(-1)?.split(/[-/]/, 1)[0] ?? "";
  allow(allowed);
  const resource = checkOf();
  await resource.up(program);
  const routes = resource.outputs["routes"] as LiveRoute[];
  const [first] = routes.map(({ sourceIp }) => sourceIp);
  const malicious = (source: string | undefined) =>
    routes
      .filter(
        ({ disposition, header, sourceIp }) =>
          disposition === "Malicious" &&
          header === "cloudflare" &&
          sourceIp === source,
      )
      .map(({ outcome }) => outcome);
  expect(first).not.toBe(allowed);
  expect(malicious(first)).toEqual(["quarantine"]);
  expect(malicious(allowed)).not.toContain("quarantine");
  expect(malicious(allowed)).toHaveLength(1);
});

describe("A change of an unmanaged object that breaks the routes", () => {
  test("is drift of `findings` on a refresh, until it is fixed", async () => {
    const resource = checkOf();
    await resource.up(program);
    switchPreset(true);
    expect(await resource.refresh()).toEqual(["findings"]);
    expect(resource.outputs["findings"]).toEqual(["preset-in-force"]);
    expect(resource.outputs["details"]).toEqual([
      expect.objectContaining({
        check: "preset-in-force",
        status: "failed",
        object: `EOPProtectionPolicyRule "${strict}"`,
      }),
    ]);
    // As found once already: no more to report.
    expect(await resource.refresh()).toEqual([]);
    expect(await resource.preview(program)).toEqual(["findings"]);
    switchPreset(false);
    expect(await resource.refresh()).toEqual(["findings"]);
    expect(resource.outputs["findings"]).toEqual([]);
    expect(await resource.preview(program)).toEqual([]);
  });

  test("is reported with its object, the consequence and what to do", async () => {
    const resource = checkOf();
    await resource.up(program);
    switchPreset(true);
    const run = resource.run();
    await resource.refresh(run);
    expect(await run.warnings()).toEqual([
      expect.stringMatching(
        /^Mail flow, preset-in-force: EOPProtectionPolicyRule "Strict Preset Security Policy".*Default.*Disable-EOPProtectionPolicyRule.*acceptedFindings\.$/,
      ),
    ]);
  });

  test("is not drift once the program accepts it, nor when it is fixed later", async () => {
    const resource = checkOf();
    await resource.up(program);
    switchPreset(true);
    const accepting = { ...program, findings: ["preset-in-force"] };
    expect(await resource.preview(accepting)).toEqual(["findings"]);
    const { run } = await resource.up(accepting);
    expect(await run.warnings()).toEqual([]);
    expect(await resource.refresh()).toEqual([]);
    expect(await resource.preview(accepting)).toEqual([]);
    switchPreset(false);
    expect(await resource.refresh()).toEqual([]);
    expect(resource.outputs["findings"]).toEqual(["preset-in-force"]);
    expect(await resource.preview(accepting)).toEqual([]);
  });

  test("that a refresh wrote into the state is no drift any more when the program accepts it", async () => {
    const resource = checkOf();
    await resource.up(program);
    switchPreset(true);
    await resource.refresh();
    const accepting = { ...program, findings: ["preset-in-force"] };
    expect(await resource.preview(accepting)).toEqual(["update"]);
    await resource.up(accepting);
    switchPreset(false);
    expect(await resource.refresh()).toEqual([]);
    expect(resource.outputs["findings"]).toEqual(["preset-in-force"]);
  });

  test("is shown alone next to an accepted one, and neither hides the other", async () => {
    const resource = checkOf();
    const accepting = { ...program, findings: ["preset-in-force"] };
    switchPreset(true);
    await resource.up(accepting);
    allow("52.11.209.211");
    expect(await resource.refresh()).toEqual(["findings"]);
    expect(resource.outputs["findings"]).toEqual([
      "ip-allow-list",
      "preset-in-force",
    ]);
    switchPreset(false);
    allow();
    await resource.refresh();
    expect(resource.outputs["findings"]).toEqual(["preset-in-force"]);
  });

  test("causes a warning in every up, even in one without changes", async () => {
    switchPreset(true);
    const resource = checkOf();
    const first = await resource.up(program);
    expect(await first.run.warnings()).toHaveLength(1);
    stage.forget();
    const second = await resource.up(program);
    expect(second.steps).toEqual([]);
    expect(await second.run.warnings()).toEqual(await first.run.warnings());
    expect(stage.requests()).toEqual([]);
  });

  test("that only one of two reads shows comes from a lagging replica, and is no drift", async () => {
    const resource = checkOf();
    await resource.up(program);
    switchPreset(true);
    stage.forget();
    stage.simulator.faults.add({
      match: { cmdlet: "Get-EOPProtectionPolicyRule", nth: 2 },
      when: "before",
      kind: "hook",
      run: () => switchPreset(false),
    });
    expect(await resource.refresh()).toEqual([]);
    expect(
      asked().filter((name) => name === "Get-EOPProtectionPolicyRule"),
    ).toHaveLength(2);
  });
});

test("A finding that only the second of two reads shows is reported by the next refresh", async () => {
  const resource = checkOf();
  await resource.up(program);
  switchPreset(true);
  stage.simulator.faults.add({
    match: { cmdlet: "Get-HostedConnectionFilterPolicy", nth: 2 },
    when: "before",
    kind: "hook",
    run: () => allow("52.11.209.211"),
  });
  await resource.refresh();
  expect(resource.outputs["findings"]).toEqual(["preset-in-force"]);
  await resource.refresh();
  expect(resource.outputs["findings"]).toEqual([
    "ip-allow-list",
    "preset-in-force",
  ]);
});

describe("With failOn, an up", () => {
  const failing = { ...program, failOn: "failed" };

  test("fails after everything is written, stores the findings, and checks again until they are fixed", async () => {
    switchPreset(true);
    const resource = checkOf();
    const error = await resource.up(failing).then(
      () => undefined,
      (thrown: unknown) => thrown as HandlerError,
    );
    expect(error?.partial?.reasons).toEqual([
      expect.stringMatching(
        /^Everything is written, but failOn is "failed", and preset-in-force was found\. .*pulumi up again\.$/,
      ),
      expect.stringMatching(/^Mail flow, preset-in-force: /),
    ]);
    expect(resource.outputs).toMatchObject({ findings: [], ...failing });
    await expect(resource.up(failing)).rejects.toThrow(/preset-in-force/);
    // The engine does not know after a refresh that something is pending; the state does.
    await resource.refresh();
    expect(await resource.preview(failing)).not.toEqual([]);
    await expect(resource.up(failing)).rejects.toThrow(/preset-in-force/);
    switchPreset(false);
    await resource.up(failing);
    expect(await resource.preview(failing)).toEqual([]);
  });

  test("succeeds if the findings were fixed before a refresh", async () => {
    switchPreset(true);
    const resource = checkOf();
    await resource.up(failing).catch(() => undefined);
    switchPreset(false);
    await resource.refresh();
    expect(await resource.preview(failing)).toEqual([]);
  });

  test("does not fail on what the program accepts", async () => {
    switchPreset(true);
    await checkOf().up({ ...failing, findings: ["preset-in-force"] });
  });

  test("fails on a warning only if failOn says so", async () => {
    stage.simulator.tenant.edit("HostedContentFilterPolicy", "Default", {
      AllowedSenderDomains: ["partner.example"],
    });
    const { run } = await checkOf().up(failing);
    expect(await run.warnings()).toEqual([
      expect.stringContaining("allowed-senders"),
    ]);
    expect(
      await messageOf(checkOf().up({ ...program, failOn: "warning" })),
    ).toContain("allowed-senders");
  });
});

describe("What cannot be read", () => {
  test("because of a missing right is skipped, reported in an up, and does not change the findings", async () => {
    const resource = checkOf();
    switchPreset(true);
    allow("52.11.209.211");
    const allowing = { ...program, findings: ["ip-allow-list"] };
    await resource.up(allowing);
    await resource.refresh();
    expect(resource.outputs["findings"]).toEqual([
      "ip-allow-list",
      "preset-in-force",
    ]);
    stage.simulator.faults.add({
      match: { cmdlet: "Get-EOPProtectionPolicyRule", times: "always" },
      when: "before",
      kind: "status",
      status: 403,
    });
    expect(await resource.refresh()).toEqual([]);
    expect(resource.outputs["findings"]).toEqual([
      "ip-allow-list",
      "preset-in-force",
    ]);
    expect(resource.outputs["details"]).toContainEqual(
      expect.objectContaining({ check: "preset-in-force", status: "skipped" }),
    );
    const { run } = await resource.up({ ...allowing, digest: "another" });
    expect(await run.warnings()).toContainEqual(
      expect.stringMatching(/could not be read: .*preset-in-force.*403/),
    );
  });

  test.each([
    ["an error of the vendor", { kind: "status", status: 503 }],
    ["a page of a proxy", { kind: "html" }],
    ["half an answer", { kind: "truncate" }],
  ] as const)(
    "because of %s makes the refresh fail and keeps the state: it never counts as no findings",
    async (_, fault) => {
      const resource = checkOf({
        ...patient(),
        AREA1_PATIENCE_MS: "2000",
      });
      switchPreset(true);
      await resource.up(program);
      await resource.refresh();
      const before = structuredClone(resource.kept);
      switchPreset(false);
      stage.simulator.faults.add({
        match: { cmdlet: "Get-EOPProtectionPolicyRule", times: "always" },
        when: "before",
        ...fault,
      });
      expect(await messageOf(resource.refresh())).toMatch(
        /^Cannot check the mail flow: .*(Get-EOPProtectionPolicyRule|broke off)/,
      );
      expect(resource.kept).toEqual(before);
    },
  );

  test("with the credentials of another tenant is refused", async () => {
    const resource = checkOf();
    await resource.up(program);
    resource.environment = {
      ...patient(),
      AZURE_TENANT_ID: strangersTenant,
    };
    expect(await messageOf(resource.refresh())).toMatch(
      /the state belongs to tenant/,
    );
    expect(
      await messageOf(resource.up({ ...program, digest: "another" })),
    ).toMatch(/the state belongs to tenant/);
  });

  test("with another Cloudflare account is refused", async () => {
    const resource = checkOf();
    await resource.up(program);
    resource.environment = {
      ...patient(),
      CLOUDFLARE_ACCOUNT_ID: "9e8d7c6b5a4f43218765fedcba098765",
    };
    expect(await messageOf(resource.refresh())).toMatch(
      /the state belongs to Cloudflare account/,
    );
  });
});

describe("Inputs", () => {
  test.each([
    [
      { findings: ["no-such-check"] },
      /^findings .*"no-such-check".*preset-in-force/,
    ],
    [{ failOn: "ok" }, /^failOn must be one of warning, failed/],
    [{ finding: [] }, /^finding is not a property/],
    [{ domains: [] }, /^domains must not be empty/],
  ])("%j is refused in the preview", async (wrong, message) => {
    expect(
      await messageOf(checkOf().preview({ ...program, ...wrong })),
    ).toMatch(message);
    expect(stage.requests()).toEqual([]);
  });

  test("every check may be accepted, in any order and case", async () => {
    const names = checks.map(({ name }) => name);
    const resource = checkOf();
    await resource.up({ ...program, findings: names });
    expect(
      await resource.preview({
        ...program,
        findings: names.map((name) => name.toUpperCase()).reverse(),
      }),
    ).toEqual([]);
  });

  test("are optional: without any, use case 4 and all domains of the account are checked", async () => {
    const resource = checkOf();
    await resource.up({});
    expect(resource.outputs["details"]).toEqual([]);
    switchPreset(true);
    await resource.refresh();
    expect(resource.outputs["findings"]).toEqual(["preset-in-force"]);
  });
});

test("An existing check can be read by its id, and no other", async () => {
  const handlers = inProcess.run(patient()).of("MailFlowCheck");
  switchPreset(true);
  const found = await handlers.read("mail-flow-check", {});
  expect(found?.outputs).toMatchObject({ findings: ["preset-in-force"] });
  await expect(handlers.read("other", {})).rejects.toThrow(
    /none with the id other/,
  );
});
