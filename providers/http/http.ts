import { bulkhead, noop } from "cockatiel";

import {
  isFault,
  printable,
  reasonOf,
  sentence,
  UserError,
  VendorError,
} from "../errors";
import type { Patience } from "./patience";
import { proxyFor, proxyRefused, type Proxy } from "./proxy";

/** One request to a vendor. */
export interface Request {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** True when carrying it out twice is the same as once: only then is it sent again after an uncertain outcome. */
  readonly repeatable: boolean;
}

/** An answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: {
    get(name: string): string | null;
  };
  /** Empty also when the body could not be decoded. */
  readonly text: string;
}

/** Tells the user what is waited for; see `status-line.ts`. */
export type Say = (message: string) => void;

/** Told of every request that was answered; see `transcript.ts`. */
export type Witness = (request: Request, answer: Answer) => void;

/**
 * The one place for time limits and retries. Knows nothing of vendors but a name: whoever throttles one request makes all
 * requests to that vendor pause together, and who says that there are too many at once gets one at a time from then on.
 */
export class Http {
  private pausedUntil = 0;
  private turns: Turns = allAtOnce;

  constructor(
    private readonly vendor: string,
    private readonly requestTimeoutMs: number,
    private readonly say: Say,
    private readonly witness?: Witness,
    /** Bytes, after decompression. */
    private readonly largestBody = 64 * mebibyte,
  ) {}

  /**
   * Sends a request until it is answered in a way that counts.
   *
   * @param judge throws a {@link VendorError} for an answer that is none; `throttled` and `transient` ones are tried again:
   * throttled as long as the patience lasts; transient as long as the patience lasts where the answer has a `Retry-After`, else at
   * most five times, and never when the request may have been carried out and must not be carried out twice.
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
      // Why the patience is used up is worth more than that it is.
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
      // A redirect that is followed: the next request waits.
      if (pause !== undefined) this.pauseAll(pause, unavailable, asAsked);
      return judged;
    }, pauseAfter);
  }

  private pauseAll(pause: number, why: string, asked: string): void {
    this.pausedUntil = Math.max(this.pausedUntil, Date.now() + pause);
    if (pause >= 1000)
      this.say(`${this.vendor} ${why}: waiting ${seconds(pause)}${asked}`);
  }

  /** Waits while the vendor has asked everybody to. */
  private async resumed(patience: Patience): Promise<void> {
    for (let left; (left = this.pausedUntil - Date.now()) > 0;) {
      if (!patience.grants(left)) throw this.tooLong(left, patience);
      await new Promise((resolve) => setTimeout(resolve, left));
    }
    if (patience.left === 0)
      throw new VendorError(
        "unreachable",
        `the patience of this operation, ${seconds(patience.total)}, was used up before ${this.vendor} could be asked`,
        { advice: "Try again, or raise area1:patienceMs." },
      );
  }

  /**
   * Returns the milliseconds to wait before the next try, or undefined for an error after which there is none. What an answer asks for
   * with `Retry-After` makes all requests wait.
   *
   * @param error one of {@link throttled}, one that a judge threw, or any other.
   * @param tries how often the request was sent already.
   * @param repeatable see {@link Request}.
   * @throws VendorError `throttled` when the patience does not grant the pause that the answer asks for.
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
        ? growing(patience.firstPause, tries)
        : undefined;
    const why = asks.throttles ? "is throttling" : unavailable;
    if (!asks.again || !isHarmless) {
      this.pauseAll(asks.pause ?? 0, why, asAsked);
      return undefined;
    }
    // Asked again together, all but one would be refused again and again.
    if (asks.fewerAtOnce && this.turns === allAtOnce)
      this.turns = bulkhead(1, Infinity);
    const backoff = growing(Math.max(patience.firstPause, 1), tries + 1);
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

/** Why a request got no answer. */
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
    /** Bytes. */
    readonly largestBody: number;
    /** Milliseconds after which it was given up, if it was. */
    readonly limit?: number;
  },
): VendorError | UserError {
  const { host } = new URL(url);
  const reason = printable(reasonOf(error).replace(url, host));
  const way = proxy ? ` through the proxy ${proxy.host}` : "";
  const { name, code = "" } = error as NodeJS.ErrnoException;
  // Node's own judgement of what it was to send: another try would be the same.
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
  // These three say that no connection came about; after any other failure the request may have arrived.
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
 * What Node calls the errors of certificates.
 *
 * @see https://nodejs.org/api/tls.html#x509-certificate-error-codes
 */
const ofCertificates =
  /CERT|CRL|^UNABLE_TO_|^INVALID_(CA|PURPOSE)$|^PATH_LENGTH_EXCEEDED$|^HOSTNAME_MISMATCH$/;

const ifInspected =
  "If your company inspects TLS, set NODE_EXTRA_CA_CERTS to a PEM file with its root certificate before pulumi starts. If not, somebody else may have answered: nothing was sent.";

/** What a certificate's error says besides that it is not trusted; empty where it says nothing more. */
function whyNotTrusted(code: string): string {
  if (/^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/.test(code))
    return "The certificate is not valid today: check the clock of this machine first. ";
  if (/^(ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH)$/.test(code))
    return "The certificate is for another host: check the base URL in the configuration first. ";
  return "";
}

/** Lets requests through, or makes them wait for their turn. */
type Turns = Pick<typeof noop, "execute">;

const allAtOnce: Turns = noop;

const mebibyte = 1024 * 1024;
const unavailable = "is not available";
const asAsked = " as it asked";

/** What an answer asks of whoever sends requests. */
interface Wish {
  /** In milliseconds; absent where nothing is said. */
  readonly pause?: number;
  readonly fewerAtOnce: boolean;
  /** Whether it is throttling, and not another reason to wait. */
  readonly throttles: boolean;
  /** Whether the same request may succeed after the pause. */
  readonly again: boolean;
}

const wishes = new WeakMap<VendorError, Wish>();

/** How long an answer asks to wait, in milliseconds: `Retry-After` as seconds, also with a fraction, or as a date. */
function pauseAskedFor({ headers }: Answer): number | undefined {
  const header = headers.get("retry-after");
  const wait = /^\d+(\.\d+)?$/.test(header ?? "")
    ? Number(header) * 1000
    : Date.parse(header ?? "") - Date.now();
  return Number.isFinite(wait) ? Math.max(0, Math.ceil(wait)) : undefined;
}

/**
 * Whether `Retry-After` means something with a status: a redirect, a request that is too large for now, an overload, any failure of the
 * server. A refusal such as 403 stays one, however long one waits.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
const mayAskToWait = (status: number): boolean =>
  (status >= 300 && status < 400) ||
  [408, 413, 429].includes(status) ||
  status >= 500;

/** Keeps what an answer asks for with the error that it was judged to be, unless {@link throttled} has done so. */
function rememberWish(error: VendorError, status: number, pause: number): void {
  if (wishes.has(error)) return;
  // A request that is too large for now was not carried out.
  const again = error.fault === "transient" || status === 413;
  wishes.set(error, { pause, again, fewerAtOnce: false, throttles: false });
}

/**
 * A `throttled` error that remembers how long the answer asks to wait.
 *
 * @param fewerAtOnce it was the number of requests at once that was too large, not that in a time.
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

/** The body, or nothing where it cannot be decoded: a 403 of Exchange Online may claim to be gzip and is not (observed). */
async function bodyOf(response: Response): Promise<string> {
  try {
    return await response.text();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    if (code.startsWith("Z_") && response.status >= 400) return "";
    throw error;
  }
}

const growing = (first: number, tries: number): number =>
  Math.min(first * 2 ** (tries - 1) * (0.75 + Math.random() / 2), 30_000);

const seconds = (milliseconds: number): string =>
  milliseconds >= 1000
    ? `${Math.ceil(milliseconds / 1000)} s`
    : `${Math.ceil(milliseconds)} ms`;

const loadNodeFetch = () => import("node-fetch");
let fetching: ReturnType<typeof loadNodeFetch> | undefined;

/** node-fetch is an ES module; loaded once, when the first request is made. */
const nodeFetch = (): ReturnType<typeof loadNodeFetch> =>
  (fetching ??= loadNodeFetch());

type Response = Awaited<
  ReturnType<Awaited<ReturnType<typeof loadNodeFetch>>["default"]>
>;
