import { resolveConfiguration } from "../../providers/session/configuration";
import { UserError, VendorError, type Fault } from "../../providers/errors";
import { isRefusal, readAccess } from "../../providers/snapshot/access";
import { Session } from "../../providers/session/session";
import { startSimulator } from "../../simulator/index";

const failed = (fault: Fault, cause?: unknown) =>
  new VendorError(fault, "It did not work", { cause });

test.each([
  ["forbidden", true],
  ["notEntitled", true],
  ["unauthorized", true],
  ["throttled", false],
  ["transient", false],
  ["unreachable", false],
  ["unreadable", false],
  ["refused", false],
  ["notFound", false],
] as const)("An error %s says that a right is missing: %p", (fault, said) => {
  expect(isRefusal(failed(fault))).toBe(said);
});

test.each([
  ["unreachable", false],
  ["transient", false],
  ["throttled", false],
  ["unreadable", false],
  ["refused", true],
  ["forbidden", true],
] as const)(
  "A sign-in that failed because Entra was %s says that the credentials are wrong: %p",
  (fault, said) => {
    expect(isRefusal(failed("unauthorized", failed(fault)))).toBe(said);
  },
);

test("A missing setting is a refusal, and an unexpected error is not", () => {
  expect(isRefusal(new UserError("No secret is given"))).toBe(true);
  expect(isRefusal(new TypeError("x is not a function"))).toBe(false);
});

test("The token of each of Microsoft's services is read separately, so that the failure of one does not affect the others", async () => {
  const simulator = await startSimulator();
  const session = new Session(
    resolveConfiguration(() => undefined, simulator.environment),
    () => undefined,
  );
  const lost = new Error("no domains");
  const access = await readAccess(session.begin(), () => Promise.reject(lost));
  const tokens = simulator.log.filter(({ path }) => path.endsWith("/token"));
  await simulator.close();
  expect(
    tokens.map(({ body }) => (body as { scope: string }).scope).sort(),
  ).toEqual([
    "https://graph.microsoft.com/.default",
    "https://outlook.office365.com/.default",
  ]);
  expect(access.tokens).toEqual({
    exchange: {
      value: expect.arrayContaining(["Exchange.ManageAsApp"]) as unknown,
    },
    graph: { value: expect.arrayContaining(["Domain.Read.All"]) as unknown },
  });
  expect(access.cmdlets).toEqual({
    value: expect.arrayContaining(["Get-TransportRule"]) as unknown,
  });
  expect(access.domains).toEqual({ error: lost });
});
