import type {
  sendUnaryData,
  UntypedServiceImplementation,
} from "@grpc/grpc-js";
import {
  CheckResponse,
  ConfigureRequest,
  CreateResponse,
  DiffResponse,
  ReadResponse,
  UpdateResponse,
} from "@pulumi/pulumi/proto/provider_pb";
import type { Message } from "google-protobuf";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";

import { ProviderServer } from "../../plugin/server";
import { remoteHandlers, type ProviderClient } from "../engine/remote-handlers";
import { asConfiguration, type Platform } from "./platform";
import { handlersOver } from "./remote";

/**
 * Returns a platform that runs the service of the provider `area1` in this process, without a connection: each message is serialised and
 * read again.
 *
 * @param told receives every message to the engine, including those of the status line.
 */
export const area1Provider = (
  told: (message: string) => void = () => undefined,
): Platform => ({
  name: "the provider area1",
  everyProperty: true,
  run(environment) {
    const warnings: string[] = [];
    const { service } = new ProviderServer("", (message, severity) => {
      told(message);
      if (severity === "warning") warnings.push(message);
    });
    const args = Object.entries(asConfiguration(environment)).map(
      ([key, value]): [string, string] => [key.replace("area1:", ""), value],
    );
    call(
      service,
      "configure",
      // An explicit provider does not read this process's environment.
      new ConfigureRequest()
        .setName("tenant")
        .setArgs(Struct.fromJavaScript(Object.fromEntries(args))),
      (error) => {
        if (error) throw error as Error;
      },
    );
    const client = clientOf(service);
    return {
      of: (kind) =>
        handlersOver(
          remoteHandlers(
            client,
            { urn: `urn:pulumi:dev::ops::area1:index:${kind}::${kind}` },
            20_000,
          ),
        ),
      warnings: () => Promise.resolve(warnings),
    };
  },
});

/** The responses of the calls that handle a resource. */
const responses = {
  check: CheckResponse,
  diff: DiffResponse,
  create: CreateResponse,
  read: ReadResponse,
  update: UpdateResponse,
  delete: Empty,
} as const;

/** Returns a client that calls a service without a connection. */
function clientOf(service: UntypedServiceImplementation): ProviderClient {
  const methods = Object.entries(responses).map(
    ([name, { deserializeBinary }]) => [
      name,
      (
        request: Message,
        _metadata: unknown,
        _options: unknown,
        done: sendUnaryData<unknown>,
      ) =>
        call(service, name, request, (error, response) =>
          done(
            error,
            response && deserializeBinary(response.serializeBinary()),
          ),
        ),
    ],
  );
  return Object.fromEntries(methods) as unknown as ProviderClient;
}

/** Calls a method of a service with a copy of a message, as it would arrive over a connection. */
function call(
  service: UntypedServiceImplementation,
  name: string,
  request: Message,
  done: sendUnaryData<Message>,
): void {
  const method = service[name] as unknown as (
    call: { request: Message },
    done: sendUnaryData<Message>,
  ) => void;
  const { deserializeBinary } = request.constructor as unknown as {
    deserializeBinary(bytes: Uint8Array): Message;
  };
  method({ request: deserializeBinary(request.serializeBinary()) }, done);
}
