import { createRequire } from "node:module";

/** The severity of a message: a temporary progress line, or a warning that is listed under Diagnostics. */
export type Severity = "progress" | "warning";

/** Sends a message to the engine. */
export type Tell = (message: string, severity: Severity) => void;

/** A connection to an engine, made with the stubs of Pulumi's SDK. */
interface Connection {
  readonly client: { log(request: unknown, done: () => void): void };
  readonly LogRequest: new () => {
    setSeverity(level: number): void;
    setMessage(text: string): void;
    setEphemeral(on: boolean): void;
    setUrn(urn: string): void;
  };
}

/**
 * Returns a function that sends messages to an engine. Errors are ignored, because a message is not important enough to fail.
 *
 * @param connect is called for the first message.
 * @param urn returns the resource in whose row the message appears; the stack's row if it returns undefined.
 */
export function tellThrough(
  connect: () => Connection,
  urn: () => string | undefined = () => undefined,
): Tell {
  let connection: Connection | undefined;
  return (message, severity) => {
    try {
      connection ??= connect();
      const request = new connection.LogRequest();
      request.setSeverity(severity === "warning" ? 2 : 1);
      request.setMessage(message);
      request.setEphemeral(severity === "progress");
      request.setUrn(urn() ?? "");
      connection.client.log(request, () => undefined);
    } catch {
      // For example with another version of the SDK. The operation continues without the message.
    }
  };
}

/**
 * Sends messages to the engine that started Pulumi's process for dynamic providers. Its handlers do not get the URN of their resource,
 * so messages appear in the stack's row, and their text must name the object. Outside that process it does nothing.
 */
export const tellEngine: Tell = (message, severity) => {
  const [, script, address] = process.argv;
  if (!script || !address || !/^127\.0\.0\.1:\d+$/.test(address)) return;
  if (script !== told?.script || address !== told.address)
    told = {
      script,
      address,
      tell: tellThrough(() => connected(createRequire(script), address)),
    };
  told.tell(message, severity);
};

let told:
  | { readonly script: string; readonly address: string; readonly tell: Tell }
  | undefined;

/** Connects with the stubs of a program's SDK. */
function connected(sdk: NodeJS.Require, address: string): Connection {
  const { EngineClient } = sdk("@pulumi/pulumi/proto/engine_grpc_pb") as {
    EngineClient: new (
      address: string,
      credentials: unknown,
    ) => Connection["client"];
  };
  const { LogRequest } = sdk("@pulumi/pulumi/proto/engine_pb") as Pick<
    Connection,
    "LogRequest"
  >;
  const { credentials } = sdk("@grpc/grpc-js") as {
    credentials: { createInsecure(): unknown };
  };
  return {
    client: new EngineClient(address, credentials.createInsecure()),
    LogRequest,
  };
}
