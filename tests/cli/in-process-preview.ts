import type {
  CheckRequest,
  CheckResponse,
  DiffRequest,
  DiffResponse,
  ReadRequest,
  ReadResponse,
} from "@pulumi/pulumi/proto/provider_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";

import type { ImportEntry } from "../../cli/init/takeover";
import { ProviderServer } from "../../plugin/server";
import { sent, type Properties } from "../../plugin/values";

/** A resource that a program registers. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Properties;
}

/**
 * Imports resources and previews a program, in this process: the provider `area1` is asked what the Pulumi engine asks it. Returns the
 * changes, which are empty after a good takeover.
 *
 * @param environment the variables of a simulator
 */
export async function changesAfterImport(
  imports: readonly ImportEntry[],
  program: readonly Registered[],
  environment: Readonly<Record<string, string>>,
): Promise<string[]> {
  const before = { ...process.env };
  Object.assign(process.env, environment);
  try {
    const provider = new ProviderServer("127.0.0.1:1");
    const all = await Promise.all(
      imports
        .filter(({ component }) => !component)
        .map((entry) => changesOf(provider, entry, program)),
    );
    return all.flat();
  } finally {
    process.env = before;
  }
}

async function changesOf(
  provider: ProviderServer,
  { type, name, id = "" }: ImportEntry,
  program: readonly Registered[],
): Promise<string[]> {
  const wanted = program.find((one) => one.name === name && one.type === type);
  if (!wanted) return [`delete ${name}`];
  const urn = `urn:pulumi:dev::ops::${type}::${name}`;
  const read: ReadResponse = await call(
    provider,
    "read",
    new messages.ReadRequest().setUrn(urn).setId(id),
  );
  if (read.getId() === "") return [`${name} cannot be imported by ${id}`];
  const checked: CheckResponse = await call(
    provider,
    "check",
    new messages.CheckRequest()
      .setUrn(urn)
      .setOlds(read.getInputs())
      .setNews(sent(wanted.inputs)),
  );
  const failures = checked
    .getFailuresList()
    .map((one) => `${name}.${one.getProperty()} ${one.getReason()}`);
  if (failures.length > 0) return failures;
  const diff: DiffResponse = await call(
    provider,
    "diff",
    new messages.DiffRequest()
      .setUrn(urn)
      .setId(read.getId())
      .setOlds(read.getProperties())
      .setOldInputs(read.getInputs())
      .setNews(checked.getInputs()),
  );
  return diff.getChanges() === messages.DiffResponse.DiffChanges.DIFF_NONE
    ? []
    : [`update ${name}: ${[...diff.getDetaileddiffMap().keys()].join(", ")}`];
}

/** Calls a method of the service. */
function call<Response>(
  provider: ProviderServer,
  method: "read" | "check" | "diff",
  request: ReadRequest | CheckRequest | DiffRequest,
): Promise<Response> {
  const handler = provider.service[method] as unknown as (
    call: { request: unknown },
    done: (error: Error | null, response: Response) => void,
  ) => void;
  return new Promise((resolve, reject) => {
    handler({ request }, (error, response) => {
      if (error) reject(error);
      else resolve(response);
    });
  });
}
