import { readFileSync } from "node:fs";
import path from "node:path";
import Ajv, { type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";

interface Operation {
  parameters?: ({ $ref: string } | Parameter)[];
  requestBody?: object;
  responses: Record<string, { $ref?: string; content?: object }>;
}

interface Parameter {
  name: string;
  in: string;
  schema: { type?: string; items?: object };
}

/** The vendor's description of the email domains' endpoints. */
const description = JSON.parse(
  readFileSync(
    path.join(__dirname, "data/cloudflare-email-security-domains.openapi.json"),
    "utf8",
  ),
) as {
  paths: Record<string, Record<string, Operation>>;
  components: { parameters: Record<string, Parameter> };
};

const ajv = new Ajv({ strict: false, allErrors: true, coerceTypes: "array" });
// coerceTypes would make a body fit that does not; it is for query parameters, which are always texts.
const exact = new Ajv({ strict: false, allErrors: true });
for (const one of [ajv, exact]) {
  addFormats(one);
  one.addSchema(description, "description");
}
const compiled = new Map<string, ValidateFunction>();

/** A request to the vendor's API with its response. */
export interface Conversation {
  method: string;
  /** From `/accounts` on, with its query. */
  path: string;
  requestBody: string | undefined;
  status: number;
  contentType: string | null;
  body: string;
}

/**
 * Where a conversation is not what the vendor's description says; empty when it is. A request has to fit when it was carried
 * out; the vendor may refuse more than its description tells.
 */
export function unlikeDescription(one: Conversation): string[] {
  const { searchParams } = new URL(one.path, "https://vendor");
  const [method = "", template = ""] = operationOf(one).split(" ");
  const operation = description.paths[template]?.[method];
  if (!operation) return [`${one.method} ${one.path} is not described`];
  const at = `#/paths/${template.replaceAll("~", "~0").replaceAll("/", "~1")}/${method}`;
  return [
    ...(one.status < 300 ? unlikeRequest(one, operation, at) : []),
    ...(one.status < 300 ? unlikeQuery(searchParams, operation) : []),
    ...unlikeAnswer(one, operation, at),
  ].map((said) => `${one.method} ${one.path} ${one.status}: ${said}`);
}

function unlikeRequest(
  { requestBody }: Conversation,
  operation: Operation,
  at: string,
): string[] {
  if (!operation.requestBody) return [];
  if (requestBody === undefined) return ["carried out without its body"];
  return unlike(
    `${at}/requestBody/content/application~1json/schema`,
    JSON.parse(requestBody),
    "request",
  );
}

function unlikeQuery(query: URLSearchParams, operation: Operation): string[] {
  const parameters = (operation.parameters ?? []).map((parameter) =>
    "$ref" in parameter
      ? description.components.parameters[
          parameter.$ref.split("/").at(-1) ?? ""
        ]
      : parameter,
  );
  return [...new Set(query.keys())].flatMap((name) => {
    const parameter = parameters.find(
      (one) => one?.in === "query" && one.name === name,
    );
    if (!parameter) return [`query ${name} is not described`];
    const values = query.getAll(name);
    const value = parameter.schema.type === "array" ? values : values[0];
    const { $ref } = parameter.schema as { $ref?: string };
    const fits = ajv.validate(
      $ref ? { $ref: `description${$ref}` } : parameter.schema,
      value,
    );
    return fits ? [] : [`query ${name}: ${ajv.errorsText()}`];
  });
}

function unlikeAnswer(
  { status, contentType, body }: Conversation,
  { responses }: Operation,
  at: string,
): string[] {
  const key = [String(status), `${String(status).charAt(0)}XX`].find(
    (one) => one in responses,
  );
  const response = key === undefined ? undefined : responses[key];
  if (key === undefined || !response) return [`status is not described`];
  if (!response.content && !response.$ref)
    return body === "" ? [] : ["has a body that is not described"];
  if (!contentType?.startsWith("application/json"))
    return [`content type is ${contentType}`];
  const where = response.$ref ?? `${at}/responses/${key}`;
  return unlike(
    `${where}/content/application~1json/schema`,
    JSON.parse(body),
    "answer",
  );
}

function unlike(pointer: string, value: unknown, what: string): string[] {
  let validate = compiled.get(pointer);
  if (!validate) {
    validate = exact.compile({ $ref: `description${encodeURI(pointer)}` });
    compiled.set(pointer, validate);
  }
  return validate(value)
    ? []
    : (validate.errors ?? []).map(
        ({ instancePath, message }) => `${what}${instancePath} ${message}`,
      );
}

/** All operations of the description, such as `get /accounts/…`. */
export const operations = Object.entries(description.paths).flatMap(
  ([template, methods]) =>
    Object.keys(methods)
      .filter((method) => method !== "parameters")
      .map((method) => `${method} ${template}`),
);

/** The operation that a conversation belongs to. */
export function operationOf({ method, path: where }: Conversation): string {
  const { pathname } = new URL(where, "https://vendor");
  return (
    operations.find((one) => {
      const [verb, template = ""] = one.split(" ");
      return (
        verb === method.toLowerCase() &&
        new RegExp(`^${template.replace(/\{\w+\}/g, "[^/]+")}$`).test(pathname)
      );
    }) ?? ""
  );
}

/** Returns a fetch that records requests and responses, for clients that accept one. */
export function overhearing(heard: Conversation[]): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const requestBody = await request.clone().text();
    const response = await fetch(request);
    const { pathname, search } = new URL(request.url);
    heard.push({
      method: request.method,
      path: `${pathname.replace(/^\/client\/v4/, "")}${search}`,
      requestBody: requestBody === "" ? undefined : requestBody,
      status: response.status,
      contentType: response.headers.get("content-type"),
      body: await response.clone().text(),
    });
    return response;
  };
}
