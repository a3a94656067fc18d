import { kinds } from "../../providers/kinds";
import { bench, messageOf } from "./bench";
import { inProcess } from "./chosen-platform";
import type { Properties } from "./platform";
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
  // Without a property's name, because the engine would print the value of `objects`, which is the whole program.
  const wrong = (reason: string) => [{ property: "", reason }];

  test.each([undefined, [], "x", [{ kind: "TransportRule" }], [{ name: "x" }]])(
    "must be a list of objects with a kind and a name: %j",
    async (objects) => {
      expect(await failuresOf({ objects, accountId: "account" })).toEqual(
        wrong("objects must be a list of {kind, name}, and not empty"),
      );
    },
  );

  test("must have a supported kind and occur once, regardless of case, and unknown properties are refused", async () => {
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
          "is not a property of this resource, which has objects, accountId, guardedMail, allowExposure",
      },
      ...wrong(
        `objects has the kind Mailbox; there are ${Object.keys(kinds).join(", ")}`,
      ),
      ...wrong("objects has TransportRule/a twice"),
      ...wrong(
        'the quarantine policy "q" is there twice: userQuarantineName and adminQuarantineName must differ, or Malicious would be released by its recipient',
      ),
    ]);
    expect(
      await failuresOf({ objects: unknown, names: [] }, { objects: unknown }),
    ).toHaveLength(1);
  });

  test("belong to one restore point of a process, whose owner the message names once", async () => {
    const of = (mark: string | undefined, ...names: string[]) => ({
      objects: names.map((name) => ({ ...rule, name, mark })),
    });
    const handlers = point().run().of("RestorePoint");
    await handlers.create(of(ourMark, "A", "B"));
    await handlers.create(of(ourMark, "A"));
    expect(await messageOf(handlers.create(of(siblingsMark, "b", "a")))).toBe(
      "Cannot begin, and nothing was written: ops/dev/mail holds transportrule/b already, and a tenant has one use case.",
    );
    for (const program of [
      of(undefined, "A"),
      of("made by hand", "A"),
      of(siblingsMark, "C"),
    ])
      await handlers.create(program);
  });

  test("are the same in another order, in another spelling and with another mark, but not with other desired values", async () => {
    const wanted = { domain: "example.com", dropDispositions: ["MALICIOUS"] };
    const dropping = { ...domain, wanted };
    const resource = point();
    await resource.up({ objects: [rule, dropping, policy] });
    const preview = (...objects: object[]) => resource.preview({ objects });
    expect(await preview(policy, rule, dropping)).toEqual([]);
    const handlers = resource.run().of("RestorePoint");
    const differ = async (news: Properties) =>
      (await handlers.diff("restore-point", resource.outputs, news)).changes;
    const objects = [policy, rule, dropping];
    const { accountId } = resource.outputs;
    for (const same of [
      { objects },
      { objects, accountId },
      { objects, allowExposure: false },
      { objects: [policy, { ...rule, mark: ourMark }, dropping] },
      {
        objects: [
          policy,
          rule,
          {
            ...domain,
            wanted: {
              domain: "Example.COM",
              dropDispositions: ["MALICIOUS-BEC", "MALICIOUS"],
              requireTlsOutbound: true,
            },
          },
        ],
      },
    ])
      expect([same, await differ(same)]).toEqual([same, "none"]);
    for (const other of [
      { objects, accountId: "another" },
      { objects, guardedMail: { words: ["VIRUS"] } },
      { objects, guardedMail: unknown },
      { objects, allowExposure: true },
      { objects: [policy, rule] },
      { objects: [policy, { ...rule, name: "B" }, dropping] },
      { objects: [policy, rule, domain] },
      {
        objects: [
          policy,
          rule,
          { ...domain, wanted: { ...wanted, dropDispositions: [] } },
        ],
      },
    ])
      expect([other, await differ(other)]).not.toEqual([other, "none"]);
  });

  test("are checked with guardedMail as the resources check it", async () => {
    const objects = [rule];
    const of = async (guardedMail: unknown) =>
      (await failuresOf({ objects, guardedMail })).map(({ reason }) => reason);
    expect(await of({ words: ["VIRUS"], headers: ["area1"] })).toEqual([]);
    expect(await of(unknown)).toEqual([]);
    expect(await of({ words: [] })).toEqual([
      "words must be a list of words, and not empty",
    ]);
    expect(await of("MALICIOUS")).toEqual([
      "must be an object with words, headers, senderIpRanges, verdicts",
    ]);
  });

  test("are read back from the state without a request", async () => {
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
    expect(resource.kept?.id).toMatch(/^restore-point-[0-9a-f]{12}$/);
    await resource.refresh();
    expect(resource.kept).toMatchObject({ inputs: program, outputs });
    expect(Object.keys(resource.kept?.inputs ?? {}).sort()).toEqual([
      "accountId",
      "objects",
    ]);
  });

  test("need no account if none of them is a domain", async () => {
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

  test("may have the account of their domains from the program alone", async () => {
    const { id: accountId } = stage.simulator.account;
    area1Domain.add(stage.simulator, { folder: "Inbox" });
    const resource = point({ CLOUDFLARE_ACCOUNT_ID: "" });
    await resource.up({ objects: [domain], accountId });
    expect(resource.outputs).toMatchObject({
      accountId,
      values: { "Area1Domain/example.com": { folder: "Inbox" } },
    });
  });

  test("are read again in another account if they are domains; the tenant's objects keep their values", async () => {
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
