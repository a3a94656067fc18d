import * as pulumi from "@pulumi/pulumi";

import { UseCase4, type UseCase4Args } from "../lib";

/** A file of its own: a process has one stack, and it stays. */
const ofOneStack = async (program: () => void): Promise<void> => {
  await pulumi.runtime.setMocks({
    newResource: ({ name, inputs }) => ({
      id: `${name}-id`,
      state: { ...(inputs as object), values: {} },
    }),
    call: () => ({}),
  });
  await pulumi.runtime.runInPulumiStack(() => {
    program();
    return Promise.resolve({});
  });
};

class Tenant extends pulumi.ProviderResource {
  constructor(name: string) {
    super("pulumi-nodejs", name);
  }
}

test("a program has one UseCase4 for each provider, and the one that it has is named", async () => {
  const args: UseCase4Args = { domains: ["example.com"] };
  const refused = (name: string) =>
    `This program has the UseCase4 "${name}" already, and a tenant has one use case: give its domains to that one, or a provider of its own to each tenant.`;
  await ofOneStack(() => {
    new UseCase4("mail", args);
    expect(() => new UseCase4("second", args)).toThrow(refused("mail"));
    const [contoso, fabrikam] = [new Tenant("contoso"), new Tenant("fabrikam")];
    new UseCase4("contoso", args, { provider: contoso });
    new UseCase4("fabrikam", args, { provider: fabrikam });
    expect(() => new UseCase4("third", args, { provider: fabrikam })).toThrow(
      refused("fabrikam"),
    );
  });
});
