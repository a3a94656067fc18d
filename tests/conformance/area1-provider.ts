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
import { explicitKey } from "../../providers/session/configuration";
import type { Platform } from "./platform";
import { handlersOver } from "./remote";

/**
 * Returns a platform that runs the service of the provider `area1` in this process, without a connection: each message is serialised and
 * read again.
 *
 * @param told receives every message to the engine, including those of the status line.
 * @param stored the stack's configuration or an explicit provider's arguments, by full key.
 */
export const area1Provider = (
  told: (message: string) => void = () => undefined,
  stored: Readonly<Record<string, string>> = {},
): Platform => ({
  name: "the provider area1",
  everyProperty: true,
  run(environment) {
    const warnings: string[] = [];
    const { service } = new ProviderServer(
      "",
      (message, severity) => {
        told(message);
        if (severity === "warning") warnings.push(message);
      },
      environment,
    );
    const explicit = stored[explicitKey];
    call(
      service,
      "configure",
      new ConfigureRequest()
        .setName(explicit === undefined ? "default" : "tenant")
        .setArgs(
          Struct.fromJavaScript({
            ...Object.fromEntries(
              Object.entries(stored)
                .filter(([key]) => key !== explicitKey)
                .map(([key, value]) => [key.replace("area1:", ""), value]),
            ),
            ...(explicit !== undefined && { environmentVariables: explicit }),
          }),
        ),
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

/** A type of messages. */
interface MessageType {
  deserializeBinary(bytes: Uint8Array): Message;
}

/** Returns a copy of a message, as it would arrive over a connection. */
const received = (type: MessageType, message: Message): Message =>
  type.deserializeBinary(message.serializeBinary());

/** The responses of the calls that handle a resource. */
const responses: Record<keyof ProviderClient, MessageType> = {
  check: CheckResponse,
  diff: DiffResponse,
  create: CreateResponse,
  read: ReadResponse,
  update: UpdateResponse,
  delete: Empty,
};

/** Returns a client that calls a service without a connection. */
function clientOf(service: UntypedServiceImplementation): ProviderClient {
  const methods = Object.entries(responses).map(([name, type]) => [
    name,
    (
      request: Message,
      _metadata: unknown,
      _options: unknown,
      done: sendUnaryData<unknown>,
    ) =>
      call(service, name, request, (error, response) =>
        done(error, response && received(type, response)),
      ),
  ]);
  const client: unknown = Object.fromEntries(methods);
  return client as ProviderClient;
}

/** Calls a method of a service. */
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
  const type = request.constructor as unknown as MessageType;
  method({ request: received(type, request) }, done);
}
