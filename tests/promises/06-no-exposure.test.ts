// After every write, watchman.ts follows all mail that the program guards through the simulator: every class of mail that tenant and
// account treat differently (watched-mail.ts), with all possible values of what is unknown (mail-moment.ts). It watches random stacks
// (exposure-lives.ts) in random tenants (random-tenants.ts): programs, edits by hand, refreshes, `--target`, `--exclude`, `--replace`, in
// any order that the dependencies allow. It is a violation if mail gets nearer to its recipient or is lost, or if a write is refused that
// would not cause that.
import fc from "fast-check";

import { egressIpRanges } from "../../lib/egress";
import * as model from "../../mail-flow/exposure";
import type { Harm } from "../../mail-flow/exposure";
import { genuineProcess } from "../conformance/genuine-process";
import type { Platform } from "../conformance/platform";
import type { Stack, Wanted } from "../sweep/stack";
import { howMany, someOf, times } from "../sample";
import {
  anyLife,
  edits,
  guardRefusal,
  lived,
  resourcesOf,
  type Args,
} from "./exposure-lives";
import { expectGood, expectGoodLives } from "./good-lives";
import { ledgerFor } from "./ledger";
import { leave, type Deed } from "./random-tenants";
import { leftTenants } from "./tenants";
import { startWorld, type World } from "./world";

// Long, because the machine may be busy.
jest.setTimeout(3_600_000 * times);

const ledger = ledgerFor(6);

/** Number of random lives in Pulumi's provider process. Those that call the handlers are in 06-random-lives-*.test.ts. */
const inProcessLives = howMany(10, 1);

let world: World;
let inItsProcess: Platform;
beforeAll(async () => {
  world = await startWorld({ seed: {} });
  ({ platform: inItsProcess } = await genuineProcess());
});

const untouched = "nobody has touched";
const wholeLife = {
  adopt: true,
  leaves: false,
  order: [0],
  steps: [
    {
      edited: [],
      refresh: false,
      program: "as it comes",
      how: { option: "all", picks: [] },
    },
  ],
} as const;

test("exposes and loses no mail, and refuses no harmless write, in Pulumi's provider process", () =>
  expectGoodLives(world, ledger, inProcessLives, inItsProcess));

describe("The test of a random life", () => {
  afterEach(() => jest.restoreAllMocks());

  /** Returns the first violations in random lives with another guard. */
  async function wrongIn(harms: () => Harm[]): Promise<string[]> {
    for (const life of fc.sample(anyLife, { seed: 6, numRuns: 60 })) {
      jest.spyOn(model, "harmsOf").mockImplementation(harms);
      const { wrong } = await lived(world, life);
      if (wrong.length > 0) return wrong;
    }
    return [];
  }

  test("finds mail that gets nearer or is lost if the guard refuses nothing", async () => {
    const wrong = await wrongIn(() => []);
    expect(wrong.join("\n")).toMatch(/ was .+ and (is|may be lost) /);
  });

  test("finds unnecessary refusals if the guard refuses everything", async () => {
    const harm: Harm = {
      kind: "exposed",
      mail: "all mail",
      recipients: "everybody",
      before: "away",
      after: "inbox",
      decided: {
        object: "message",
        property: "",
        value: null,
        why: "it is so",
      },
    };
    const wrong = await wrongIn(() => [harm]);
    expect(wrong.join("\n")).toMatch(/^needless: /m);
  });
});

test.each(someOf(leftTenants, 3))(
  "exposes and loses nothing in a tenant that $name",
  async ({ name }) => {
    for (const order of [[0], [7, 5, 3, 2, 1]])
      await expectGood(world, ledger, {
        ...wholeLife,
        tenant: { base: name, deeds: [] },
        order,
      });
  },
);

/** Creates a stack in one of these tenants. */
function begun(
  base: string,
  deeds: readonly Deed[] = [],
  platform: Platform = world.platform,
): Stack {
  leave(world.simulator, { base, deeds });
  return world.stack(world.environment, platform);
}

const writes = () => world.simulator.log.filter(({ write }) => write).length;

/** Expects a refusal before any write, with the reason and what to do. */
async function expectRefused(run: Promise<unknown>): Promise<void> {
  const before = writes();
  await expect(run).rejects.toThrow(guardRefusal);
  expect(writes()).toBe(before);
}

test.each(
  someOf(
    leftTenants.filter(({ refused }) => refused),
    2,
  ),
)("a tenant that $name is refused before the first write", async ({ name }) => {
  await expectRefused(begun(name).up(await resourcesOf({})));
});

const malicious: Deed = { domain: "example.com", dropped: ["MALICIOUS"] };
const headers = [
  "X-CFEmailSecurity-Disposition",
  "X-Area1Security-Disposition",
] as const;

describe("A domain that drops Malicious is not delivered", () => {
  test.each(
    someOf<[string, Deed]>(
      [
        [
          "a rule bypasses for Cloudflare's addresses and ends the processing",
          {
            rule: {
              Name: "Somebody's",
              SenderIpRanges: [...egressIpRanges],
              SetSCL: -1,
              StopRuleProcessing: true,
            },
            first: true,
          },
        ],
        [
          "a rule bypasses for one of Cloudflare's addresses and ends the processing",
          {
            rule: {
              Name: "Somebody's",
              SenderIpRanges: ["104.30.32.7"],
              SetSCL: -1,
              StopRuleProcessing: true,
            },
            first: true,
          },
        ],
        ...headers.map((header): [string, Deed] => [
          `a rule removes ${header}`,
          {
            rule: { Name: "Somebody's", RemoveHeader: header },
            first: true,
          },
        ]),
        ...headers.map((header): [string, Deed] => [
          `a rule sets ${header} to another value`,
          {
            rule: {
              Name: "Somebody's",
              SetHeaderName: header,
              SetHeaderValue: "NONE",
            },
            first: true,
          },
        ]),
        [
          "all of Cloudflare's addresses are on the IP Allow List",
          { allowed: egressIpRanges },
        ],
        [
          "one of Cloudflare's addresses is on the IP Allow List",
          { allowed: ["104.30.32.7"] },
        ],
      ],
      4,
    ),
  )("where %s", async (_name, deed) => {
    for (const args of [{}, { failOn: "failed" }] satisfies Args[])
      await expectRefused(
        begun(untouched, [malicious, deed]).up(await resourcesOf(args)),
      );
  });
});

test("a rule after the program's rules that bypasses the filter for other mail is no reason to refuse", async () => {
  const rule = {
    Name: "Somebody's",
    SenderIpRanges: ["198.51.100.0/24"],
    SetSCL: -1,
    StopRuleProcessing: true,
  };
  const stack = begun(untouched, [malicious, { rule, first: true }]);
  await stack.up(await resourcesOf({}));
  expect(dropped()).toEqual([]);
});

const dropped = () =>
  world.simulator.account.find("example.com")?.["drop_dispositions"];
const domain = "mail-domain-example.com";
const dropping: Args = {
  domains: [
    { domain: "example.com", dropDispositions: ["MALICIOUS"] },
    "example.org",
  ],
};

describe.each(
  someOf(
    [
      ["the handlers", () => world.platform],
      ["Pulumi's own provider process", () => inItsProcess],
    ] as const,
    1,
  ),
)("Over %s", (_name, platform) => {
  test.each(
    someOf(
      [
        "the administrator's rule is off",
        "the administrator's rule only watches",
        "the administrator's rule has an exception",
        "the administrator's rule has lost its word",
        "the administrator's quarantine is open",
        "a policy before Default puts high confidence spam into Junk",
        "a rule bypasses for an address of Cloudflare's",
      ],
      3,
    ),
  )(
    "a domain whose Malicious Cloudflare drops is not delivered while %s, whatever the up is for",
    async (edit) => {
      const stack = begun(untouched, [malicious], platform());
      await stack.up(await resourcesOf(dropping));
      edits[edit]?.(world.simulator);
      const delivering = await resourcesOf({
        domains: [
          { domain: "example.com", dropDispositions: [] },
          "example.org",
        ],
      });
      const others = delivering
        .map(({ name }) => name)
        .filter((name) => name !== domain);
      for (const choice of [{}, { target: [domain] }, { exclude: others }])
        await expectRefused(stack.up(delivering, choice));
      expect(dropped()).toEqual(["MALICIOUS", "MALICIOUS-BEC"]);
    },
  );
});

test("mail with another word is guarded like Malicious", async () => {
  const words = ["MALICIOUS", "SUSPICIOUS"];
  const bypass: Deed = {
    rule: { Name: "Somebody's", SetSCL: -1, StopRuleProcessing: true },
    first: true,
  };
  const suspicious: Deed = { domain: "example.com", dropped: ["SUSPICIOUS"] };
  const stack = begun(untouched, [suspicious, bypass]);
  await expectRefused(stack.up(await resourcesOf({ maliciousWords: words })));
  await stack.up(await resourcesOf({}));
  expect(dropped()).toEqual([]);
});

test("a rule for a word of the program is not deleted while no other rule quarantines this mail", async () => {
  const args: Args = { maliciousWords: ["PHISH"] };
  const stack = begun(untouched);
  await stack.up(await resourcesOf(args));
  edits["the administrator's rule is off"]?.(world.simulator);
  await expect(
    stack.up(await resourcesOf({ ...args, header: "cloudflare" })),
  ).rejects.toThrow(guardRefusal);
  expect(
    world.simulator.tenant.find(
      "TransportRule",
      "Area 1 User Quarantine Message Admin Release",
    ),
  ).toBeDefined();
});

test("mail that is dropped only as MALICIOUS-BEC is guarded like Malicious", async () => {
  const bec: Deed = { domain: "example.com", dropped: ["MALICIOUS-BEC"] };
  const bypass: Deed = {
    rule: { Name: "Somebody's", SetSCL: -1, StopRuleProcessing: true },
    first: true,
  };
  await expectRefused(
    begun(untouched, [bec, bypass]).up(await resourcesOf({})),
  );
});

const alone = (dropDispositions?: string[]): Wanted[] => [
  {
    kind: "Area1Domain",
    name: "alone",
    inputs: {
      domain: "example.com",
      ...(dropDispositions && { dropDispositions }),
    },
  },
];

test("a domain without dropDispositions does not change what is dropped, and one that drops nothing is guarded", async () => {
  const stack = begun(untouched, [malicious]);
  await stack.up(alone());
  expect(dropped()).toEqual(["MALICIOUS"]);
  await expectRefused(stack.up(alone([])));
});

test("a custom policy that deletes high confidence spam is a reason to refuse: Malicious would be lost", async () => {
  await expectRefused(
    begun(untouched, [{ policy: { HighConfidenceSpamAction: "Delete" } }]).up(
      await resourcesOf({}),
    ),
  );
});

test("destroy does not let recipients release from a quarantine to which it sends malicious mail again", async () => {
  const useCase1 = leftTenants.find(({ name }) =>
    name.startsWith("use case 1"),
  );
  const stack = begun(useCase1?.name ?? "");
  await stack.up(await resourcesOf({}));
  await stack.up(await resourcesOf({ adminQuarantineName: "For admins" }));
  await expectRefused(
    stack.up(
      await resourcesOf({
        userQuarantineName: "UserNotifyAdminRelease",
        adminQuarantineName: "For admins",
      }),
    ),
  );
});
