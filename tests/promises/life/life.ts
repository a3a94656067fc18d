import deepEqual from "fast-deep-equal";

import type { UseCase4Args } from "../../../lib";
import type { ExchangeKind, Simulator } from "../../../simulator/index";
import type { Json } from "../../../simulator/json";
import type {
  Environment,
  Platform,
  ProviderRun,
} from "../../conformance/platform";
import { programOf, type Wanted } from "../../sweep/stack";
import { PlayedEngine, type Entry, type Hear } from "./engine";
import { layLine, type Line } from "./line";
import {
  hostOf,
  isMark,
  isMarked,
  meanings,
  nameIn,
  objectsOf,
  type LiveObject,
  type Meaning,
} from "./objects";
import { titleOf, type Asked } from "./refusals";
import { faultOf, type Kill, type Settings, type Step } from "./steps";

type Objects = ReturnType<typeof objectsOf>;
type Operation = Extract<Step, { do: "up" | "refresh" | "destroy" }>;

/** The error of an operation whose process was killed. */
class Killed extends Error {}

/** Where sequences of steps run. */
export interface Place {
  readonly simulator: Simulator;
  readonly environment: Environment;
  readonly platform: Platform;
  /** Kills the provider process itself. Missing if runs share the process, and are disconnected instead. */
  killProcess?(): Promise<void>;
}

/** One stack in one tenant from its beginning to its end, with a model of its required results. */
export class Life {
  readonly #engine = new PlayedEngine();
  #settings: Settings = {
    header: "cloudflare",
    spamWords: ["UCE", "SPAM", "SPOOF"],
    spamScl: 5,
    retention: 15,
    frequency: null,
    userQuarantine: "UserNotifyUserRelease",
    domains: ["example.com"],
    requireTlsInbound: null,
    finance: null,
    financeEnabled: true,
    adopt: false,
    allowExposure: false,
  };
  /** Ids of objects that we created. */
  readonly #made = new Set<string>();
  /** Objects that may differ from the state, because no refresh has read them since. */
  #unseen = new Set<string>();
  /** Objects when the restore point first recorded them, by kind and name. */
  readonly #first = new Map<string, LiveObject | undefined>();
  /** Steps that the last `up` requires from a person first. */
  #byPeople: Asked["steps"] = [];
  /** Whether an object may have been created that is in no state. */
  #orphans = false;
  /** Descriptions of the violations. */
  readonly violations: string[] = [];

  constructor(readonly place: Place) {
    place.simulator.reset();
    Object.assign(place.simulator.quirks, {
      readLagMs: 0,
      cloudflareReadLagMs: 0,
      flap: false,
    });
  }

  /** Returns whether a step makes sense now. */
  allows(step: Step): boolean {
    switch (step.do) {
      case "program":
        // Objects that a killed run created are in no state until the next `up` has found them.
        return (
          !this.#orphans ||
          ["spamWords", "spamScl", "retention", "requireTlsInbound"].some(
            (name) => name in step.change,
          )
        );
      case "edit":
      case "remove":
      case "remake":
        return this.#find(step.kind, step.name) !== undefined;
      case "rename":
        return this.#find("TransportRule", step.name) !== undefined;
      case "destroy":
        return !this.#orphans && this.#engine.entries.length > 0;
      case "refresh":
        return this.#engine.entries.length > 0;
      case "up":
      case "lag":
        return true;
    }
  }

  /** Runs a step. @throws Error with the violations. */
  async take(step: Step): Promise<void> {
    switch (step.do) {
      case "program":
        this.#settings = { ...this.#settings, ...step.change };
        return;
      case "lag":
        Object.assign(this.place.simulator.quirks, {
          readLagMs: step.ms,
          cloudflareReadLagMs: step.ms,
          flap: step.flap,
        });
        return;
      case "edit":
      case "remove":
      case "remake":
      case "rename":
        this.#byHand(step);
        return;
      case "up":
      case "refresh":
      case "destroy":
        await this.#operate(step);
    }
  }

  /** Ends the life: without further failures an `up` succeeds, and destroy restores the previous objects. */
  async end(): Promise<void> {
    const { quirks } = this.place.simulator;
    Object.assign(quirks, {
      readLagMs: 0,
      cloudflareReadLagMs: 0,
      flap: false,
    });
    await this.#operate({ do: "up", refresh: true }, "must succeed");
    // If an `up` would expose mail, it fails and says which steps to take first.
    for (let times = 1; this.#byPeople.length > 0; times++) {
      if (times > 4)
        throw new Error("an up asks for something again and again");
      for (const step of this.#byPeople) await this.take(step);
      await this.#operate({ do: "up", refresh: true }, "must succeed");
    }
    const drift = await this.#operate({ do: "refresh" }, "must succeed");
    if (drift.length > 0)
      throw new Error(`a refresh after all shows ${drift.join("; ")}`);
    await this.#operate({ do: "destroy" }, "must succeed");
  }

  async #operate(step: Operation, must?: "must succeed"): Promise<string[]> {
    const { simulator, environment, platform } = this.place;
    const program = await programFor(this.#settings);
    const before = objectsOf(simulator);
    const entries = [...this.#engine.entries].map((entry) => ({ ...entry }));
    const line = step.kill ? await layLine(simulator) : undefined;
    const known = {
      ...(line ? line.over(environment) : environment),
      ...(step.trouble?.what === "hang" && { AREA1_REQUEST_TIMEOUT_MS: "600" }),
    };
    const run = platform.run(known);
    if (step.trouble) simulator.faults.add(faultOf(step.trouble));
    const hear = this.#hearing(step.kill, line);
    if (step.do === "up" && !step.targets) this.#byPeople = [];
    let told: string[] = [];
    let failure: Error | undefined;
    try {
      const foreseen =
        step.do === "refresh" || step.refresh ? this.#drift(before) : [];
      if (step.do === "refresh" || step.refresh)
        told = await this.#refresh(run, hear, foreseen);
      if (step.do === "up")
        await this.#engine.up(run, program, hear, step.targets);
      if (step.do === "destroy") await this.#engine.destroy(run, hear);
    } catch (error) {
      failure = error as Error;
    }
    simulator.faults.clear();
    if (failure instanceof Killed) {
      line?.cut();
      await this.place.killProcess?.();
    } else line?.cut();
    simulator.tenant.settle();
    simulator.account.settle();
    const after = objectsOf(simulator);
    this.#noteFirst(before);
    this.#noteTaken(before);
    this.#strays(before, after, program, entries);
    if (failure) {
      for (const key of after.keys()) this.#unseen.add(key);
      for (const key of before.keys()) this.#unseen.add(key);
      if (step.do === "up") this.#orphans = true;
      this.#explain(failure, step, must);
    } else if (step.do === "up" && !step.targets) {
      this.#orphans = false;
      await this.#afterUp(after, program, step.refresh === true);
    } else if (step.do === "destroy")
      this.#afterDestroy(before, after, entries);
    if (this.violations.length > 0) throw new Error(this.violations.join("\n"));
    return told;
  }

  async #refresh(
    run: ProviderRun,
    hear: Hear,
    foreseen: readonly string[],
  ): Promise<string[]> {
    const told = await this.#engine.refresh(run, hear);
    this.#unseen.clear();
    if (!deepEqual(told, foreseen))
      this.violations.push(
        `a refresh shows [${told.join(", ")}], and should show [${foreseen.join(", ")}]`,
      );
    return told;
  }

  /** Returns the drift that a refresh should show: the differences between the state and the objects. */
  #drift(objects: Objects): string[] {
    return this.#engine.entries
      .filter(({ leftover, kind }) => !leftover && kind !== "RestorePoint")
      .flatMap((entry) => {
        const object = liveOf(entry, objects);
        if (!object) return [`${entry.name}: gone`];
        const { reported } = entry.outputs as { reported?: string[] };
        return (meanings[entry.kind] ?? [])
          .filter((meaning) => {
            const { property, implied } = meaning;
            const given = entry.inputs[property];
            const live = object.members[meaning.wire];
            if (given === undefined && !implied) return false;
            if (isDefaultMark(entry, property)) return false;
            if (
              !implied ||
              (given !== undefined && !reported?.includes(property))
            )
              return !same(meaning, live, given);
            if (implied(live, object.name)) return given !== undefined;
            return given === undefined || !same(meaning, live, given);
          })
          .map(({ property }) => `${entry.name}: ${property}`);
      })
      .sort();
  }

  #noteFirst(before: Objects): void {
    const point = this.#engine.entries.find(
      ({ kind }) => kind === "RestorePoint",
    );
    const held = Object.keys(point?.outputs["values"] ?? {});
    for (const key of this.#first.keys())
      if (!held.includes(key)) this.#first.delete(key);
    for (const key of held)
      if (!this.#first.has(key))
        this.#first.set(
          key,
          [...before.values()].find(
            ({ kind, name }) => `${kind}/${name}` === key,
          ),
        );
  }

  /** Notes objects with our mark that the state counts as ours: they stay ours, even if somebody changes the mark. */
  #noteTaken(before: Objects): void {
    for (const entry of this.#engine.entries) {
      const object = liveOf(entry, before);
      if (object && entry.outputs["adopted"] === false && isMarked(object))
        this.#made.add(`${object.kind}/${object.id}`);
    }
  }

  /** Finds changes of objects and properties that the program does not manage. */
  #strays(
    before: Objects,
    after: Objects,
    program: readonly Wanted[],
    entries: readonly Entry[],
  ): void {
    const ours = new Set(
      [...program, ...entries].map(({ kind, inputs }) =>
        `${kind}/${nameIn(inputs)}`.toLowerCase(),
      ),
    );
    const ids = new Set(entries.map((entry) => liveOf(entry, before)?.id));
    const isOurs = ({ kind, name, id }: LiveObject): boolean =>
      ours.has(`${kind}/${name}`.toLowerCase()) || ids.has(id);
    for (const [key, object] of after)
      if (!before.has(key)) {
        this.#made.add(key);
        if (!isOurs(object))
          this.violations.push(`${key} "${object.name}" was made for nobody`);
      }
    for (const [key, object] of before) {
      const now = after.get(key);
      if (!now) {
        if (!this.#made.has(key) && !isMarked(object))
          this.violations.push(
            `${object.kind} "${object.name}" was removed, and we had not made it`,
          );
        continue;
      }
      const managed = (meanings[object.kind] ?? []).map(({ wire }) => wire);
      const members = Object.keys({ ...object.members, ...now.members });
      for (const member of members) {
        if (deepEqual(object.members[member], now.members[member])) continue;
        // The rule of a policy of ours is created and deleted with it.
        const isRuleAnew = member.startsWith("Rule:") && this.#made.has(key);
        if (isOurs(object) && (managed.includes(member) || isRuleAnew))
          continue;
        // Managed properties of our objects were skipped above, so this change is a violation.
        this.violations.push(
          `${object.kind} "${object.name}": ${member} was changed from ${JSON.stringify(object.members[member])} to ${JSON.stringify(now.members[member])}`,
        );
      }
    }
    const names = [...after.values()].map(({ kind, name }) =>
      `${kind} "${name}"`.toLowerCase(),
    );
    for (const name of new Set(
      names.filter((one, at) => names.indexOf(one) !== at),
    ))
      this.violations.push(`there are two: ${name}`);
  }

  #explain(failure: Error, step: Operation, must?: "must succeed"): void {
    if (failure instanceof Killed) return;
    const { message } = failure;
    if (!/^Cannot /.test(message))
      this.violations.push(
        `an error says neither what was tried nor what to do: ${message}`,
      );
    if (step.trouble || step.kill) return;
    const asked = titleOf(message, (kind, name) => this.#find(kind, name));
    if (asked) {
      this.#byPeople = asked.steps;
      if (asked.needless.length > 0)
        this.violations.push(
          `it is not so for ${asked.needless.join(", ")}: ${message}`,
        );
      return;
    }
    const mayFail =
      must === undefined &&
      !step.refresh &&
      this.#unseen.size > 0 &&
      /no longer exists\. Run pulumi refresh|there is no quarantine policy|would expose .+ Run pulumi up --refresh/.test(
        message,
      );
    if (!mayFail) this.violations.push(`pulumi ${step.do} fails: ${message}`);
  }

  async #afterUp(
    after: Objects,
    program: readonly Wanted[],
    looked: boolean,
  ): Promise<void> {
    const { platform, environment } = this.place;
    const changes = await this.#engine.preview(
      platform.run(environment),
      program,
    );
    if (changes.length > 0)
      this.violations.push(`a preview after an up shows ${changes.join(", ")}`);
    const known = new Set<string>();
    for (const entry of this.#engine.entries) {
      if (entry.kind === "RestorePoint") continue;
      const object = liveOf(entry, after);
      if (object) known.add(`${object.kind}/${object.id}`);
      if (!object) {
        if (this.#unseen.size === 0)
          this.violations.push(
            `${entry.name} is in the state, and nowhere else`,
          );
        continue;
      }
      if (!looked || this.#unseen.size > 0) continue;
      for (const meaning of meanings[entry.kind] ?? []) {
        const { property, wire, implied } = meaning;
        const said = program.find(({ name }) => name === entry.name)?.inputs[
          property
        ];
        // The mark at the vendor contains the id of the restore point, and the program's does not.
        const wish = isMark(said) ? entry.inputs[property] : said;
        const live = object.members[wire];
        const right =
          wish !== undefined
            ? same(meaning, live, wish) || isDefaultMark(entry, property)
            : !implied || implied(live, object.name);
        if (!right)
          this.violations.push(
            `${entry.name}: ${property} is ${JSON.stringify(live)} after an up, and should be ${JSON.stringify(wish)}`,
          );
      }
    }
    if (this.#unseen.size > 0) return;
    for (const key of this.#made) {
      const object = after.get(key);
      if (object && !known.has(key) && object.kind !== "Area1Domain")
        this.violations.push(`${key} "${object.name}" is left behind by an up`);
    }
  }

  #afterDestroy(
    before: Objects,
    after: Objects,
    entries: readonly Entry[],
  ): void {
    // Objects that destroy has not deleted are not ours from now on.
    const made = new Set(this.#made);
    this.#made.clear();
    for (const entry of entries) {
      const object = liveOf(entry, before);
      if (!object || entry.kind === "RestorePoint") continue;
      const key = `${object.kind}/${object.id}`;
      const now = after.get(key);
      const adopted = !made.has(key);
      if (!adopted) {
        const stays = entry.kind === "Area1Domain";
        if ((now !== undefined) !== stays)
          this.violations.push(
            `${entry.name} ${now ? "still stands" : "is off-boarded"} after destroy`,
          );
        continue;
      }
      const first = this.#first.get(`${entry.kind}/${nameIn(entry.inputs)}`);
      if (first?.id !== object.id || !entry.carriedOut || entry.unfinished)
        continue;
      for (const meaning of meanings[entry.kind] ?? []) {
        const { property, wire, implied } = meaning;
        const was = object.members[wire];
        const is = now?.members[wire];
        const wrote =
          entry.carriedOut[property] ??
          (property === "transport" ? hostOf(object.name) : undefined);
        const untouched = same(meaning, was, wrote);
        const right =
          wrote === undefined || isDefaultMark(entry, property)
            ? same(meaning, is, was) ||
              (implied && same(meaning, is, first.members[wire]))
            : same(meaning, is, untouched ? first.members[wire] : was);
        if (!right)
          this.violations.push(
            `${entry.name}: ${property} is ${JSON.stringify(is)} after destroy; it was ${JSON.stringify(first.members[wire])} at first, ${JSON.stringify(wrote)} by us and ${JSON.stringify(was)} last`,
          );
      }
    }
  }

  #byHand(
    step: Extract<Step, { do: "edit" | "remove" | "remake" | "rename" }>,
  ): void {
    const { tenant, account } = this.place.simulator;
    const kind = step.do === "rename" ? "TransportRule" : step.kind;
    const object = this.#find(kind, step.name);
    if (!object) return;
    const key = `${kind}/${object.id}`;
    this.#unseen.add(key);
    const cmdlets = nouns[kind] ?? [];
    const [noun = "TransportRule"] = cmdlets;
    switch (step.do) {
      case "edit": {
        const ofRule = step.wire.startsWith("Rule:");
        const wire = step.wire.replace("Rule:", "");
        if (kind === "Area1Domain")
          account.edit(step.name, { [wire]: step.value });
        else if (ofRule && !tenant.find("HostedContentFilterRule", step.name))
          return;
        else
          tenant.edit(
            ofRule ? "HostedContentFilterRule" : noun,
            kind === "QuarantineNotification" ? "DefaultGlobalTag" : step.name,
            { [wire]: step.value },
          );
        return;
      }
      case "rename": {
        if (tenant.find(noun, `${step.name} (old)`)) return;
        const before = objectsOf(this.place.simulator);
        // An object that a killed run created is found by its name. With another name it counts as somebody else's.
        if (
          !this.#engine.entries.some(
            (one) => liveOf(one, before) === before.get(key),
          )
        )
          this.#made.delete(key);
        tenant.rename(noun, step.name, `${step.name} (old)`);
        return;
      }
      case "remove":
        if (kind === "Area1Domain") account.remove(step.name);
        else
          for (const one of [...cmdlets].reverse())
            if (tenant.find(one, step.name)) tenant.remove(one, step.name);
        return;
      case "remake": {
        const fresh =
          kind === "Area1Domain"
            ? account.replace(step.name).id
            : tenant.replace(noun, step.name).ExchangeObjectId;
        this.#unseen.add(`${kind}/${fresh}`);
      }
    }
  }

  #find(kind: string, name: string): LiveObject | undefined {
    return [...objectsOf(this.place.simulator).values()].find(
      (object) => object.kind === kind && object.name === name,
    );
  }

  /** Returns how the engine receives answers if the process is killed as `kill` says. */
  #hearing(kill: Kill | undefined, line: Line | undefined): Hear {
    if (!kill || !line) return (call) => call;
    const { faults } = this.place.simulator;
    if ("nth" in kill) {
      const { nth, when } = kill;
      faults.add({ kind: "hook", run: () => line.cut(), match: { nth }, when });
      if (when === "before") faults.add({ kind: "reset", match: { nth } });
    }
    const killed = line.gone.then(() => {
      throw new Killed("the process was killed");
    });
    killed.catch(() => undefined);
    let answers = 0;
    return async (call, mayWrite) => {
      call.catch(() => undefined);
      const answer = await Promise.race([killed, call]);
      if (mayWrite && "answer" in kill && ++answers === kill.answer) line.cut();
      // A process that is killed at this moment does not receive the answer.
      await Promise.race([killed, new Promise(setImmediate)]);
      return answer;
    };
  }
}

const nouns: Readonly<Record<string, readonly ExchangeKind[]>> = {
  TransportRule: ["TransportRule"],
  QuarantinePolicy: ["QuarantinePolicy"],
  QuarantineNotification: ["QuarantinePolicy"],
  AntiSpamPolicy: ["HostedContentFilterPolicy", "HostedContentFilterRule"],
};

const same = ({ form }: Meaning, a: unknown, b: unknown): boolean =>
  deepEqual(form(a), form(b));

const isDefaultMark = (entry: Entry, property: string): boolean =>
  ["comments", "adminDisplayName"].includes(property) &&
  entry.outputs["adopted"] === true &&
  isMark(entry.inputs[property]);

/** Returns the object of an entry of the state. */
function liveOf(entry: Entry, objects: Objects): LiveObject | undefined {
  const guid = entry.outputs["domainId"] ?? entry.outputs["guid"];
  const isGuid = typeof guid === "string" && guid !== "";
  return [...objects.values()].find(
    ({ kind, id, name }) =>
      kind === entry.kind &&
      (isGuid && kind !== "QuarantineNotification"
        ? id.toLowerCase() === guid.toLowerCase() ||
          (kind === "AntiSpamPolicy" &&
            name === "Default" &&
            nameIn(entry.inputs) === name)
        : name === nameIn(entry.inputs)),
  );
}

const programs = new Map<string, Promise<Wanted[]>>();
let last: Promise<unknown> = Promise.resolve();

/** Returns the resources of a program with these settings. */
function programFor(settings: Settings): Promise<Wanted[]> {
  const key = JSON.stringify(settings);
  let program = programs.get(key);
  if (!program) {
    // One program at a time, because the SDK's mocks are global.
    program = last.then(() => makeProgram(settings));
    last = program;
    programs.set(key, program);
  }
  return program;
}

async function makeProgram({
  header,
  spamWords,
  spamScl,
  retention,
  frequency,
  userQuarantine,
  domains,
  requireTlsInbound,
  finance,
  financeEnabled,
  adopt,
  allowExposure,
}: Settings): Promise<Wanted[]> {
  const args: UseCase4Args = {
    header,
    // This model does not include findings of the mail flow.
    check: false,
    adopt,
    allowExposure,
    spamWords: [...spamWords],
    spamScl,
    quarantineRetentionPeriod: retention,
    userQuarantineName: userQuarantine,
    senderIpRanges: ["203.0.113.0/28", "198.51.100.7"],
    ...(frequency && { endUserSpamNotificationFrequency: frequency }),
    domains: domains.map((domain) => ({
      domain,
      ...(requireTlsInbound !== null && { requireTlsInbound }),
    })),
  };
  const useCase4 = await programOf(args);
  if (finance === null) return useCase4;
  const inputs: Record<string, Json> = {
    name: "Finance",
    recipientDomainIs: ["example.net"],
    adopt,
    allowExposure,
    enabled: financeEnabled,
    spamAction: finance,
    adminDisplayName: "Managed by Pulumi: ops/dev/finance",
    ...(finance === "Quarantine" && {
      spamQuarantineTag: "AdminOnlyAccessPolicy",
    }),
  };
  return [...useCase4, { name: "finance", kind: "AntiSpamPolicy", inputs }];
}
