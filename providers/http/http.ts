import { bulkhead, noop } from "cockatiel";

import {
  isFault,
  printable,
  reasonOf,
  sentence,
  UserError,
  VendorError,
} from "../errors";
import {
  growing,
  isCancelled,
  pause as waitFor,
  type Patience,
} from "./patience";
import { proxyFor, proxyRefused, type Proxy } from "./proxy";

/** One request to a vendor. */
export interface Request {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Whether the request is idempotent: only such a request is sent again after an uncertain outcome. */
  readonly repeatable: boolean;
}

/** A response, read completely. */
export interface Answer {
  readonly status: number;
  readonly headers: {
    get(name: string): string | null;
  };
  /** The body; also empty if it could not be decoded. */
  readonly text: string;
}

/** Shows the user why the program waits; see `status-line.ts`. */
export type Say = (message: string) => void;

/** Called for every request that got a response; see `transcript.ts`. */
export type Witness = (request: Request, answer: Answer) => void;

/**
 * Sends the requests to one vendor, with time limits and retries. After a throttled request, all requests to that vendor wait.
 * After an error that says there are too many concurrent requests, they are sent one at a time from then on.
 */
export class Http {
  private pausedUntil = 0;
  private turns: Turns = allAtOnce;

  constructor(
    private readonly vendor: string,
    private readonly requestTimeoutMs: number,
    private readonly say: Say,
    private readonly witness?: Witness,
    /** Maximum size of a body, in bytes after decompression. */
    private readonly largestBody = 64 * mebibyte,
  ) {}

  /**
   * Sends a request, and retries it after temporary errors.
   *
   * @param judge reads the response, and throws a {@link VendorError} for one that reports an error. The request is retried after
   * `throttled` errors until the time limit, and after `transient` ones until the time limit if the response has a `Retry-After`,
   * else at most five times. It is never retried if it may have been carried out and is not repeatable.
   */
  send<T>(
    request: Request,
    judge: (answer: Answer) => T,
    patience: Patience,
  ): Promise<T> {
    let last: Error | undefined;
    const pauseAfter = (error: unknown, tries: number): number | undefined => {
      last = error instanceof Error ? error : undefined;
      return this.pauseFor(error, patience, tries, request.repeatable);
    };
    return patience.persist(async () => {
      // The last error explains why the time is used up, and so is more useful than a message that says only that.
      if (last && patience.left === 0) throw last;
      const answer = await this.turns.execute(async () => {
        await this.resumed(patience);
        return this.once(request, patience);
      });
      const pause = mayAskToWait(answer.status)
        ? pauseAskedFor(answer)
        : undefined;
      let judged: T;
      try {
        judged = judge(answer);
      } catch (error) {
        if (error instanceof VendorError && pause !== undefined)
          rememberWish(error, answer.status, pause);
        throw error;
      }
      // The response is a redirect with Retry-After: the request that follows it waits.
      if (pause !== undefined) this.pauseAll(pause, unavailable, asAsked);
      return judged;
    }, pauseAfter);
  }

  private pauseAll(pause: number, why: string, asked: string): void {
    this.pausedUntil = Math.max(this.pausedUntil, Date.now() + pause);
    if (pause >= 1000)
      this.say(`${this.vendor} ${why}: waiting ${seconds(pause)}${asked}`);
  }

  /** Waits until the pause for all requests to this vendor is over. */
  private async resumed(patience: Patience): Promise<void> {
    for (let left; (left = this.pausedUntil - Date.now()) > 0;) {
      if (isCancelled()) break;
      if (!patience.grants(left)) throw this.tooLong(left, patience);
      await waitFor(left);
    }
    if (isCancelled())
      throw new UserError(
        `The command was cancelled before ${this.vendor} could be asked.`,
      );
    if (patience.left === 0)
      throw new VendorError(
        "unreachable",
        `the patience of this operation, ${seconds(patience.total)}, was used up before ${this.vendor} could be asked`,
        { advice: "Try again, or raise area1:patienceMs." },
      );
  }

  /**
   * Returns the milliseconds to wait before the next try, or undefined if there is no retry after this error. A `Retry-After` makes
   * all requests to the vendor wait.
   *
   * @param error an error from {@link throttled}, from a `judge` function, or any other.
   * @param tries number of times that the request was already sent.
   * @param repeatable see {@link Request}.
   * @throws VendorError `throttled` if the operation cannot wait for the pause, see {@link Patience.grants}.
   */
  pauseFor(
    error: unknown,
    patience: Patience,
    tries = 1,
    repeatable = true,
  ): number | undefined {
    if (!(error instanceof VendorError)) return undefined;
    const asks = wishes.get(error);
    const isHarmless = repeatable || !error.details.uncertain;
    if (!asks)
      return isFault(error, "transient", "unreachable") &&
        isHarmless &&
        tries < 5
        ? growing(patience.firstPause, tries, longestPause)
        : undefined;
    const why = asks.throttles ? "is throttling" : unavailable;
    if (!asks.again || !isHarmless) {
      this.pauseAll(asks.pause ?? 0, why, asAsked);
      return undefined;
    }
    // If all were retried concurrently, all but one would be rejected every time.
    if (asks.fewerAtOnce && this.turns === allAtOnce)
      this.turns = bulkhead(1, Infinity);
    const backoff = growing(
      Math.max(patience.firstPause, 1),
      tries + 1,
      longestPause,
    );
    const pause = Math.max(asks.pause ?? 0, backoff);
    if (!patience.grants(pause)) throw this.tooLong(pause, patience, error);
    this.pauseAll(pause, why, asks.pause === pause ? asAsked : "");
    return pause;
  }

  private tooLong(
    pause: number,
    patience: Patience,
    cause?: VendorError,
  ): VendorError {
    return new VendorError(
      "throttled",
      `${cause ? `${sentence(cause.message)} ` : ""}${this.vendor} is to be left alone for ${seconds(pause)}, longer than what is left of the patience of this operation (${seconds(patience.total)} in all)`,
      { advice: "Try again later, or raise area1:patienceMs." },
    );
  }

  private async once(request: Request, patience: Patience): Promise<Answer> {
    const limit = Math.min(this.requestTimeoutMs, patience.left);
    const signal = AbortSignal.timeout(limit);
    const fetch = (await nodeFetch()).default;
    const proxy = await proxyFor(new URL(request.url));
    let response: Response;
    try {
      response = await fetch(request.url, {
        method: request.method,
        headers: { ...request.headers },
        ...(request.body !== undefined && { body: request.body }),
        redirect: "manual",
        size: this.largestBody,
        ...(proxy && { agent: proxy.agent }),
        signal,
      });
      const answer = {
        status: response.status,
        headers: response.headers,
        text: await bodyOf(response),
      };
      this.witness?.(request, answer);
      return answer;
    } catch (error) {
      throw unanswered(error, {
        request,
        proxy,
        largestBody: this.largestBody,
        ...(signal.aborted && { limit }),
      });
    }
  }
}

/** Returns the error for a request that got no response. */
function unanswered(
  error: unknown,
  {
    request: { url, repeatable },
    proxy,
    largestBody,
    limit,
  }: {
    readonly request: Request;
    readonly proxy: Proxy | undefined;
    /** In bytes. */
    readonly largestBody: number;
    /** The exceeded time limit in milliseconds; missing if the request failed for another reason. */
    readonly limit?: number;
  },
): VendorError | UserError {
  const { host } = new URL(url);
  const reason = printable(reasonOf(error).replace(url, host));
  const way = proxy ? ` through the proxy ${proxy.host}` : "";
  const { name, code = "" } = error as NodeJS.ErrnoException;
  // Node could not send such a request at all: a retry would fail in the same way.
  if (name === "TypeError" || name === "RangeError")
    return new UserError(
      `Cannot send a request to ${host}: ${reason}. Check the configuration, the token first.`,
      { cause: error },
    );
  if ((error as { type?: string }).type === "max-size")
    return new VendorError(
      "unreadable",
      `${host} sent an answer of more than ${largestBody / mebibyte} MiB${way}, which is the limit`,
      {
        uncertain: !repeatable,
        advice:
          "Nothing is concluded from it. Check for a proxy in between, and the base URL in the configuration.",
        cause: error,
      },
    );
  if (code === proxyRefused)
    return new VendorError(
      "blocked",
      `${host} could not be reached${way}: ${reason}`,
      {
        advice:
          "Check HTTPS_PROXY with its user and password, and NO_PROXY, for hosts that need no proxy.",
        cause: error,
      },
    );
  if (ofCertificates.test(code))
    return new VendorError(
      "blocked",
      `the certificate of ${host} is not trusted${way} (${reason})`,
      {
        advice: `${whyNotTrusted(code)}${ifInspected}`,
        cause: error,
      },
    );
  // These three mean that there was no connection. After any other failure the request may have arrived.
  const neverSent = ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN"].includes(code);
  return new VendorError(
    neverSent ? "unreachable" : "transient",
    limit === undefined
      ? `${host} could not be reached${way} or broke off (${reason})`
      : `${host} did not answer${way} within ${seconds(limit)}`,
    {
      uncertain: !neverSent && !repeatable,
      advice: "Check the network, a proxy or a base URL in the configuration.",
      cause: error,
    },
  );
}

/**
 * Node's error codes for certificates.
 *
 * @see https://nodejs.org/api/tls.html#x509-certificate-error-codes
 */
const ofCertificates =
  /CERT|CRL|^UNABLE_TO_|^INVALID_(CA|PURPOSE)$|^PATH_LENGTH_EXCEEDED$|^HOSTNAME_MISMATCH$/;

const ifInspected =
  "If your company inspects TLS, set NODE_EXTRA_CA_CERTS to a PEM file with its root certificate before pulumi starts. If not, somebody else may have answered: nothing was sent.";

/** Returns the advice that is specific to a certificate error, or an empty string. */
function whyNotTrusted(code: string): string {
  if (/^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/.test(code))
    return "The certificate is not valid today: check the clock of this machine first. ";
  if (/^(ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH)$/.test(code))
    return "The certificate is for another host: check the base URL in the configuration first. ";
  return "";
}

/** Limits concurrent requests: runs a request at once, or when earlier ones have ended. */
type Turns = Pick<typeof noop, "execute">;

const allAtOnce: Turns = noop;

const mebibyte = 1024 * 1024;
const unavailable = "is not available";
const asAsked = " as it asked";

/** The response's requirements for further requests. */
interface Wish {
  /** Time to wait in milliseconds; missing if the response does not contain one. */
  readonly pause?: number;
  readonly fewerAtOnce: boolean;
  /** Whether throttling is the reason to wait. */
  readonly throttles: boolean;
  /** Whether the same request may succeed after the pause. */
  readonly again: boolean;
}

const wishes = new WeakMap<VendorError, Wish>();

/** Reads `Retry-After`, which is in seconds (also with a fraction) or a date. Returns milliseconds. */
function pauseAskedFor({ headers }: Answer): number | undefined {
  const header = headers.get("retry-after");
  const wait = /^\d+(\.\d+)?$/.test(header ?? "")
    ? Number(header) * 1000
    : Date.parse(header ?? "") - Date.now();
  return Number.isFinite(wait) ? Math.max(0, Math.ceil(wait)) : undefined;
}

/**
 * Returns whether `Retry-After` applies to a status: redirect, timeout, request temporarily too large, throttling, any server error.
 * It does not for a rejection such as 403, which waiting does not change.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
const mayAskToWait = (status: number): boolean =>
  (status >= 300 && status < 400) ||
  [408, 413, 429].includes(status) ||
  status >= 500;

/** Stores the response's `Retry-After` for its error, unless {@link throttled} has done so. */
function rememberWish(error: VendorError, status: number, pause: number): void {
  if (wishes.has(error)) return;
  // A request that was rejected as too large (413) was not carried out.
  const again = error.fault === "transient" || status === 413;
  wishes.set(error, { pause, again, fewerAtOnce: false, throttles: false });
}

/**
 * Returns a `throttled` error, and stores the response's `Retry-After` for it.
 *
 * @param fewerAtOnce whether there were too many concurrent requests, as opposed to too many in a period.
 */
export function throttled(
  answer: Answer,
  reason: string,
  fewerAtOnce = false,
): VendorError {
  const error = new VendorError("throttled", reason, {
    status: answer.status,
    advice: "Try again later.",
  });
  const pause = pauseAskedFor(answer);
  wishes.set(error, {
    fewerAtOnce,
    throttles: true,
    again: true,
    ...(pause !== undefined && { pause }),
  });
  return error;
}

/**
 * Returns the body. The body of an error that cannot be decoded is returned as empty: Exchange Online may send a 403 that claims to be
 * gzip and is not (observed).
 */
async function bodyOf(response: Response): Promise<string> {
  try {
    return await response.text();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    if (code.startsWith("Z_") && response.status >= 400) return "";
    throw error;
  }
}

/** The longest pause before another try if the vendor does not require one, in milliseconds. */
const longestPause = 30_000;

const seconds = (milliseconds: number): string =>
  milliseconds >= 1000
    ? `${Math.ceil(milliseconds / 1000)} s`
    : `${Math.ceil(milliseconds)} ms`;

const loadNodeFetch = () => import("node-fetch");
let fetching: ReturnType<typeof loadNodeFetch> | undefined;

/** Loads node-fetch, an ES module, when the first request is sent. */
const nodeFetch = (): ReturnType<typeof loadNodeFetch> =>
  (fetching ??= loadNodeFetch());

type Response = Awaited<
  ReturnType<Awaited<ReturnType<typeof loadNodeFetch>>["default"]>
>;
