import { readFile } from "node:fs/promises";
import { request as send } from "node:https";
import type { Simulator } from "./simulator";
import {
  inWords,
  isObject,
  parseJson,
  type Json,
  type JsonObject,
} from "./json";
import { differencesOfAnswers, rowsOf, nameOf } from "./transcript-shape";
import type { Exchange } from "./transcript-exchange";
import { fill } from "./transcript-tenant";

/** The result of a replay. */
export interface Comparison {
  /** The differences, each with the lines of the transcript that show it. */
  differences: string[];
  /** What could not be compared, and why. */
  notCompared: string[];
  /** How many requests were compared. */
  compared: number;
}

/** Reads the requests of a transcript. @throws Error that names a line that is not a request. */
export async function readTranscript(file: string): Promise<Exchange[]> {
  const lines = (await readFile(file, "utf8")).split("\n");
  return lines.flatMap((text, at) => {
    if (text.trim() === "") return [];
    const value = parseJson(text);
    // A header. There may be several, if several processes started the file at the same time.
    if (isObject(value) && value["transcript"] === 1) return [];
    if (!isExchange(value))
      throw new Error(`${file}, line ${at + 1}: not a line of a transcript`);
    return [{ ...value, line: at + 1 }];
  });
}

function isExchange(
  value: Json | undefined,
): value is Omit<Exchange, "line"> & JsonObject {
  if (!isObject(value)) return false;
  const { vendor, request, answer } = value;
  return (
    ["exchange", "cloudflare", "graph"].includes(inWords(vendor)) &&
    isObject(request) &&
    typeof request["method"] === "string" &&
    typeof request["path"] === "string" &&
    isObject(answer) &&
    typeof answer["status"] === "number"
  );
}

/**
 * Sends the requests of a transcript to a simulator and reports where its answers differ from the vendor's in status, headers,
 * fields, types and formats. Before that, adds to the simulator the objects that the vendor listed before their kind's first write.
 */
export async function compare(
  simulator: Simulator,
  exchanges: Exchange[],
): Promise<Comparison> {
  const replay = new Replay(simulator, exchanges);
  const lines = new Map<string, number[]>();
  const notCompared: string[] = [];
  let compared = 0;
  for (const exchange of exchanges) {
    const { status } = exchange.answer;
    if (status === 429 || status >= 500) {
      notCompared.push(
        `line ${exchange.line}: the vendor answered ${status}, as it does when it is busy or broken`,
      );
      continue;
    }
    const answer = await replay.send(exchange);
    compared += 1;
    for (const difference of differencesOfAnswers(exchange.answer, answer)) {
      const said = `${titleOf(exchange)}: ${difference}`;
      lines.set(said, [...(lines.get(said) ?? []), exchange.line]);
    }
  }
  return {
    differences: [...lines].map(
      ([said, at]) => `${said} (line ${inBrief(at)})`,
    ),
    notCompared,
    compared,
  };
}

function inBrief(lines: number[]): string {
  const shown = lines.slice(0, 5).join(", ");
  return lines.length > 5 ? `${shown} and ${lines.length - 5} more` : shown;
}

/** Returns the title of an exchange: the cmdlet, or method and path without ids. */
function titleOf({ request }: Exchange): string {
  const input = isObject(request.body)
    ? request.body["CmdletInput"]
    : undefined;
  if (isObject(input)) return inWords(input["CmdletName"]);
  const path = request.path
    .replace(/\?.*/, "")
    .replace(/^\/client\/v4\/accounts\/[^/]+/, "")
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "{id}")
    .replace(/(?<=\/domains\/)[^/{]+\.[^/]+/, "{domain}");
  return `${request.method} ${path}`;
}

class Replay {
  /** The simulator's names and ids by those of the transcript: for the tenant, the account and created objects. */
  readonly #names = new Map<string, string>();
  readonly #tokens = new Map<string, string>();
  #certificate: Promise<string> | undefined;

  constructor(
    private readonly simulator: Simulator,
    exchanges: Exchange[],
  ) {
    for (const { request } of exchanges) {
      const [, tenant] = /^\/adminapi\/[^/]+\/([^/]+)/.exec(request.path) ?? [];
      const [, account] =
        /^\/client\/v4\/accounts\/([^/]+)/.exec(request.path) ?? [];
      if (tenant) this.#names.set(tenant, simulator.tenant.id);
      if (account) this.#names.set(account, simulator.account.id);
    }
    fill(simulator, exchanges);
  }

  async send({
    vendor,
    request,
    answer,
  }: Exchange): Promise<Exchange["answer"]> {
    const authorization = `Bearer ${await this.#token(vendor)}`;
    const body =
      request.body === undefined
        ? undefined
        : this.#ours(JSON.stringify(request.body));
    const answered = await this.#ask(
      request.method,
      this.#ours(request.path),
      {
        ...request.headers,
        authorization,
        accept: "application/json",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      body,
    );
    this.#learn(answer.body, answered.body);
    return answered;
  }

  /** Returns a text with the transcript's names replaced by the simulator's. */
  #ours(text: string): string {
    let ours = text;
    for (const [theirs, name] of this.#names)
      ours = ours.split(theirs).join(name);
    return ours;
  }

  /** Records the simulator's names for the objects of an answer. */
  #learn(theirs: Json | undefined, ours: Json | undefined): void {
    const mine = rowsOf(ours);
    for (const row of rowsOf(theirs)) {
      const twin = mine.find(
        (one) => nameOf(one) !== undefined && nameOf(one) === nameOf(row),
      );
      for (const key of ["id", "Guid", "ExchangeObjectId", "ImmutableId"]) {
        const [from, to] = [row[key], twin?.[key]];
        if (
          typeof from === "string" &&
          typeof to === "string" &&
          from !== to &&
          /[0-9a-f]{8}-/.test(from)
        )
          this.#names.set(from, to);
      }
    }
  }

  async #token(vendor: Exchange["vendor"]): Promise<string> {
    const { environment } = this.simulator;
    if (vendor === "cloudflare")
      return environment["CLOUDFLARE_API_TOKEN"] ?? "";
    const known = this.#tokens.get(vendor);
    if (known !== undefined) return known;
    const host =
      vendor === "graph" ? "graph.microsoft.com" : "outlook.office365.com";
    const { body } = await this.#ask(
      "POST",
      `/${this.simulator.tenant.id}/oauth2/v2.0/token`,
      { "content-type": "application/x-www-form-urlencoded" },
      new URLSearchParams({
        grant_type: "client_credentials",
        client_id: environment["AZURE_CLIENT_ID"] ?? "",
        client_secret: environment["AZURE_CLIENT_SECRET"] ?? "",
        scope: `https://${host}/.default`,
      }).toString(),
    );
    const token = isObject(body) ? inWords(body["access_token"]) : "";
    this.#tokens.set(vendor, token);
    return token;
  }

  async #ask(
    method: string,
    path: string,
    headers: Record<string, string>,
    body?: string,
  ): Promise<Exchange["answer"]> {
    const { url, environment } = this.simulator;
    const ca = await (this.#certificate ??= readFile(
      environment["NODE_EXTRA_CA_CERTS"] ?? "",
      "utf8",
    ));
    const { port } = new URL(url);
    return new Promise((resolve, reject) => {
      const outgoing = send(
        { host: "127.0.0.1", port, path, method, headers, ca, agent: false },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
          incoming.once("error", reject);
          incoming.once("end", () => {
            const text = Buffer.concat(chunks).toString("utf8");
            const value = parseJson(text);
            resolve({
              status: incoming.statusCode ?? 0,
              headers: Object.fromEntries(
                Object.entries(incoming.headers).map(([name, one]) => [
                  name,
                  String(one),
                ]),
              ),
              ...(value !== undefined
                ? { body: value }
                : text === ""
                  ? {}
                  : { characters: text.length }),
            });
          });
        },
      );
      outgoing.once("error", reject);
      outgoing.end(body);
    });
  }
}
