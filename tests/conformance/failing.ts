import type { Fault } from "../../simulator/index";
import { changed, errorOf, messageOf, type Bench } from "./bench";
import { anotherValue, kindOf, ownFields, sampleOf } from "./subject";
import { duplicatesIn } from "./vendor-objects";

const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Answers that say nothing about which objects exist. */
const hostile: [string, Fault][] = [
  ["a connection refused", { kind: "refuse" }],
  ["a connection reset", { kind: "reset" }],
  ["no answer", { kind: "hang" }],
  ["half an answer", { kind: "truncate" }],
  ["an empty body", { kind: "empty" }],
  ["a web page", { kind: "html" }],
  ["an empty object", { kind: "body", body: {} }],
  ["a text for a list", { kind: "body", body: { value: "x", result: "x" } }],
  ["success: false with 200", { kind: "body", body: { success: false } }],
  ["null for a list", { kind: "body", body: { success: true, result: null } }],
  [
    "a list of nulls",
    { kind: "body", body: { value: [null], result: [null] } },
  ],
  ["204", { kind: "status", status: 204 }],
  ["401", { kind: "status", status: 401 }],
  ["403 with NUL bytes", { kind: "status", status: 403, nulBytes: 4096 }],
  [
    "403 with NUL bytes said to be gzip",
    {
      kind: "status",
      status: 403,
      nulBytes: 4096,
      headers: { "content-encoding": "gzip" },
    },
  ],
  ["404 of a proxy", { kind: "status", status: 404 }],
  ["404 of a gateway in JSON", { kind: "body", status: 404, body: {} }],
  ["500", { kind: "status", status: 500 }],
  ["503", { kind: "status", status: 503 }],
  [
    "a redirect to another host",
    { kind: "redirect", location: "https://192.0.2.1/" },
  ],
];

/** Tests of failures at a vendor or in the network, and of their required results. */
export function failing(bench: Bench): void {
  const { subject } = bench;
  const kind = kindOf(subject);
  const { inputs } = subject;
  const vendor = kind.scopeId === "accountId" ? "cloudflare" : "exchange";
  const sample = sampleOf(subject);
  const updated = () =>
    changed(inputs, { [sample]: anotherValue(subject, sample) });
  const impatient = () => ({
    ...bench.environment,
    AREA1_PATIENCE_MS: "250",
    AREA1_REQUEST_TIMEOUT_MS: "60",
  });
  const always = (fault: Fault): Fault => ({
    ...fault,
    match: { vendor, times: "always" },
  });

  test.each(bench.rows(hostile))(
    "%s is an error and never means that the object is gone, in refresh, update and destroy",
    async (_, fault) => {
      const resource = bench.resource();
      await resource.up(inputs);
      const before = structuredClone(resource.kept);
      const live = bench.live();
      resource.environment = impatient();
      bench.simulator.faults.add(always(fault));
      bench.forget();
      expect(await messageOf(resource.refresh())).toMatch(/^Cannot read /);
      expect(await messageOf(resource.up(updated()))).toMatch(
        /^Cannot update /,
      );
      expect(resource.kept).toEqual(before);
      expect(await messageOf(resource.destroy())).toMatch(
        /^Cannot (delete|restore) /,
      );
      expect(resource.kept).toEqual(before);
      expect(bench.writes()).toEqual([]);
      expect(bench.live()).toEqual(live);
    },
  );

  const passing: [string, Fault][] = [
    ["a connection reset", { kind: "reset" }],
    ["no answer", { kind: "hang" }],
    ["half an answer", { kind: "truncate" }],
    ["500", { kind: "status", status: 500 }],
    ["503", { kind: "status", status: 503 }],
    ["504", { kind: "status", status: 504 }],
  ];
  test.each(bench.rows(passing))(
    "does not fail after %s that comes once, in reads and in writes that may be repeated",
    async (_, fault) => {
      const resource = bench.resource({
        ...bench.environment,
        AREA1_REQUEST_TIMEOUT_MS: "300",
      });
      await resource.up(inputs);
      const { faults } = bench.simulator;
      faults.add({ ...fault, match: { vendor } });
      expect(await resource.refresh()).toEqual([]);
      faults.clear();
      for (const nth of [1, 2, 3])
        faults.add({ ...fault, match: { vendor, nth } });
      await resource.up(updated());
      faults.clear();
      expect(await resource.refresh()).toEqual([]);
      expect(await resource.preview(updated())).toEqual([]);
    },
  );

  test("waits as long as the vendor requires when it is throttled, in reads and writes", async () => {
    const asked = { "retry-after": "0.05" };
    const throttled: Fault = { kind: "status", status: 429, headers: asked };
    const { faults } = bench.simulator;
    for (const nth of [1, 3])
      faults.add({ ...throttled, match: { vendor, nth } });
    const resource = bench.resource();
    await resource.up(inputs);
    faults.clear();
    faults.add({ ...throttled, match: { vendor, nth: 2 } });
    await resource.up(updated());
    expect(await resource.preview(updated())).toEqual([]);
    faults.clear();
    faults.add({ ...throttled, match: { vendor, times: 2 } });
    expect(await resource.refresh()).toEqual([]);
  });

  test("gives up within its time limit when throttling does not end, and says so", async () => {
    const resource = bench.resource();
    await resource.up(inputs);
    resource.environment = impatient();
    bench.simulator.faults.add(
      always({ kind: "status", status: 429, headers: { "retry-after": "7" } }),
    );
    const started = performance.now();
    expect(await messageOf(resource.refresh())).toMatch(/429|wait/);
    expect(performance.now() - started).toBeLessThan(8000);
  });

  test("gives up within its time limit when no answer comes, and says so", async () => {
    const resource = bench.resource(impatient());
    bench.simulator.faults.add(always({ kind: "hang" }));
    const started = performance.now();
    const message = await messageOf(resource.up(inputs));
    // On a busy machine the sign-in alone can take the whole time limit.
    expect(message).toMatch(
      /did not answer within|no answer within|was used up before/,
    );
    expect(performance.now() - started).toBeLessThan(8000);
  });

  const lost: [string, Fault][] = [
    ["the connection is reset", { kind: "reset" }],
    ["no answer comes", { kind: "hang" }],
    ["a gateway says 503", { kind: "status", status: 503 }],
    ["half an answer comes", { kind: "truncate" }],
  ];
  test.each(lost)(
    "is not created twice when it was created and %s",
    async (_, fault) => {
      for (const match of subject.makes)
        bench.simulator.faults.add({ ...fault, match, when: "after" });
      const resource = bench.resource({
        ...bench.environment,
        AREA1_REQUEST_TIMEOUT_MS: "300",
      });
      await upAgain(() => resource.up(inputs));
      expect(resource.outputs).toMatchObject({
        ...inputs,
        adopted: bench.existsBefore,
      });
      expect(duplicatesIn(bench.simulator)).toEqual([]);
      bench.simulator.faults.clear();
      expect(await resource.preview(inputs)).toEqual([]);
      expect(await resource.refresh()).toEqual([]);
      await resource.destroy();
      expect(subject.live(bench.simulator) === undefined).toBe(
        subject.existence === "made",
      );
    },
  );

  test.each(lost)(
    "is created once when the request did not arrive: %s",
    async (_, fault) => {
      for (const match of subject.makes)
        bench.simulator.faults.add({ ...fault, match, when: "before" });
      const resource = bench.resource({
        ...bench.environment,
        AREA1_REQUEST_TIMEOUT_MS: "300",
      });
      await upAgain(() => resource.up(inputs));
      expect(duplicatesIn(bench.simulator)).toEqual([]);
      bench.live();
      bench.simulator.faults.clear();
      expect(await resource.preview(inputs)).toEqual([]);
      expect(await resource.refresh()).toEqual([]);
    },
  );

  bench.unlessOnce(
    "does not count as deleted when a proxy answers its deletion with 404",
    async () => {
      const resource = bench.resource();
      await resource.up({ ...inputs, ...subject.removable });
      for (const body of ["Not Found", {}, { error: "Not Found" }]) {
        const { faults } = bench.simulator;
        faults.clear();
        for (const match of [
          { vendor, path: "InvokeCommand", nth: 2 },
          { vendor, method: "DELETE" },
        ] as const)
          faults.add({
            kind: "status",
            status: 404,
            body,
            match: { ...match, times: "always" },
          });
        await messageOf(resource.destroy());
        expect(resource.kept).toBeDefined();
        bench.live();
      }
    },
  );

  test.each([
    ["after a while", { readLagMs: 150, cloudflareReadLagMs: 150 }],
    ["in every second read at first", { readLagMs: 150, flap: true }],
  ])("shows no drift while reads show a write only %s", async (_, quirks) => {
    Object.assign(bench.simulator.quirks, quirks);
    const resource = bench.resource();
    await resource.up(inputs);
    expect(await resource.refresh()).toEqual([]);
    await resource.up(updated());
    expect(await resource.refresh()).toEqual([]);
    expect(await resource.preview(updated())).toEqual([]);
    await resource.destroy();
  });

  test("keeps its id and its pending changes when a write is rejected, and completes them in the next up, also after a refresh", async () => {
    for (const refresh of [false, true]) {
      const resource = bench.resource();
      await resource.up(inputs);
      const before = bench.live();
      const id = bench.simulator.faults.add({
        kind: "status",
        status: 400,
        match:
          vendor === "exchange"
            ? { vendor, path: "InvokeCommand", nth: 2, times: "always" }
            : { vendor, method: "PATCH", times: "always" },
      });
      const error = await errorOf(resource.up(updated()));
      expect(error.message).toMatch(/^Cannot update /);
      bench.simulator.faults.remove(id);
      expect(bench.live()[kind.fields[sample]?.wire ?? ""]).toEqual(
        before[kind.fields[sample]?.wire ?? ""],
      );
      if (refresh) await resource.refresh();
      expect(await resource.preview(updated())).not.toEqual([]);
      await resource.up(updated());
      expect(await resource.preview(updated())).toEqual([]);
      expect(await resource.refresh()).toEqual([]);
      expect(resource.outputs["pending"] ?? []).toEqual([]);
      await resource.destroy();
    }
  });

  test.each(bench.rows(ownFields(subject)))(
    "accepts a value of %s that is unknown in the preview, as a whole or as an entry, and counts it as changed",
    async (property, { onlyOnCreate }) => {
      const resource = bench.resource();
      await resource.up(inputs);
      const { kept } = resource;
      const handlers = resource.run().of(subject.kind);
      const values: unknown[] = [unknown];
      if (Array.isArray(inputs[property])) values.push([unknown]);
      for (const value of values) {
        const { inputs: news, failures } = await handlers.check(
          {},
          { ...inputs, [property]: value },
        );
        expect(failures).toEqual([]);
        expect(news[property]).toEqual(value);
        if (onlyOnCreate) continue;
        const { changes, replaces } = await handlers.diff(
          kept?.id ?? "",
          kept?.outputs ?? {},
          news,
        );
        expect(changes).not.toBe("none");
        expect(replaces.includes(property)).toBe(
          kind.fields[property]?.replaces === true,
        );
      }
    },
  );

  test("shows no secret in any error or output, however the vendor quotes it", async () => {
    const { environment } = bench;
    const secrets = [
      environment["AZURE_CLIENT_SECRET"] ?? "",
      environment["CLOUDFLARE_API_TOKEN"] ?? "",
    ];
    const forms = secrets.flatMap((secret) => [
      secret,
      encodeURIComponent(secret),
      Buffer.from(secret).toString("base64"),
    ]);
    const resource = bench.resource();
    await resource.up(inputs);
    const texts = [JSON.stringify(resource.kept)];
    const tokens: string[] = [];
    bench.simulator.faults.add({
      kind: "body",
      status: 400,
      body: {
        success: false,
        errors: [{ code: 1, message: `no: ${forms.join(" ")}` }],
        error: { code: "BadRequest", message: `no: ${forms.join(" ")}` },
      },
      match: { vendor, times: "always" },
    });
    for (const attempt of [
      () => resource.refresh(),
      () => resource.up(updated()),
      () => resource.destroy(),
    ]) {
      const error = await errorOf(attempt());
      texts.push(error.message, error.stack ?? "");
      expect(error.message).toContain("[secret]");
    }
    for (const form of [...forms, ...tokens])
      expect(texts.join("\n")).not.toContain(form);
  });

  test("refuses to act with the credentials of another tenant or account, naming both", async () => {
    const resource = bench.resource();
    await resource.up(inputs);
    const before = structuredClone(resource.kept);
    const [home, other] =
      kind.scopeId === "tenantId"
        ? [...bench.simulator.tenants.keys()]
        : [...bench.simulator.accounts.keys()];
    resource.environment = {
      ...bench.environment,
      ...(kind.scopeId === "tenantId"
        ? { AZURE_TENANT_ID: other ?? "" }
        : { CLOUDFLARE_ACCOUNT_ID: other ?? "" }),
    };
    bench.forget();
    for (const attempt of [
      () => resource.refresh(),
      () => resource.up(updated()),
      () => resource.destroy(),
    ]) {
      const message = await messageOf(attempt());
      expect(message).toContain(home);
      expect(message).toContain(other);
    }
    expect(resource.kept).toEqual(before);
    expect(bench.requests().filter(({ write }) => write)).toEqual([]);
  });

  test("reads an object by its id alone", async () => {
    const resource = bench.resource();
    await resource.up(inputs);
    const { id } = resource.kept ?? { id: "" };
    const handlers = resource.run().of(subject.kind);
    const found = await handlers.read(id, {});
    expect(found?.outputs).toMatchObject(
      Object.fromEntries(
        ownFields(subject)
          .filter(([name]) => inputs[name] !== undefined)
          .map(([name]) => [name, inputs[name]]),
      ),
    );
  });

  bench.ifRemade("fails to read an id that does not exist", async () => {
    const handlers = bench.resource().run().of(subject.kind);
    await expect(
      handlers.read("5c7d1bb0-0000-4000-8000-000000000000", {}),
    ).rejects.toThrow(/there is none/);
  });
}

/** Runs an `up`, and once more if it fails. */
async function upAgain(up: () => Promise<unknown>): Promise<void> {
  try {
    await up();
  } catch {
    await up();
  }
}
