import { AsyncLocalStorage } from "node:async_hooks";
import { readFileSync } from "node:fs";
import path from "node:path";

import {
  credentials,
  type sendUnaryData,
  type ServerUnaryCall,
  type ServerWritableStream,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import deepEqual from "fast-deep-equal";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest } from "@pulumi/pulumi/proto/engine_pb";
import { PluginInfo, type PluginAttach } from "@pulumi/pulumi/proto/plugin_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb";

import { UserError } from "../providers/errors";
import type { Failure } from "../providers/form";
import { handlersOf } from "../providers/handlers";
import { endWaiting } from "../providers/http/patience";
import { formOf } from "../providers/forms";
import { isKindName, kinds } from "../providers/kinds";
import { outputNames, type Form } from "../providers/kind";
import { listObjects } from "../providers/lifecycle/list";
import { takenOver } from "../providers/lifecycle/diff";
import {
  changedProperties,
  labelOf,
  pendingOf,
} from "../providers/lifecycle/state";
import {
  isMark,
  markFor,
  nameIn as ownerIn,
  otherOwners,
  ownerOf,
} from "../providers/mark";
import { nameOf } from "../providers/object-key";
import { printableMessage } from "../providers/process/results";
import type { Handlers } from "../providers/process/handlers";
import {
  restorePointForm,
  restorePointInputs,
} from "../providers/restore-point/restored-object";
import { resolveConfiguration } from "../providers/session/configuration";
import { scrub, Session, type Stored } from "../providers/session/session";
import { tellThrough, type Tell } from "../providers/session/status-line";
import { unknownValue } from "../providers/unknown";
import { construct } from "./components";
import {
  configurationFailures,
  secretArguments,
  storedIn,
} from "./configuration";
import { detailedDiff } from "./detailed-diff";
import { callError, unimplemented, type CallError } from "./errors";
import { comparedState, importedState, stateOf, withKept } from "./managed";
import { received, sent, type Properties, type Received } from "./values";

/** A request about one resource. */
interface ResourceRequest {
  getUrn(): string;
}

/** The parts of a URN: `urn:pulumi:<stack>::<project>::<parent type>$<type>::<name>`. */
interface Urn {
  readonly stack: string;
  readonly project: string;
  /** The last part of the type token: `TransportRule`. */
  readonly kind: string;
  readonly name: string;
}

/** The resource whose call is being carried out. */
const currentUrn = new AsyncLocalStorage<string>();

/**
 * The gRPC service `ResourceProvider` over the handlers of `providers/`. The engine starts a process for each provider of a stack.
 *
 * @see https://github.com/pulumi/pulumi/blob/master/proto/pulumi/provider.proto
 */
export class ProviderServer {
  private stored: Stored = () => undefined;
  private opened: Session | undefined;
  /** The reference to this provider, `<URN>::<id>`; undefined with an engine that does not send it. */
  private reference: string | undefined;
  private underWay = 0;
  /** The secrets of the program's properties. */
  private readonly hidden = new Set<string>();

  /**
   * @param engine address of the engine, `127.0.0.1:<port>`.
   * @param tell sends messages to the user. @default to the engine, in the row of the resource that is processed
   * @param environment the environment variables of the configuration.
   */
  constructor(
    private engine: string,
    private tell: Tell | undefined = undefined,
    private readonly environment: NodeJS.ProcessEnv = process.env,
  ) {}

  /** Whether no object is read or written. The construction of a component does not count: without the engine it never ends. */
  get isIdle(): boolean {
    return this.underWay === 0;
  }

  /** The methods of the service. Those that are missing are UNIMPLEMENTED. */
  readonly service: UntypedServiceImplementation = {
    handshake: this.answered(() =>
      new messages.ProviderHandshakeResponse()
        .setAcceptSecrets(true)
        .setAcceptResources(true)
        .setAcceptOutputs(true),
    ),
    attach: this.answered((request: PluginAttach) => {
      this.engine = request.getAddress();
      this.tell = undefined;
      return new Empty();
    }),
    getPluginInfo: this.answered(() => new PluginInfo().setVersion(version())),
    getSchema: this.answered((request: messages.GetSchemaRequest) => {
      if (request.getVersion() !== 0)
        throw new UserError(
          `The provider area1 ${version()} has no schema of version ${request.getVersion()}.`,
        );
      return new messages.GetSchemaResponse().setSchema(schema());
    }),
    checkConfig: this.answered((request: messages.CheckRequest) => {
      const { values, secrets } = this.received(request.getNews());
      const name = request.getName() || parsedUrn(request.getUrn()).name;
      const hidden = new Set([...secrets, ...secretArguments]);
      return new messages.CheckResponse()
        .setInputs(sent(values, hidden))
        .setFailuresList(
          this.checkFailures(
            configurationFailures(values, name, this.environment),
            hidden,
            storedIn(values, name),
          ),
        );
    }),
    // Another configuration never replaces a resource: each keeps its tenant or account in its state, and refuses another.
    diffConfig: this.answered(() => new messages.DiffResponse()),
    configure: this.answered((request: messages.ConfigureRequest) => {
      const { values } = this.received(request.getArgs());
      const urn = request.getUrn() ?? "";
      this.stored = storedIn(values, request.getName() || parsedUrn(urn).name);
      this.opened = undefined;
      this.reference = urn
        ? `${urn}::${request.getId() || unknownValue}`
        : undefined;
      return new messages.ConfigureResponse()
        .setAcceptsecrets(true)
        .setSupportspreview(true)
        .setAcceptresources(true)
        .setAcceptoutputs(true);
    }),
    check: this.about(this.check.bind(this)),
    diff: this.about(this.diff.bind(this)),
    create: this.about(this.create.bind(this)),
    read: this.about(this.read.bind(this)),
    update: this.about(this.update.bind(this)),
    delete: this.about(this.delete.bind(this)),
    list: (
      call: ServerWritableStream<messages.ListRequest, messages.ListResponse>,
    ) => void this.list(call),
    construct: this.answered((request: messages.ConstructRequest) =>
      construct(request, this.engine, this.reference),
    ),
    invoke: refused("area1 has no functions."),
    call: refused("The components of area1 have no methods."),
    cancel: this.answered(() => {
      endWaiting();
      return new Empty();
    }),
  };

  private async check(request: messages.CheckRequest) {
    const { stack, project, kind, name } = parsedUrn(request.getUrn());
    const form = formNamed(kind);
    const news = this.received(request.getNews());
    const values = { ...news.values };
    const { markField } = form;
    // Other languages do not have the library, which gives the mark in a Node.js program.
    if (
      markField &&
      values[markField] === undefined &&
      !form.alwaysExists(nameIn(form, values))
    )
      values[markField] = markFor(project, stack, name);
    const { inputs, failures } = await this.handlers(kind).check(
      this.received(request.getOlds()).values,
      values,
    );
    return new messages.CheckResponse()
      .setInputs(sent(inputs, news.secrets))
      .setFailuresList(this.checkFailures(failures, news.secrets));
  }

  private async diff(request: messages.DiffRequest) {
    const { kind } = parsedUrn(request.getUrn());
    const form = formNamed(kind);
    const { outputs, inputs } = this.stateIn(request);
    const news = this.received(request.getNews()).values;
    const olds = comparedState(form, outputs, inputs, news);
    const { changes, replaces = [] } = await this.handlers(kind).diff(
      request.getId(),
      olds,
      news,
    );
    const response = new messages.DiffResponse();
    if (changes === false)
      return response.setChanges(messages.DiffResponse.DiffChanges.DIFF_NONE);
    // The restore point has no field table. Some of its outputs have the names of inputs.
    const isPoint = form === restorePointForm;
    const before = isPoint ? (inputs ?? outputs) : olds;
    const names = isPoint
      ? restorePointInputs.filter(
          (name) => !deepEqual(before[name], news[name]),
        )
      : [
          ...new Set([
            ...changedProperties(form, olds, news),
            ...pendingOf(olds),
          ]),
        ];
    // An update without a write, see `takenOver`. Otherwise the engine would compare all inputs of both states.
    if (names.length === 0) names.push(...takenOver(olds, news, names));
    const details = detailedDiff(before, news, names, replaces, inputs);
    for (const [property, difference] of details)
      response.getDetaileddiffMap().set(property, difference);
    return response
      .setChanges(messages.DiffResponse.DiffChanges.DIFF_SOME)
      .setReplacesList(replaces)
      .setDiffsList(names)
      .setHasdetaileddiff(details.size > 0);
  }

  private async create(request: messages.CreateRequest, secrets: Secrets) {
    const { kind } = parsedUrn(request.getUrn());
    const inputs = this.received(request.getProperties());
    inputs.secrets.forEach((name) => secrets.add(name));
    if (request.getPreview())
      return new messages.CreateResponse().setProperties(
        sent({ ...unknownOutputs(formNamed(kind)), ...inputs.values }, secrets),
      );
    const { id, outs } = await this.handlers(kind).create(inputs.values);
    return new messages.CreateResponse()
      .setId(id)
      .setProperties(sent(outs, secrets));
  }

  private async read(request: messages.ReadRequest, secrets: Secrets) {
    const { kind } = parsedUrn(request.getUrn());
    const form = formNamed(kind);
    const before = this.received(request.getProperties());
    const inputs = request.hasInputs()
      ? this.received(request.getInputs())
      : undefined;
    for (const name of [...before.secrets, ...(inputs?.secrets ?? [])])
      secrets.add(name);
    const isImport = before.values[form.scopeId] === undefined;
    const found = await this.handlers(kind).read(
      request.getId(),
      isImport ? {} : stateOf(form, before.values, inputs?.values),
    );
    const response = new messages.ReadResponse();
    if (!("id" in found)) return response;
    const result = {
      id: found.id,
      outputs: withKept(found.props, before.values, true),
      inputs: found.inputs,
    };
    const read = isImport
      ? importedState(form, result, () => this.session().configuration)
      : result;
    if (isImport) this.warnOfOwner(request.getUrn(), read.inputs);
    return response
      .setId(read.id)
      .setProperties(sent(read.outputs, secrets))
      .setInputs(sent(read.inputs, secrets));
  }

  /** Warns if an imported object has the mark of another resource. */
  private warnOfOwner(urn: string, inputs: Properties): void {
    const { stack, project, kind, name } = parsedUrn(urn);
    if (!isKindName(kind)) return;
    const { markField } = kinds[kind];
    const mark = markField && inputs[markField];
    const owner = ownerOf(mark, markFor(project, stack, name));
    if (!isMark(mark) || owner === "us" || owner === "nobody") return;
    const who =
      owner === "thisStack"
        ? "another resource of this stack"
        : otherOwners[owner];
    this.session().warn(
      `${labelOf(kinds[kind], nameOf(kinds[kind], inputs))}: it belongs to ${who} (${ownerIn(mark)}). Remove it there first (pulumi state delete), unless nobody manages it there any more: two resources would overwrite each other's values.`,
    );
  }

  private async update(request: messages.UpdateRequest, secrets: Secrets) {
    const { kind } = parsedUrn(request.getUrn());
    const form = formNamed(kind);
    const { outputs, inputs } = this.stateIn(request, secrets);
    const news = this.received(request.getNews());
    news.secrets.forEach((name) => secrets.add(name));
    const olds = comparedState(form, outputs, inputs, news.values);
    // The outputs that a preview cannot know keep their values, so that dependents show no false differences.
    const outs = request.getPreview()
      ? { ...olds, ...news.values }
      : (await this.handlers(kind).update(request.getId(), olds, news.values))
          .outs;
    return new messages.UpdateResponse().setProperties(
      sent(withKept(outs, outputs, false), secrets),
    );
  }

  private async delete(request: messages.DeleteRequest) {
    const { kind } = parsedUrn(request.getUrn());
    const outputs = this.received(request.getProperties()).values;
    const inputs = request.hasOldInputs()
      ? this.received(request.getOldInputs()).values
      : undefined;
    await this.handlers(kind).delete(
      request.getId(),
      stateOf(formNamed(kind), outputs, inputs),
    );
    return new Empty();
  }

  private async list(
    call: ServerWritableStream<messages.ListRequest, messages.ListResponse>,
  ): Promise<void> {
    try {
      const name = kindIn(call.request.getToken());
      if (!isKindName(name))
        throw new UserError(`The objects of ${name} cannot be listed.`);
      const found = await listObjects(kinds[name], this.session());
      const limit = call.request.getLimit();
      for (const { id, name } of found.slice(0, limit > 0 ? limit : undefined))
        call.write(
          new messages.ListResponse().setResult(
            new messages.ListResponse.Result().setId(id).setName(name),
          ),
        );
      call.end();
    } catch (error) {
      call.emit("error", this.errorOf(error, new Set()));
    }
  }

  private handlers(kind: string): Handlers {
    return handlersOf(kind, () => this.session());
  }

  /** Opens the session at the first use, so that its error is reported for the resource that is processed. */
  private session(): Session {
    return (this.opened ??= new Session(
      resolveConfiguration(this.stored, this.environment),
      (message, severity) => {
        this.tell ??= tellThrough(
          () => ({
            client: new EngineClient(this.engine, credentials.createInsecure()),
            LogRequest,
          }),
          () => currentUrn.getStore(),
        );
        this.tell(scrub(message, [...this.hidden]), severity);
      },
    ));
  }

  private errorOf(error: unknown, secrets: Secrets): CallError {
    return callError(error, (message) => this.printable(message), secrets);
  }

  /** Returns a message without secrets, including the program's, which a vendor may quote. */
  private printable(message: string, stored = this.stored): string {
    return scrub(
      printableMessage(message, () => this.session(), stored),
      [...this.hidden],
    );
  }

  /** Returns failures for the engine, which prints the value of a failure's property, also if it is secret. */
  private checkFailures(
    failures: readonly Failure[],
    secrets: ReadonlySet<string>,
    stored = this.stored,
  ): messages.CheckFailure[] {
    return failures.map(({ property, reason }) => {
      const isSecret = secrets.has(/^[^.[]*/.exec(property)?.[0] ?? "");
      return new messages.CheckFailure()
        .setProperty(isSecret ? "" : property)
        .setReason(
          this.printable(isSecret ? `${property}: ${reason}` : reason, stored),
        );
    });
  }

  /** Returns the properties of a request, and keeps their secrets out of all messages. */
  private received(struct: Struct | undefined): Received {
    const properties = received(struct);
    for (const text of properties.hidden) this.hidden.add(text);
    return properties;
  }

  /** Returns the old state in a request, with old inputs if the engine sends them. */
  private stateIn(
    request: {
      getOlds(): Struct | undefined;
      hasOldInputs(): boolean;
      getOldInputs(): Struct | undefined;
    },
    secrets?: Secrets,
  ): { outputs: Properties; inputs: Properties | undefined } {
    const outputs = this.received(request.getOlds());
    const inputs: Received | undefined = request.hasOldInputs()
      ? this.received(request.getOldInputs())
      : undefined;
    outputs.secrets.forEach((name) => secrets?.add(name));
    return { outputs: outputs.values, inputs: inputs?.values };
  }

  /** Returns the method for a call about one resource: its messages to the engine are about that resource. */
  private about<Request extends ResourceRequest, Response>(
    work: (request: Request, secrets: Secrets) => Promise<Response>,
  ) {
    return this.answered(async (request: Request, secrets) => {
      this.underWay += 1;
      try {
        return await currentUrn.run(request.getUrn(), () =>
          work(request, secrets),
        );
      } finally {
        this.underWay -= 1;
      }
    });
  }

  /** Returns the method of the service for a function: its error becomes a gRPC error. */
  private answered<Request, Response>(
    work: (request: Request, secrets: Secrets) => Response | Promise<Response>,
  ) {
    return (
      { request }: ServerUnaryCall<Request, Response>,
      done: sendUnaryData<Response>,
    ): void => {
      // Contains copies of inputs, which may be secret.
      const secrets: Secrets = new Set(["wrote"]);
      Promise.resolve()
        .then(() => work(request, secrets))
        .then(
          (response) => done(null, response),
          (error: unknown) => done(this.errorOf(error, secrets)),
        );
    };
  }
}

/** The names of the properties of a call that are secret. */
type Secrets = Set<string>;

/** Returns the method for calls that this provider does not support. */
const refused =
  (reason: string) =>
  (_call: unknown, done: sendUnaryData<never>): void =>
    done(unimplemented(reason));

/** Returns the form of a kind. A kind of a newer version has an empty form: its handlers report the error. */
const formNamed = (kind: string): Form => formOf(kind) ?? restorePointForm;

function parsedUrn(urn: string): Urn {
  const [, stack = "", project = "", types = "", ...name] = urn
    .replace(/^urn:pulumi:/, "::")
    .split("::");
  return {
    stack,
    project,
    kind: kindIn(types),
    name: name.join("::"),
  };
}

/** Returns the last part of a type token, or of the types in a URN. */
const kindIn = (types: string): string =>
  types.slice(types.lastIndexOf(":") + 1);

const nameIn = ({ nameField }: Form, inputs: Properties): string => {
  const name = nameField && inputs[nameField];
  return typeof name === "string" ? name : "Default";
};

const unknownOutputs = (form: Form): Properties =>
  Object.fromEntries(outputNames(form).map((name) => [name, unknownValue]));

/** Returns the schema, which the build writes beside the code. */
const schema = (): string =>
  readFileSync(path.join(__dirname, "schema.json"), "utf8");
/** Returns the version of this package. */
const version = (): string =>
  (JSON.parse(schema()) as { version: string }).version;
