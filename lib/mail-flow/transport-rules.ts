import type { Condition } from "./conditions";
import { end, named, step, type Way } from "./end";
import type { Headers, Mail } from "./mail";
import type { Step } from "./path";
import { effectOf, type Effect } from "./rule-effect";
import { ruleMatch, type RuleMatch } from "./rule-match";
import type { TransportRule } from "./snapshot";

/** How long mail that a rule put into quarantine lies there. @see https://learn.microsoft.com/defender-office-365/quarantine-about */
const hostedRetentionDays = 30;

/** What rules made of a message that goes on. */
export interface Passed {
  readonly scl: number | null;
  readonly headers: Headers;
  readonly steps: readonly Step[];
}

/** What becomes of a message: it ends at a rule, or goes on. Several where nobody can tell whether a rule matches. */
export interface AfterRules {
  readonly ended: readonly Way[];
  readonly passed: readonly Passed[];
}

/** The rules of a tenant, ready for messages. */
export type TransportRules = (
  mail: Mail,
  headers: Headers,
  steps: readonly Step[],
) => AfterRules;

/** Makes the rules of a tenant ready, in the order of their priority. Those that are disabled or change nothing on the way are left out. */
export function transportRules(
  rules: readonly TransportRule[],
): TransportRules {
  const inOrder = rules
    .filter(({ enabled }) => enabled)
    .sort((a, b) => a.priority - b.priority)
    .map((rule) => ({ rule, effect: effectOf(rule), ...ruleMatch(rule) }))
    .filter(({ effect }) => effect.changes);
  const candidates = preselection(inOrder);
  return (mail, headers, steps) => {
    const ended: Way[] = [];
    const stopped: Passed[] = [];
    let going: Passed[] = [{ scl: null, headers, steps }];
    for (const { rule, effect, matches } of candidates(mail, headers)) {
      let next: Passed[] | undefined;
      for (const [index, state] of going.entries()) {
        const { scl, headers } = state;
        const truth = matches({ mail, headers, scl });
        if (truth === false) {
          next?.push(state);
          continue;
        }
        next ??= going.slice(0, index);
        const watched = watching(rule, mail.at);
        if (watched) {
          // What a rule that only watches would match changes nothing, so it need not be told either.
          next.push(
            truth ? { ...state, steps: [...state.steps, watched] } : state,
          );
          continue;
        }
        if (truth === undefined)
          next.push({ ...state, steps: [...state.steps, doubt(rule)] });
        const after = apply(rule, effect, truth, state, mail);
        if ("end" in after) ended.push(after);
        else (effect.stops ? stopped : next).push(after);
      }
      if (next) going = next.length > 1 ? distinct(next) : next;
      if (going.length === 0) break;
    }
    return { ended, passed: distinct([...going, ...stopped]) };
  };
}

interface ReadyRule extends RuleMatch {
  readonly rule: TransportRule;
  readonly effect: Effect;
}

/**
 * Leaves out the rules that are for no recipient of a message: a table of all recipients asks for few messages, so that most of
 * the rules are looked at once, not once for each recipient.
 */
function preselection(
  rules: readonly ReadyRule[],
): (mail: Mail, headers: Headers) => readonly ReadyRule[] {
  const on = new Set<Condition["on"]>(
    rules.some(({ effect }) => effect.changesHeaders)
      ? ["message"]
      : ["message", "headers"],
  );
  const known = new Map<string, readonly ReadyRule[]>();
  return (mail, headers) => {
    const key = JSON.stringify([
      mail.sender,
      mail.sourceIp,
      mail.senderInside ?? null,
      ...headers,
    ]);
    let found = known.get(key);
    if (!found) {
      const looked = { mail, headers, scl: null };
      found = rules.filter(({ excludedBy }) => !excludedBy(looked, on));
      if (known.size >= remembered) known.clear();
      known.set(key, found);
    }
    return found;
  };
}

/** For how many kinds of messages the rules are kept. */
const remembered = 64;

/** The step of a rule that matches and does not act. */
function watching(
  { name, mode, activationDate, expiryDate }: TransportRule,
  at: number,
): Step | undefined {
  const object = named("TransportRule", name);
  if (mode.toLowerCase() !== "enforce")
    return step(
      object,
      "mode",
      mode,
      "it matches and only reports, so nothing changes",
    );
  if (activationDate !== undefined && at < Date.parse(activationDate))
    return step(
      object,
      "activationDate",
      activationDate,
      "it would match and does not act yet",
    );
  if (expiryDate !== undefined && at >= Date.parse(expiryDate))
    return step(
      object,
      "expiryDate",
      expiryDate,
      "it would match and acts no more",
    );
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

function apply(
  rule: TransportRule,
  effect: Effect,
  truth: true | undefined,
  state: Passed,
  { allowed }: Mail,
): Passed | Way {
  const object = named("TransportRule", rule.name);
  const steps = truth ? [...state.steps] : [...state.steps, doubt(rule)];
  for (const { property, value, why } of effect.says)
    steps.push(step(object, property, value, why));
  const scl = effect.scl ?? state.scl;
  if (effect.outcome)
    return {
      end: end(effect.outcome, {
        scl: scl ?? (allowed ? -1 : null),
        action: effect.action ?? null,
        // No quarantine policy applies: only an administrator releases it, and nobody can change how long it is kept.
        ...(effect.outcome === "hostedQuarantine"
          ? { release: "none", retentionDays: hostedRetentionDays }
          : {}),
      }),
      steps,
    };
  return { scl, headers: effect.headers(state.headers), steps };
}

/** States that nothing later can tell apart are one. */
function distinct(states: readonly Passed[]): Passed[] {
  if (states.length < 2) return [...states];
  const seen = new Map<string, Passed>();
  for (const state of states) {
    const key = `${state.scl} ${JSON.stringify([...state.headers])}`;
    if (!seen.has(key)) seen.set(key, state);
  }
  return [...seen.values()];
}
