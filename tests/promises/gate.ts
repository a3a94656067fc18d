import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";

import type { Simulator } from "../../simulator/index";
import type { Environment } from "../conformance/platform";

/** An object in an answer, by the vendor's names. */
export type Wire = Record<string, unknown>;

/** The changes that a {@link Gate} makes to answers. */
export interface GateRules {
  /** Changes an object of a list: the noun of a cmdlet (`TransportRule`), or `domain`. */
  respell?(noun: string, record: Wire): void;
}

/**
 * A loopback server between a run and the simulator, which rewrites the vendors' answers with other spellings. Sign-in and Graph do not
 * go through it.
 */
export class Gate {
  /** The current rules. Assign to it. */
  rules: GateRules = {};
  readonly #server: http.Server;
  readonly #agent: https.Agent;

  private constructor(readonly simulator: Simulator) {
    const ca = readFileSync(simulator.environment["NODE_EXTRA_CA_CERTS"] ?? "");
    this.#agent = new https.Agent({ keepAlive: true, ca });
    this.#server = http.createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        this.#forward(request, Buffer.concat(chunks), response).catch(() =>
          response.destroy(),
        );
      });
    });
  }

  /** Starts a gate. Close it after the test. */
  static async open(simulator: Simulator): Promise<Gate> {
    const gate = new Gate(simulator);
    await new Promise<void>((resolve) => {
      gate.#server.listen(0, "127.0.0.1", resolve);
    });
    return gate;
  }

  /** Returns the environment of a run that uses it. @param environment further variables. */
  environment(environment: Environment): Environment {
    const { port } = this.#server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}`;
    return {
      ...environment,
      AREA1_EXCHANGE_BASE_URL: url,
      CLOUDFLARE_BASE_URL: `${url}/client/v4`,
    };
  }

  /** Drops all connections. */
  async close(): Promise<void> {
    this.#agent.destroy();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #forward(
    request: http.IncomingMessage,
    body: Buffer,
    response: http.ServerResponse,
  ): Promise<void> {
    const { status, headers, text } = await this.#ask(request, body);
    const answer = respelt(
      text,
      nounOf(request.method ?? "", body),
      this.rules,
    );
    const { "content-length": _, "transfer-encoding": __, ...kept } = headers;
    response.writeHead(status, kept).end(answer);
  }

  #ask(
    { method, url, headers }: http.IncomingMessage,
    body: Buffer,
  ): Promise<{
    status: number;
    headers: http.IncomingHttpHeaders;
    text: string;
  }> {
    return new Promise((resolve, reject) => {
      const target = new URL(url ?? "/", this.simulator.url);
      const asked = https.request(
        target,
        { method, headers, agent: this.#agent },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on("data", (chunk: Buffer) => chunks.push(chunk));
          answer.on("error", reject);
          answer.on("end", () =>
            resolve({
              status: answer.statusCode ?? 502,
              headers: answer.headers,
              text: Buffer.concat(chunks).toString(),
            }),
          );
        },
      );
      asked.on("error", reject);
      asked.end(body);
    });
  }
}

/** Returns the noun of a list request; undefined for other requests. */
function nounOf(method: string, body: Buffer): string | undefined {
  if (method === "GET") return "domain";
  const { CmdletInput } = JSON.parse(body.toString() || "{}") as {
    CmdletInput?: { CmdletName?: string };
  };
  return /^Get-(\w+)$/.exec(CmdletInput?.CmdletName ?? "")?.[1];
}

function respelt(
  text: string,
  noun: string | undefined,
  rules: GateRules,
): string {
  if (!rules.respell || noun === undefined || text === "") return text;
  const answer = JSON.parse(text) as Wire;
  const records = noun === "domain" ? answer["result"] : answer["value"];
  if (!Array.isArray(records)) return text;
  for (const record of records as Wire[]) rules.respell(noun, record);
  return JSON.stringify(answer);
}
