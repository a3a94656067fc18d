import { addressSet } from "./address-set";
import { directSend } from "./direct-send";
import { result, named, step, unread, type Way } from "./result";
import {
  attribution,
  because,
  type Attributed,
  type Attribution,
  type Recipient,
} from "./inbound-connectors";
import type { Origin } from "./mail";
import type { Step } from "./path";
import { rememberedOf } from "./remembered";
import type { Snapshot } from "./snapshot";
import type { ThreeValued } from "./three-valued";

/** The result of the connection alone. */
interface Connected {
  /** The ways of a message that is refused or may be refused. */
  readonly ended: readonly Way[];
  /** Undefined if the message is certainly refused. */
  readonly passed?: Passed;
}

interface Passed {
  /** Whether the IP Allow List lets the message skip spam filtering; undefined if unknown. */
  readonly allowed: ThreeValued;
  readonly steps: readonly Step[];
}

/**
 * Prepares inbound connectors, the setting for Direct Send, and the connection filter, first for mail of an origin, then for its
 * recipients.
 */
export function connection(
  snapshot: Pick<
    Snapshot,
    "inboundConnectors" | "connectionFilters" | "organization"
  >,
): (origin: Origin) => (to: Recipient) => Connected {
  const { concerns, rejects } = directSend(snapshot);
  const attributed = attribution(snapshot.inboundConnectors, {
    asksMatch: concerns,
  });
  const filter = connectionFilter(snapshot.connectionFilters);
  return (origin) => {
    const attributedFor = attributed(origin);
    const connect = (one: Attributed): Connected => {
      if ("result" in one) return { ended: [one] };
      const rejection = rejects(origin, one.matched);
      if (!rejection) return after(one.steps, filter(origin, one.skips));
      const { ended, passed } = rejection;
      const others: Connected = passed
        ? after(passed, filter(origin, one.skips))
        : { ended: [] };
      return after(one.steps, {
        ...others,
        ended: [...ended, ...others.ended],
      });
    };
    // Results are reused, because they are usually the same for all recipients.
    const connected = rememberedOf(({ possible, doubts }: Attribution) => {
      const [first, ...others] = possible;
      return others.length === 0
        ? connect(first)
        : anyOf([connect(first), ...others.map(connect)], doubts);
    });
    return (to) => connected(attributedFor(to));
  };
}

/** Returns a result with the given steps before its own. */
function after(
  before: readonly Step[],
  { ended, passed }: Connected,
): Connected {
  const preceded = <T extends { readonly steps: readonly Step[] }>(one: T) => ({
    ...one,
    steps: before.concat(one.steps),
  });
  return {
    ended: ended.map(preceded),
    ...(passed && { passed: preceded(passed) }),
  };
}

/** Returns one result for several possible ones. If they differ, the doubts are its first steps. */
function anyOf(
  all: readonly [Connected, ...Connected[]],
  doubts: readonly Step[],
): Connected {
  const decisions = new Set(
    all.map(({ ended, passed }) =>
      [
        ...new Set(ended.map(({ result }) => result.outcome)),
        passed ? `passed ${passed.allowed}` : "",
      ].join(),
    ),
  );
  if (decisions.size === 1) return all[0];
  const passed = all.flatMap((one) => one.passed ?? []);
  const allowed = new Set(passed.map((one) => one.allowed));
  const open = passed.find((one) => one.allowed === undefined) ?? passed[0];
  return after(doubts, {
    ended: all.flatMap((one) => one.ended),
    ...(open && {
      passed: {
        allowed: allowed.size > 1 ? undefined : open.allowed,
        steps: open.steps,
      },
    }),
  });
}

function connectionFilter(
  part: Snapshot["connectionFilters"],
): (origin: Origin, skips: string | undefined) => Connected {
  if ("unavailable" in part) {
    const why = unread(
      "HostedConnectionFilterPolicy",
      "the connection filter was not read",
      part.unavailable,
    );
    return () => ({ ended: [], passed: { allowed: undefined, steps: [why] } });
  }
  const filter = part.value.find(({ isDefault }) => isDefault) ?? part.value[0];
  const unlisted: Connected = {
    ended: [],
    passed: { allowed: false, steps: [] },
  };
  if (!filter) return () => unlisted;
  const allowList = addressSet(filter.ipAllowList);
  const blockList = addressSet(filter.ipBlockList);
  return ({ sourceIp }, skips) => {
    const allowed = allowList(sourceIp) === true;
    const blocked = !allowed && blockList(sourceIp) === true;
    if (!allowed && !blocked) return unlisted;
    const steps = [
      step(
        named("HostedConnectionFilterPolicy", filter.name),
        allowed ? "ipAllowList" : "ipBlockList",
        sourceIp,
        allowed
          ? "the address that hands the message over is on the IP Allow List, which asks to skip spam filtering"
          : "the address that hands the message over is on the IP Block List, so that the message is rejected",
      ),
    ];
    if (skips === undefined)
      return allowed
        ? { ended: [], passed: { allowed: true, steps } }
        : { ended: [{ result: result("rejected"), steps }] };
    steps.push(
      because(
        { name: skips },
        "efSkipLastIp",
        true,
        "Enhanced Filtering looks behind this address, and whether the connection filter's lists still see it is not documented",
      ),
    );
    return {
      ended: blocked ? [{ result: result("rejected"), steps }] : [],
      passed: { allowed: allowed ? undefined : false, steps },
    };
  };
}
