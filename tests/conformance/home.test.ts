import { bench, messageOf } from "./bench";
import { inProcess } from "./platform";
import { transportRule } from "./subjects";

describe("What belongs to a tenant", () => {
  const stage = bench(transportRule, inProcess);
  const { inputs } = transportRule;
  const [name, label] = ["Another", 'transport rule "Another"'];
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

  test("gets no company in another by a process that has seen its state", async () => {
    const resource = stage.resource();
    await resource.up(inputs);
    const { kept } = resource;
    const { other, environment } = elsewhere();
    const process = inProcess.run(environment).of("TransportRule");
    await process.diff(kept?.id ?? "", kept?.outputs ?? {}, inputs);
    await process.diff("x", { ...kept?.outputs, tenantId: other }, inputs);
    stage.forget();
    expect(await messageOf(process.create({ ...inputs, name }))).toBe(
      `Cannot create ${label}: ${refusal(other)}`,
    );
    expect(stage.writes()).toEqual([]);
    const right = inProcess.run(stage.environment).of("TransportRule");
    await right.diff(
      kept?.id ?? "",
      {
        ...kept?.outputs,
        tenantId: stage.simulator.tenant.id.toUpperCase(),
      },
      inputs,
    );
    await right.create({ ...inputs, name });
  });

  test("is of a kind that there is: a state of a newer version says what to install", () => {
    expect(() => inProcess.run(stage.environment).of("Mailbox")).toThrow(
      new Error(
        "pulumi-area1-m365 has no kind Mailbox: a newer version of it wrote this state; install that",
      ),
    );
  });
});
