import { opsProject } from "./ops-project";
import { essence, tenantWithStack } from "./tenant-with-stack";

const program = (args: object): string => `
import { UseCase4 } from "pulumi-area1-m365";
new UseCase4("mail", ${JSON.stringify({ domains: ["example.com"], ...args })});
`;

test("a state with the same project, stack and resource names in another backend adopts nothing of this one's unless adopt is set, and then leaves it on destroy", async () => {
  const one = await tenantWithStack(program({}));
  await one.stack.up();
  const made = essence(one.simulator);
  // Every ops folder of these tests has its own backend.
  const elsewhere = await opsProject({ program: program({}) });
  const other = await elsewhere.stack("dev", {
    env: one.simulator.environment,
  });
  const refused = await other.up().then(
    () => "",
    (error: unknown) => (error as Error).message,
  );
  expect(refused).toContain("a state of the same names in another backend has");
  expect(refused).toContain("or set adopt: true");
  await other.destroy();
  expect(essence(one.simulator)).toEqual(made);

  await elsewhere.write("index.ts", program({ adopt: true }));
  await other.up();
  await other.destroy();
  expect(essence(one.simulator)).toEqual(made);

  await one.stack.destroy();
  expect(one.simulator.tenant.transportRules).toEqual([]);
});
