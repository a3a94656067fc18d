import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import type { Credentials } from "../../providers/session/credentials";
import { ExchangeOnline } from "../../providers/exchange-online/client";
import { Http } from "../../providers/http/http";
import { Patience } from "../../providers/http/patience";
import type { Operation } from "../../providers/session/session";

/** The tenant that the tokens are of. */
export const tenant = "f2a7c1de-0b5f-4f0e-9a53-6f7e5c0d1b2a";

/** What a request is answered with; a list is short for an envelope with these objects. */
export type Reply =
  | {
      /** @default 200 */
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      /** A text goes as it is, anything else as JSON. @default an envelope without objects */
      readonly body?: unknown;
      /** Milliseconds until the answer. @default 0 */
      readonly after?: number;
    }
  | readonly Readonly<Record<string, unknown>>[];

/** A request as it came. */
export interface Arrived {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Parsed; undefined where there was none. */
  readonly body: unknown;
  readonly cmdlet: string;
  readonly parameters: unknown;
}

/** An error in the form of Exchange: its first detail. */
export const detail = (exceptionType: string, text: string) => ({
  error: {
    code: "BadRequest",
    message: "Error executing cmdlet",
    details: [
      { code: "Context", message: `Ex6F9304|${exceptionType}|${text}` },
    ],
  },
});

/** Exchange's answer for an object that does not exist. */
export const notFound = (text = "The operation couldn't be performed.") => ({
  status: 404,
  body: detail(
    "Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException",
    text,
  ),
});

/** A server that returns the answers of a test to cmdlets, with a client. It does not simulate Exchange. */
export class LoopbackExchange {
  /** Answers to the next requests, in order. Used before {@link answers}. */
  replies: Reply[] = [];
  /** What to answer to a cmdlet, the last one for good. */
  answers: Record<string, Reply[]> = {};
  arrived: Arrived[] = [];
  /** How many requests were in work at once, at most. */
  most = 0;
  /** How often the client requested new credentials. */
  renewals = 0;
  /** What the client warned of. */
  warnings: string[] = [];
  /** The error of the token request, if it fails. */
  noToken: Error | undefined;

  private inWork = 0;
  private readonly server: Server = createServer((request, response) => {
    let text = "";
    this.most = Math.max(this.most, ++this.inWork);
    request.on("data", (data) => (text += String(data)));
    request.on("end", () => {
      const body = text === "" ? undefined : (JSON.parse(text) as unknown);
      const input = (
        body as
          | { CmdletInput?: { CmdletName?: string; Parameters?: unknown } }
          | undefined
      )?.CmdletInput;
      const cmdlet = input?.CmdletName ?? "";
      this.arrived.push({
        method: request.method ?? "",
        path: request.url ?? "",
        headers: request.headers,
        body,
        cmdlet,
        parameters: input?.Parameters,
      });
      const reply = this.next(cmdlet);
      const answer = "length" in reply ? { body: { value: reply } } : reply;
      const said = "body" in answer ? answer.body : { value: [] };
      setTimeout(() => {
        this.inWork--;
        response.writeHead(answer.status ?? 200, answer.headers);
        response.end(typeof said === "string" ? said : JSON.stringify(said));
      }, answer.after ?? 0);
    });
  });

  async start(): Promise<void> {
    await new Promise<void>((resolve) =>
      this.server.listen(0, "127.0.0.1", resolve),
    );
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  /** As new, for the next test. */
  forget(): void {
    this.replies = [];
    this.answers = {};
    this.arrived = [];
    this.most = 0;
    this.renewals = 0;
    this.warnings = [];
    this.noToken = undefined;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Creates a new client, which shares nothing with others. */
  client(host = `localhost:${this.port}`, patienceMs = 2000): ExchangeOnline {
    const credentials: Pick<
      Credentials,
      "token" | "tenantId" | "renew" | "identity"
    > = {
      identity: "application",
      token: (service) =>
        this.noToken
          ? Promise.reject(this.noToken)
          : Promise.resolve(`${service}-${this.renewals}`),
      tenantId: () => Promise.resolve(tenant),
      renew: () => void this.renewals++,
    };
    return new ExchangeOnline(
      new Http("Exchange Online", 1000, () => undefined),
      credentials as Credentials,
      `http://${host}`,
      patienceMs,
      (message) => this.warnings.push(message),
    );
  }

  /** An operation on an object of Exchange, with a new client. */
  operation(patienceMs = 2000): Operation {
    const parts: Pick<Operation, "exchange" | "patience" | "warn"> = {
      exchange: this.client(undefined, patienceMs),
      patience: new Patience(patienceMs),
      warn: (message) => void this.warnings.push(message),
    };
    return parts as Operation;
  }

  /** Returns the received cmdlets in order, each with its parameters. */
  get cmdlets(): [string, unknown][] {
    return this.arrived.map(({ cmdlet, parameters }) => [cmdlet, parameters]);
  }

  /** The same without those that only read. */
  get writes(): [string, unknown][] {
    return this.cmdlets.filter(([cmdlet]) => !cmdlet.startsWith("Get-"));
  }

  private next(cmdlet: string): Reply {
    const told = this.answers[cmdlet] ?? [];
    return (
      this.replies.shift() ?? (told.length > 1 ? told.shift() : told[0]) ?? []
    );
  }
}
