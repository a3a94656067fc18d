import {
  startSimulator,
  type Simulator,
  type SimulatorOptions,
} from "../../simulator/index";
import { parseJson, type Json, type JsonObject } from "../../simulator/json";

/** An answer, read to its end. */
export interface Answered {
  status: number;
  headers: Headers;
  text: string;
  /** The body as JSON; undefined when it is none. */
  body: Json | undefined;
  /** A part of the body; undefined where there is none. */
  at: (...path: (string | number)[]) => Json | undefined;
}

/** A simulator and the requests that tests send to it. */
export interface Simulated {
  simulator: Simulator;
  /** Any request; the path is relative to the simulator's address. */
  request: (path: string, init?: RequestInit) => Promise<Answered>;
  /** An access token of the default application. */
  token: (scope?: string, form?: Record<string, string>) => Promise<string>;
  /** The answer of the token endpoint. */
  signIn: (form: Record<string, string>, tenant?: string) => Promise<Answered>;
  /** Runs a cmdlet with a token of the default application. */
  invoke: (
    cmdlet: string,
    parameters?: Json,
    more?: { headers?: Record<string, string>; query?: string; token?: string },
  ) => Promise<Answered>;
  /** Runs a cmdlet that must succeed and returns its objects. */
  run: (cmdlet: string, parameters?: JsonObject) => Promise<JsonObject[]>;
  /** A request for the account's email domains. */
  domains: (
    method: string,
    path?: string,
    body?: Json,
    headers?: Record<string, string>,
  ) => Promise<Answered>;
}

const running: Simulator[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.close()));
});

/** Starts a simulator that ends with the test. */
export async function simulated(
  options: SimulatorOptions = {},
): Promise<Simulated> {
  const simulator = await startSimulator(options);
  running.push(simulator);
  const { environment } = simulator;
  const request = (path: string, init?: RequestInit) =>
    answered(fetch(`${simulator.url}${path}`, init));
  const signIn: Simulated["signIn"] = (
    form,
    tenant = environment["AZURE_TENANT_ID"] ?? "",
  ) =>
    request(`/${tenant}/oauth2/v2.0/token`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "client_credentials",
        client_id: environment["AZURE_CLIENT_ID"] ?? "",
        scope: exchangeScope,
        ...form,
      }),
    });
  let kept: Promise<string> | undefined;
  const token: Simulated["token"] = async (scope = exchangeScope, form = {}) =>
    (
      await signIn({
        client_secret: environment["AZURE_CLIENT_SECRET"] ?? "",
        scope,
        ...form,
      })
    ).at("access_token") as string;
  const invoke: Simulated["invoke"] = async (
    cmdlet,
    parameters = {},
    more = {},
  ) =>
    request(
      `/adminapi/beta/${simulator.tenant.id}/InvokeCommand${more.query ?? ""}`,
      {
        method: "POST",
        headers: {
          authorization: `Bearer ${more.token ?? (await (kept ??= token()))}`,
          "content-type": "application/json",
          accept: "application/json",
          ...more.headers,
        },
        body: JSON.stringify({
          CmdletInput: { CmdletName: cmdlet, Parameters: parameters },
        }),
      },
    );
  return {
    simulator,
    request,
    signIn,
    token,
    invoke,
    run: async (cmdlet, parameters = {}) => {
      const answer = await invoke(cmdlet, parameters);
      if (answer.status !== 200)
        throw new Error(`${cmdlet}: ${answer.status} ${answer.text}`);
      return answer.at("value") as JsonObject[];
    },
    domains: (method, path = "", body, headers = {}) =>
      request(
        `/client/v4/accounts/${simulator.account.id}/email-security/settings/domains${path}`,
        {
          method,
          headers: {
            authorization: `Bearer ${environment["CLOUDFLARE_API_TOKEN"]}`,
            "content-type": "application/json",
            ...headers,
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        },
      ),
  };
}

export const exchangeScope = "https://outlook.office365.com/.default";
export const graphScope = "https://graph.microsoft.com/.default";

/** What POST needs, for one domain. */
export function newDomain(domain: string, more: JsonObject = {}): JsonObject {
  return {
    domain,
    allowed_delivery_modes: ["DIRECT"],
    ip_restrictions: [],
    drop_dispositions: [],
    regions: ["GLOBAL"],
    lookback_hops: 1,
    ...more,
  };
}

/** A rule that sets an SCL for a header word. */
export function newRule(Name: string, more: JsonObject = {}): JsonObject {
  return {
    Name,
    HeaderContainsMessageHeader: "X-CFEmailSecurity-Disposition",
    HeaderContainsWords: ["UCE", "SPOOF"],
    SetSCL: 5,
    ...more,
  };
}

/** The exception's type and text in an error answer, read as a client would. */
export function errorOf(answer: Answered): { type: string; text: string } {
  const detail = answer.at("error", "details", 0, "message");
  if (typeof detail === "string") {
    const [, type = "", ...text] = detail.split("|");
    return { type, text: text.join("|") };
  }
  const { type, message } = answer.at(
    "error",
    "innererror",
    "internalexception",
  ) as { type: string; message: string };
  return { type, text: message };
}

/** A part of a JSON value; undefined where there is none. */
export function at(
  value: Json | undefined,
  ...path: (string | number)[]
): Json | undefined {
  return path.reduce<Json | undefined>(
    (part, step) =>
      (part as Record<string | number, Json> | null | undefined)?.[step],
    value,
  );
}

async function answered(pending: Promise<Response>): Promise<Answered> {
  const response = await pending;
  const text = await response.text();
  const body = parseJson(text);
  return {
    status: response.status,
    headers: response.headers,
    text,
    body,
    at: (...path) => at(body, ...path),
  };
}
