import { createRequire } from "node:module";

/** How loud a message is: a passing line, or a warning that is kept under Diagnostics. */
export type Severity = "progress" | "warning";

/** Sends a message to the engine. */
export type Tell = (message: string, severity: Severity) => void;

/** The part of the engine's own client that is used. */
interface EngineClient {
  log(request: unknown, done: () => void): void;
}

/**
 * Messages to the engine at the address that the provider process was started with, through the SDK's own stubs. Handlers are not
 * told their URN, so a message stands on the stack's row and names its object in the text. Outside that process it says
 * nothing. Best effort: what cannot be said is not worth failing for.
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
    // Another SDK, another place: the work itself goes on.
  }
};

let engine: EngineClient | undefined;
