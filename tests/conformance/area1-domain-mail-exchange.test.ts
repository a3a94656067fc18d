import { bench, messageOf } from "./bench";
import { inProcess } from "./chosen-platform";
import { area1Domain } from "./subjects";

const microsofts = "example-com.mail.protection.outlook.com";

describe("A domain whose transport is left out", () => {
  const stage = bench(area1Domain, inProcess);
  const program = { domain: "example.com" };

  test("follows the MX that Microsoft Graph returns, and shows it as mailExchange", async () => {
    const resource = stage.resource();
    await resource.up(program);
    expect(stage.live()["transport"]).toBe(microsofts);
    expect(resource.outputs).toMatchObject({ mailExchange: microsofts });
    expect(resource.kept?.inputs).not.toHaveProperty("transport");
    expect(await resource.refresh()).toEqual([]);
    expect(await resource.preview(program)).toEqual([]);
  });

  test("shows transport only while the live one differs, and repairs it once", async () => {
    const resource = stage.resource();
    await resource.up(program);
    area1Domain.edit(stage.simulator, "transport", "elsewhere.example");
    expect(await resource.refresh()).toEqual(["transport"]);
    expect(resource.kept?.inputs["transport"]).toBe("elsewhere.example");
    expect(await resource.refresh()).toEqual([]);
    expect(await resource.preview(program)).toEqual(["transport"]);
    stage.forget();
    await resource.up(program);
    expect(stage.writes()).toEqual(["PATCH"]);
    expect(stage.live()["transport"]).toBe(microsofts);
    expect(resource.kept?.inputs).not.toHaveProperty("transport");
    expect(await resource.refresh()).toEqual([]);
    expect(await resource.preview(program)).toEqual([]);
  });

  test("stops showing transport when somebody else has repaired it", async () => {
    const resource = stage.resource();
    await resource.up(program);
    area1Domain.edit(stage.simulator, "transport", "elsewhere.example");
    await resource.refresh();
    area1Domain.edit(stage.simulator, "transport", microsofts);
    expect(await resource.refresh()).toEqual(["transport"]);
    expect(resource.kept?.inputs).not.toHaveProperty("transport");
    expect(await resource.preview(program)).toEqual([]);
  });

  test("shows transport when Microsoft moved the domain to another host, and follows it", async () => {
    const resource = stage.resource();
    await resource.up(program);
    stage.simulator.tenant.setMailExchange("example.com", "new.mx.microsoft");
    expect(await resource.refresh()).toEqual(["transport"]);
    expect(resource.outputs["mailExchange"]).toBe("new.mx.microsoft");
    await resource.up(program);
    expect(stage.live()["transport"]).toBe("new.mx.microsoft");
    expect(await resource.refresh()).toEqual([]);
  });

  test("uses the stored host on a refresh when Graph cannot be queried, and warns", async () => {
    const resource = stage.resource();
    await resource.up(program);
    const application = stage.simulator.tenant.applications[0];
    if (application) application.appRoles = ["Exchange.ManageAsApp"];
    const run = resource.run();
    expect(await resource.refresh(run)).toEqual([]);
    expect((await run.warnings(1)).join()).toMatch(
      /example\.com.*Graph.*Domain\.Read\.All/,
    );
    expect(resource.outputs["mailExchange"]).toBe(microsofts);
  });

  test("is not created when Graph cannot be queried: the message says what is missing, and nothing is written", async () => {
    const application = stage.simulator.tenant.applications[0];
    if (application) application.appRoles = ["Exchange.ManageAsApp"];
    const message = await messageOf(stage.resource().up(program));
    expect(message).toContain("Domain.Read.All");
    expect(message).toContain("transport");
    expect(stage.writes()).toEqual([]);
  });

  test("is created with a given transport without querying Graph", async () => {
    const resource = stage.resource();
    await resource.up({ ...program, transport: "mx.example.org" });
    await resource.refresh();
    expect(stage.requests().filter(({ vendor }) => vendor === "graph")).toEqual(
      [],
    );
  });

  test("is refused when the tenant does not have the domain", async () => {
    const message = await messageOf(
      stage.resource().up({ domain: "elsewhere.example" }),
    );
    expect(message).toMatch(/elsewhere\.example.*(404|lists no MX)/);
    expect(stage.writes()).toEqual([]);
  });

  test("changes in place from a given transport to following the MX, and back", async () => {
    const resource = stage.resource();
    const given = { ...program, transport: "mx.example.org" };
    await resource.up(given);
    expect(await resource.preview(program)).toEqual(["transport"]);
    await resource.up(program);
    expect(stage.live()["transport"]).toBe(microsofts);
    expect(resource.outputs["mailExchange"]).toBe(microsofts);
    await resource.up(given);
    expect(stage.live()["transport"]).toBe("mx.example.org");
    expect(await resource.refresh()).toEqual([]);
    expect(await resource.preview(given)).toEqual([]);
  });
});

// Rule: an output derived from an input that may be secret contains no copy of it, or is secret itself.
describe("A domain whose transport is given", () => {
  const stage = bench(area1Domain, inProcess);
  const transport = "secret-relay.example";
  const program = { domain: "example.com", transport };
  /** Returns the names of the outputs that contain the transport, at any depth. */
  const copies = (outputs: Readonly<Record<string, unknown>>) =>
    Object.keys(outputs).filter((name) =>
      JSON.stringify(outputs[name] ?? null).includes(transport),
    );

  test("returns it in no output of another name, for a new domain and after drift", async () => {
    const resource = stage.resource();
    await resource.up(program);
    expect(copies(resource.outputs)).toEqual(["transport"]);
    expect(resource.outputs).not.toHaveProperty("mailExchange");
    await resource.refresh();
    expect(copies(resource.outputs)).toEqual(["transport"]);
    area1Domain.edit(stage.simulator, "transport", "elsewhere.example");
    expect(await resource.refresh()).toEqual(["transport"]);
    // `wrote` keeps our value for destroy, and the engine treats this output as secret.
    expect(copies(resource.outputs)).toEqual(["wrote"]);
    await resource.up(program);
    expect(copies(resource.outputs)).toEqual(["transport"]);
    expect(await resource.preview(program)).toEqual([]);
  });
});
