// The components of the use cases with the real engine: a program that changes the class name, with and without targets.
import { steps } from "./steps";
import { essence, tenantWithStack } from "./tenant-with-stack";

const domains = ["example.com"];
const program = (useCase: number): string => `
import { UseCase${useCase} } from "pulumi-area1-m365";
export const routes = new UseCase${useCase}("mail", ${JSON.stringify({ domains })}).routes;
`;

test("a program switches by the name of the class, and a destroy restores what was before the first", async () => {
  const at = await tenantWithStack(program(4));
  const before = essence(at.simulator);
  await at.stack.up();
  const stepsTo = async (useCase: number): Promise<string[]> => {
    await at.project.write("index.ts", program(useCase));
    const taken = steps(await at.stack.up())
      .filter(({ op }) => op !== "same")
      .map(({ op, name }) => `${op} ${name}`);
    await at.stack.preview(["--expect-no-changes"]);
    return taken.filter((step) => !/mail-flow-check|restore-point/.test(step));
  };
  expect((await stepsTo(1)).sort()).toEqual([
    "create mail-area1-junk",
    "create mail-cloudflare-junk",
    "delete mail-area1-admin",
    "delete mail-area1-user",
    "delete mail-cloudflare-admin",
    "delete mail-cloudflare-user",
    "delete mail-user-quarantine",
    "update mail-anti-spam",
    "update mail-domain-example.com",
  ]);
  await stepsTo(2);
  await stepsTo(5);
  await at.stack.destroy();
  expect(essence(at.simulator).tenants).toEqual(before.tenants);
}, 600_000);

test("a switch that breaks off is completed by the next up", async () => {
  const at = await tenantWithStack(program(3));
  await at.stack.up();
  await at.project.write("index.ts", program(1));
  const fault = at.simulator.faults.add({
    kind: "status",
    status: 400,
    match: { vendor: "exchange", cmdlet: "New-TransportRule", times: "always" },
  });
  await at.stack.up([], { exit: "any" });
  at.simulator.faults.remove(fault);
  await at.stack.up();
  await at.stack.preview(["--expect-no-changes"]);
  expect(at.simulator.account.domains).toMatchObject([
    { drop_dispositions: ["MALICIOUS", "MALICIOUS-BEC", "SPAM", "SPOOF"] },
  ]);
  await at.stack.destroy();
}, 600_000);

const resource = (useCase: string) =>
  `urn:pulumi:dev::ops::area1:index:${useCase}$pulumi-nodejs:dynamic/area1:Area1Domain::mail-domain-example.com`;

// The engine may give untargeted resources their old URNs and new ones at once, because the type of their component has an alias.
test.each([
  ["new URN", resource("UseCase1"), true],
  ["old URN", resource("UseCase3"), false],
  ["pattern of both", "**::mail-domain-example.com", false],
])(
  "an up with --target that switches, by the %s, leaves a state from which the next up switches",
  async (_, target, fails) => {
    const at = await tenantWithStack(program(3));
    await at.stack.up();
    await at.project.write("index.ts", program(1));
    const { code, stdout, stderr } = await at.stack.up(["--target", target], {
      exit: "any",
    });
    expect([code !== 0, stdout.includes("Duplicate resource URN")]).toEqual([
      fails,
      fails,
    ]);
    expect(stderr).not.toContain("integrity");
    await at.stack.up();
    await at.stack.preview(["--expect-no-changes"]);
    await at.stack.destroy();
  },
  600_000,
);
