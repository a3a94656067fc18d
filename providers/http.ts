import { bulkhead, noop } from "cockatiel";

import { isFault, printable, reasonOf, sentence, VendorError } from "./errors";
import type { Patience } from "./patience";

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
      return judge(answer);
    }, pauseAfter);
  }

  /** Waits while the vendor has asked everybody to. */
  private async resumed(patience: Patience): Promise<void> {
    for (let left; (left = this.pausedUntil - Date.now()) > 0;) {
      if (!patience.grants(left)) throw this.tooLong(left, patience);
      await new Promise((resolve) => setTimeout(resolve, left));
    }
    if (patience.left === 0)
      throw new VendorError(
        this.vendor,
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
    this.pausedUntil = Math.max(this.pausedUntil, Date.now() + pause);
    if (pause >= 1000)
      this.say(
        `${this.vendor} is throttling: waiting ${seconds(pause)}${asks.pause === undefined ? "" : " as it asked"}`,
      );
    return pause;
  }

  private tooLong(
    pause: number,
    patience: Patience,
    cause?: VendorError,
  ): VendorError {
    return new VendorError(
      this.vendor,
      "throttled",
      `${cause ? `${sentence(cause.message)} ` : ""}${this.vendor} is to be left alone for ${seconds(pause)}, longer than what is left of the patience of this operation (${seconds(patience.total)} in all)`,
      { advice: "Try again later, or raise area1:patienceMs." },
    );
  }

  private async once(request: Request, patience: Patience): Promise<Answer> {
    const limit = Math.min(this.requestTimeoutMs, patience.left);
    const signal = AbortSignal.timeout(limit);
    const fetch = (await nodeFetch()).default;
    let response: Response;
    try {
      response = await fetch(request.url, {
        method: request.method,
        headers: { ...request.headers },
        ...(request.body !== undefined && { body: request.body }),
        redirect: "manual",
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
      throw this.unanswered(error, signal.aborted, limit, request);
    }
  }

  private unanswered(
    error: unknown,
    timedOut: boolean,
    limit: number,
    { url, repeatable }: Request,
  ): VendorError {
    const { host } = new URL(url);
    const code = (error as NodeJS.ErrnoException).code ?? "";
    // These three say that no connection came about; after any other failure the request may have arrived.
    const neverSent = ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN"].includes(code);
    return new VendorError(
      this.vendor,
      neverSent ? "unreachable" : "transient",
      timedOut
        ? `${host} did not answer within ${seconds(limit)}`
        : `${host} could not be reached or broke off (${printable(reasonOf(error).replace(url, host))})`,
      {
        uncertain: !neverSent && !repeatable,
        advice:
          "Check the network, a proxy or a base URL in the configuration.",
        cause: error,
      },
    );
  }
}

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

/**
 * A `throttled` error that remembers how long the answer asks to wait: `Retry-After` as seconds, also with a fraction, or as a date.
 *
 * @param fewerAtOnce it was the number of requests at once that was too large, not that in a time.
 */
export function throttled(
  vendor: string,
  answer: Answer,
  reason: string,
  fewerAtOnce = false,
): VendorError {
  const error = new VendorError(vendor, "throttled", reason, {
    status: answer.status,
    advice: "Try again later.",
  });
  const header = answer.headers.get("retry-after");
  const wait = /^\d+(\.\d+)?$/.test(header ?? "")
    ? Number(header) * 1000
    : Date.parse(header ?? "") - Date.now();
  wishes.set(error, {
    fewerAtOnce,
    ...(Number.isFinite(wait) && { pause: Math.max(0, wait) }),
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
