import { appendFileSync, existsSync } from "node:fs";
import type { Answer, Request } from "../http/http";
import { Pseudonyms } from "./pseudonyms";

/** What the transcript calls the vendors. */
const vendors: Readonly<Record<string, string>> = {
  "Exchange Online": "exchange",
  Cloudflare: "cloudflare",
  "Microsoft Graph": "graph",
};

/** Headers that are worth comparing and tell nothing about anybody. */
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
 * Writes every request and its answer to a file, a line of JSON each, in the form that `area1-m365 simulate --compare` reads.
 * Credentials never get in; names, addresses, domains, IPs, ids and free text are replaced.
 */
export class Transcript {
  private readonly pseudonyms: Pseudonyms;

  /**
   * @param file Where to; lines are added to what is there.
   * @param secret What the pseudonyms are made with, so that several processes of one run agree.
   * @param scrub Takes out secrets that a vendor might have put into an answer.
   */
  constructor(
    private readonly file: string,
    secret: string,
    private readonly scrub: (text: string) => string,
  ) {
    this.pseudonyms = new Pseudonyms(secret);
  }

  /** Notes a request of a vendor's client, once it is answered. */
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
    // One write for one line: lines of several processes do not mix.
    appendFileSync(this.file, `${begin}${this.scrub(JSON.stringify(line))}\n`, {
      mode: 0o600,
    });
  }

  /** `body` for JSON; for anything else only how long it is: nobody could say what names are in it. */
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
