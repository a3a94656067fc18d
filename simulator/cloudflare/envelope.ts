import { json, type Answer, type VendorRequest } from "../answer";
import type { Json, JsonObject } from "../json";

/** Returns a successful answer. */
export function success(
  result: Json,
  status = 200,
  resultInfo?: JsonObject,
): Answer {
  return json(status, {
    success: true,
    errors: [],
    messages: [],
    result,
    ...(resultInfo ? { result_info: resultInfo } : {}),
  });
}

/** An error in the envelope of an answer. */
export interface EnvelopeError {
  /** The error code, at least 1000. */
  code: number;
  /** The message. */
  message: string;
  /** The part of the request's body, as a JSON pointer. */
  pointer?: string;
}

/** Returns a failed answer, and adds the reason to the log entry. */
export function failure(
  request: VendorRequest,
  status: number,
  errors: EnvelopeError[],
  headers: Record<string, string> = {},
): Answer {
  request.entry.refused = errors
    .map(({ message, pointer }) =>
      pointer ? `${pointer} ${message}` : message,
    )
    .join("; ");
  return json(
    status,
    {
      success: false,
      errors: errors.map(({ code, message, pointer }) => ({
        code,
        message,
        documentation_url: "https://developers.cloudflare.com/api/",
        ...(pointer === undefined ? {} : { source: { pointer } }),
      })),
      messages: [],
      result: null,
    },
    headers,
  );
}
