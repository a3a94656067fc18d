import { provider } from "../../providers";
import {
  keys,
  resolveConfiguration,
} from "../../providers/session/configuration";
import { PartialFailure, UserError } from "../../providers/errors";
import type { State } from "../../providers/kind";
import { Session } from "../../providers/session/session";

/** The inputs or outputs of a resource. */
export type Properties = Record<string, unknown>;

/**
 * The handlers of one kind, with their answers as the engine interprets them. The provider `area1` also gets the old inputs.
 */
export interface Handlers {
  check(
    olds: Properties,
    news: Properties,
  ): Promise<{
    inputs: Properties;
    failures: { property: string; reason: string }[];
  }>;
  /**
   * Compares the state with new inputs. `unknown`: the engine compares old and new inputs itself.
   * @returns the inputs that differ, if the provider names them.
   */
  diff(
    id: string,
    olds: Properties,
    news: Properties,
    oldInputs?: Properties,
  ): Promise<{
    changes: "none" | "some" | "unknown";
    replaces: string[];
    differing?: string[];
  }>;
  create(inputs: Properties): Promise<{ id: string; outputs: Properties }>;
  /** Reads the object; undefined if it no longer exists. */
  read(
    id: string,
    outputs: Properties,
    inputs?: Properties,
  ): Promise<
    { id: string; outputs: Properties; inputs: Properties } | undefined
  >;
  update(
    id: string,
    olds: Properties,
    news: Properties,
    oldInputs?: Properties,
  ): Promise<{ outputs: Properties }>;
  delete(
    id: string,
    outputs: Properties,
    oldInputs?: Properties,
  ): Promise<void>;
}

/** The error that a failed call rejects with. */
export class HandlerError extends Error {
  constructor(
    message: string,
    /** The object that exists although the call failed. */
    readonly partial?: { id: string; outputs: Properties; reasons: string[] },
  ) {
    super(message);
  }
}

/** One run of Pulumi's dynamic-provider process. Only the state outlives it. */
export interface ProviderRun {
  of(kind: string): Handlers;
  /** Returns the warnings so far, after waiting a moment for at least `atLeast` of them. */
  warnings(atLeast?: number): Promise<string[]>;
}

/** Environment variables, see section "configuration" of the documentation. */
export type Environment = Readonly<Record<string, string>>;

/** Where handlers run: in this process, or in Pulumi's provider process over gRPC. */
export interface Platform {
  readonly name: string;
  /** False if tests of one property are enough, because only the handlers treat properties differently. */
  readonly everyProperty: boolean;
  /** Starts a run, whose whole configuration is `environment`. */
  run(environment: Environment): ProviderRun;
}

/**
 * Returns a platform that runs the handlers in this process, with a session for each run.
 * @param told receives every message to the engine, including those of the status line.
 * @param stored the stack's configuration or an explicit provider's arguments, by full key.
 */
export const handlersInProcess = (
  told: (message: string) => void = () => undefined,
  stored: Readonly<Record<string, string>> = {},
): Platform => ({
  name: "the handlers",
  everyProperty: true,
  run(environment) {
    const warnings: string[] = [];
    let session: Session | undefined;
    const open = (): Session =>
      (session ??= new Session(
        resolveConfiguration((key) => stored[key], environment),
        (message, severity) => {
          told(message);
          if (severity === "warning") warnings.push(message);
        },
      ));
    return {
      of: (kind) => local(kind, open),
      warnings: () => Promise.resolve(warnings),
    };
  },
});

function local(kind: string, open: () => Session): Handlers {
  const handlers = provider(kind, open);
  const text = "a text that finds the package";
  const known = (properties: Properties): State => ({
    ...properties,
    __provider: text,
  });
  // An answer must survive serialisation on the way to the engine.
  const sent = <T>(value: T): T => {
    if (!isStruct(value))
      throw new Error("an answer holds what a protobuf Struct cannot");
    return copyOf(value);
  };
  return {
    check: (olds, news) =>
      failing(async () => {
        const { inputs, failures } = sent(
          await handlers.check(known(olds), known(news)),
        );
        return { inputs: bare(inputs), failures: [...failures] };
      }),
    diff: (id, olds, news) =>
      failing(async () => {
        const { changes, replaces } = sent(
          await handlers.diff(id, known(olds), known(news)),
        );
        return {
          changes:
            changes === undefined ? "unknown" : changes ? "some" : "none",
          replaces: replaces ?? [],
        };
      }),
    create: (inputs) =>
      failing(async () => {
        const { id, outs } = sent(await handlers.create(known(inputs)));
        return { id, outputs: bare(outs) };
      }),
    read: (id, outputs) =>
      failing(async () => {
        const found = sent(await handlers.read(id, known(outputs)));
        return "id" in found && typeof found.id === "string"
          ? {
              id: found.id,
              outputs: bare(found.props),
              inputs: bare(found.inputs),
            }
          : undefined;
      }),
    update: (id, olds, news) =>
      failing(async () => {
        const { outs } = sent(
          await handlers.update(id, known(olds), known(news)),
        );
        return { outputs: bare(outs) };
      }),
    delete: (id, outputs) => failing(() => handlers.delete(id, known(outputs))),
  };
}

/** Returns a deep copy of plain data. Jest's `structuredClone` and `JSON` make arrays of another realm, which never equal ours. */
export const copyOf = <T>(value: T): T =>
  (Array.isArray(value)
    ? value.map((entry: unknown) => copyOf(entry))
    : typeof value === "object" && value !== null
      ? Object.fromEntries(
          Object.entries(value).map(([key, member]) => [key, copyOf(member)]),
        )
      : value) as T;

const isStruct = (value: unknown): boolean => {
  if (value === null || ["string", "boolean"].includes(typeof value))
    return true;
  if (typeof value === "number") return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isStruct);
  return (
    typeof value === "object" &&
    Object.getPrototypeOf(value) === Object.prototype &&
    Object.values(value).every(isStruct)
  );
};

/** Converts the handlers' errors, which describe a partial failure in properties of an Error. */
async function failing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { message, id, properties, reasons } = error as Error & {
      id?: string;
      properties?: State;
      reasons?: string[];
    };
    if (error instanceof PartialFailure || error instanceof UserError)
      throw new Error("the guard let an error of ours through", {
        cause: error,
      });
    throw new HandlerError(
      message,
      id === undefined
        ? undefined
        : { id, outputs: bare(properties ?? {}), reasons: reasons ?? [] },
    );
  }
}

export const bare = ({ __provider, ...properties }: State): Properties => {
  void __provider;
  return properties;
};

/** Returns the same variables under the keys of the namespace `area1`. */
export function asConfiguration(
  environment: Environment,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(keys).flatMap(([key, variable]) => {
      const value = environment[variable];
      return value === undefined ? [] : [[`area1:${key}`, value]];
    }),
  );
}
