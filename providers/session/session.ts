import { visibleLines } from "../../mail-flow/visible";
import { Cloudflare } from "../cloudflare/client";
import {
  keys,
  placeOf,
  resolveConfiguration,
  secretKeys,
  trimmed,
  type Configuration,
} from "./configuration";
import { claimsOf, Credentials, type Service } from "./credentials";
import { ExchangeOnline } from "../exchange-online/client";
import { sentence } from "../errors";
import { Graph } from "../graph/client";
import { Http, type Witness } from "../http/http";
import { Ledger } from "./ledger";
import { Patience } from "../http/patience";
import { tellEngine, type Tell } from "./status-line";
import { Transcript } from "../transcripts/transcript";

/** The parts of a session for one operation on one resource. */
export interface Operation {
  readonly session: Session;
  readonly exchange: ExchangeOnline;
  readonly cloudflare: Cloudflare;
  readonly graph: Graph;
  /** The Cloudflare account of this resource; empty for an object of a tenant. */
  readonly account: string;
  readonly patience: Patience;
  /** Shows the user a warning after the operation. The message must name the object. */
  warn(message: string): void;
}

/**
 * The objects that all resources of a provider process share: the configuration, the clients with their lists, and the ledger of this
 * process's operations.
 */
export class Session {
  readonly exchange: ExchangeOnline;
  readonly cloudflare: Cloudflare;
  readonly graph: Graph;

  /** The operations of this process so far. */
  readonly ledger = new Ledger();

  private readonly warned = new Set<string>();
  private readonly credentials: Credentials;
  private transcript: Transcript | undefined;

  constructor(
    readonly configuration: Configuration,
    private readonly tell: Tell = tellEngine,
  ) {
    const { requestTimeoutMs, patienceMs } = configuration;
    const say = (message: string): void => this.say(message);
    const http = (vendor: string): Http =>
      new Http(vendor, requestTimeoutMs, say, this.witness(vendor));
    // Without a witness, because a transcript must not contain sign-ins.
    this.credentials = new Credentials(
      configuration,
      new Http("Microsoft Entra", requestTimeoutMs, say),
    );
    this.exchange = new ExchangeOnline(
      http("Exchange Online"),
      this.credentials,
      configuration.exchangeBaseUrl,
      patienceMs,
      (message) => this.warn(message),
    );
    this.cloudflare = new Cloudflare(
      http("Cloudflare"),
      configuration.cloudflareBaseUrl,
      configuration.cloudflareApiToken,
      patienceMs,
      {
        token: placeOf(configuration, "cloudflareApiToken"),
        account: placeOf(configuration, "cloudflareAccountId"),
      },
    );
    this.graph = new Graph(
      http("Microsoft Graph"),
      this.credentials,
      configuration.graphBaseUrl,
      patienceMs,
    );
  }

  /** Writes a transcript to the file in AREA1_RECORD. If it cannot be written, only a warning is shown. */
  private witness(vendor: string): Witness | undefined {
    const file = process.env["AREA1_RECORD"];
    if (!file) return undefined;
    this.transcript ??= new Transcript(
      file,
      this.configuration.secrets.join(),
      (text) => this.scrub(text),
    );
    return (request, answer) => {
      try {
        this.transcript?.note(vendor, request, answer);
      } catch (error) {
        this.warn(
          `The transcript ${file} is not complete: ${(error as Error).message}.`,
        );
      }
    };
  }

  /** Returns the tenant of the credentials. */
  tenantId(patience: Patience): Promise<string> {
    return this.credentials.tenantId(patience);
  }

  /**
   * Returns the application permissions in the token for a service, such as `Exchange.ManageAsApp`; undefined if the token contains
   * none, like a person's token.
   */
  async permissions(
    service: Service,
    patience: Patience,
  ): Promise<readonly string[] | undefined> {
    return claimsOf(await this.credentials.token(service, patience)).roles;
  }

  /** Begins an operation: its time limit starts. */
  begin(account = ""): Operation {
    return {
      session: this,
      exchange: this.exchange,
      cloudflare: this.cloudflare,
      graph: this.graph,
      account,
      patience: new Patience(this.configuration.patienceMs),
      warn: (message) => this.warn(message),
    };
  }

  /** Shows a warning. The same warning is shown only once. */
  warn(message: string): void {
    const clean = visibleLines(sentence(this.scrub(message)));
    if (this.warned.has(clean)) return;
    this.warned.add(clean);
    this.tell(clean, "warning");
  }

  say(message: string): void {
    this.tell(visibleLines(this.scrub(message)), "progress");
  }

  /** Removes all secrets and tokens of this session from a text. */
  scrub(text: string): string {
    return scrub(text, [
      ...this.configuration.secrets,
      ...this.credentials.tokens,
    ]);
  }
}

/** Replaces each secret, also if it is quoted, URL-encoded or in base64. */
export function scrub(text: string, secrets: readonly string[]): string {
  const forms = secrets
    .filter((secret) => secret.length >= 4)
    .flatMap((secret) => [
      secret,
      JSON.stringify(secret).slice(1, -1),
      encodeURIComponent(secret),
      Buffer.from(secret).toString("base64"),
    ])
    // The longest first, because a rotated secret may begin with the old one.
    .sort((one, other) => other.length - one.length);
  let clean = text;
  for (const form of forms) clean = clean.split(form).join("[secret]");
  // Every text in the format of a token is replaced, also if the session did not get this token.
  return clean.replace(/eyJ[\w-]{10,}\.[\w-]{10,}(\.[\w-]*)?/g, "[secret]");
}

/** Returns a value of the stack's configuration, or of an explicit provider, by its full key. */
export type Stored = (key: string) => string | undefined;

/** Returns the secrets of a configuration that could not be resolved, so that they can be removed from the error. */
export const storedSecrets = (stored: Stored): string[] =>
  secretKeys.flatMap((key) =>
    [stored(`area1:${key}`), process.env[keys[key]]]
      .map((value) => trimmed(key, value))
      .filter((value) => value !== ""),
  );

const sessions = new Map<string, Session>();

/**
 * Returns the session of this process for a configuration. Pulumi's process creates a handler object per kind and configures each with
 * the same values; all of them must share lists, tokens and the ledger.
 */
export function sessionFor(stored: Stored): Session {
  const configuration = resolveConfiguration(stored, process.env);
  // A transcript belongs to one session, so another file needs another session.
  const key = JSON.stringify([configuration, process.env["AREA1_RECORD"]]);
  let session = sessions.get(key);
  if (!session) {
    session = new Session(configuration);
    sessions.set(key, session);
  }
  return session;
}
