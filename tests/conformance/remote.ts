import { ProviderError, type RemoteHandlers } from "../engine/remote-handlers";
import { bare, HandlerError, type Handlers } from "./platform";

/** Returns handlers that call a provider over gRPC. */
export function handlersOver(handlers: RemoteHandlers): Handlers {
  return {
    check: (olds, news) =>
      translated(async () => {
        const { inputs, failures } = await handlers.check(olds, news);
        return { inputs: bare(inputs), failures };
      }),
    diff: (id, olds, news, oldInputs) =>
      translated(async () => {
        const { changes, replaces, details } = await handlers.diff(
          id,
          olds,
          news,
          oldInputs,
        );
        const differing = Object.keys(details)
          .filter((path) => details[path]?.inputDiff)
          .map((path) => path.replace(/[.[].*/, ""));
        return {
          changes,
          replaces,
          ...(differing.length > 0 && {
            differing: [...new Set(differing)].sort(),
          }),
        };
      }),
    create: (inputs) =>
      translated(async () => {
        const { id, properties } = await handlers.create(inputs);
        return { id, outputs: bare(properties) };
      }),
    read: (id, outputs, inputs) =>
      translated(async () => {
        const found = await handlers.read(id, outputs, inputs);
        return found.id === ""
          ? undefined
          : {
              id: found.id,
              outputs: bare(found.properties),
              inputs: bare(found.inputs ?? {}),
            };
      }),
    update: (id, olds, news, oldInputs) =>
      translated(async () => {
        const { properties } = await handlers.update(id, olds, news, oldInputs);
        return { outputs: bare(properties) };
      }),
    delete: (id, outputs, oldInputs) =>
      translated(() => handlers.delete(id, outputs, oldInputs)),
  };
}

async function translated<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    const { partial, message } = error;
    throw new HandlerError(
      partial ? partial.reasons.join("\n") : message,
      partial && {
        id: partial.id,
        outputs: bare(partial.properties),
        reasons: partial.reasons,
      },
    );
  }
}
