import { bench } from "./bench";
import { inProcess } from "./chosen-platform";
import { settled } from "./subject";
import { area1Domain } from "./subjects";

describe("A domain on destroy", () => {
  const stage = bench(area1Domain, inProcess);
  const program = { domain: "example.com" };

  test("stays in the account with a warning when we created it, without offboardOnDestroy", async () => {
    const resource = stage.resource();
    await resource.up(program);
    stage.forget();
    const { run } = await resource.destroy();
    expect(stage.writes()).toEqual([]);
    expect((await run.warnings(1)).join()).toMatch(/offboardOnDestroy/);
  });

  test("is off-boarded with offboardOnDestroy when we created it, and the warning says what that does", async () => {
    const resource = stage.resource();
    const asked = { ...program, offboardOnDestroy: true };
    await resource.up(program);
    expect(await resource.preview(asked)).toEqual(["offboardOnDestroy"]);
    await resource.up(asked);
    expect(await resource.preview(asked)).toEqual([]);
    expect(await resource.refresh()).toEqual([]);
    stage.forget();
    const { run } = await resource.destroy();
    expect(stage.writes()).toEqual(["DELETE"]);
    expect((await run.warnings(1)).join()).toMatch(/no longer processes/);
  });

  test("is never off-boarded when it existed before", async () => {
    area1Domain.add(stage.simulator);
    const resource = stage.resource();
    await resource.up({ ...program, offboardOnDestroy: true });
    stage.forget();
    await resource.destroy();
    expect(stage.writes()).not.toContain("DELETE");
    stage.live();
  });

  test.each(["null", "absent"] as const)(
    "keeps its transport when it had none before, with a warning: %s",
    async (none) => {
      stage.simulator.quirks.omittedDefaults = none;
      area1Domain.add(stage.simulator, { transport: null });
      const resource = stage.resource();
      await resource.up(program);
      const transport = stage.live()["transport"];
      expect(transport).toBe("example-com.mail.protection.outlook.com");
      const { run } = await resource.destroy();
      expect(stage.live()["transport"]).toBe(transport);
      expect((await run.warnings(1)).join()).toMatch(/transport/);
    },
  );

  test.each(["null", "absent"] as const)(
    "keeps its lookback hops when they were unset before, with a warning, because Cloudflare accepts no null: %s",
    async (none) => {
      stage.simulator.quirks.omittedDefaults = none;
      area1Domain.add(stage.simulator, {
        lookback_hops: null,
        require_tls_outbound: null,
      });
      const resource = stage.resource();
      await resource.up(program);
      const { run } = await resource.destroy();
      expect(stage.live()).toMatchObject({
        lookback_hops: 1,
        require_tls_outbound: null,
      });
      expect((await run.warnings(1)).join()).toMatch(/lookbackHops/);
    },
  );

  test("counts a property that Cloudflare does not return as unset, and not as unknown", async () => {
    area1Domain.add(stage.simulator, { transport: null });
    const resource = stage.resource();
    const { run } = await resource.up(program);
    expect(await run.warnings()).toEqual([]);
    expect(resource.outputs["previous"]).toMatchObject({ transport: null });
  });

  test("restores other values that were null by PUT, because PATCH cannot", async () => {
    area1Domain.add(stage.simulator, {
      lookback_hops: 3,
      require_tls_outbound: null,
      require_tls_inbound: null,
    });
    const before = stage.live();
    const resource = stage.resource();
    await resource.up({ ...program, requireTlsInbound: true });
    expect(stage.live()).toMatchObject({
      require_tls_inbound: true,
      require_tls_outbound: true,
      lookback_hops: 1,
    });
    stage.forget();
    await resource.destroy();
    expect(stage.writes()).toEqual(["PUT"]);
    expect(settled(stage.live())).toEqual(
      settled({ ...before, transport: stage.live()["transport"] ?? null }),
    );
  });

  test("keeps its other delivery modes when DIRECT is added, and loses only DIRECT on destroy", async () => {
    area1Domain.add(stage.simulator, { allowed_delivery_modes: ["BCC"] });
    const resource = stage.resource();
    await resource.up(program);
    expect(stage.live()["allowed_delivery_modes"]).toEqual(
      expect.arrayContaining(["BCC", "DIRECT"]),
    );
    expect(await resource.refresh()).toEqual([]);
    await resource.destroy();
    expect(stage.live()["allowed_delivery_modes"]).toEqual(["BCC"]);
  });

  test("shows allowedDeliveryModes as drift when somebody removed DIRECT, but not when they added another mode", async () => {
    const resource = stage.resource();
    await resource.up(program);
    area1Domain.edit(stage.simulator, "allowed_delivery_modes", [
      "API",
      "DIRECT",
    ]);
    expect(await resource.refresh()).toEqual([]);
    area1Domain.edit(stage.simulator, "allowed_delivery_modes", ["API"]);
    expect(await resource.refresh()).toEqual(["allowedDeliveryModes"]);
    await resource.up(program);
    expect(stage.live()["allowed_delivery_modes"]).toEqual(
      expect.arrayContaining(["API", "DIRECT"]),
    );
    expect(await resource.refresh()).toEqual([]);
    expect(await resource.preview(program)).toEqual([]);
  });

  test("returns the TXT record that verifies a new domain with readVerification, and does not request it on refresh", async () => {
    const resource = stage.resource();
    await resource.up(program);
    expect(resource.outputs).toMatchObject({ status: "PENDING" });
    expect(resource.outputs).not.toHaveProperty("verification");
    await resource.up({ ...program, readVerification: true });
    expect(resource.outputs).toMatchObject({
      status: "PENDING",
      verification: { txtRecordName: "_cf-email-sec-challenge.example.com" },
    });
    stage.forget();
    await resource.refresh();
    expect(
      stage.requests().filter(({ path }) => path.includes("verification")),
    ).toEqual([]);
    expect(resource.outputs["verification"]).toBeDefined();
    const { txt_record_value } = stage.live();
    stage.simulator.account.publishTxt(
      "_cf-email-sec-challenge.example.com",
      txt_record_value as string,
    );
    expect(await resource.refresh()).toEqual([]);
    expect(resource.outputs).toMatchObject({ status: "ACTIVE" });
    expect(resource.outputs).not.toHaveProperty("verification");
  });

  test("moves to another account by a replacement, and shows no change afterwards", async () => {
    const resource = stage.resource();
    await resource.up(program);
    const [, other] = [...stage.simulator.accounts.keys()];
    const account = stage.simulator.accounts.get(other ?? "");
    account?.tokens.push(...stage.simulator.account.tokens);
    resource.environment = {
      ...stage.environment,
      CLOUDFLARE_ACCOUNT_ID: other ?? "",
    };
    const moved = { ...program, accountId: other };
    expect(await resource.preview(moved)).toEqual(["replace accountId"]);
    await resource.up(moved);
    expect(account?.find("example.com")).toBeDefined();
    expect(resource.outputs).toMatchObject({ accountId: other });
    expect(await resource.preview(moved)).toEqual([]);
    expect(await resource.refresh()).toEqual([]);
  });
});
