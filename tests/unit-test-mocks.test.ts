import * as pulumi from "@pulumi/pulumi";

import * as library from "../lib";
import { kindsUnderTest } from "./conformance/subjects";

// Kind: a program can be unit tested as Pulumi documents it, with mocks that return a resource's inputs as its state. A file of its
// own: a process has one stack.

jest.setTimeout(20_000);

const registered: string[] = [];

beforeAll(() =>
  pulumi.runtime.setMocks({
    newResource: ({ name, type, inputs }) => {
      registered.push(type.replace("pulumi-nodejs:dynamic/area1:", ""));
      return { id: `${name}-id`, state: inputs as Record<string, unknown> };
    },
    call: ({ inputs }) => inputs as Record<string, unknown>,
  }),
);

/** The value of an output in a unit test. */
const valueOf = <T>(output: pulumi.Output<T>): Promise<T> =>
  new Promise((resolve) => output.apply(resolve));

/** Makes one of each class, with the least that it takes. */
const classes: Record<string, () => pulumi.Resource> = {
  ...Object.fromEntries(
    Object.entries(kindsUnderTest).map(([kind, { subjects }]) => [
      kind,
      () => {
        const { [kind]: Class } = library as unknown as Partial<
          Record<string, new (name: string, args: object) => pulumi.Resource>
        >;
        if (!Class) throw new Error(`lib/index.ts has no ${kind}`);
        return new Class(kind, subjects[0].least);
      },
    ]),
  ),
  RestorePoint: () =>
    new library.RestorePoint("point", {
      objects: [{ kind: "TransportRule", name: "Scanner" }],
    }),
  OnboardingCheck: () =>
    new library.OnboardingCheck("onboarding", { domains: ["example.com"] }),
  MailFlowCheck: () => new library.MailFlowCheck("check", {}),
  UseCase4: () =>
    new library.UseCase4("mail", {
      domains: ["example.com"],
      endUserSpamNotificationFrequency: "1.00:00:00",
    }),
  UseCase1: () =>
    new library.UseCase1("mail", {
      domains: ["example.com"],
      holdMalicious: true,
    }),
  UseCase2: () => new library.UseCase2("mail", { domains: ["example.com"] }),
  UseCase3: () => new library.UseCase3("mail", { domains: ["example.com"] }),
  UseCase5: () => new library.UseCase5("mail", { domains: ["example.com"] }),
  InlineDeployment: () =>
    new library.InlineDeployment("mail", {
      domains: ["example.com"],
      endUserSpamNotificationFrequency: "1.00:00:00",
      lockDown: true,
    }),
  Area1Provider: () => new library.Area1Provider("tenant", {}),
};

test("every class of the library is tried", () => {
  expect(
    Object.entries(library)
      .filter(
        ([name, member]) => typeof member === "function" && /^[A-Z]/.test(name),
      )
      .map(([name]) => name)
      .sort(),
  ).toEqual(Object.keys(classes).sort());
});

test.each(Object.keys(classes))(
  "%s registers under mocks that return its inputs",
  async (name) => {
    registered.length = 0;
    const resource = classes[name]?.();
    await valueOf((resource as pulumi.Resource).urn);
    await pulumi.runtime.disconnect();
    expect(registered.length).toBeGreaterThan(0);
    // Each output can be read, and none of them fails.
    for (const output of Object.values(resource as object))
      if (pulumi.Output.isInstance(output)) await valueOf(output);
  },
);

test("a restore point without values says of every object that it did not exist", async () => {
  const point = new library.RestorePoint("second-point", {
    objects: [{ kind: "TransportRule", name: "Scanner" }],
  });
  expect(await valueOf(point.of("TransportRule", "Scanner"))).toBe(false);
});

test("the routes of UseCase4 are known in a unit test", async () => {
  const mail = new library.UseCase4("unit-tested", {
    domains: ["example.com"],
  });
  const routes = await valueOf(mail.routes);
  expect(routes.map(({ word, scl }) => [word, scl])).toContainEqual([
    "MALICIOUS",
    9,
  ]);
  expect(
    await valueOf(mail.transportRules[0]?.setScl ?? pulumi.output(0)),
  ).toBe(9);
});
