import { area1Domain } from "../../providers/cloudflare/area1-domain";
import { Cloudflare } from "../../providers/cloudflare/client";
import { resolveConfiguration } from "../../providers/session/configuration";
import { Http } from "../../providers/http/http";
import { Patience } from "../../providers/http/patience";
import type { Operation } from "../../providers/session/session";
import {
  errorOf,
  startScriptedVendor,
  type ScriptedVendor,
} from "./scripted-vendor";

const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const domains = "/accounts/acc/email-security/settings/domains";

describe("The dispositions that a domain drops", () => {
  const codec = area1Domain.fields["dropDispositions"]?.codec;

  test("are both kinds of Malicious if a program sets one", () => {
    expect(codec?.normalize(["SPAM", "MALICIOUS"])).toEqual([
      "MALICIOUS",
      "MALICIOUS-BEC",
      "SPAM",
    ]);
    expect(codec?.normalize(["MALICIOUS-BEC", "MALICIOUS"])).toEqual([
      "MALICIOUS",
      "MALICIOUS-BEC",
    ]);
    expect(codec?.normalize(["MALICIOUS-BEC"])).toEqual(["MALICIOUS-BEC"]);
    expect(codec?.normalize(["SPAM"])).toEqual(["SPAM"]);
  });

  test("are those that Cloudflare returns, so that a missing kind of Malicious is drift", () => {
    expect(codec?.decode(["SPAM", "MALICIOUS"])).toEqual(["MALICIOUS", "SPAM"]);
  });
});

describe("The account of a domain", () => {
  const completed = (
    olds: Record<string, unknown>,
    inputs: Record<string, unknown>,
    configured?: string,
  ) =>
    area1Domain.complete?.(olds, inputs, () =>
      resolveConfiguration(() => undefined, {
        ...(configured && { CLOUDFLARE_ACCOUNT_ID: configured }),
      }),
    );

  test.each<[string, object, object, string | undefined, string]>([
    ["given", {}, { accountId: "a" }, undefined, "a"],
    [
      "given before the state's",
      { accountId: "b" },
      { accountId: "a" },
      "A",
      "a",
    ],
    ["configured", {}, {}, "a", "a"],
    ["configured as in the state", { accountId: "A" }, {}, "a", "a"],
    ["in the state", { accountId: "a" }, {}, undefined, "a"],
  ])("is the one that is %s", (_, olds, inputs, configured, account) => {
    expect(completed({ ...olds }, { ...inputs, x: 1 }, configured)).toEqual({
      accountId: account,
      x: 1,
    });
  });

  test("is not checked while it is unknown", () => {
    const inputs = { accountId: unknown };
    expect(completed({}, inputs, "a")).toBe(inputs);
  });

  test.each<[string, object, object, string | undefined, string]>([
    [
      "there is none",
      {},
      {},
      undefined,
      "must be given, or area1:cloudflareAccountId or CLOUDFLARE_ACCOUNT_ID be set",
    ],
    [
      "another is configured",
      {},
      { accountId: "a" },
      "b",
      "is a, but the configuration is for b; for a second account, make an explicit provider",
    ],
    [
      "the state's is not the configured one",
      { accountId: "a" },
      {},
      "b",
      "is a in the state, but the configuration is for b; configure the right account, or give accountId to move the domain",
    ],
  ])("is refused when %s", (_, olds, inputs, configured, reason) => {
    expect(completed({ ...olds }, { ...inputs }, configured)).toEqual({
      property: "accountId",
      reason,
    });
  });

  test("that is not a text is left to the account's own check", () => {
    expect(completed({}, { accountId: 7 }, "a")).toEqual({ accountId: 7 });
  });
});

describe("A domain of Cloudflare", () => {
  test("is identified by name, id and the time of its last change, as far as they are returned", () => {
    expect(
      area1Domain.identify({
        id: "id",
        domain: "Example.COM.",
        modified_at: "2026-01-01",
      }),
    ).toEqual({ name: "example.com", guid: "id", changedAt: "2026-01-01" });
    expect(area1Domain.identify({ id: 1, domain: 2, modified_at: 3 })).toEqual({
      name: "",
    });
  });

  test("is compared with the last known MX", () => {
    expect(area1Domain.expected?.({ mailExchange: "mx" })).toEqual({
      transport: "mx",
    });
    expect(area1Domain.expected?.({ transport: "mx" })).toEqual({});
  });

  test("has an integration that is a UUID", () => {
    const { codec } = area1Domain.fields["integrationId"] ?? {};
    const uuid = "6a2f7a3e-7df0-4b0c-8c53-0d2f6f5f9a01";
    expect(codec?.refuse(uuid.toUpperCase())).toBeUndefined();
    for (const none of [`${uuid}0`, `0${uuid}`, "x"])
      expect(codec?.refuse(none)).toBe(`"${none}" is not a UUID`);
  });

  test("gets DIRECT in addition to its delivery modes, in order", () => {
    const { implied } = area1Domain.fields["allowedDeliveryModes"] ?? {};
    expect(implied?.remedy(["BCC", "API"], null)).toEqual([
      "API",
      "BCC",
      "DIRECT",
    ]);
    expect(implied?.remedy(null, null)).toEqual(["DIRECT"]);
    expect(implied?.remedy(["DIRECT", "BCC"], null)).toEqual(["DIRECT", "BCC"]);
  });
});

describe("Cloudflare", () => {
  let vendor: ScriptedVendor;
  beforeAll(async () => {
    vendor = await startScriptedVendor();
  });
  afterAll(() => vendor.close());

  const warnings: string[] = [];
  /** So much of an operation as a write or an output looks at. */
  const operation = (): Operation =>
    ({
      cloudflare: new Cloudflare(
        new Http("Cloudflare", 2000, () => undefined),
        vendor.url,
        "a-token",
        1000,
      ),
      account: "acc",
      patience: new Patience(1000),
      warn: (message: string) => warnings.push(message),
    }) as unknown as Operation;
  beforeEach(() => {
    warnings.length = 0;
  });
  const list = (...result: object[]) => ({
    body: {
      success: true,
      result,
      result_info: { total_count: result.length },
    },
  });
  const item = { id: "id", domain: "example.com", transport: "old" };

  test("gets the current values of everything that PUT would reset", async () => {
    const fresh = {
      ...item,
      account_id: "acc",
      transport: "new",
      folder: "Inbox",
    };
    vendor.answers(list(item), list({ id: "other", transport: "no" }, fresh), {
      body: { success: true },
    });
    await area1Domain.update(operation(), item, { requireTlsInbound: null });
    const put = vendor.arrived.at(-1);
    expect([put?.method, put?.path]).toEqual(["PUT", `${domains}/id`]);
    expect(JSON.parse(put?.body ?? "")).toEqual({
      transport: "new",
      folder: "Inbox",
      require_tls_inbound: null,
    });
    expect(vendor.arrived).toHaveLength(3);
  });

  test("that does not find a domain has off-boarded it; any other rejection is an error", async () => {
    const off = () =>
      area1Domain.remove(operation(), item, { offboardOnDestroy: true });
    vendor.answers({ status: 404, body: { success: false, errors: [] } });
    expect(await off()).toBeUndefined();
    expect(vendor.arrived.map(({ method }) => method)).toEqual(["DELETE"]);
    vendor.answers({ status: 403, body: { success: false, errors: [] } });
    expect((await errorOf(off())).fault).toBe("forbidden");
  });

  test.each([
    [
      {
        status: 404,
        body: { success: false, errors: [{ message: "No route" }] },
      },
      "Cloudflare answered 404: No route.",
    ],
    [{ status: 204 }, "It answers that the domain waits for none."],
  ])(
    "that does not return the record of a pending domain only causes a warning",
    async (answer, reason) => {
      vendor.answers(answer);
      expect(
        await area1Domain.outputs?.(
          operation(),
          { ...item, status: "pending" },
          {},
          { readVerification: true },
        ),
      ).toEqual({ accountId: "acc", status: "PENDING" });
      expect(warnings).toEqual([
        `domain "example.com" waits to be proven yours, but Cloudflare does not tell the TXT record: ${reason} See its dashboard`,
      ]);
    },
  );

  test("gets no request for the record of a domain whose status it does not return", async () => {
    vendor.answers();
    const outputs = await area1Domain.outputs?.(
      operation(),
      { ...item, status: 7 },
      { transport: "mx" },
      { readVerification: true },
    );
    expect(Object.entries(outputs ?? {})).toEqual([
      ["accountId", "acc"],
      ["mailExchange", "mx"],
    ]);
    expect(vendor.arrived).toEqual([]);
  });
});
