import { isObject, parseJson, type Json } from "../json";
import type { Answer, VendorRequest } from "../answer";
import type { Quirks } from "../quirks";
import { failure } from "./envelope";
import {
  complaints,
  replaceDomain,
  replaceDomainStrict,
  updateDomain,
  type Complaint,
} from "./schemas";

/** Returns the errors in the body of a PUT. */
export function wrongPut(
  quirks: Quirks,
  body: Json | undefined,
  at = "",
): Complaint[] {
  const schema = quirks.putNeedsLookbackHops
    ? replaceDomainStrict
    : replaceDomain;
  return [...complaints(schema, body, at), ...wrongName(quirks, body, at)];
}

/** Returns the errors in the body of a PATCH. */
export function wrongPatch(
  quirks: Quirks,
  body: Json | undefined,
  at = "",
): Complaint[] {
  return [
    ...complaints(updateDomain, body, at),
    ...wrongName(quirks, body, at),
  ];
}

function wrongName(
  quirks: Quirks,
  body: Json | undefined,
  at: string,
): Complaint[] {
  return quirks.domainInUpdate === "refused" &&
    isObject(body) &&
    "domain" in body
    ? [{ pointer: `${at}/domain`, message: "cannot be changed" }]
    : [];
}

/** Returns the body as JSON, or undefined if it is not JSON. */
export function parsed(request: VendorRequest): Json | undefined {
  return parseJson(request.body);
}

/** Returns the answer to an invalid body. */
export function invalid(request: VendorRequest, wrong: Complaint[]): Answer {
  return failure(
    request,
    400,
    wrong.map(({ pointer, message }) => ({ code: 10400, message, pointer })),
  );
}

/** Returns the answer for a domain that does not exist. */
export function missing(request: VendorRequest): Answer {
  return failure(request, 404, [{ code: 10404, message: "Domain not found" }]);
}
