// Calls the handlers of a dynamic provider over gRPC, as the engine does.
import * as grpc from "@grpc/grpc-js";
import type { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import type { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { received } from "../../plugin/values";
import { plain } from "../../providers/process/results";
import {
  type JavaScriptValue,
  Struct,
} from "google-protobuf/google/protobuf/struct_pb";

type Properties = Record<string, unknown>;

/** An error that a provider returns. */
export class ProviderError extends Error {
  constructor(
    message: string,
    /** The gRPC status; 4 is a time-out. */
    readonly code: number,
    /** The object that exists although the call failed. */
    readonly partial?: {
      id: string;
      properties: Properties;
      reasons: string[];
    },
  ) {
    super(message);
  }
}

/** The handlers of one kind, called as the engine calls them. */
export interface RemoteHandlers {
  check(
    olds: Properties,
    news: Properties,
  ): Promise<{
    inputs: Properties;
    failures: { property: string; reason: string }[];
  }>;
  /** `changes` is `none`, `some`, or `unknown`, after which the engine compares itself. */
  diff(
    id: string,
    olds: Properties,
    news: Properties,
    oldInputs?: Properties,
  ): Promise<{
    changes: "unknown" | "none" | "some";
    replaces: string[];
    deleteBeforeReplace: boolean;
    /** The kinds of the differences, by path. */
    details: Record<string, { kind: number; inputDiff: boolean }>;
  }>;
  create(inputs: Properties): Promise<{ id: string; properties: Properties }>;
  /** An empty id means that the object does not exist. */
  read(
    id: string,
    properties: Properties,
    inputs?: Properties,
  ): Promise<{
    id: string;
    properties: Properties;
    inputs: Properties | undefined;
  }>;
  update(
    id: string,
    olds: Properties,
    news: Properties,
    oldInputs?: Properties,
  ): Promise<{ properties: Properties }>;
  delete(
    id: string,
    properties: Properties,
    oldInputs?: Properties,
  ): Promise<void>;
}

/** The calls of a provider that handle one resource. */
export type ProviderClient = Pick<
  ResourceProviderClient,
  "check" | "diff" | "create" | "read" | "update" | "delete"
>;

/** What a provider needs with every call. */
interface Address {
  /** The text that loads the handlers of a dynamic resource. */
  loader?: string;
  /** The resource's URN. */
  urn?: string;
}

/** Returns the handlers of a resource, with a time limit in milliseconds for each call. */
export function remoteHandlers(
  client: ProviderClient,
  { loader, urn = "" }: Address,
  timeout: number,
): RemoteHandlers {
  const struct = (properties: Properties) =>
    Struct.fromJavaScript(
      plain({ ...properties, __provider: loader }) as Record<
        string,
        JavaScriptValue
      >,
    );
  const structOf = (properties: Properties | undefined) =>
    properties && struct(properties);
  const call = <Response>(
    start: (
      metadata: grpc.Metadata,
      options: grpc.CallOptions,
      done: Callback<Response>,
    ) => unknown,
  ) =>
    unary<Response>(timeout, (deadline, done) =>
      start(new grpc.Metadata(), { deadline }, done),
    );
  return {
    async check(olds, news) {
      const request = new messages.CheckRequest()
        .setUrn(urn)
        .setOlds(struct(olds))
        .setNews(struct(news));
      const response = await call<messages.CheckResponse>((m, o, done) =>
        client.check(request, m, o, done),
      );
      return {
        inputs: valuesOf(response.getInputs()),
        failures: response.getFailuresList().map((each) => ({
          property: each.getProperty(),
          reason: each.getReason(),
        })),
      };
    },
    async diff(id, olds, news, oldInputs) {
      const request = new messages.DiffRequest()
        .setId(id)
        .setUrn(urn)
        .setOldInputs(structOf(oldInputs))
        .setOlds(struct(olds))
        .setNews(struct(news));
      const response = await call<messages.DiffResponse>((m, o, done) =>
        client.diff(request, m, o, done),
      );
      return {
        changes: (["unknown", "none", "some"] as const)[response.getChanges()],
        replaces: response.getReplacesList(),
        deleteBeforeReplace: response.getDeletebeforereplace(),
        details: Object.fromEntries(
          response
            .getDetaileddiffMap()
            .getEntryList()
            .map(([path]) => {
              const found = response.getDetaileddiffMap().get(path);
              return [
                path,
                {
                  kind: found?.getKind() ?? -1,
                  inputDiff: found?.getInputdiff() ?? false,
                },
              ];
            }),
        ),
      };
    },
    async create(inputs) {
      const request = new messages.CreateRequest()
        .setUrn(urn)
        .setProperties(struct(inputs));
      const response = await call<messages.CreateResponse>((m, o, done) =>
        client.create(request, m, o, done),
      );
      return {
        id: response.getId(),
        properties: valuesOf(response.getProperties()),
      };
    },
    async read(id, properties, inputs) {
      const request = new messages.ReadRequest()
        .setId(id)
        .setUrn(urn)
        .setInputs(structOf(inputs))
        .setProperties(struct(properties));
      const response = await call<messages.ReadResponse>((m, o, done) =>
        client.read(request, m, o, done),
      );
      return {
        id: response.getId(),
        properties: valuesOf(response.getProperties()),
        inputs: response.hasInputs()
          ? valuesOf(response.getInputs())
          : undefined,
      };
    },
    async update(id, olds, news, oldInputs) {
      const request = new messages.UpdateRequest()
        .setId(id)
        .setUrn(urn)
        .setOldInputs(structOf(oldInputs))
        .setOlds(struct(olds))
        .setNews(struct(news));
      const response = await call<messages.UpdateResponse>((m, o, done) =>
        client.update(request, m, o, done),
      );
      return { properties: valuesOf(response.getProperties()) };
    },
    async delete(id, properties, oldInputs) {
      const request = new messages.DeleteRequest()
        .setId(id)
        .setUrn(urn)
        .setOldInputs(structOf(oldInputs))
        .setProperties(struct(properties));
      await call<Empty>((m, o, done) => client.delete(request, m, o, done));
    },
  };
}

/** The callback of a stub's call. */
export type Callback<Response> = (
  error: grpc.ServiceError | null,
  response: Response,
) => void;

/** Makes one call with a time limit in milliseconds; it rejects with a `ProviderError`. */
export function unary<Response>(
  timeout: number,
  start: (deadline: number, done: Callback<Response>) => unknown,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    start(Date.now() + timeout, (error, response) => {
      if (error) reject(providerError(error));
      else resolve(response);
    });
  });
}

function providerError(error: grpc.ServiceError): ProviderError {
  const [details] = error.metadata.get("grpc-status-details-bin");
  if (!Buffer.isBuffer(details))
    return new ProviderError(error.details, error.code);
  const [any] = Status.deserializeBinary(details).getDetailsList();
  const failed = messages.ErrorResourceInitFailed.deserializeBinary(
    any?.getValue_asU8() ?? new Uint8Array(),
  );
  return new ProviderError(error.details, error.code, {
    id: failed.getId(),
    properties: valuesOf(failed.getProperties()),
    reasons: failed.getReasonsList(),
  });
}

/** Returns properties without the wrappers of secrets. */
const valuesOf = (struct: Struct | undefined): Properties => ({
  ...received(struct).values,
});
