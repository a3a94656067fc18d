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
 * Sends messages to the engine, at the address with which the provider process was started, through the SDK's own stubs. Handlers do
 * not get the URN of their resource, so messages appear in the stack's row, and their text must name the object. Outside the provider
 * process it does nothing. Errors are ignored, because a message is not important enough to fail.
 */
export const tellEngine: Tell = (message, severity) => {
  try {
    const [, script, address] = process.argv;
    if (!script || !address || !/^127\.0\.0\.1:\d+$/.test(address)) return;
    const sdk = createRequire(script);
    const { EngineClient } = sdk("@pulumi/pulumi/proto/engine_grpc_pb") as {
      EngineClient: new (address: string, credentials: unknown) => EngineClient;
    };
    const { LogRequest } = sdk("@pulumi/pulumi/proto/engine_pb") as {
      LogRequest: new () => {
        setSeverity(level: number): void;
        setMessage(text: string): void;
        setEphemeral(on: boolean): void;
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
    engine.log(request, () => undefined);
  } catch {
    // For example with another version of the SDK. The operation continues without the message.
  }
};

let engine: EngineClient | undefined;
