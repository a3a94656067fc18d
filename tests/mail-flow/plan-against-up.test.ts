import { plan } from "../../mail-flow/plan";
import type { Snapshot } from "../../mail-flow/snapshot";
import { resolveConfiguration } from "../../providers/session/configuration";
import { readSnapshot } from "../../providers/snapshot/snapshot";
import { Session } from "../../providers/session/session";
import { startSimulator, type Simulator } from "../../simulator/index";
import { inProcess } from "../conformance/chosen-platform";
import type { Properties } from "../conformance/platform";
import { differing, Resource, type Kept } from "../conformance/resource";

jest.setTimeout(30_000);

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator();
});
afterAll(() => simulator.close());
beforeEach(() => simulator.reset());

const environment = () => ({
  ...simulator.environment,
  AREA1_PATIENCE_MS: "3000",
});

/** Returns a snapshot without values that only the vendor sets. */
async function seen(): Promise<Snapshot> {
  const session = new Session(
    resolveConfiguration(() => undefined, environment()),
    () => undefined,
  );
  return readSnapshot(
    session.begin(session.configuration.cloudflareAccountId),
    { mailExchangesOf: ["example.com"] },
  );
}

/** The parts that resources write, by the names of their objects. */
function written(snapshot: Snapshot): unknown {
  const { domains, transportRules, antiSpamPolicies, antiSpamRules } = snapshot;
  const moving = ["guid", "domainId", "status", "size"];
  const settled = (part: unknown): unknown =>
    (part as { value: object[] }).value.map((object) =>
      Object.fromEntries(
        Object.entries(object)
          .filter(([name]) => !moving.includes(name))
          .map(([name, value]: [string, unknown]) => [
            name,
            // A date means the same in every spelling.
            name === "expiryDate" ? Date.parse(String(value)) : value,
          ]),
      ),
    );
  return [domains, transportRules, antiSpamPolicies, antiSpamRules].map(
    settled,
  );
}

/** The step of `pulumi preview --json` or of a destroy's. */
async function previewOf(
  resource: Resource,
  program: Properties | undefined,
): Promise<unknown> {
  const { kept } = resource;
  const inputs = program && (await checked(resource, kept, program));
  return {
    steps: [
      {
        op: !inputs ? "delete" : kept ? "update" : "create",
        urn: `urn:pulumi:dev::ops::pulumi-nodejs:dynamic/area1:${resource.kind}::it`,
        ...(kept && {
          oldState: { inputs: kept.inputs, outputs: kept.outputs },
        }),
        ...(inputs && { newState: { inputs } }),
        ...(kept && inputs && { diffReasons: differing(kept.inputs, inputs) }),
      },
    ],
  };
}

const checked = async (
  resource: Resource,
  kept: Kept | undefined,
  program: Properties,
): Promise<Properties> =>
  (
    await resource
      .run()
      .of(resource.kind)
      .check(kept?.inputs ?? {}, program)
  ).inputs;

/** Applies or destroys a program, and compares the result with that of its preview. */
async function foresees(
  resource: Resource,
  program: Properties | undefined,
): Promise<void> {
  const before = await seen();
  const { snapshot } = plan(before, await previewOf(resource, program));
  await (program ? resource.up(program) : resource.destroy());
  const after = await seen();
  expect(written(snapshot)).toEqual(written(after));
}

const rule = {
  name: "Ours",
  adopt: true,
  headerContainsMessageHeader: "X-Area1Security-Disposition",
  headerContainsWords: ["UCE"],
  setScl: 5,
  allowExposure: true,
};
const addRule = (more: object = {}): void =>
  void simulator.tenant.add("TransportRule", {
    Name: "Ours",
    Comments: "by hand",
    Mode: "Enforce",
    HeaderContainsMessageHeader: "X-Other",
    HeaderContainsWords: ["SPOOF"],
    SetSCL: 6,
    RuleErrorAction: "Ignore",
    ...more,
  });
const policy = {
  name: "Board",
  adopt: true,
  sentTo: ["ceo@example.com"],
  spamAction: "Quarantine",
  spamQuarantineTag: "AdminOnlyAccessPolicy",
  allowExposure: true,
};
function addPolicy(): void {
  const { tenant } = simulator;
  tenant.add("QuarantinePolicy", {
    Name: "Theirs",
    EndUserQuarantinePermissionsValue: 11,
  });
  tenant.add("HostedContentFilterPolicy", {
    ...structuredClone(tenant.find("HostedContentFilterPolicy", "Default")),
    Guid: "4dd3b0a1-4a8e-4bb6-9f00-7f7dbbbb0001",
    IsDefault: false,
    Name: "Board",
    AdminDisplayName: "by hand",
    SpamAction: "Quarantine",
    SpamQuarantineTag: "Theirs",
  });
  tenant.add("HostedContentFilterRule", {
    Name: "Board",
    HostedContentFilterPolicy: "Board",
    RecipientDomainIs: ["example.org"],
    ExceptIfSentTo: ["intern@example.org"],
  });
}
const domain = { domain: "example.com", allowExposure: true };
const addDomain = (more: object = {}): void =>
  void simulator.account.add({
    domain: "example.com",
    transport: "mx1.example.net",
    allowed_delivery_modes: ["API"],
    ...more,
  });

/** A sequence of changes by hand and of programs. */
type Step =
  | { readonly up: Properties }
  | { readonly byHand: () => void }
  | { readonly refresh: true }
  | { readonly destroy: true };
const destroy: Step = { destroy: true };
const refresh: Step = { refresh: true };

describe("the preview of a program predicts implied values:", () => {
  test.each<[string, string, Step[]]>([
    [
      "a domain is forwarded to its MX, and reached by it",
      "Area1Domain",
      [{ byHand: addDomain }, { up: domain }, destroy],
    ],
    [
      "a domain that had no host keeps the one that it got",
      "Area1Domain",
      [
        { byHand: () => addDomain({ transport: null, lookback_hops: null }) },
        { up: domain },
        destroy,
      ],
    ],
    ["a new domain is forwarded to its MX", "Area1Domain", [{ up: domain }]],
    [
      "a new domain is forwarded where the program says",
      "Area1Domain",
      [{ up: { ...domain, transport: "mx1.example.net" } }],
    ],
    [
      "a domain whose transport leaves the program follows its MX, whatever it was first",
      "Area1Domain",
      [
        { byHand: addDomain },
        { up: { ...domain, transport: "example-com.mail.eo.outlook.com" } },
        { up: domain },
        destroy,
      ],
    ],
    [
      "a transport that was changed by hand and found by a refresh is set to the MX again",
      "Area1Domain",
      [
        { up: domain },
        {
          byHand: () =>
            simulator.account.edit("example.com", { transport: "mx2.example" }),
        },
        refresh,
        { up: domain },
      ],
    ],
    [
      "a transport that was changed by hand is not restored",
      "Area1Domain",
      [
        { byHand: addDomain },
        { up: domain },
        {
          byHand: () =>
            simulator.account.edit("example.com", { transport: "mx2.example" }),
        },
        refresh,
        destroy,
      ],
    ],
    [
      "a rule loses what narrowed it, and gets it back",
      "TransportRule",
      [
        {
          byHand: () =>
            addRule({
              ExceptIfFrom: ["ceo@example.com"],
              SenderIpRanges: ["192.0.2.0/24"],
              ExpiryDate: "2031-01-31T12:00:00.000Z",
            }),
        },
        { up: rule },
        destroy,
      ],
    ],
    [
      "a rule whose condition leaves the program loses it, whatever it was first",
      "TransportRule",
      [
        { byHand: () => addRule({ SenderIpRanges: ["192.0.2.0/24"] }) },
        { up: { ...rule, senderIpRanges: ["198.51.100.1"] } },
        { up: rule },
        destroy,
      ],
    ],
    [
      "changes of a rule by hand stay, also if a refresh has recorded them",
      "TransportRule",
      [
        { byHand: addRule },
        { up: rule },
        {
          byHand: () =>
            simulator.tenant.edit("TransportRule", "Ours", {
              SetSCL: 7,
              StopRuleProcessing: true,
            }),
        },
        refresh,
        destroy,
      ],
    ],
    [
      "half of what belongs together is not restored",
      "TransportRule",
      [
        {
          byHand: () =>
            addRule({
              HeaderContainsMessageHeader: null,
              HeaderContainsWords: [],
              SenderIpRanges: ["192.0.2.0/24"],
            }),
        },
        { up: { ...rule, senderIpRanges: ["192.0.2.0/24"] } },
        {
          byHand: () =>
            simulator.tenant.edit("TransportRule", "Ours", {
              HeaderContainsWords: ["SPAM"],
            }),
        },
        destroy,
      ],
    ],
    [
      "a rule that was created anew by hand is not changed",
      "TransportRule",
      [
        { up: rule },
        { byHand: () => simulator.tenant.replace("TransportRule", "Ours") },
        destroy,
      ],
    ],
    [
      "a policy is for whom the program says, and then for whom it was",
      "AntiSpamPolicy",
      [{ byHand: addPolicy }, { up: policy }, destroy],
    ],
    [
      "a policy no longer applies to recipients that are removed from the program",
      "AntiSpamPolicy",
      [
        { byHand: addPolicy },
        { up: { ...policy, recipientDomainIs: ["example.org"] } },
        { up: policy },
      ],
    ],
    [
      "a tag that no longer exists gives way to Microsoft's",
      "AntiSpamPolicy",
      [
        { byHand: addPolicy },
        { up: policy },
        { byHand: () => simulator.tenant.remove("QuarantinePolicy", "Theirs") },
        destroy,
      ],
    ],
  ])("%s", async (_meaning, kind, life) => {
    const resource = new Resource(kind, inProcess, environment());
    expect.hasAssertions();
    for (const step of life)
      if ("byHand" in step) step.byHand();
      else if ("refresh" in step) await resource.refresh();
      else await foresees(resource, "up" in step ? step.up : undefined);
  });
});
