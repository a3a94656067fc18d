import type {
  Client,
  Context,
  Middleware,
} from "@microsoft/microsoft-graph-client";

import { renewedOnce, type Credentials } from "../session/credentials";
import {
  bodyText,
  isFault,
  printable,
  VendorError,
  type Fault,
} from "../errors";
import { throttled, type Answer, type Http } from "../http/http";
import { isList, isRecord, parsed, textOf } from "../json";
import { Patience } from "../http/patience";

/** Maximum number of requests in a `$batch` (documented). */
const batchSize = 20;

/**
 * Client for Microsoft Graph. It reads only the host that Microsoft 365 expects as a domain's MX. Needs the application permission
 * Domain.Read.All.
 *
 * @see https://learn.microsoft.com/graph/api/domain-list-serviceconfigurationrecords
 */
export class Graph {
  private readonly known = new Map<string, Promise<string>>();
  private asked: Asked[] = [];
  /** Domains that were added to a batch as `likely`. Each is added once: a domain that the tenant does not have is not read again. */
  private readonly suspected = new Set<string>();

  constructor(
    private readonly http: Http,
    private readonly credentials: Credentials,
    private readonly baseUrl: string,
    private readonly patienceMs: number,
  ) {}

  /**
   * Returns the MX host that Microsoft 365 expects for a domain, in lower case.
   *
   * Concurrent calls share requests, with up to twenty domains in a batch. The engine makes few calls at a time, so a batch that is
   * not full is filled with `likely` domains, whose hosts are then available to later calls.
   *
   * @throws VendorError `forbidden` without the permission, `notFound` if the tenant does not have the domain.
   */
  mailExchange(
    domain: string,
    likely: () => Iterable<string> = () => [],
  ): Promise<string> {
    const name = domain.toLowerCase();
    let answer = this.known.get(name);
    if (!answer) {
      if (this.asked.length === 0) setImmediate(() => this.ask(likely()));
      answer = this.expect(name);
    }
    return answer;
  }

  /** Gets a token in advance, for later requests. */
  async signIn(patience: Patience): Promise<void> {
    await this.credentials.token("graph", patience);
  }

  private expect(name: string): Promise<string> {
    const answer = new Promise<string>((resolve, reject) => {
      this.asked.push({ name, resolve, reject });
    });
    this.known.set(name, answer);
    // A failure is not stored. The handler also prevents an unhandled rejection for a `likely` domain.
    answer.catch(() => this.known.delete(name));
    return answer;
  }

  private ask(likely: Iterable<string>): void {
    const room = (batchSize - (this.asked.length % batchSize)) % batchSize;
    let filled = 0;
    for (const domain of likely) {
      if (filled === room) break;
      const name = domain.toLowerCase();
      if (this.known.has(name) || this.suspected.has(name)) continue;
      this.suspected.add(name);
      void this.expect(name);
      filled++;
    }
    const asked = this.asked;
    this.asked = [];
    for (let i = 0; i < asked.length; i += batchSize)
      void this.batch(asked.slice(i, i + batchSize));
  }

  /** Sends one batch. Settles the promise of every domain, also if the whole request fails. */
  private async batch(asked: readonly Asked[]): Promise<void> {
    const patience = new Patience(this.patienceMs);
    let open = [...asked];
    /** Temporary errors of single domains in the batch; these domains are retried. */
    let failures = new Map<Asked, VendorError>();
    let wait: VendorError | undefined;
    try {
      await patience.persist(
        async () => {
          const answers = await renewedOnce(this.credentials, () =>
            this.send(open, patience),
          );
          failures = new Map();
          for (const [index, question] of open.entries()) {
            const answer = answers.get(String(index));
            const verdict = answer
              ? this.hostOf(question.name, answer)
              : unreadable(`a batch without an answer for ${question.name}`);
            if (typeof verdict === "string") question.resolve(verdict);
            else if (isFault(verdict, "throttled", "transient"))
              failures.set(question, verdict);
            else question.reject(verdict);
          }
          open = [...failures.keys()];
          const all = [...failures.values()];
          // An error with `throttled` is preferred, because it may contain the time to wait.
          wait = all.find(({ fault }) => fault === "throttled") ?? all[0];
          if (wait) throw wait;
        },
        // Failures of the whole request were already retried by `Http`.
        (error, tries) =>
          error === wait
            ? this.http.pauseFor(error, patience, tries)
            : undefined,
      );
    } catch (error) {
      for (const question of open)
        question.reject(
          error === wait ? (failures.get(question) ?? error) : error,
        );
    }
  }

  private async send(
    asked: readonly Asked[],
    patience: Patience,
  ): Promise<Map<string, BatchAnswer>> {
    // Graph's client wraps errors of its middleware and loses our reason and advice, so the original error is kept here.
    let failed: unknown;
    const client = await this.connect(patience, (error) => {
      failed = error;
      throw error;
    });
    const body: unknown = await client
      .api("/$batch")
      .post({
        requests: asked.map(({ name }, index) => ({
          id: String(index),
          method: "GET",
          url: `/domains/${encodeURIComponent(name)}/serviceConfigurationRecords`,
        })),
      })
      .catch((error: unknown) => {
        throw failed ?? error;
      });
    const responses = isRecord(body) ? body["responses"] : undefined;
    if (!isList(responses)) throw unreadable("a batch without answers");
    return new Map(responses.filter(isBatchAnswer).map((one) => [one.id, one]));
  }

  private hostOf(domain: string, answer: BatchAnswer): string | VendorError {
    if (answer.status !== 200) {
      return failure(
        `the MX of ${domain}`,
        { status: answer.status, headers: headersIn(answer), text: "" },
        this.credentials.identity,
        reasonOf(answer.body),
      );
    }
    const records = isRecord(answer.body) ? answer.body["value"] : undefined;
    if (!isList(records))
      return unreadable(`no records for ${domain} in an answer of 200`);
    const [host] = records.filter(isRecord).flatMap((record) => {
      const { recordType, mailExchange } = record;
      return /^mx$/i.test(textOf(recordType)) && textOf(mailExchange)
        ? [textOf(mailExchange)]
        : [];
    });
    return (
      host?.toLowerCase().replace(/\.$/, "") ??
      new VendorError(
        "notFound",
        `Microsoft Graph lists no MX for ${domain}: it is not a domain for mail in this tenant`,
        {
          advice: `Set the domain up for mail in Microsoft 365, or give transport.`,
        },
      )
    );
  }

  /** Creates the official client. Its last middleware uses our `Http`, which is responsible for time limits and retries. */
  private async connect(
    patience: Patience,
    noted: (error: unknown) => never,
  ): Promise<Client> {
    const graph = await import("@microsoft/microsoft-graph-client");
    const authentication = new graph.AuthenticationHandler({
      getAccessToken: () =>
        this.credentials.token("graph", patience).catch(noted),
    });
    authentication.setNext(this.last(patience, noted));
    return graph.Client.initWithMiddleware({
      middleware: authentication,
      baseUrl: `${this.baseUrl}/`,
      // Without this, the client silently omits Authorization in requests to a host that it does not know (measured).
      customHosts: new Set([new URL(this.baseUrl).hostname]),
    });
  }

  private last(
    patience: Patience,
    noted: (error: unknown) => never,
  ): Middleware {
    return {
      execute: async (context: Context): Promise<void> => {
        const { method, headers, body } = context.options ?? {};
        const answer = await this.http
          .send(
            {
              method: method === "POST" ? "POST" : "GET",
              url: String(context.request),
              headers: Object.fromEntries(
                new Headers(headers as Record<string, string>),
              ),
              ...(typeof body === "string" && { body }),
              // The batches contain only reads.
              repeatable: true,
            },
            (answer) => judge(answer, this.credentials.identity),
            patience,
          )
          .catch(noted);
        context.response = new Response(answer.text, {
          status: answer.status,
          headers: { "content-type": "application/json" },
        });
      },
    };
  }
}

interface Asked {
  readonly name: string;
  resolve(host: string): void;
  reject(error: unknown): void;
}

interface BatchAnswer {
  readonly id: string;
  readonly status: number;
  readonly headers?: unknown;
  readonly body?: unknown;
}

const isBatchAnswer = (value: unknown): value is BatchAnswer =>
  isRecord(value) &&
  typeof value["id"] === "string" &&
  typeof value["status"] === "number";

/** Returns the headers of one response in a batch, which are a JSON object. */
const headersIn = ({ headers }: BatchAnswer): Answer["headers"] => ({
  get: (name) => {
    const found = Object.entries(isRecord(headers) ? headers : {}).find(
      ([key]) => key.toLowerCase() === name,
    );
    return typeof found?.[1] === "string" ? found[1] : null;
  },
});

function judge(answer: Answer, identity: string): Answer {
  if (answer.status >= 300)
    throw failure("the MX of domains", answer, identity);
  // The client accepts an HTML page with status 200 as a response (measured).
  if (answer.status !== 200 || !isRecord(parsed(answer.text)))
    throw unreadable(`an answer of ${answer.status} that is not JSON`);
  return answer;
}

function failure(
  what: string,
  answer: Answer,
  identity: string,
  reason = reasonOf(parsed(answer.text)) ?? bodyText(answer.text),
): VendorError {
  const { status } = answer;
  const message = `Microsoft Graph answered ${status} to the question for ${what}: ${printable(reason) || "no reason given"}`;
  const fault = faultOf(status);
  const asksToWait = answer.headers.get("retry-after") !== null;
  // The request only reads, so a retry is safe.
  if (status === 429 || (fault === "transient" && asksToWait))
    return throttled(answer, message);
  return new VendorError(fault, message, {
    status,
    advice: adviceFor(fault, identity),
  });
}

function faultOf(status: number): Fault {
  if (status === 401 || status === 403) return "forbidden";
  if (status === 404) return "notFound";
  return [408, 500, 502, 503, 504].includes(status) ? "transient" : "refused";
}

function adviceFor(fault: Fault, identity: string): string {
  switch (fault) {
    case "forbidden":
      return `The ${identity} needs the permission Domain.Read.All of Microsoft Graph, with admin consent; or give transport.`;
    case "notFound":
      return "Add the domain to Microsoft 365 first (and check area1:tenantId), or give transport.";
    default:
      return "Try again, or give transport.";
  }
}

function reasonOf(body: unknown): string | undefined {
  const error = isRecord(body) ? body["error"] : undefined;
  return isRecord(error) ? textOf(error["message"]) : undefined;
}

const unreadable = (what: string): VendorError =>
  new VendorError("unreadable", `Microsoft Graph sent ${what}`, {
    advice:
      "Nothing is concluded from it. Check for a proxy in between, and area1:graphBaseUrl; or give transport.",
  });
