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
  ) {}

  /**
   * Sends a request until it is answered in a way that counts.
   *
   * @param judge throws a {@link VendorError} for an answer that is none; `throttled` and `transient` ones are tried again:
   * throttled as long as the patience lasts, transient at most five times, and never when the request may have been
   * carried out and must not be carried out twice.
   */
  send<T>(
    request: Request,
    judge: (answer: Answer) => T,
    patience: Patience,
  ): Promise<T> {
    let last: Error | undefined;
    const pauseAfter = (error: unknown, tries: number): number | undefined => {
      last = error instanceof Error ? error : undefined;
      const pause = this.pauseFor(error, patience, tries);
      if (pause !== undefined) return pause;
      if (!isFault(error, "transient", "unreachable")) return undefined;
      const harmless = request.repeatable || !error.details.uncertain;
      return harmless && tries < 5
        ? growing(patience.firstPause, tries)
        : undefined;
    };
    return patience.persist(async () => {
      // Why the patience is used up is worth more than that it is.
      if (last && patience.left === 0) throw last;
      const answer = await this.turns.execute(async () => {
        await this.resumed(patience);
        return this.once(request, patience);
      });
      try {
        return judge(answer);
      } catch (error) {
        if (isFault(error, "transient")) this.heed(answer);
        throw error;
      }
    }, pauseAfter);
  }

  /** Makes all requests wait as long as an answer asks that is no throttling, such as a 503. */
  private heed(answer: Answer): void {
    const pause = pauseAskedFor(answer);
    if (pause !== undefined)
      this.pauseAll(pause, "is not available", " as it asked");
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
   * The pause that an answer asks everybody for, or undefined for an error that is no such answer.
   *
   * @param error one of {@link throttled}, or any other.
   * @throws VendorError `throttled` when the patience does not grant it.
   */
  pauseFor(error: unknown, patience: Patience, tries = 1): number | undefined {
    const asks = error instanceof VendorError ? wishes.get(error) : undefined;
    if (!asks) return undefined;
    // Asked again together, all but one would be refused again and again.
    if (asks.fewerAtOnce && this.turns === allAtOnce)
      this.turns = bulkhead(1, Infinity);
    const backoff = growing(Math.max(patience.firstPause, 1), tries + 1);
    const pause = Math.max(asks.pause ?? 0, backoff);
    if (!patience.grants(pause))
      throw this.tooLong(pause, patience, error as VendorError);
    const asked = asks.pause === undefined ? "" : " as it asked";
    this.pauseAll(pause, "is throttling", asked);
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
    limit,
  }: {
    readonly request: Request;
    readonly proxy: Proxy | undefined;
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
        advice:
          "If your company inspects TLS, set NODE_EXTRA_CA_CERTS to a PEM file with its root certificate before pulumi starts. If not, somebody else may have answered: nothing was sent.",
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

/** Lets requests through, or makes them wait for their turn. */
type Turns = Pick<typeof noop, "execute">;

const allAtOnce: Turns = noop;

/** What a vendor that throttles asks for. */
interface Wish {
  /** In milliseconds; absent where nothing is said. */
  readonly pause?: number;
  readonly fewerAtOnce: boolean;
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
  wishes.set(error, { fewerAtOnce, ...(pause !== undefined && { pause }) });
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
