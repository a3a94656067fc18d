import { Server, ServerCredentials } from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";

import { endWaiting } from "../providers/http/patience";
import { watchEngine } from "../providers/process/engine";
import { messageLimits } from "./components";
import { ProviderServer } from "./server";

/** The address of the engine, the first argument that is not an option. */
const engine =
  process.argv.slice(2).find((argument) => !argument.startsWith("-")) ?? "";
const provider = new ProviderServer(engine);
const server = new Server(messageLimits);
server.addService(ResourceProviderService, provider.service);
server.bindAsync(
  "127.0.0.1:0",
  ServerCredentials.createInsecure(),
  (error, port) => {
    if (error) throw error;
    // The engine reads the port from the first line.
    process.stdout.write(`${port}\n`);
  },
);

const [, host, port] = /^([^:]+):(\d+)$/.exec(engine) ?? [];
if (host && port)
  watchEngine({ host, port: Number(port) }, () => {
    // Nobody would record a write after the waiting.
    endWaiting();
    if (provider.isIdle) process.exit(0);
  });
