import type { SimulatorState } from "../../simulator/index";
import { hostedContentFilterPolicy } from "../../simulator/exchange/hosted-content-filter-policy";
import type { Environment, Platform } from "../conformance/platform";
import type { Stack, StackState, Wanted } from "../sweep/stack";
import { madeDomain, wholeProgram } from "./programs";
import type { World } from "./world";

/** An operation on a whole program, with the preceding steps. */
export interface Scenario {
  readonly name: string;
  /** The preceding steps, at the vendors and in the stack. */
  before?(world: World, stack: Stack): Promise<unknown>;
  /** The operation. */
  run(stack: Stack): Promise<unknown>;
  /** Whether the operation only reads. */
  readonly refreshes?: true;
  /** The program at that time; undefined if everything is destroyed. */
  readonly program?: Wanted[];
}

/** The names of the objects in {@link scenarios}. */
const userQuarantine = "UserNotifyUserRelease";
const userRule = "Email Security User Quarantine Message";

/** Returns the scenarios: create, adopt, update, rename, switch, replace, repair, refresh, shrink and destroy, of the whole program. */
export async function scenarios(): Promise<Scenario[]> {
  const program = await wholeProgram();
  const adopting = await wholeProgram({ adopt: true }, { adopt: true });
  const changed = await wholeProgram(
    {
      quarantineRetentionPeriod: 20,
      spamWords: ["UCE", "SPOOF"],
      endUserSpamNotificationFrequency: "7.00:00:00",
      domains: [
        { domain: "example.com", lookbackHops: 3 },
        { domain: madeDomain, offboardOnDestroy: true, lookbackHops: 4 },
      ],
    },
    {
      spamAction: "Redirect",
      redirectToRecipients: ["abuse@example.net"],
      spamQuarantineTag: undefined,
    },
  );
  const renamed = await wholeProgram(
    { userQuarantineName: "Spam for its recipient" },
    { name: "Finance and audit" },
  );
  const smaller = (await wholeProgram({ domains: ["example.com"] })).filter(
    ({ name }) => name !== "finance",
  );
  const switched = await wholeProgram({}, {}, 2);
  const up = (_: World, stack: Stack) => stack.up(program);
  return [
    { name: "create", run: (stack) => stack.up(program), program },
    {
      name: "adopt",
      before: (world) => Promise.resolve(putInTheWay(world)),
      run: (stack) => stack.up(adopting),
      program: adopting,
    },
    {
      name: "update",
      before: up,
      run: (stack) => stack.up(changed),
      program: changed,
    },
    {
      name: "rename",
      before: up,
      run: (stack) => stack.up(renamed),
      program: renamed,
    },
    {
      name: "switch to another use case",
      before: up,
      run: (stack) => stack.up(switched),
      program: switched,
    },
    {
      name: "replace",
      before: up,
      run: (stack) => stack.up(program, { replace: true }),
      program,
    },
    {
      name: "shrink",
      before: up,
      run: (stack) => stack.up(smaller),
      program: smaller,
    },
    {
      name: "refresh",
      before: up,
      run: (stack) => stack.refresh(),
      refreshes: true,
      program,
    },
    {
      name: "refresh after changes by hand",
      before: async (world, stack) => {
        await stack.up(program);
        changeByHand(world);
      },
      run: (stack) => stack.refresh(),
      refreshes: true,
      program,
    },
    {
      name: "repair",
      before: async (world, stack) => {
        await stack.up(program);
        changeByHand(world);
        await stack.refresh();
      },
      run: (stack) => stack.up(program),
      program,
    },
    { name: "destroy", before: up, run: (stack) => stack.destroy() },
    {
      name: "restore",
      before: async (world, stack) => {
        putInTheWay(world);
        await stack.up(adopting);
      },
      run: (stack) => stack.destroy(),
    },
  ];
}

/** Creates unrelated objects with the names of the program's. */
function putInTheWay({ simulator: { tenant } }: World): void {
  tenant.add("QuarantinePolicy", {
    Name: userQuarantine,
    EndUserQuarantinePermissionsValue: 23,
    ESNEnabled: false,
  });
  tenant.add("TransportRule", {
    Name: userRule,
    Comments: "by hand",
    HeaderContainsMessageHeader: "X-Something",
    HeaderContainsWords: ["else"],
    SetSCL: 6,
  });
  tenant.hostedContentFilterPolicies.push(
    hostedContentFilterPolicy({ Name: "Finance", SpamAction: "MoveToJmf" }),
  );
  tenant.add("HostedContentFilterRule", {
    Name: "Finance",
    HostedContentFilterPolicy: "Finance",
    RecipientDomainIs: ["example.net"],
  });
}

/** Changes a value of every kind, and removes a rule and a policy. */
function changeByHand({ simulator: { tenant, account } }: World): void {
  tenant.edit("TransportRule", userRule, { SetSCL: 6 });
  tenant.remove("TransportRule", `${userRule} Admin Release`);
  tenant.edit("QuarantinePolicy", userQuarantine, { ESNEnabled: false });
  tenant.edit("HostedContentFilterPolicy", "Default", {
    QuarantineRetentionPeriod: 3,
  });
  tenant.edit("HostedContentFilterPolicy", "Finance", {
    SpamAction: "MoveToJmf",
  });
  account.edit(madeDomain, { lookback_hops: 9 });
}

/** A scenario that can be started repeatedly. */
export interface Stage {
  readonly scenario: Scenario;
  /** Restores the vendors' objects before the operation, empties the log, and returns the stack at that moment. */
  begin(environment?: Environment, platform?: Platform): Stack;
}

/** Runs the steps before a scenario's operation once. */
export async function staged(world: World, scenario: Scenario): Promise<Stage> {
  const { simulator } = world;
  simulator.reset();
  const stack = world.stack();
  await scenario.before?.(world, stack);
  const there: SimulatorState = simulator.snapshot();
  const kept: StackState = stack.state;
  return {
    scenario,
    begin(environment, platform) {
      simulator.faults.clear();
      simulator.restore(there);
      simulator.log.length = 0;
      const begun = world.stack(environment, platform);
      begun.state = kept;
      return begun;
    },
  };
}
