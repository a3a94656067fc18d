import { Metadata, status, type ServiceError } from "@grpc/grpc-js";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";

import { PartialFailure, reasonOf } from "../providers/errors";
import { sent } from "./values";

/** An error as gRPC returns it. */
export type CallError = Pick<ServiceError, "code" | "details" | "metadata">;

/**
 * Returns the error of a call. After a partial failure it contains the object that exists nevertheless: the engine stores it, and updates
 * it in the next `up`.
 *
 * @param printable removes secrets and control characters from a message.
 * @param secrets the names of the outputs that are secret.
 */
export function callError(
  error: unknown,
  printable: (message: string) => string,
  secrets: ReadonlySet<string>,
): CallError {
  const code = status.UNKNOWN;
  const details = printable(reasonOf(error)) || "failed without a reason";
  const metadata = new Metadata();
  if (error instanceof PartialFailure) {
    const failed = new Any();
    failed.pack(
      new ErrorResourceInitFailed()
        .setId(error.id)
        .setProperties(sent(error.outs, secrets))
        .setReasonsList(error.reasons.map(printable))
        .serializeBinary(),
      "pulumirpc.ErrorResourceInitFailed",
    );
    metadata.add(
      // gRPC's own key for structured details.
      "grpc-status-details-bin",
      Buffer.from(
        new Status()
          .setCode(code)
          .setMessage(details)
          .setDetailsList([failed])
          .serializeBinary(),
      ),
    );
  }
  return { code, details, metadata };
}

/** Returns the error of a call that this provider does not have, with the reason. */
export const unimplemented = (details: string): CallError => ({
  code: status.UNIMPLEMENTED,
  details,
  metadata: new Metadata(),
});
