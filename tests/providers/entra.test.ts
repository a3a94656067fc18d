import { Entra, type SignInClient } from "../../providers/session/entra";
import { Http } from "../../providers/http/http";
import { Patience } from "../../providers/http/patience";
import {
  errorOf,
  seen,
  startScriptedVendor,
  type Reply,
  type ScriptedVendor,
} from "./scripted-vendor";

let vendor: ScriptedVendor;

beforeAll(async () => {
  vendor = await startScriptedVendor();
});
afterAll(() => vendor.close());

type SignInRequest = Parameters<SignInClient["sendRequest"]>[0];

/** The used parts of a request by `@azure/identity`. */
const request = (path: string, more: object = {}) =>
  ({
    url: `${vendor.url}${path}`,
    method: "POST",
    headers: new Headers({ "content-type": "text/plain", "x-one": "1" }),
    body: "client_secret=secret",
    ...more,
  }) as unknown as SignInRequest;

function entra(authorityHost?: string): Entra {
  const client = new Entra(
    new Http("Microsoft Entra", 2000, () => undefined),
    authorityHost,
  );
  client.patience = new Patience(1000);
  return client;
}

const token = { token_type: "Bearer", access_token: "a-token" };
const noSecret =
  "Nothing is concluded from it, and no secret was sent on. Check for a proxy in between, and area1:authorityHost.";

describe("A request of a sign-in", () => {
  test("is sent as the sign-in library made it, and its answer is returned", async () => {
    vendor.answers({
      status: 201,
      headers: { "Content-Type": "application/x-json", "retry-after": "9" },
      body: token,
    });
    const one = request("/token?x=1");
    const answer = await entra().sendRequest(one);
    expect(vendor.arrived).toMatchObject([
      {
        method: "POST",
        path: "/token?x=1",
        headers: { "content-type": "text/plain", "x-one": "1" },
        body: "client_secret=secret",
      },
    ]);
    expect(answer.request).toBe(one);
    expect([answer.status, answer.bodyAsText]).toEqual([
      201,
      JSON.stringify(token),
    ]);
    const { headers } = answer;
    expect(headers.get("CONTENT-type")).toBe("application/x-json");
    expect(headers.has("Content-Type")).toBe(true);
    // What it asks to wait was waited.
    expect([headers.get("retry-after"), headers.has("retry-after")]).toEqual([
      undefined,
      false,
    ]);
    expect([...headers]).toEqual([["content-type", "application/x-json"]]);
    headers.set("X-Two", 2);
    expect(headers.toJSON()).toEqual({
      "content-type": "application/x-json",
      "x-two": "2",
    });
    headers.delete("CONTENT-TYPE");
    expect(headers.toJSON()).toEqual({ "x-two": "2" });
  });

  test("is a GET without a body if the library sends one, and an answer without a type is JSON", async () => {
    vendor.answers({ body: token });
    const { headers } = await entra().sendRequest(
      request("/keys", { method: "GET", body: undefined }),
    );
    expect(vendor.arrived).toMatchObject([{ method: "GET", body: "" }]);
    expect(headers.get("content-type")).toBe("application/json");
  });

  test("is retried if its outcome is unknown, or if Entra answers with Retry-After", async () => {
    vendor.answers(
      { status: 503 },
      { status: 429, headers: { "retry-after": "0.05" } },
      { body: token },
    );
    await entra().sendRequest(request("/token"));
    expect(vendor.arrived).toHaveLength(3);
  });

  test("is not sent after the time limit", async () => {
    vendor.answers();
    const client = entra();
    client.patience = undefined;
    await expect(client.sendRequest(request("/token"))).rejects.toThrow(
      "nobody asked for a token",
    );
    expect(client.failure).toBeUndefined();
    expect(vendor.arrived).toEqual([]);
  });

  test("is sent to no other host than the authority's", async () => {
    vendor.answersBy(() => ({ body: token }));
    const { host } = new URL(vendor.url);
    await entra(`${vendor.url}/`).sendRequest(request("/token"));
    expect(vendor.arrived).toHaveLength(1);
    const client = entra("https://login.example/tenant");
    const error = await errorOf(client.sendRequest(request("/token")));
    expect(seen(error)).toEqual({
      fault: "unreadable",
      message: `login.example points to ${host}, which is not its own`,
      advice: noSecret,
    });
    expect(client.failure).toBe(error);
    expect(vendor.arrived).toHaveLength(1);
  });
});

describe("An answer to a sign-in", () => {
  /** What comes of it after as many tries as there are. */
  const judged = async (reply: Reply) => {
    vendor.answersBy(() => reply);
    const client = entra();
    const error = await errorOf(client.sendRequest(request("/token")));
    expect(client.failure).toBe(error);
    return seen(error);
  };

  test.each<[number, unknown, string]>([
    [200, undefined, "answered 200 with an empty body"],
    [200, " \n", "answered 200 with an empty body"],
    [
      200,
      "<html>",
      "answered 200 with something that is no answer to a sign-in",
    ],
    [200, {}, "answered 200 with something that is no answer to a sign-in"],
    [299, ["x"], "answered 299 with something that is no answer to a sign-in"],
    [300, token, "answered 300, a redirect to elsewhere"],
    [302, undefined, "answered 302, a redirect to elsewhere"],
    [399, token, "answered 399, a redirect to elsewhere"],
  ])("of %p with %j does not count as one", async (status, body, words) => {
    expect(await judged({ status, body })).toEqual({
      fault: "unreadable",
      message: `Microsoft Entra ${words}`,
      advice: noSecret,
    });
    expect(vendor.arrived).toHaveLength(1);
  });

  test.each<[unknown, string]>([
    [
      { error: "invalid_client", error_description: "AADSTS1:\r\n No." },
      "AADSTS1: No.",
    ],
    [{ error: "invalid_client" }, "invalid_client"],
    [{ error: { code: 1 } }, '{"error":{"code":1}}'],
    ["<html>", "an HTML page"],
    [undefined, "no reason given"],
  ])("that refuses says why: %j", async (body, reason) => {
    for (const status of [400, 401, 407, 409, 499])
      expect(await judged({ status, body })).toEqual({
        fault: "unauthorized",
        message: `Microsoft Entra answered ${status}: ${reason}`,
        status,
      });
    expect(vendor.arrived).toHaveLength(1);
  });

  test.each([408, 500, 503])("of %p is retried", async (status) => {
    expect(await judged({ status, body: { error: "busy" } })).toEqual({
      fault: "transient",
      message: `Microsoft Entra answered ${status}: busy`,
      status,
      advice: "Try again.",
    });
    expect(vendor.arrived).toHaveLength(5);
  });

  test("whose Retry-After exceeds the time limit is an error at once", async () => {
    const error = await judged({
      status: 429,
      headers: { "retry-after": "60" },
      body: { error: "slow_down" },
    });
    expect(error.fault).toBe("throttled");
    expect(error.message).toMatch(
      /^Microsoft Entra answered 429: slow_down\. Microsoft Entra is to be left alone for 60 s/,
    );
  });

  test("to the authority's metadata request must name the token endpoint", async () => {
    const discovery = "/tenant/v2.0/.well-known/openid-configuration";
    for (const body of [{ issuer: "x" }, { token_endpoint: 7 }]) {
      vendor.answers({ body });
      const error = await errorOf(entra().sendRequest(request(discovery)));
      expect(seen(error)).toEqual({
        fault: "unreadable",
        message:
          "Microsoft Entra answered 200 with something that names no token endpoint",
        advice: noSecret,
      });
    }
    vendor.answers({ body: { token_endpoint: "https://login.example" } });
    const { status } = await entra().sendRequest(request(discovery));
    expect(status).toBe(200);
  });
});
