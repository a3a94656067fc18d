import { createRequire } from "node:module";

/** The severity of a message: a temporary progress line, or a warning that is listed under Diagnostics. */
export type Severity = "progress" | "warning";

/** Sends a message to the engine. */
export type Tell = (message: string, severity: Severity) => void;

/** The part of the engine's client that is used here. */
interface EngineClient {
  log(request: unknown, done: () => void): void;
}

/**
 * Returns a function that sends messages to an engine, through the stubs of Pulumi's SDK. Errors are ignored, because a message is not
 * important enough to fail.
 *
 * @param sdk resolves the SDK's modules.
 * @param address `127.0.0.1:<port>`
 * @param urn returns the resource in whose row the message appears; the stack's row if it returns undefined.
 */
export function tellThrough(
  sdk: NodeJS.Require,
  address: string,
  urn: () => string | undefined = () => undefined,
): Tell {
  let engine: EngineClient | undefined;
  return (message, severity) => {
    try {
      const { EngineClient } = sdk("@pulumi/pulumi/proto/engine_grpc_pb") as {
        EngineClient: new (
          address: string,
          credentials: unknown,
        ) => EngineClient;
      };
      const { LogRequest } = sdk("@pulumi/pulumi/proto/engine_pb") as {
        LogRequest: new () => {
          setSeverity(level: number): void;
          setMessage(text: string): void;
          setEphemeral(on: boolean): void;
          setUrn(urn: string): void;
        };
      };
      const grpc = sdk("@grpc/grpc-js") as {
        credentials: { createInsecure(): unknown };
      };
      engine ??= new EngineClient(address, grpc.credentials.createInsecure());
      const request = new LogRequest();
      request.setSeverity(severity === "warning" ? 2 : 1);
      request.setMessage(message);
      request.setEphemeral(severity === "progress");
      request.setUrn(urn() ?? "");
      engine.log(request, () => undefined);
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
  const engine = `${script} ${address}`;
  if (engine !== told?.engine)
    told = { engine, tell: tellThrough(createRequire(script), address) };
  told.tell(message, severity);
};

let told: { readonly engine: string; readonly tell: Tell } | undefined;
