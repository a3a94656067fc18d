import { bench, messageOf } from "./bench";
import { inProcess, type Properties } from "./platform";
import { Resource } from "./resource";
import { area1Domain, ourMark, siblingsMark, transportRule } from "./subjects";

const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const rule = { kind: "TransportRule", name: "A" };
const domain = { kind: "Area1Domain", name: "example.com" };
const policy = { kind: "QuarantinePolicy", name: "Q" };

describe("The objects of a restore point", () => {
  const stage = bench(
    { ...transportRule, prepare: () => undefined },
    inProcess,
  );
  const point = (more: Record<string, string> = {}) =>
    new Resource("RestorePoint", inProcess, { ...stage.environment, ...more });
  const failuresOf = async (...programs: Properties[]) => {
    const handlers = point().run().of("RestorePoint");
    const found = [];
    for (const program of programs)
      found.push(...(await handlers.check({}, program)).failures);
    return found;
  };
  const wrong = (reason: string) => [{ property: "objects", reason }];

  test.each([undefined, [], "x", [{ kind: "TransportRule" }], [{ name: "x" }]])(
    "must be a list of what has a kind and a name: %j",
    async (objects) => {
      expect(await failuresOf({ objects })).toEqual(
        wrong("must be a list of {kind, name}, and not empty"),
      );
    },
  );

  test("are each of a kind that there is, once in any case, and beside nothing else but an account", async () => {
    expect(
      await failuresOf({
        objects: [
          { kind: "Mailbox", name: "x" },
          rule,
          { ...rule, name: "a" },
          policy,
          { ...policy, name: "q" },
        ],
        accountId: "x",
        names: [],
      }),
    ).toEqual([
      {
        property: "names",
        reason:
          "is not a property of this resource, which has objects, accountId",
      },
      ...wrong(
        "has the kind Mailbox; there are Area1Domain, QuarantinePolicy, QuarantineNotification, AntiSpamPolicy, TransportRule",
      ),
      ...wrong("has TransportRule/a twice"),
      ...wrong(
        'has the quarantine policy "q" twice: userQuarantineName and adminQuarantineName must differ, or Malicious would be released by its recipient',
      ),
    ]);
    expect(
      await failuresOf({ objects: unknown, names: [] }, { objects: unknown }),
    ).toHaveLength(1);
  });

  test("are held by one restore point of a process, whose owner is named once", async () => {
    const of = (mark: string | undefined, ...names: string[]) => ({
      objects: names.map((name) => ({ ...rule, name, mark })),
    });
    expect(
      await failuresOf(
        of(ourMark, "A", "B"),
        of(ourMark, "A"),
        of(siblingsMark, "b", "a"),
        of(undefined, "A"),
        of("made by hand", "A"),
        of(siblingsMark, "C"),
      ),
    ).toEqual(
      wrong(
        "has transportrule/b, which ops/dev/mail holds already: there is one UseCase4 for a tenant",
      ),
    );
  });

  test("count as the same in another order, and as others when one becomes what recipients release from or drops Malicious", async () => {
    const resource = point();
    await resource.up({ objects: [rule, domain, policy] });
    const preview = (...objects: object[]) => resource.preview({ objects });
    expect(await preview(policy, rule, domain)).toEqual([]);
    const handlers = resource.run().of("RestorePoint");
    const differ = async (news: Properties) =>
      (await handlers.diff("restore-point", resource.outputs, news)).changes;
    const objects = [policy, rule, domain];
    expect(await differ({ objects })).toBe("none");
    const { accountId } = resource.outputs;
    expect(await differ({ objects, accountId })).toBe("none");
    expect(await differ({ objects, accountId: "another" })).toBe("unknown");
    for (const other of [
      [{ ...policy, recipientsRelease: true }, rule, domain],
      [policy, rule, { ...domain, dropsMalicious: true }],
      [policy, rule],
      [policy, { ...rule, name: "B" }, domain],
    ])
      expect(await differ({ objects: other })).toBe("unknown");
  });

  test("are read back as they are in the state, without anything else", async () => {
    const resource = point();
    const { id: account } = stage.simulator.account;
    const program = { objects: [rule], accountId: account };
    await resource.up(program);
    const { outputs } = resource;
    const takenAt: unknown = expect.any(String);
    expect(outputs).toEqual({
      ...program,
      values: { "TransportRule/A": null },
      takenAt,
      tenantId: stage.simulator.tenant.id,
    });
    expect(resource.kept?.id).toBe("restore-point");
    await resource.refresh();
    expect(resource.kept).toMatchObject({ inputs: program, outputs });
    expect(Object.keys(resource.kept?.inputs ?? {})).toEqual([
      "objects",
      "accountId",
    ]);
  });

  test("need no account where none is a domain", async () => {
    const resource = point({ CLOUDFLARE_ACCOUNT_ID: "" });
    await resource.up({ objects: [rule] });
    expect(resource.outputs).not.toHaveProperty("accountId");
    const other = point();
    expect(
      await messageOf(
        other.up({ objects: [rule, domain] }).then(async () => {
          other.environment = {
            ...stage.environment,
            CLOUDFLARE_ACCOUNT_ID: "9e8d7c6b5a4f43218765fedcba098765",
          };
          await other.up({ objects: [rule, domain, policy] });
        }),
      ),
    ).toMatch(
      /^Cannot add to the restore point: the state belongs to Cloudflare account .*, but the configuration is for 9e8d7c6b5a4f43218765fedcba098765\. Nothing was done/,
    );
  });

  test("that are domains may have their account from the program alone", async () => {
    const { id: accountId } = stage.simulator.account;
    area1Domain.add(stage.simulator, { folder: "Inbox" });
    const resource = point({ CLOUDFLARE_ACCOUNT_ID: "" });
    await resource.up({ objects: [domain], accountId });
    expect(resource.outputs).toMatchObject({
      accountId,
      values: { "Area1Domain/example.com": { folder: "Inbox" } },
    });
  });

  test("that are domains are looked at anew in another account; what lives in the tenant is kept", async () => {
    transportRule.add(stage.simulator, { Name: "A", SetSCL: 7 });
    area1Domain.add(stage.simulator, { folder: "Inbox" });
    const [first, second] = [...stage.simulator.accounts.keys()];
    const resource = point();
    await resource.up({ objects: [rule, domain], accountId: first });
    expect(resource.outputs["values"]).toMatchObject({
      "Area1Domain/example.com": { folder: "Inbox" },
    });
    const { takenAt } = resource.outputs;
    stage.simulator.tenant.edit("TransportRule", "A", { SetSCL: 5 });
    const account = stage.simulator.accounts.get(second ?? "");
    account?.tokens.push(...stage.simulator.account.tokens);
    resource.environment = {
      ...stage.environment,
      CLOUDFLARE_ACCOUNT_ID: second ?? "",
    };
    await resource.up({ objects: [rule, domain], accountId: second });
    expect(resource.outputs).toMatchObject({
      accountId: second,
      takenAt,
      values: {
        "TransportRule/A": { setScl: 7 },
        "Area1Domain/example.com": null,
      },
    });
  });
});
