// The components UseCase1 to UseCase5 over the handlers: what each of them writes, where mail then goes, and what a switch writes.
import { egressIpRanges } from "../lib/egress";
import type { AnyUseCaseArgs } from "../lib/use-case-args";
import { useCaseNumbers, type UseCase } from "../mail-flow/use-cases";
import { startWorld, type World } from "./promises/world";
import { inlineProgramOf, programOf, type Stack } from "./sweep/stack";

jest.setTimeout(600_000);

let world: World;
let stack: Stack;
beforeEach(async () => {
  world = await startWorld({
    seed: { accounts: [{ zones: ["example.com"] }] },
  });
  stack = world.stack();
});

const up = async (useCase: UseCase, more: Partial<AnyUseCaseArgs> = {}) =>
  stack.up(await programOf({ domains: ["example.com"], ...more }, useCase));

const words = ["UCE", "SPAM", "SPOOF"];
const release = {
  user: "UserNotifyUserRelease",
  admin: "UserNotifyAdminRelease",
};
const junk = { words: ["BULK"], SetSCL: 5 };

/** What each use case sets, by Cloudflare's tutorials with the words that headers carry, and what the newest pages lack. */
const wanted = {
  1: {
    drops: ["MALICIOUS", "MALICIOUS-BEC", "SPAM", "SPOOF"],
    quarantines: [release.admin],
    spam: ["MoveToJmf"],
    others: [release.admin, release.admin, release.admin],
    rules: { "Deliver to Junk Email folder": junk },
  },
  2: {
    drops: ["MALICIOUS", "MALICIOUS-BEC"],
    quarantines: [release.user, release.admin],
    spam: ["MoveToJmf"],
    others: [release.user, release.admin, release.admin],
    rules: {
      "Hold Malicious Message": { words: ["MALICIOUS"], Quarantine: true },
      "User Quarantine Message": { words, SetSCL: 9 },
      "Deliver to Junk Email folder": junk,
    },
  },
  3: {
    drops: [],
    quarantines: [release.admin],
    spam: ["MoveToJmf"],
    others: [release.admin, release.admin, release.admin],
    rules: {
      "User Quarantine Message": { words: ["MALICIOUS", ...words], SetSCL: 9 },
      "Deliver to Junk Email folder": junk,
    },
  },
  4: {
    drops: [],
    quarantines: [release.user, release.admin],
    spam: ["Quarantine", release.user],
    others: [release.admin, release.admin, release.admin],
    rules: {
      "User Quarantine Message Admin Release": {
        words: ["MALICIOUS"],
        SetSCL: 9,
      },
      "User Quarantine Message": { words, SetSCL: 5 },
    },
  },
  5: {
    drops: [],
    quarantines: [],
    spam: ["MoveToJmf"],
    others: [
      "AdminOnlyAccessPolicy",
      "AdminOnlyAccessPolicy",
      "AdminOnlyAccessPolicy",
    ],
    rules: {
      "Admin Managed Host Quarantine": {
        words: ["MALICIOUS", ...words],
        Quarantine: true,
      },
      "Deliver to Junk Email folder": junk,
    },
  },
} as const;

const sorted = (texts: unknown): string[] => [...(texts as string[])].sort();

/** Checks that the tenant has what a use case sets, and nothing of another one. */
function expectUseCase(useCase: UseCase): void {
  const { tenant, account } = world.simulator;
  const { drops, quarantines, spam, others, rules } = wanted[useCase];
  expect(account.domains).toMatchObject([{ domain: "example.com" }]);
  expect(sorted(account.domains[0]?.["drop_dispositions"])).toEqual(
    [...drops].sort(),
  );
  const policy = tenant.find("HostedContentFilterPolicy", "Default") ?? {};
  const [action, tag] = spam;
  expect(policy).toMatchObject({
    SpamAction: action,
    ...(tag !== undefined && { SpamQuarantineTag: tag }),
    HighConfidenceSpamAction: "Quarantine",
    HighConfidenceSpamQuarantineTag: others[0],
    PhishSpamAction: "Quarantine",
    PhishQuarantineTag: others[1],
    HighConfidencePhishAction: "Quarantine",
    HighConfidencePhishQuarantineTag: others[2],
    QuarantineRetentionPeriod: 15,
  });
  expect(
    Object.values(release).filter((name) =>
      tenant.find("QuarantinePolicy", name),
    ),
  ).toEqual(quarantines);
  const expected = (["Area 1", "Email Security"] as const).flatMap((product) =>
    Object.entries<{ readonly words: readonly string[] }>(rules).map(
      ([name, { words, ...actions }]) => [
        `${product} ${name}`,
        {
          HeaderContainsMessageHeader:
            product === "Area 1"
              ? "X-Area1Security-Disposition"
              : "X-CFEmailSecurity-Disposition",
          HeaderContainsWords: [...words].sort(),
          ...actions,
        },
      ],
    ),
  );
  const found = tenant.transportRules.map((rule) => [
    rule.Name,
    {
      HeaderContainsMessageHeader: rule["HeaderContainsMessageHeader"],
      HeaderContainsWords: sorted(rule["HeaderContainsWords"]),
      ...(rule["SetSCL"] === undefined || rule["SetSCL"] === null
        ? {}
        : { SetSCL: Number(rule["SetSCL"]) }),
      ...(rule["Quarantine"] === true && { Quarantine: true }),
    },
  ]);
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected));
  for (const rule of tenant.transportRules)
    expect(rule["SenderIpRanges"]).toHaveLength(egressIpRanges.length);
}

/** Where the simulator sends mail of the dispositions that the use cases route. */
const ends = () =>
  (["MALICIOUS", "SPAM", "SPOOF", "BULK"] as const).map((disposition) => {
    const { outcome, release } = world.simulator.mail.where({
      recipient: "someone@example.com",
      disposition,
    });
    return release && outcome === "quarantine" ? release : outcome;
  });
const dropped = "droppedByCloudflare";
const hosted = "hostedQuarantine";

/** The same, by the tutorials. Bulk is Microsoft's own in use case 4, and the simulator's message has no verdict of Microsoft's. */
const destinations = {
  1: [dropped, dropped, dropped, "junk"],
  2: [dropped, "recipient", "recipient", "junk"],
  3: ["request", "request", "request", "junk"],
  4: ["request", "recipient", "recipient", "inbox"],
  5: [hosted, hosted, hosted, "junk"],
} as const;

test.each(useCaseNumbers)(
  "use case %d sets what the tutorial says, shows no change afterwards, and is taken back",
  async (useCase) => {
    const before = world.objects();
    await up(useCase);
    expectUseCase(useCase);
    expect(await stack.refresh()).toEqual([]);
    expect(
      await stack.preview(
        await programOf({ domains: ["example.com"] }, useCase),
      ),
    ).toEqual([]);
    expect(ends()).toEqual(destinations[useCase]);
    await stack.destroy();
    world.simulator.account.domains.splice(0);
    expect(world.objects()).toEqual(before);
  },
);

test("a switch changes what both use cases have in place, and removes the rest last", async () => {
  await up(4);
  const { tenant } = world.simulator;
  const rule = "Email Security User Quarantine Message";
  const before = tenant.find("TransportRule", rule)?.Guid;
  expect(await up(3)).toEqual([
    "update mail-restore-point",
    // Before the administrator's rule goes.
    "update mail-area1-user",
    "update mail-cloudflare-user",
    "update mail-anti-spam",
    "create mail-area1-junk",
    "create mail-cloudflare-junk",
    "delete mail-cloudflare-admin",
    "delete mail-area1-admin",
    "delete mail-user-quarantine",
  ]);
  expectUseCase(3);
  expect(tenant.find("TransportRule", rule)?.Guid).toBe(before);
});

test("a chain of switches ends in the last use case, and a destroy restores what was before the first", async () => {
  const { tenant, account } = world.simulator;
  tenant.edit("HostedContentFilterPolicy", "Default", {
    SpamAction: "Quarantine",
    SpamQuarantineTag: "DefaultFullAccessPolicy",
    QuarantineRetentionPeriod: 20,
  });
  // A host and a number of hops cannot be cleared.
  account.add({
    domain: "example.com",
    drop_dispositions: ["MALICIOUS"],
    lookback_hops: 1,
    transport: "example-com.mail.protection.outlook.com",
  });
  const before = world.objects();
  for (const useCase of [5, 2, 3, 1] as const) {
    await up(useCase);
    expectUseCase(useCase);
    expect(ends()).toEqual(destinations[useCase]);
    expect(await stack.refresh()).toEqual([]);
  }
  await stack.destroy();
  expect(world.objects()).toEqual(before);
});

test("use case 1 holds Malicious that arrives all the same, if the program says so", async () => {
  await up(1, { holdMalicious: true });
  world.simulator.account.edit("example.com", { drop_dispositions: [] });
  expect(ends()).toEqual([hosted, "inbox", "inbox", "junk"]);
});

test("a rule for Junk with SUSPICIOUS is adopted only if the program sets the words", async () => {
  world.simulator.tenant.add("TransportRule", {
    Name: "Email Security Deliver to Junk Email folder",
    HeaderContainsMessageHeader: "X-CFEmailSecurity-Disposition",
    HeaderContainsWords: ["SUSPICIOUS", "BULK"],
    SenderIpRanges: [...egressIpRanges],
    SetSCL: 5,
  });
  const rule = () =>
    world.simulator.tenant.find(
      "TransportRule",
      "Email Security Deliver to Junk Email folder",
    );
  await expect(up(3, { adopt: true })).rejects.toThrow(
    /Cannot begin, and nothing was written: the transport rule "Email Security Deliver to Junk Email folder" has SUSPICIOUS in headerContainsWords, which this program would take out\. Set junkWords to/,
  );
  expect(rule()).toMatchObject({ HeaderContainsWords: ["SUSPICIOUS", "BULK"] });
  await up(3, { adopt: true, junkWords: ["SUSPICIOUS", "BULK"] });
  expect(rule()).toMatchObject({ HeaderContainsWords: ["SUSPICIOUS", "BULK"] });
});

test.each([
  [1, { spamWords: ["UCE"] }, "spamWords: is not a property of UseCase1"],
  [2, { spamScl: 9 }, "spamScl: is not a property of UseCase2"],
  [3, { userQuarantineName: "Ours" }, "userQuarantineName: is not a property"],
  [4, { junkWords: ["BULK"] }, "junkWords: is not a property of UseCase4"],
  [5, { adminQuarantineName: "Ours" }, "adminQuarantineName: is not a"],
  [2, { spamWords: ["MALICIOUS"] }, "spamWords: has MALICIOUS"],
  [1, { holdMalicious: "yes" as never }, "holdMalicious: must be true or"],
  [5, { domains: [] }, "domains: must not be empty"],
] as const)("use case %d refuses %j", async (useCase, args, reason) => {
  await expect(up(useCase, args)).rejects.toThrow(reason);
  expect(world.simulator.log.filter(({ write }) => write)).toEqual([]);
});

test("a word of grave mail may be among those of spam where no recipient releases them", async () => {
  await up(3, { spamWords: ["UCE", "MALICIOUS"] });
  expect(ends()[0]).toBe("request");
});

test("the inline deployment has any use case, and becomes another one", async () => {
  const inline = async (useCase?: UseCase) =>
    stack.up(
      await inlineProgramOf({
        domains: ["example.com"],
        ...(useCase !== undefined && { useCase }),
      }),
    );
  await inline();
  expectUseCase(4);
  for (const useCase of [1, 5] as const) {
    await inline(useCase);
    expectUseCase(useCase);
  }
  // Back to the use case alone.
  await up(5);
  expectUseCase(5);
  await expect(inline(6 as never)).rejects.toThrow(
    "useCase: must be 1, 2, 3, 4 or 5",
  );
});
