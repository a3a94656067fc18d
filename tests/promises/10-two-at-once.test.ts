// Somebody else changes the tenant during an operation, tested at each of its requests in turn: a second UseCase4, another stack, the same
// stack in another process, an administrator.
import type { Simulator } from "../../simulator/index";
import type { Environment } from "../conformance/platform";
import type { Wanted } from "../sweep/stack";
import { howMany, someOf } from "../sample";
import { cleanRun } from "./clean-run";
import { ledgerFor } from "./ledger";
import { livedIn, madeDomain, wholeProgram } from "./programs";
import { scenarios, staged } from "./scenarios";
import { startWorld, type World } from "./world";

jest.setTimeout(300_000);
const ledger = ledgerFor(10);

/** The application of a second stack, by which the log distinguishes its requests. */
const other = {
  clientId: "2c8e7d6f-4a3b-4c59-8d21-7e6f5a4b3c2d",
  clientSecret: "another application's secret",
  cloudflareApiToken: "another_token_0123456789abcdefghijklmno",
};

async function worldOfTwo(): Promise<{ world: World; theirs: Environment }> {
  const plain = await startWorld();
  const [application] = plain.simulator.tenant.applications;
  const [token] = plain.simulator.account.tokens;
  if (!application || !token) throw new Error("nobody may sign in");
  const seed = {
    tenants: [
      {
        ...livedIn.tenants?.[0],
        applications: [
          application,
          { clientId: other.clientId, clientSecrets: [other.clientSecret] },
        ],
      },
    ],
    accounts: [
      {
        ...livedIn.accounts?.[0],
        tokens: [
          { value: token.value },
          { value: other.cloudflareApiToken, label: "the other" },
        ],
      },
    ],
  };
  const world = await startWorld({ seed });
  return {
    world,
    theirs: {
      ...world.environment,
      AZURE_CLIENT_ID: other.clientId,
      AZURE_CLIENT_SECRET: other.clientSecret,
      CLOUDFLARE_API_TOKEN: other.cloudflareApiToken,
    },
  };
}

/** Returns the second stack's writes from the log. */
const writesOfTheirs = ({ log }: Simulator): string[] =>
  log
    .filter(
      ({ write, authorization }) =>
        write &&
        (authorization?.includes(other.clientId) ||
          authorization === "the other"),
    )
    .map(({ cmdlet, method, path }) => cmdlet ?? `${method} ${path}`);

/** Returns the same program in another stack. */
const inProduction = (program: readonly Wanted[]): Wanted[] =>
  JSON.parse(
    JSON.stringify(program).replaceAll("ops/dev/", "ops/prod/"),
  ) as Wanted[];

/** Returns the same program in another backend. */
const same = (program: readonly Wanted[]): readonly Wanted[] => program;

/** The result of an operation that may fail. */
const reasonOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "",
    (error: unknown) => (error as Error).message,
  );

let program: Wanted[];
let changed: Wanted[];
beforeAll(async () => {
  program = await wholeProgram();
  changed = await wholeProgram({
    quarantineRetentionPeriod: 20,
    spamWords: ["UCE", "SPOOF"],
    domains: [
      { domain: "example.com", lookbackHops: 3 },
      { domain: madeDomain, offboardOnDestroy: true },
    ],
  });
});

test.each([
  ["of another stack", inProduction],
  ["of the same project, stack and resource names in another backend", same],
])(
  "a second UseCase4 %s is refused before it writes, at whatever moment after the first one's first write it begins",
  async (what, theirProgram) => {
    const { world, theirs } = await worldOfTwo();
    const { simulator } = world;
    const [create] = await scenarios();
    if (!create) throw new Error("there is no scenario");
    const stage = await staged(world, create);
    const { requests } = await cleanRun(world, stage);
    const firstWrite = requests.findIndex((one) => one.startsWith("New-"));
    const ofDefault = requests.indexOf("Set-HostedContentFilterPolicy");
    const moments = requests.map((_, index) => index + 1);
    // What refuses the second one depends on what the first one has written: nothing, quarantine policies, or also `Default`.
    const parts = [
      moments.slice(0, firstWrite + 1),
      moments.slice(firstWrite + 1, ofDefault + 1),
      moments.slice(ofDefault + 1),
    ];
    for (const at of parts.flatMap((part) => someOf(part, 1))) {
      const first = stage.begin();
      const second = world.stack(theirs);
      let theirReason: Promise<string> | undefined;
      simulator.faults.add({
        kind: "hook",
        match: { nth: at },
        // Not awaited, so that both run at the same time.
        run: () => {
          theirReason = reasonOf(second.up(theirProgram(program)));
        },
      });
      const ourReason = await reasonOf(first.up(program));
      const reason = (await theirReason) ?? "it did not begin";
      simulator.faults.clear();
      const wrong = world.duplicates().map((name) => `there are two: ${name}`);
      if (at > firstWrite + 1) {
        const written = writesOfTheirs(simulator);
        if (written.length > 0) wrong.push(`wrote ${written.join(", ")}`);
        if (ourReason) wrong.push(`the first fails: ${ourReason}`);
        if (!/a tenant has one use case/.test(reason))
          wrong.push(`is told: ${reason}`);
        const drift = await first.refresh();
        if (drift.length > 0) wrong.push(`drift of the first: ${drift.join()}`);
      } else if (!ourReason && !reason) wrong.push("both have won the race");
      ledger.note(`a second UseCase4 ${what} at request ${at}`, wrong);
    }
    expect(ledger.violations).toEqual([]);
  },
);

test("two stacks with different changes in one tenant at the same time do not affect each other", async () => {
  const { world, theirs } = await worldOfTwo();
  const { simulator } = world;
  const mine = (name: string): string => `Managed by Pulumi: ops/prod/${name}`;
  const beside = (scl: number, days: number): Wanted[] => [
    {
      name: "held",
      kind: "QuarantinePolicy",
      inputs: {
        name: "Held for payroll",
        endUserQuarantinePermissions: ["Preview"],
        adminDisplayName: mine("held"),
      },
    },
    {
      name: "payroll",
      kind: "AntiSpamPolicy",
      inputs: {
        name: "Payroll",
        sentTo: ["payroll@example.net"],
        spamAction: "Quarantine",
        spamQuarantineTag: "Held for payroll",
        quarantineRetentionPeriod: days,
        adminDisplayName: mine("payroll"),
      },
    },
    ...[1, 2, 3].map((number) => ({
      name: `marked-${number}`,
      kind: "TransportRule",
      inputs: {
        name: `Marked ${number}`,
        headerContainsMessageHeader: "X-Marked",
        headerContainsWords: [`${number}`],
        setScl: scl,
        comments: mine(`marked-${number}`),
      },
    })),
  ];
  const before = world.objects();
  for (let round = 0; round < howMany(5, 1); round++) {
    const ours = world.stack();
    const others = world.stack(theirs);
    const wrong: string[] = [];
    const together = async (...work: Promise<unknown>[]): Promise<void> => {
      wrong.push(...(await Promise.all(work.map(reasonOf))).filter(Boolean));
      wrong.push(...world.duplicates());
    };
    await together(ours.up(program), others.up(beside(5, 10)));
    await together(ours.up(changed), others.up(beside(6, 20)));
    wrong.push(...(await ours.refresh()), ...(await others.refresh()));
    wrong.push(...(await ours.preview(changed)));
    wrong.push(...(await others.preview(beside(6, 20))));
    await together(ours.destroy(), others.destroy());
    if (JSON.stringify(world.objects()) !== JSON.stringify(before))
      wrong.push(...simulator.diff());
    ledger.note(`two stacks, round ${round + 1}`, wrong);
  }
  expect(ledger.violations).toEqual([]);
});

test("the same stack twice at the same time, after its restore point exists, creates nothing twice, and the next up completes the work", async () => {
  const { world, theirs } = await worldOfTwo();
  const { simulator } = world;
  const all = (await scenarios()).filter(({ program }) => program);
  for (const scenario of someOf(all, 5)) {
    const stage = await staged(world, scenario);
    // Two new states at the same time are tested above, as a second UseCase4.
    if (stage.begin().state.resources.length === 0) continue;
    const { requests } = await cleanRun(world, stage);
    const moments = requests.map((_, index) => index + 1);
    for (const at of someOf(
      moments.filter((moment) => moment % 4 === 1),
      1,
    )) {
      const one = stage.begin();
      const two = world.stack(theirs);
      two.state = one.state;
      let twice: Promise<string> | undefined;
      simulator.faults.add({
        kind: "hook",
        match: { nth: at },
        run: () => {
          twice = reasonOf(scenario.run(two));
        },
      });
      const reasons = [await reasonOf(scenario.run(one)), (await twice) ?? ""];
      simulator.faults.clear();
      const wrong = world.duplicates().map((name) => `there are two: ${name}`);
      for (const reason of reasons.filter(Boolean))
        if (!/^Cannot /.test(reason)) wrong.push(reason);
      for (const stack of [one, two]) {
        await stack.refresh();
        await stack.up(scenario.program ?? []);
      }
      for (const stack of [one, two]) {
        wrong.push(...(await stack.refresh()));
        wrong.push(...(await stack.preview(scenario.program ?? [])));
      }
      wrong.push(...world.duplicates());
      ledger.note(`${scenario.name} twice, from request ${at}`, wrong);
    }
  }
  expect(ledger.violations).toEqual([]);
});

/** Changes objects that the program does not manage, as an administrator. */
function administer({ tenant, account }: Simulator, times: number): void {
  const note = `seen to ${times} times`;
  tenant.edit("TransportRule", "Disclaimer", { ApplyHtmlDisclaimerText: note });
  tenant.edit("HostedContentFilterPolicy", "Default", { BulkThreshold: 3 });
  for (const { Name } of tenant.transportRules)
    tenant.edit("TransportRule", Name, { PrependSubject: note });
  for (const { domain } of account.domains)
    account.edit(domain, { regions: ["AU"] });
  if (!tenant.find("TransportRule", note))
    tenant.add("TransportRule", { Name: note, SubjectContainsWords: ["x"] });
}

function lost({ tenant, account }: Simulator, had: string[]): string[] {
  const note = "seen to 1 times";
  const wrong: string[] = [];
  const is = (what: string, holds: boolean): void => {
    if (!holds) wrong.push(`lost: ${what}`);
  };
  is(
    "the text of a rule of theirs",
    tenant.find("TransportRule", "Disclaimer")?.["ApplyHtmlDisclaimerText"] ===
      note,
  );
  is("a new rule of theirs", tenant.find("TransportRule", note) !== undefined);
  is(
    "a setting of Default that is not managed",
    tenant.find("HostedContentFilterPolicy", "Default")?.["BulkThreshold"] ===
      3,
  );
  for (const { Name, Guid, PrependSubject } of tenant.transportRules)
    if (had.includes(Guid) && Name !== note)
      is(`an action of ${Name}`, PrependSubject === note);
  for (const { id, domain, regions } of account.domains)
    if (had.includes(id))
      is(`regions of ${domain}`, JSON.stringify(regions) === '["AU"]');
  return wrong;
}

test("changes of an administrator to unmanaged objects at any moment of an operation are kept", async () => {
  const world = await startWorld();
  const { simulator } = world;
  const writing = (await scenarios()).filter(({ refreshes }) => !refreshes);
  for (const scenario of someOf(writing, 5)) {
    const stage = await staged(world, scenario);
    const { requests } = await cleanRun(world, stage);
    const moments = [...requests.entries()].filter(
      ([, request]) => !/^GET entra|^POST entra/.test(request),
    );
    for (const [index, request] of someOf(moments, 1)) {
      const stack = stage.begin();
      const had: string[] = [];
      simulator.faults.add({
        kind: "hook",
        match: { nth: index + 1 },
        run: () => {
          const { tenant, account } = simulator;
          had.push(...tenant.transportRules.map(({ Guid }) => Guid));
          had.push(...account.domains.map(({ id }) => id));
          administer(simulator, 1);
        },
      });
      const reason = await reasonOf(scenario.run(stack));
      simulator.faults.clear();
      const wrong = lost(simulator, had);
      if (reason) wrong.push(reason);
      const drift = await stack.refresh();
      if (drift.length > 0) wrong.push(`drift: ${drift.join(", ")}`);
      if (scenario.program)
        wrong.push(...(await stack.preview(scenario.program)));
      ledger.note(`${scenario.name}, before ${index + 1} ${request}`, wrong);
    }
  }
  expect(ledger.violations).toEqual([]);
});

test("a conflict with an administrator is reported, and the next up after a refresh resolves it", async () => {
  const world = await startWorld();
  const { simulator } = world;
  const settings = { ...world.environment, AREA1_PATIENCE_MS: "1500" };
  const back: readonly [string, (simulator: Simulator) => void][] = [
    [
      "Set-TransportRule",
      ({ tenant }) =>
        void tenant.edit(
          "TransportRule",
          "Email Security User Quarantine Message",
          { HeaderContainsWords: ["THEIRS"] },
        ),
    ],
    [
      "Set-HostedContentFilterPolicy",
      ({ tenant }) =>
        void tenant.edit("HostedContentFilterPolicy", "Default", {
          QuarantineRetentionPeriod: 3,
        }),
    ],
    [
      "PATCH",
      ({ account }) => void account.edit("example.com", { lookback_hops: 9 }),
    ],
  ];
  const update = (await scenarios()).find(({ name }) => name === "repair");
  if (!update) throw new Error("there is no scenario");
  const stage = await staged(world, {
    ...update,
    run: (one) => one.up(changed),
  });
  for (const [write, edit] of back) {
    const stack = stage.begin(settings);
    simulator.faults.add({
      kind: "hook",
      when: "after",
      match: write === "PATCH" ? { method: write } : { cmdlet: write },
      run: () => edit(simulator),
    });
    const reason = await reasonOf(stack.up(changed));
    const told = [reason, ...(await stack.warnings())].join("\n");
    simulator.faults.clear();
    const wrong: string[] = [];
    if (!/does not show it yet|Cannot update/.test(told))
      wrong.push(`nothing is said of it: ${told}`);
    stack.environment = world.environment;
    const drift = await stack.refresh();
    const changes = await stack.preview(changed);
    if (drift.length + changes.length === 0)
      wrong.push("neither a refresh nor a preview shows it");
    await stack.up(changed);
    wrong.push(...(await stack.preview(changed)), ...(await stack.refresh()));
    ledger.note(`a race lost at ${write}`, wrong);
  }
  expect(ledger.violations).toEqual([]);
});
