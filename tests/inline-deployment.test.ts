// The component InlineDeployment over the handlers: a tenant and an account without anything, in which one `up` makes everything, DNS and
// verification follow, and the lock-down comes last. After every write, a watchman follows all mail.
import { egressIpRanges } from "../lib/egress";
import type { InlineDeploymentArgs } from "../lib";
import type { Message } from "../simulator/mail/message";
import { dnsServer, type DnsServer, type Zone } from "./mail-flow/dns-server";
import { Watchman } from "./promises/watchman";
import { startWorld, type World } from "./promises/world";
import { inlineProgramOf, type Stack } from "./sweep/stack";

jest.setTimeout(600_000);

const cloudflares = [
  "mxa.global.inbound.cf-emailsecurity.net",
  "mxb.global.inbound.cf-emailsecurity.net",
];
const microsofts = (domain: string) => [
  `${domain.replace(".", "-")}.mail.protection.outlook.com`,
];
const everyDomain = ["example.com", "example.net", "example.org"];
const challenge = (domain: string) => `_cf-email-sec-challenge.${domain}`;
const guarded = {
  header: "both",
  words: ["MALICIOUS"],
  ranges: egressIpRanges,
} as const;

let world: World;
let stack: Stack;
let watchman: Watchman;
let dns: DnsServer;
/** The DNS records; tests change them. */
let zone: Record<string, Zone[string]>;

beforeEach(async () => {
  world = await startWorld({ seed: {} });
  stack = world.stack();
  watchman = new Watchman(world.simulator);
  zone = Object.fromEntries(
    everyDomain.map((domain) => [domain, microsofts(domain)]),
  );
  dns = await dnsServer(zone);
});
afterEach(() => dns.close());

const args = (
  more: Partial<InlineDeploymentArgs> = {},
): InlineDeploymentArgs => ({
  domains: everyDomain,
  dnsServer: dns.address,
  ...more,
});

/** Runs `up`, and returns the steps. No write may expose or lose mail. */
async function up(more?: Partial<InlineDeploymentArgs>): Promise<string[]> {
  watchman.watchUp(guarded, false);
  const steps = await stack.up(await inlineProgramOf(args(more)));
  expect(watchman.stop()).toEqual([]);
  return steps;
}

const outputs = () =>
  stack.resources.get("mail-onboarding-check")?.kept?.outputs ?? {};

const connector = (name: string) =>
  world.simulator.tenant.find("InboundConnector", name);

/** Proves every domain at Cloudflare. */
function prove(): void {
  const { account } = world.simulator;
  for (const { domain, txt_record_value } of [...account.domains])
    account.publishTxt(challenge(domain), String(txt_record_value));
}

function pointAt(hosts: (domain: string) => readonly string[]): void {
  for (const domain of everyDomain) zone[domain] = hosts(domain);
}

const where = (message: Message) => world.simulator.mail.where(message).outcome;
const to = (recipient: string, message: Omit<Message, "recipient"> = {}) =>
  where({ recipient, ...message });
const direct = { path: "direct", senderIp: "198.51.100.7" } as const;

/** Where mail goes, by the ways that it can come. */
const ends = () => ({
  malicious: to("someone@example.com", { disposition: "MALICIOUS" }),
  spam: to("someone@example.com", { disposition: "SPAM" }),
  clean: to("someone@example.com"),
  pastCloudflare: to("someone@example.com", direct),
  toOnmicrosoft: to("someone@contoso.onmicrosoft.com", direct),
  hybrid: to("someone@example.com", { ...direct, senderIp: "203.0.113.9" }),
});

test("protects a fresh tenant with one up, and locks it down when DNS is done", async () => {
  const lockDown = { lockDown: true, lockDownAfterHours: 0 };
  await up(lockDown);
  expect(connector("Email Security Inbound Connector")).toMatchObject({
    Enabled: true,
    ConnectorType: "Partner",
    SenderDomains: ["*"],
    RequireTls: true,
    RestrictDomainsToIPAddresses: false,
    RestrictDomainsToCertificate: false,
    CloudServicesMailEnabled: false,
    TreatMessagesAsInternal: false,
    EFSkipLastIP: true,
    EFSkipIPs: [],
    EFUsers: [],
  });
  expect(connector("Secure M365 Inbound")).toMatchObject({
    Enabled: false,
    RestrictDomainsToIPAddresses: true,
    EFSkipLastIP: true,
  });
  expect(
    world.simulator.tenant.organizationConfig["RejectDirectSend"] ?? false,
  ).toBe(false);
  expect(outputs()).toMatchObject({
    lockedDown: false,
    verified: [],
    nextSteps: everyDomain.map((domain): unknown =>
      expect.stringContaining(`has not verified ${domain} (PENDING)`),
    ),
    txtRecords: Object.fromEntries(
      everyDomain.map((domain) => [
        domain,
        expect.objectContaining({ txtRecordName: challenge(domain) }),
      ]),
    ),
  });
  expect(await stack.warnings()).toContainEqual(
    expect.stringMatching(
      /^Lock-down: not yet.*Nothing is locked.*example\.com/,
    ),
  );

  prove();
  await up(lockDown);
  expect(outputs()).toMatchObject({
    lockedDown: false,
    verified: everyDomain,
    nextSteps: everyDomain.map((domain): unknown =>
      expect.stringContaining(`The MX records of ${domain} name`),
    ),
  });
  const before = ends();
  expect(before).toEqual({
    malicious: "quarantine",
    spam: "quarantine",
    clean: "inbox",
    pastCloudflare: "inbox",
    toOnmicrosoft: "inbox",
    hybrid: "inbox",
  });

  pointAt(() => cloudflares);
  await up(lockDown);
  expect(outputs()).toMatchObject({ lockedDown: true, nextSteps: [] });
  expect(await stack.warnings()).toContainEqual(
    expect.stringMatching(
      /^Lock-down: .*turns away: .*contoso\.onmicrosoft\.com/,
    ),
  );
  expect(connector("Secure M365 Inbound")).toMatchObject({ Enabled: true });
  expect(world.simulator.tenant.organizationConfig).toMatchObject({
    RejectDirectSend: true,
  });
  expect(ends()).toEqual({
    ...before,
    pastCloudflare: "rejected",
    toOnmicrosoft: "rejected",
    hybrid: "rejected",
  });
  // Afterwards, neither a preview nor an `up` sends a request, and no step repeats itself.
  expect(await stack.preview(await inlineProgramOf(args(lockDown)))).toEqual(
    [],
  );
});

describe("the lock-down waits", () => {
  /** Expects that nothing is locked, and that preview and `up` say why. */
  async function expectWaiting(
    reason: RegExp,
    more: Partial<InlineDeploymentArgs> = {},
  ): Promise<void> {
    const wanted = { lockDown: true, lockDownAfterHours: 0, ...more };
    await up(wanted);
    expect(await stack.warnings()).toContainEqual(
      expect.stringMatching(reason),
    );
    expect(outputs()).toMatchObject({ lockedDown: false });
    expect(connector("Secure M365 Inbound")).toMatchObject({ Enabled: false });
    expect(ends().pastCloudflare).toBe("inbox");
    const { log } = world.simulator;
    const before = log.length;
    const program = await inlineProgramOf(args(wanted));
    expect(await stack.preview(program)).toEqual([]);
    expect(await stack.warnings()).toContainEqual(
      expect.stringMatching(reason),
    );
    // The preview reads one list each of domains, accepted domains and connectors, besides signing in.
    expect(
      log
        .slice(before)
        .filter(({ vendor }) => vendor !== "entra")
        .map(({ cmdlet, method, path }) => cmdlet ?? `${method} ${path}`)
        .map((request) => request.replace(/\?.*/, ""))
        .sort(),
    ).toEqual([
      expect.stringMatching(/^GET .*\/email-security\/settings\/domains$/),
      "Get-AcceptedDomain",
      "Get-InboundConnector",
    ]);
  }

  test("while a domain is not verified", () =>
    expectWaiting(
      /Nothing is locked: Cloudflare has not verified example\.com/,
    ));

  test("while the MX records of one domain point elsewhere, and names that domain alone", async () => {
    await up();
    prove();
    pointAt(() => cloudflares);
    zone["example.net"] = ["mx.example.net"];
    await expectWaiting(
      /Nothing is locked: The MX records of example\.net name mx\.example\.net: replace them by the records of dnsRecords\.$/,
    );
  });

  test("while one of a domain's MX records is Microsoft's", async () => {
    await up();
    prove();
    pointAt((domain) => [...cloudflares, ...microsofts(domain)]);
    await expectWaiting(/The MX records of example\.com name example-com/);
  });

  test("while DNS does not answer", async () => {
    await up();
    prove();
    pointAt(() => cloudflares);
    zone["example.org"] = "SERVFAIL";
    await expectWaiting(/DNS did not tell the MX records of example\.org/);
  });

  test("while the tenant accepts mail for a domain that is not in the program", async () => {
    const domains = ["example.com", "example.net"];
    await up({ domains });
    prove();
    pointAt(() => cloudflares);
    await expectWaiting(/Mail to example\.org, which the tenant accepts/, {
      domains,
    });
    // That its mail is refused is the program's purpose then, so nobody watches.
    await stack.up(
      await inlineProgramOf(
        args({
          domains,
          lockDown: true,
          lockDownAfterHours: 0,
          domainsWithoutMail: ["example.org"],
        }),
      ),
    );
    expect(outputs()).toMatchObject({ lockedDown: true });
  });

  test("until the MX records have pointed at Cloudflare for long enough", async () => {
    await up();
    prove();
    pointAt(() => cloudflares);
    await expectWaiting(/have not pointed at Cloudflare for 72 hours yet/, {
      lockDownAfterHours: 72,
    });
  });
});

/** Brings the tenant to where the lock-down is on. */
async function locked(): Promise<Partial<InlineDeploymentArgs>> {
  const wanted = { lockDown: true, lockDownAfterHours: 0 };
  await up();
  prove();
  pointAt(() => cloudflares);
  await up(wanted);
  expect(outputs()).toMatchObject({ lockedDown: true });
  return wanted;
}

test("the lock-down stays on when DNS changes, and a refresh says what it refuses", async () => {
  const wanted = await locked();
  zone["example.com"] = microsofts("example.com");
  await stack.refresh();
  expect(await stack.warnings()).toContainEqual(
    expect.stringMatching(
      /Lock-down: it is on, and refuses mail.*example\.com/,
    ),
  );
  await up(wanted);
  expect(outputs()).toMatchObject({ lockedDown: true });
  expect(connector("Secure M365 Inbound")).toMatchObject({ Enabled: true });
});

test("without lockDown again, the connector goes, and mail that goes past Cloudflare is delivered", async () => {
  await locked();
  await up({});
  expect(connector("Secure M365 Inbound")).toBeUndefined();
  expect(world.simulator.tenant.organizationConfig["RejectDirectSend"]).toBe(
    false,
  );
  expect(ends().pastCloudflare).toBe("inbox");
});

test("destroy removes the lock-down before anything else, exposes nothing, and restores the tenant", async () => {
  const before = world.objects();
  await locked();
  const { simulator } = world;
  const from = simulator.log.length;
  watchman.watchDestroy(guarded);
  await stack.destroy();
  expect(watchman.stop()).toEqual([]);
  const writes = simulator.log
    .slice(from)
    .flatMap(({ cmdlet }) =>
      cmdlet === undefined || cmdlet.startsWith("Get-") ? [] : cmdlet,
    );
  expect(writes.slice(0, 2)).toEqual([
    "Set-OrganizationConfig",
    "Remove-InboundConnector",
  ]);
  expect(writes.at(-1)).toBe("Remove-InboundConnector");
  for (const { domain } of [...simulator.account.domains])
    simulator.account.remove(domain);
  expect(world.objects()).toEqual(before);
});

test("an existing connector of the same name is refused, or adopted with adopt and restored", async () => {
  const { tenant } = world.simulator;
  tenant.add("InboundConnector", {
    Name: "Email Security Inbound Connector",
    ConnectorType: "Partner",
    SenderDomains: ["*"],
    SenderIPAddresses: ["52.11.209.211"],
    RequireTls: false,
    Enabled: true,
  });
  const before = world.objects();
  await expect(up()).rejects.toThrow(/exists and differs/);
  expect(world.objects()).toEqual(before);
  watchman.stop();
  stack = world.stack();
  await up({ adopt: true });
  expect(connector("Email Security Inbound Connector")).toMatchObject({
    EFSkipLastIP: true,
    RequireTls: true,
  });
  await stack.destroy();
  expect(connector("Email Security Inbound Connector")).toMatchObject({
    EFSkipLastIP: false,
    RequireTls: false,
    SenderIPAddresses: ["52.11.209.211"],
  });
});

test.each<[Partial<InlineDeploymentArgs>, RegExp]>([
  [
    { lockdown: true } as object,
    /^lockdown: is not a property of InlineDeployment/,
  ],
  [{ lockDown: "yes" } as object, /^lockDown: must be true or false/],
  [{ lockDownAfterHours: -1 }, /^lockDownAfterHours: must be a whole number/],
  [
    { dnsServer: "dns.example.com" },
    /^dnsServer: "dns\.example\.com" is not an IP address/,
  ],
  [{ connectorName: "x".repeat(65) }, /^connectorName: has 65 characters/],
  [{ domainsWithoutMail: ["no domain"] }, /^domainsWithoutMail: entry 1/],
  [{ spamScl: 12 }, /^spamScl: must be/],
])("refuses %j", async (more, reason) => {
  await expect(inlineProgramOf(args(more))).rejects.toThrow(reason);
});
