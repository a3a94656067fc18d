import type { sendUnaryData } from "@grpc/grpc-js";
import {
  CheckRequest,
  ConfigureRequest,
  CreateRequest,
  type CheckResponse,
} from "@pulumi/pulumi/proto/provider_pb";

import { ProviderServer } from "../../plugin/server";
import { sent } from "../../plugin/values";

const canary = "canary-in-a-property";
const urn = "urn:pulumi:dev::ops::area1:index:TransportRule::rule";

/** Calls a method of a provider without a configuration. */
function call<Response>(method: string, request: object): Promise<Response> {
  const { service } = new ProviderServer("", () => undefined, {});
  const methods = service as unknown as Record<
    string,
    (call: { request: object }, done: sendUnaryData<Response>) => void
  >;
  return new Promise((resolve, reject) => {
    methods[method]?.({ request }, (error, response) => {
      if (response) resolve(response);
      else reject(new Error(error?.details));
    });
  });
}

const failures = async (
  method: "check" | "checkConfig",
  request: CheckRequest,
): Promise<[string, string][]> =>
  (await call<CheckResponse>(method, request))
    .getFailuresList()
    .map((failure) => [failure.getProperty(), failure.getReason()]);

test("a refused value that is secret appears neither in the reason nor, as the engine prints it, as the failure's property", async () => {
  const found = await failures(
    "check",
    new CheckRequest().setUrn(urn).setNews(
      sent(
        {
          name: "Rule",
          setScl: 10,
          mode: canary,
          headerContainsMessageHeader: "X-Scanner",
          headerContainsWords: ["ok"],
        },
        new Set(["mode"]),
      ),
    ),
  );
  expect(found).toContainEqual([
    "",
    'mode: must be one of Enforce, Audit, AuditAndNotify, not "[secret]"',
  ]);
  // Another property is named, so that the engine shows its value.
  expect(found.map(([property]) => property)).toContain("setScl");
});

describe("of the provider's arguments", () => {
  const checked = (args: Record<string, unknown>) =>
    failures(
      "checkConfig",
      new CheckRequest()
        .setUrn("urn:pulumi:dev::ops::pulumi:providers:area1::default")
        .setName("default")
        .setNews(sent(args)),
    );

  test.each<[string, Record<string, unknown>, string]>([
    [
      "a credential with a line end, which the program does not mark as a secret",
      { clientSecret: `${canary}\nx` },
      "clientSecret: area1:clientSecret in the stack's configuration holds a line end",
    ],
    [
      "a credential of another type",
      { cloudflareApiToken: [canary] },
      "cloudflareApiToken: must be a text or a number",
    ],
    [
      "a misspelt name, whose value may be a credential",
      { clientsecret: canary },
      "clientsecret is not a property of the provider area1",
    ],
  ])("%s is refused without its value", async (_what, args, reason) => {
    const found = await checked(args);
    expect(found).toEqual([["", expect.stringContaining(reason)]]);
    expect(JSON.stringify(found)).not.toContain(canary);
  });

  test("an argument that is no credential is refused with its name, so that the engine shows the value", async () => {
    expect(await checked({ requestTimeoutMs: "soon" })).toEqual([
      ["requestTimeoutMs", expect.stringContaining('"soon" is not a number')],
    ]);
  });
});

test("the error of a call does not contain a secret of its properties", async () => {
  const { service } = new ProviderServer("", () => undefined, {});
  const methods = service as unknown as Record<
    string,
    (call: { request: object }, done: sendUnaryData<unknown>) => void
  >;
  methods["configure"]?.(
    { request: new ConfigureRequest().setName("default") },
    () => undefined,
  );
  const message = await new Promise((resolve) => {
    methods["create"]?.(
      {
        request: new CreateRequest()
          .setUrn(urn)
          .setProperties(sent({ name: canary, setScl: 5 }, new Set(["name"]))),
      },
      (error) => resolve(error?.details),
    );
  });
  expect(message).toContain('Cannot create transport rule "[secret]"');
});
