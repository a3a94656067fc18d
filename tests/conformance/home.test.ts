import { bench, messageOf } from "./bench";
import { inProcess } from "./chosen-platform";
import type { Environment } from "./platform";
import { transportRule } from "./subjects";

describe("An object of a tenant", () => {
  const stage = bench(transportRule, inProcess);
  const { inputs } = transportRule;
  const elsewhere = () => {
    const [, other = ""] = [...stage.simulator.tenants.keys()];
    return {
      other,
      environment: { ...stage.environment, AZURE_TENANT_ID: other },
    };
  };
  const refusal = (other: string) =>
    `the state belongs to tenant ${stage.simulator.tenant.id}, but the configuration is for ${other}. Nothing was done; configure the right one.`;

  test("returns its tenant and its Guid", async () => {
    const resource = stage.resource();
    await resource.up(inputs);
    expect(resource.outputs).toMatchObject({
      tenantId: stage.simulator.tenant.id,
      guid: stage.live()["Guid"],
    });
    expect(resource.outputs).not.toHaveProperty("domainId");
  });

  test("is not changed with the credentials of another tenant", async () => {
    const resource = stage.resource();
    await resource.up(inputs);
    const { other, environment } = elsewhere();
    resource.environment = environment;
    expect(await messageOf(resource.refresh())).toBe(
      `Cannot read transport rule "${String(inputs["name"])}": ${refusal(other)}`,
    );
  });

  test("is already refused by the preview if the configuration names another tenant by its id", async () => {
    const resource = stage.resource();
    await resource.up(inputs);
    const id = resource.kept?.id ?? "";
    const state = resource.outputs;
    const { other, environment } = elsewhere();
    const ask = (settings: Environment, tenantId = state["tenantId"]) =>
      inProcess
        .run(settings)
        .of("TransportRule")
        .diff(id, { ...state, tenantId }, inputs);
    stage.forget();
    expect(`${await messageOf(ask(environment))}.`).toBe(refusal(other));
    await ask(environment, other.toUpperCase());
    await ask(stage.environment);
    // Only the vendor can resolve a tenant's name, so this is checked before a write and not in the preview.
    await ask({ ...environment, AZURE_TENANT_ID: "fabrikam.onmicrosoft.com" });
    expect(stage.simulator.log).toEqual([]);
  });

  test("has a supported kind: for a state of a newer version the message says what to install", async () => {
    const read = async () =>
      inProcess.run(stage.environment).of("Mailbox").read("id", {});
    await expect(read()).rejects.toThrow(
      new Error(
        "pulumi-area1-m365 has no kind Mailbox: a newer version of it wrote this state; install that",
      ),
    );
  });
});
