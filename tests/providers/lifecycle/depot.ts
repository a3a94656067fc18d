import {
  flag,
  hostName,
  integer,
  oneOf,
  setOf,
  text,
} from "../../../providers/codecs";
import { resolveConfiguration } from "../../../providers/session/configuration";
import { VendorError, type Fault } from "../../../providers/errors";
import { field, noneIsImplied, type Fields } from "../../../providers/field";
import type { Handlers } from "../../../providers/process/handlers";
import { encode, type Item, type Kind } from "../../../providers/kind";
import { lifecycle } from "../../../providers/lifecycle";
import { Session, type Operation } from "../../../providers/session/session";
import { SharedList } from "../../../providers/session/shared-list";
import { copyOf } from "../../conformance/platform";

/** The account of the configuration. */
export const account = "5e4f1a";

/** A property of each sort that a kind can have. */
export const fields: Fields = {
  name: field("Name", text({ required: true, anyCase: true }), {
    required: true,
    replaces: true,
  }),
  accountId: field(
    "account_id",
    { ...text({ anyCase: true }), emptyWhenMissing: false },
    { replaces: true, neverReturned: true },
  ),
  comments: field("Comments", text()),
  size: field("Size", integer(1, 9), { default: 3 }),
  colour: field("Colour", oneOf("Red", "Green", "Blue")),
  labels: field("Labels", setOf(text())),
  shut: field("Shut", flag),
  seal: field("Seal", text(), { onlyOnCreate: true }),
  host: field("Host", hostName, {
    implied: {
      holds: (live, expected) => expected === null || live === expected,
      remedy: (live, expected) => expected ?? live,
    },
  }),
  exceptFrom: field("ExceptFrom", setOf(text()), {
    sparse: true,
    implied: noneIsImplied,
  }),
};

type Verb = "list" | "create" | "update" | "remove";

/**
 * What a verb does instead of what it says: throw, and it is not done; answer an Error, and it fails after it was done; answer
 * `nothing`, and it succeeds without being done. A list may show other crates.
 *
 * @param nth the how-manieth call of this verb it is, from 1.
 */
type Instead = (nth: number) => Error | "nothing" | Item[] | undefined;

/**
 * A vendor in memory, of a kind that nobody has: what the lifecycle promises for all kinds is told by it alone, without the
 * properties of one of them. Its list is shared within a process, as the vendors' are.
 */
export class Depot {
  readonly crates: Record<string, unknown>[] = [];
  /** The calls, in order: `list`, `create {…}`, `update 1 {…}`, `remove 1`, with the sent values by the vendor's names. */
  readonly calls: string[] = [];
  readonly instead: Partial<Record<Verb, Instead>> = {};
  /** Milliseconds of patience that the operation had left at each call of a verb that writes. */
  readonly patience: number[] = [];
  /** The accounts that calls were for. */
  readonly accounts = new Set<string>();
  readonly kind: Kind;

  private shared = this.newList();
  private readonly counted: Record<Verb, number> = {
    list: 0,
    create: 0,
    update: 0,
    remove: 0,
  };

  constructor(differently: Partial<Kind> = {}) {
    this.kind = {
      name: "Crate",
      noun: "crate",
      scopeId: "accountId",
      computed: [],
      fields,
      settings: ["adopt"],
      nameField: "name",
      markField: "comments",
      idIs: "guid",
      alwaysExists: () => false,
      identify: ({ Id, Name, Changed }) => ({
        name: typeof Name === "string" ? Name : "",
        ...(typeof Id === "string" && { guid: Id }),
        ...(typeof Changed === "string" && { changedAt: Changed }),
      }),
      list: ({ account }, _name, newerThan) => {
        this.accounts.add(account);
        return this.shared.get(newerThan);
      },
      create: (operation, wanted) => {
        const values = encode(this.kind, wanted);
        return this.write("create", operation, JSON.stringify(values), () =>
          this.add(values),
        );
      },
      update: (operation, item, changes) => {
        const values = encode(this.kind, changes);
        const id = String(item["Id"]);
        return this.write(
          "update",
          operation,
          `${id} ${JSON.stringify(values)}`,
          () => this.edit(id, values),
        );
      },
      remove: async (operation, item) => {
        const id = String(item["Id"]);
        await this.write("remove", operation, id, () => this.take(id));
        return undefined;
      },
      ...differently,
    };
  }

  /** Puts a crate in; its id is its place, from 1. */
  add(values: Record<string, unknown>): void {
    this.crates.push({ Id: String(this.crates.length + 1), ...values });
  }

  edit(id: string, values: Record<string, unknown>): void {
    Object.assign(
      this.crates.find(({ Id }) => Id === id) ?? this.crates[0] ?? {},
      values,
    );
  }

  take(id: string): void {
    const at = this.crates.findIndex(({ Id }) => Id === id);
    if (at >= 0) this.crates.splice(at, 1);
  }

  /** The calls that write. */
  get writes(): string[] {
    return this.calls.filter((call) => call !== "list");
  }

  /** Creates a new provider process, which has only the configuration. */
  process(environment: Record<string, string> = {}): Process {
    this.shared = this.newList();
    this.calls.length = 0;
    const warnings: string[] = [];
    const session = new Session(
      resolveConfiguration(() => undefined, {
        CLOUDFLARE_ACCOUNT_ID: account,
        AREA1_PATIENCE_MS: "100",
        ...environment,
      }),
      (message, severity) => {
        if (severity === "warning") warnings.push(message);
      },
    );
    return { ...lifecycle(this.kind, () => session), session, warnings };
  }

  private newList(): SharedList<Item> {
    return new SharedList<Item>(async () => {
      this.calls.push("list");
      const shown = await Promise.resolve(this.answer("list"));
      if (shown instanceof Error) throw shown;
      return copyOf(Array.isArray(shown) ? shown : this.crates);
    });
  }

  private async write(
    verb: Verb,
    { patience }: Operation,
    what: string,
    carryOut: () => void,
  ): Promise<void> {
    this.calls.push(`${verb} ${what}`);
    this.patience.push(patience.left);
    this.shared.forget();
    const answer = await Promise.resolve(this.answer(verb));
    if (answer !== "nothing") carryOut();
    if (answer instanceof Error) throw answer;
  }

  private answer(verb: Verb): ReturnType<Instead> {
    return this.instead[verb]?.(++this.counted[verb]);
  }
}

/** The handlers of a process, with their shared session and their messages. */
export interface Process {
  readonly check: Handlers["check"];
  readonly diff: Handlers["diff"];
  readonly create: Handlers["create"];
  readonly read: Handlers["read"];
  readonly update: Handlers["update"];
  readonly delete: Handlers["delete"];
  readonly session: Session;
  readonly warnings: string[];
}

/** The depot's error. */
export const refusal = (
  fault: Fault = "refused",
  details: VendorError["details"] = {},
): VendorError => new VendorError(fault, "No room.", details);

/** The error of a lost answer: the request may have been carried out. */
export const lost = (): VendorError =>
  refusal("unreachable", { uncertain: true });

/** The mark of the tests' resource. */
export const ours = "Managed by Pulumi: ops/dev/crate";

/** What a check of the tests' program makes of it. */
export const inputs = {
  name: "Box",
  accountId: account,
  comments: ours,
  size: 3,
} as const;

/** The same at the depot. */
export const atDepot = { Name: "Box", Comments: ours, Size: 3 } as const;

/** The state of the object at {@link atDepot}, which the library created. */
export const state = {
  ...inputs,
  domainId: "1",
  adopted: false,
  accountId: account,
};

/** A depot with the thing of the tests' program, and whatever else of it. */
export function stocked(crate: object = {}, differently = {}): Depot {
  const depot = new Depot(differently);
  depot.add({ ...atDepot, ...crate });
  return depot;
}
