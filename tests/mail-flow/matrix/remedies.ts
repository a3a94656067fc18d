import type { Finding } from "../../../mail-flow/finding";
import type { ExchangeKind, Simulator } from "../../../simulator/index";
import type { Json, JsonObject } from "../../../simulator/json";
import { commandsIn, wordsOf } from "./powershell";
import type { Reader } from "./read";
import { Tenant } from "./tenant";

/** A printed parameter: a value, or entries to add to or remove from a list. */
type Argument = Json | Edit;

interface Edit {
  readonly add: string[];
  readonly remove: string[];
}

const isEdit = (argument: Argument): argument is Edit =>
  typeof argument === "object" && argument !== null && "add" in argument;

/** Applies the fix of a finding: runs its command in the simulator, or makes the described change there. @throws Error if the fix is unknown */
export async function carryOut(
  { simulator, run }: Reader,
  finding: Finding,
  both: boolean,
): Promise<void> {
  const { fix } = finding;
  const commands = commandsIn(finding);
  for (const command of commands) {
    const { cmdlet, identity, parameters } = parsed(command);
    const noun = cmdlet.slice(cmdlet.indexOf("-") + 1);
    if (known.test(cmdlet))
      await run(cmdlet, {
        ...(identity !== undefined && { Identity: identity }),
        ...parameters,
      });
    else
      byHand(
        simulator,
        noun as ExchangeKind,
        cmdlet,
        identity ?? "",
        parameters,
      );
  }
  if (commands.length > 0 && !/`pulumi up`/.test(fix)) return;
  for (const [pattern, does] of byWords) {
    const match = pattern.exec(fix);
    if (!match) continue;
    does(simulator, { finding, both, match });
    return;
  }
  throw new Error(`Nobody knows how to carry this out: ${fix}`);
}

/** The cmdlets of the simulator, which has no others than those that the product calls. */
const known =
  /-(TransportRule|HostedContentFilterPolicy|HostedContentFilterRule|QuarantinePolicy|OrganizationCustomization)$/;

/** The parts of a command, as PowerShell binds them. */
function parsed(command: string): {
  cmdlet: string;
  identity: string | undefined;
  parameters: Record<string, Argument>;
} {
  const [cmdlet = "", ...words] = wordsOf(command);
  const named = new Map<string, string[]>();
  let values: string[] = [];
  named.set("Identity", values);
  for (const word of words)
    if (/^-[A-Z]/.test(word)) named.set(word.slice(1), (values = []));
    else values.push(word);
  const [identity] = named.get("Identity") ?? [];
  named.delete("Identity");
  return {
    cmdlet,
    identity,
    parameters: Object.fromEntries(
      [...named].map(([name, words]) => [name, argument(words)]),
    ),
  };
}

function argument(words: readonly string[]): Argument {
  const [first, ...more] = words;
  // A switch.
  if (first === undefined) return true;
  const edit = /^@\{(Add|Remove)=$/.exec(first)?.[1];
  if (edit) {
    const entries = more.filter((word) => word !== "}");
    return {
      add: edit === "Add" ? entries : [],
      remove: edit === "Remove" ? entries : [],
    };
  }
  if (more.length > 0) return [...words];
  if (first === "$null") return null;
  if (first === "$true" || first === "$false") return first === "$true";
  return /^-?\d+$/.test(first) ? Number(first) : first;
}

/** What a cmdlet does that the product does not call. */
function byHand(
  { tenant }: Simulator,
  kind: ExchangeKind,
  cmdlet: string,
  identity: string,
  parameters: Record<string, Argument>,
): void {
  const record = tenant.find(kind, identity);
  const changes: JsonObject = {};
  if (cmdlet.startsWith("Disable-")) changes["Enabled"] = false;
  for (const [name, value] of Object.entries(parameters)) {
    if (isEdit(value)) {
      const { add, remove } = value;
      const now = (record?.[name] ?? []) as string[];
      changes[name] = [...now.filter((one) => !remove.includes(one)), ...add];
    } else changes[name] = value;
  }
  tenant.edit(kind, identity, changes);
}

interface Told {
  readonly finding: Finding;
  readonly both: boolean;
  readonly match: RegExpExecArray;
}

/** The changes for fixes without a command, by their texts. */
const byWords: readonly (readonly [
  RegExp,
  (simulator: Simulator, told: Told) => void,
])[] = [
  [
    /^Set transport of (\S+) to (\S+), or/,
    ({ account }, { match: [, domain = "", transport = ""] }) =>
      void account.edit(domain, { transport }),
  ],
  [/`pulumi up`/, up],
  [/^Have rules for both/, (simulator) => up(simulator, { both: true })],
  [
    /^Set (dropDispositions|ipRestrictions) of (\S+) to \[\]/,
    ({ account }, { match: [, property = "", domain = ""] }) =>
      void account.edit(domain, { [inApi(property)]: [] }),
  ],
  [
    /^Set requireTlsOutbound of (\S+) to true/,
    ({ account }, { match: [, domain = ""] }) =>
      void account.edit(domain, { require_tls_outbound: true }),
  ],
  [
    /set requireTlsInbound to false/,
    ({ account }, { finding }) =>
      void account.edit(nameIn(finding), { require_tls_inbound: false }),
  ],
  [
    /set lookbackHops to 1/,
    ({ account }, { finding }) =>
      void account.edit(nameIn(finding), { lookback_hops: 1 }),
  ],
  [
    /^Publish the TXT record _cf-email-sec-challenge\.(\S+), whose value/,
    ({ account }, { match: [, domain = ""] }) =>
      void account.edit(domain, { status: "ACTIVE" }),
  ],
  [
    /^Add (\S+) to domains of UseCase4/,
    ({ account }, { match: [, domain = ""] }) =>
      void account.add({ ...new Tenant().domain, domain }),
  ],
  [
    /^Add (\S+) to the tenant/,
    ({ tenant }, { match: [, domain = ""] }) =>
      void tenant.add("AcceptedDomain", {
        DomainType: "Authoritative",
        Name: domain,
        DomainName: domain,
        Default: false,
      }),
  ],
  [
    /^Take them out in the Exchange admin center/,
    ({ tenant }, { finding }) => {
      const ranges = tenant.find("TransportRule", nameIn(finding))?.[
        "SenderIpRanges"
      ] as string[];
      const foreign = finding.value as string[];
      tenant.edit("TransportRule", nameIn(finding), {
        SenderIpRanges: ranges.filter((range) => !foreign.includes(range)),
      });
    },
  ],
  [
    /^(When all domains are moved, make|Make) the connector "(.*?)"/,
    ({ tenant }, { match: [, , name = ""] }) => {
      const connector = { ...new Tenant().connector, Name: name };
      if (tenant.find("InboundConnector", name))
        tenant.edit("InboundConnector", name, connector);
      else tenant.add("InboundConnector", connector);
    },
  ],
  [
    /^Remove rules that nobody needs/,
    ({ tenant }) => {
      for (const { Name } of tenant.transportRules.slice(50))
        tenant.remove("TransportRule", Name);
    },
  ],
  [
    /^Write the ranges shorter/,
    ({ tenant }, { finding }) =>
      void tenant.edit("TransportRule", nameIn(finding), {
        HeaderContainsWords: ["MALICIOUS"],
      }),
  ],
];

/** The name of a property in Cloudflare's API. */
const inApi = (property: string): string =>
  property.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`);

/** The object that a finding names. */
const nameIn = ({ object }: Finding): string =>
  /"(.*)"$/s.exec(object)?.[1] ?? "";

/** Sets the objects of the use case to the values of a program. */
function up(
  { tenant, account }: Simulator,
  { both, finding }: Partial<Told>,
): void {
  const wanted = new Tenant();
  if (both) wanted.addOldRules();
  const put = (kind: ExchangeKind, objects: readonly JsonObject[]): void => {
    for (const object of objects) {
      const name = object["Name"] as string;
      if (tenant.find(kind, name)) tenant.edit(kind, name, object);
      else tenant.add(kind, { ...object, Name: name });
    }
  };
  put("QuarantinePolicy", wanted.quarantines);
  put("HostedContentFilterPolicy", wanted.antiSpamPolicies);
  put("TransportRule", wanted.rules);
  const { domain: protectedAlready, ...settings } = wanted.domain;
  const domain = finding?.check.startsWith("domain-")
    ? nameIn(finding)
    : protectedAlready;
  if (account.find(domain)) account.edit(domain, settings);
  else account.add({ ...settings, domain });
}
