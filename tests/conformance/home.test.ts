import { bench, messageOf } from "./bench";
import { inProcess, type Environment } from "./platform";
import { transportRule } from "./subjects";

describe("What belongs to a tenant", () => {
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

  test("says so, with its Guid", async () => {
    const resource = stage.resource();
    await resource.up(inputs);
    expect(resource.outputs).toMatchObject({
      tenantId: stage.simulator.tenant.id,
      guid: stage.live()["Guid"],
    });
    expect(resource.outputs).not.toHaveProperty("domainId");
  });

  test("is not touched with the credentials of another", async () => {
    const resource = stage.resource();
    await resource.up(inputs);
    const { other, environment } = elsewhere();
    resource.environment = environment;
    expect(await messageOf(resource.refresh())).toBe(
      `Cannot read transport rule "${String(inputs["name"])}": ${refusal(other)}`,
    );
  });

  test("is refused by the preview already where the configuration names another by its id", async () => {
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
    // Only the vendor knows whose name that is: whoever writes asks it.
    await ask({ ...environment, AZURE_TENANT_ID: "fabrikam.onmicrosoft.com" });
    expect(stage.simulator.log).toEqual([]);
  });

  test("is of a kind that there is: a state of a newer version says what to install", () => {
    expect(() => inProcess.run(stage.environment).of("Mailbox")).toThrow(
      new Error(
        "pulumi-area1-m365 has no kind Mailbox: a newer version of it wrote this state; install that",
      ),
    );
  });
});
