import { commonSteps, result, named, step, type Way } from "./result";
import { grouped } from "./grouped";
import type { Headers, Mail } from "./mail";
import { list } from "./names";
import type { Step } from "./path";
import type { Candidate } from "./ready-rule";
import type { Ending } from "./rule-effect";
import { allHold } from "./rule-match";
import type { TransportRule } from "./snapshot";

/**
 * The largest number of states of one message that are followed. A rule whose result is unknown can double the number, if a later rule
 * tests what it changes. If there are more, the outcome is `notDocumented`.
 */
export const mostStates = 64;

/** The number of days for which mail that a rule quarantined is kept. @see https://learn.microsoft.com/defender-office-365/quarantine-about */
const hostedRetentionDays = 30;

/** The effect of rules on a message that continues. */
export interface Passed {
  readonly scl: number | null;
  readonly steps: readonly Step[];
}

/** The effect of rules on a message: it ends at a rule, or continues. There are several results if it is unknown whether a rule matches. */
export interface AfterRules {
  readonly ended: readonly Way[];
  readonly passed: readonly Passed[];
}

/** The effect of the rules so far on a message, for one of the possible results of unknown conditions. */
interface State extends Passed {
  readonly headers: Headers;
}

/** Applies the rules that match a message and its recipient, or may match. */
export function throughRules(
  candidates: readonly Candidate[],
  mail: Mail,
  headers: Headers,
): AfterRules {
  const ended = new Map<string, Way>();
  const stopped = new Map<string, State>();
  const undecided = new Set<string>();
  let going: Iterable<State> = [{ scl: null, headers, steps: [] }];
  for (const applicable of applicableTo(candidates, mail)) {
    const { ready, truth, matters, watching, testedLater } = applicable;
    const { rule, effect } = ready;
    const next = new Map<string, State>();
    const goOn = (state: State) => keep(next, keyOf(state, testedLater), state);
    for (const state of going) {
      const { scl, headers } = state;
      const matches = allHold(truth, ready.ofState, { mail, headers, scl });
      if (matches === false || (matches === undefined && !matters)) {
        goOn(state);
        continue;
      }
      if (watching) {
        goOn(withSteps(state, watching));
        continue;
      }
      let before = state;
      if (matches === undefined) {
        undecided.add(rule.name);
        before = withSteps(state, doubt(rule));
        goOn(before);
      }
      const after: State = {
        scl: effect.scl ?? scl,
        headers: effect.headers(headers),
        steps: before.steps.concat(effect.steps),
      };
      if (effect.ending) {
        const way = endOf(after, effect.ending, mail);
        keep(ended, JSON.stringify(way.result), way);
      } else if (effect.stops) keep(stopped, keyOf(after, []), after);
      else goOn(after);
    }
    going = next.values();
    if (next.size + stopped.size > mostStates)
      return tooMany(
        undecided,
        [...ended.values()],
        [...next.values(), ...stopped.values()],
      );
    if (next.size === 0) break;
  }
  const passed = grouped([...going, ...stopped.values()], ({ scl }) => scl).map(
    ({ members }) => members[0],
  );
  return { ended: [...ended.values()], passed };
}

function keep<T>(all: Map<string, T>, key: string, one: T): void {
  if (!all.has(key)) all.set(key, one);
}

/** Returns a key that is equal for states with the same remaining path, if later rules test only these headers. */
function keyOf({ scl, headers }: State, tested: Iterable<string>): string {
  return JSON.stringify([
    scl,
    ...[...tested].map((name) => headers.get(name) ?? null),
  ]);
}

/** A rule that may match a message, and what depends on the rule. */
interface Applicable extends Candidate {
  /** The step of a rule that only reports. */
  readonly watching: Step | undefined;
  /** Whether a later rule, or the outcome, depends on whether the rule acts. */
  readonly matters: boolean;
  /** The headers that later rules test. */
  readonly testedLater: ReadonlySet<string>;
}

function applicableTo(
  candidates: readonly Candidate[],
  mail: Mail,
): Applicable[] {
  const found: Applicable[] = [];
  let testedLater: ReadonlySet<string> = new Set();
  // From the last to the first, because it depends on later rules whether a rule matters.
  for (const { ready, truth } of candidates.toReversed()) {
    const { rule, effect, ofState } = ready;
    const watching = watchingStep(rule, mail.at);
    const matters =
      !watching &&
      (effect.scl !== undefined ||
        effect.ending !== undefined ||
        effect.stops ||
        effect.changedHeaders.some((name) => testedLater.has(name)));
    // A rule whose match is unknown is skipped if nothing depends on it.
    if (truth === undefined && !matters) continue;
    found.push({ ready, truth, watching, matters, testedLater });
    const tested = ofState.flatMap(({ header }) => header ?? []);
    if (matters && tested.length > 0)
      testedLater = new Set([...testedLater, ...tested]);
  }
  return found.reverse();
}

/** Returns the step of a rule that matches but does not act, because it only reports or is outside its dates; undefined if it acts. */
export function watchingStep(
  { name, mode, activationDate, expiryDate }: TransportRule,
  at: number,
): Step | undefined {
  const because = (property: string, value: string, why: string) =>
    step(named("TransportRule", name), property, value, why);
  if (mode.toLowerCase() !== "enforce")
    return because(
      "mode",
      mode,
      "it matches and only reports, so nothing changes",
    );
  if (activationDate !== undefined && at < Date.parse(activationDate))
    return because(
      "activationDate",
      activationDate,
      "it would match and does not act yet",
    );
  if (expiryDate !== undefined && at >= Date.parse(expiryDate))
    return because("expiryDate", expiryDate, "it would match and acts no more");
  return undefined;
}

function doubt({ name, unread, conditions }: TransportRule): Step {
  return step(
    named("TransportRule", name),
    "conditions",
    unread.length > 0 ? unread : Object.keys(conditions),
    "nobody can tell from outside whether it matches",
  );
}

function withSteps(state: State, ...steps: Step[]): State {
  return { ...state, steps: [...state.steps, ...steps] };
}

function endOf(
  { scl, steps }: State,
  { action, outcome }: Ending,
  { allowed }: Mail,
): Way {
  return {
    result: result(outcome, {
      scl: scl ?? (allowed ? -1 : null),
      action,
      // No quarantine policy applies: only an administrator can release the message, and the retention cannot be changed.
      ...(outcome === "hostedQuarantine" && {
        release: "none",
        retentionDays: hostedRetentionDays,
      }),
    }),
    steps,
  };
}

/** Returns the results that were found before there were too many states, and one result for the unknown others. */
function tooMany(
  undecided: ReadonlySet<string>,
  ended: readonly Way[],
  states: readonly State[],
): AfterRules {
  const steps = [
    ...commonSteps([...ended, ...states].map(({ steps }) => steps)),
    step(
      "TransportRule",
      "conditions",
      null,
      `too many rules cannot be decided from outside to follow the message: ${list([...undecided])}`,
    ),
  ];
  return {
    ended: [...ended.map(({ result }) => result), result("notDocumented")].map(
      (result) => ({ result, steps }),
    ),
    passed: [],
  };
}
