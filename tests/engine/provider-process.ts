import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

import * as grpc from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb";
import { ConfigureRequest } from "@pulumi/pulumi/proto/provider_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";

import { afterwards } from "./clean-up";
import { ownEnvironment } from "./environment";
import { type RemoteHandlers, remoteHandlers, unary } from "./remote-handlers";

/** Pulumi's dynamic-provider process with a fake engine. */
export interface ProviderProcess {
  pid: number;
  /** The handlers that the text loads; it is added to the properties of every call as `__provider`. */
  handlers(loader: string): RemoteHandlers;
  /** The provider's messages to the engine: the status line. */
  logs: { severity: number; message: string; ephemeral: boolean }[];
  /** Its output, on both streams. */
  output(): string;
  kill(signal?: NodeJS.Signals): void;
  /** Kills it and stops the fake engine. */
  end(): Promise<void>;
  /** Resolves when the process has ended. */
  exited: Promise<void>;
  /** Stops the fake engine, as if an engine was killed. */
  dropEngine(): void;
}

/** Starts the process in a folder that has the package, and configures it. It ends after the last test of the file. */
export async function providerProcess(options: {
  /** A program's folder: `opsProject(…).directory`. */
  directory: string;
  /** The stack's configuration, by full key. */
  config?: Record<string, string>;
  env?: Record<string, string>;
  /** The time limit of each call in milliseconds. @default 10000 */
  timeout?: number;
}): Promise<ProviderProcess> {
  const { directory, config = {}, env = {}, timeout = 10_000 } = options;
  const logs: ProviderProcess["logs"] = [];
  const engine = await listenAsEngine(logs);
  const script = require.resolve("@pulumi/pulumi/cmd/dynamic-provider", {
    paths: [directory],
  });
  const child = spawn(process.execPath, [script, engine.address], {
    cwd: directory,
    env: { ...ownEnvironment(), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const kill = (signal: NodeJS.Signals = "SIGKILL") => {
    child.kill(signal);
  };
  afterwards(() => {
    kill();
    engine.server.forceShutdown();
  });
  let output = "";
  child.stderr
    .setEncoding("utf8")
    .on("data", (chunk: string) => (output += chunk));
  const exited = new Promise<void>((resolve) =>
    child.once("exit", () => resolve()),
  );
  const port = await firstLine(child, () => output);
  child.stdout
    .setEncoding("utf8")
    .on("data", (chunk: string) => (output += chunk));

  const client = new ResourceProviderClient(
    `127.0.0.1:${port}`,
    grpc.credentials.createInsecure(),
  );
  afterwards(() => client.close());
  await unary(timeout, (deadline, done) =>
    client.configure(
      new ConfigureRequest().setArgs(Struct.fromJavaScript(config)),
      new grpc.Metadata(),
      { deadline },
      done,
    ),
  );
  return {
    pid: child.pid ?? -1,
    handlers: (loader) => remoteHandlers(client, { loader }, timeout),
    logs,
    output: () => output,
    kill,
    exited,
    async end() {
      kill();
      await exited;
      client.close();
      engine.server.forceShutdown();
    },
    dropEngine: () => engine.server.forceShutdown(),
  };
}

async function listenAsEngine(
  logs: ProviderProcess["logs"],
): Promise<{ server: grpc.Server; address: string }> {
  const server = new grpc.Server();
  server.addService(EngineService, {
    log(
      call: grpc.ServerUnaryCall<LogRequest, Empty>,
      done: grpc.sendUnaryData<Empty>,
    ) {
      const { request } = call;
      logs.push({
        severity: request.getSeverity(),
        message: request.getMessage(),
        ephemeral: request.getEphemeral(),
      });
      done(null, new Empty());
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(
      "127.0.0.1:0",
      grpc.ServerCredentials.createInsecure(),
      (error, bound) => (error ? reject(error) : resolve(bound)),
    );
  });
  return { server, address: `127.0.0.1:${port}` };
}

function firstLine(child: ChildProcess, output: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    if (!child.stdout) return reject(new Error("no stdout"));
    const lines = createInterface({ input: child.stdout });
    child.once("exit", (code) =>
      reject(
        new Error(
          `The dynamic-provider process ended with ${code} before it listened:\n${output()}`,
        ),
      ),
    );
    lines.once("line", (line) => {
      resolve(line.trim());
      lines.close();
    });
  });
}
