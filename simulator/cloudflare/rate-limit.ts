import type { Quirks } from "../quirks";

/** The result of the rate limit for a request. */
export interface Allowance {
  /** Whether the request is within the limit. */
  passed: boolean;
  /** Headers for the answer. */
  headers: Record<string, string>;
}

/** Counts requests per token and in total, and blocks a token that exceeds its limit, as Cloudflare's API does. */
export class RateLimit {
  readonly #windows = new Map<string, { since: number; count: number }>();
  readonly #blocked = new Map<string, number>();
  #second = { since: 0, count: 0 };

  /** Counts a request of a token and checks the limits. */
  count(token: string, quirks: Quirks): Allowance {
    const now = Date.now();
    const windowMs = quirks.rateWindowSeconds * 1000;
    const policy = `"default";q=${quirks.rateLimit};w=${quirks.rateWindowSeconds}`;
    const until = this.#blocked.get(token) ?? 0;
    if (until > now) return refused(policy, (until - now) / 1000);
    let window = this.#windows.get(token);
    if (!window || now - window.since >= windowMs) {
      window = { since: now, count: 0 };
      this.#windows.set(token, window);
    }
    window.count += 1;
    if (window.count > quirks.rateLimit) {
      this.#windows.delete(token);
      this.#blocked.set(token, now + windowMs);
      return refused(policy, quirks.rateWindowSeconds);
    }
    if (now - this.#second.since >= 1000)
      this.#second = { since: now, count: 0 };
    this.#second.count += 1;
    if (this.#second.count > quirks.rateBurst) return refused(policy, 1);
    const left = quirks.rateLimit - window.count;
    const reset = Math.ceil((window.since + windowMs - now) / 1000);
    return {
      passed: true,
      headers: {
        ratelimit: `"default";r=${left};t=${reset}`,
        "ratelimit-policy": policy,
      },
    };
  }

  /** Resets all counts and blocks. */
  reset(): void {
    this.#windows.clear();
    this.#blocked.clear();
    this.#second = { since: 0, count: 0 };
  }
}

function refused(policy: string, seconds: number): Allowance {
  const wait = String(Math.ceil(seconds));
  return {
    passed: false,
    headers: {
      ratelimit: `"default";r=0;t=${wait}`,
      "ratelimit-policy": policy,
      "retry-after": wait,
    },
  };
}
