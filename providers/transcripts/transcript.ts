import { appendFileSync, existsSync } from "node:fs";
import type { Answer, Request } from "../http/http";
import { Pseudonyms } from "./pseudonyms";

/** The vendors' names in the transcript. */
const vendors: Readonly<Record<string, string>> = {
  "Exchange Online": "exchange",
  Cloudflare: "cloudflare",
  "Microsoft Graph": "graph",
};

/** Headers that are useful for comparisons and identify nobody. */
const requestHeaders = ["prefer", "x-responseformat"];
const answerHeaders = [
  "content-type",
  "retry-after",
  "ratelimit",
  "ratelimit-policy",
  "rate-limit-limit",
  "x-exceptiontype",
];

/**
 * Writes every request and its response to a file, one line of JSON each, in the format that `area1-m365 simulate --compare` reads.
 * Credentials are never written. Names, addresses, domains, IPs, ids and free text are replaced.
 */
export class Transcript {
  private readonly pseudonyms: Pseudonyms;

  /**
   * @param file path of the file; lines are appended.
   * @param secret secret from which pseudonyms are derived, so that they are the same in all processes of a run.
   * @param scrub removes secrets that a vendor may have repeated in a response.
   */
  constructor(
    private readonly file: string,
    secret: string,
    private readonly scrub: (text: string) => string,
  ) {
    this.pseudonyms = new Pseudonyms(secret);
  }

  /** Writes a request of a vendor's client and its response. */
  note(vendor: string, request: Request, answer: Answer): void {
    const { pathname, search } = new URL(request.url);
    const body = this.body(request.body ?? "");
    const line = {
      vendor: vendors[vendor] ?? vendor,
      at: new Date().toISOString(),
      request: {
        method: request.method,
        path: this.pseudonyms.path(`${pathname}${search}`),
        headers: picked(requestHeaders, (name) => {
          const found = Object.entries(request.headers).find(
            ([key]) => key.toLowerCase() === name,
          );
          return found?.[1] ?? null;
        }),
        ...body,
      },
      answer: {
        status: answer.status,
        headers: picked(answerHeaders, (name) => answer.headers.get(name)),
        ...this.body(answer.text),
      },
    };
    const begin = existsSync(this.file)
      ? ""
      : `${JSON.stringify({ transcript: 1, of: "pulumi-area1-m365" })}\n`;
    // Each line is one write, so that lines of several processes do not mix.
    appendFileSync(this.file, `${begin}${this.scrub(JSON.stringify(line))}\n`, {
      mode: 0o600,
    });
  }

  /** Returns `body` for JSON. For anything else returns only its length, because names in it cannot be recognised. */
  private body(text: string): object {
    if (text === "") return {};
    try {
      return { body: this.pseudonyms.json(JSON.parse(this.scrub(text))) };
    } catch {
      return { characters: text.length };
    }
  }
}

function picked(
  names: readonly string[],
  get: (name: string) => string | null,
): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
}
