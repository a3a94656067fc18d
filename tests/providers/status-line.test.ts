import * as grpc from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";

import { tellEngine } from "../../providers/session/status-line";

const argv = process.argv;
let server: grpc.Server;
let address: string;
let said: LogRequest.AsObject[] = [];

beforeAll(async () => {
  server = new grpc.Server();
  server.addService(EngineService, {
    log(
      call: grpc.ServerUnaryCall<LogRequest, Empty>,
      done: grpc.sendUnaryData<Empty>,
    ) {
      said.push(call.request.toObject());
      done(null, new Empty());
    },
  });
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync(
      "127.0.0.1:0",
      grpc.ServerCredentials.createInsecure(),
      (error, bound) => (error ? reject(error) : resolve(bound)),
    ),
  );
  address = `127.0.0.1:${port}`;
});
beforeEach(() => {
  said = [];
});
afterEach(() => {
  process.argv = argv;
});
afterAll(() => server.forceShutdown());

/** What the engine hears within five seconds, from when it hears something. */
async function heard(): Promise<unknown[]> {
  for (const end = Date.now() + 5000; said.length === 0 && Date.now() < end;)
    await new Promise((resolve) => setTimeout(resolve, 10));
  return said.map(({ message, severity, ephemeral }) => [
    message,
    severity,
    ephemeral,
  ]);
}

test("The engine gets progress as a temporary line, and a warning as a permanent one", async () => {
  process.argv = ["node", __filename, address];
  tellEngine("Waiting", "progress");
  expect(await heard()).toEqual([["Waiting", 1, true]]);
  said = [];
  tellEngine("Look", "warning");
  expect(await heard()).toEqual([["Look", 2, false]]);
});

test.each([
  ["outside the provider's process", () => ["node"]],
  ["without an address", () => ["node", __filename]],
  ["without a script", () => ["node", "", address]],
  ["at an address elsewhere", () => ["node", __filename, "192.0.2.1:80"]],
  [
    "at an address with something before it",
    () => ["node", __filename, `x${address}`],
  ],
  [
    "at an address with something behind it",
    () => ["node", __filename, `${address}x`],
  ],
  ["where there is no SDK", () => ["node", "/nowhere/index.js", address]],
])("Nothing is sent, and nothing fails, %s", async (_, args) => {
  process.argv = args();
  tellEngine("Waiting", "progress");
  process.argv = ["node", __filename, address];
  tellEngine("Heard", "progress");
  expect(await heard()).toEqual([["Heard", 1, true]]);
});
