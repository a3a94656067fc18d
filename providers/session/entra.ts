import type { TokenCredentialOptions } from "@azure/identity";

import { bodyText, printable, UserError, VendorError } from "../errors";
import { throttled, type Answer, type Http } from "../http/http";
import { isRecord, parsed } from "../json";
import type { Patience } from "../http/patience";

const vendor = "Microsoft Entra";

/** The HTTP client that `@azure/identity` uses. */
export type SignInClient = NonNullable<TokenCredentialOptions["httpClient"]>;
type Response = Awaited<ReturnType<SignInClient["sendRequest"]>>;

/**
 * Sends the requests of `@azure/identity` with our own `Http`, because the library's own client has no total time limit (a Retry-After
 * of an hour makes it wait an hour), sends the client secret along with redirects, and does not report why it gave up.
 */
export class Entra implements SignInClient {
  /** The error of the last request; the library's own error contains less information. */
  failure: VendorError | UserError | undefined;
  /** The time limit of the current sign-in. */
  patience: Patience | undefined;

  /** @param authorityHost the only host that may get a secret; undefined for Microsoft's authorities, whose hosts the library knows. */
  constructor(
    private readonly http: Http,
    public authorityHost: string | undefined,
  ) {}

  async sendRequest(
    request: Parameters<SignInClient["sendRequest"]>[0],
  ): Promise<Response> {
    const { url, method, headers, body } = request;
    try {
      this.refuseOther(url);
      if (!this.patience) throw new Error("nobody asked for a token");
      const answer = await this.http.send(
        {
          method: method === "POST" ? "POST" : "GET",
          url,
          headers: Object.fromEntries(headers),
          ...(typeof body === "string" && { body }),
          // If a repeated request issues a second token, that does no harm.
          repeatable: true,
        },
        judge,
        this.patience,
      );
      if (url.includes("openid-configuration"))
        refuseOtherThanDiscovery(answer);
      return {
        request,
        status: answer.status,
        headers: headersOf(answer),
        bodyAsText: answer.text,
      };
    } catch (error) {
      if (error instanceof VendorError || error instanceof UserError)
        this.failure = error;
      throw error;
    }
  }

  /** Throws if a URL is on another host than the authority, so that its metadata cannot redirect a secret. */
  private refuseOther(url: string): void {
    if (!this.authorityHost) return;
    const own = new URL(this.authorityHost).host;
    const { host } = new URL(url);
    if (host !== own)
      throw unreadable(`${own} points to ${host}, which is not its own`);
  }
}

function judge(answer: Answer): Answer {
  const { status, text } = answer;
  const body = parsed(text);
  if (status >= 200 && status < 300) {
    if (isRecord(body) && Object.keys(body).length > 0) return answer;
    throw unreadable(
      `${vendor} answered ${status} with ${text.trim() === "" ? "an empty body" : "something that is no answer to a sign-in"}`,
    );
  }
  if (status < 400)
    throw unreadable(`${vendor} answered ${status}, a redirect to elsewhere`);
  const said = isRecord(body)
    ? (body["error_description"] ?? body["error"])
    : undefined;
  const reason = typeof said === "string" ? printable(said) : bodyText(text);
  const message = `${vendor} answered ${status}: ${reason || "no reason given"}`;
  if (status === 429) throw throttled(answer, message);
  if (status === 408 || status >= 500)
    throw new VendorError("transient", message, {
      status,
      advice: "Try again.",
    });
  throw new VendorError("unauthorized", message, { status });
}

/** Throws if the response is not discovery metadata. The library's own error would say only that something could not be resolved. */
function refuseOtherThanDiscovery({ status, text }: Answer): void {
  const body = parsed(text);
  if (!isRecord(body) || typeof body["token_endpoint"] !== "string")
    throw unreadable(
      `${vendor} answered ${status} with something that names no token endpoint`,
    );
}

const unreadable = (message: string): VendorError =>
  new VendorError("unreadable", message, {
    advice:
      "Nothing is concluded from it, and no secret was sent on. Check for a proxy in between, and area1:authorityHost.",
  });

/** Returns the only header that the library needs. `Retry-After` is omitted, because `Http` has already waited for it. */
function headersOf({ headers }: Answer): Response["headers"] {
  const type = headers.get("content-type") ?? "application/json";
  const all = new Map([["content-type", type]]);
  return {
    get: (name) => all.get(name.toLowerCase()),
    has: (name) => all.has(name.toLowerCase()),
    set: (name, value) => void all.set(name.toLowerCase(), String(value)),
    delete: (name) => void all.delete(name.toLowerCase()),
    toJSON: () => Object.fromEntries(all),
    [Symbol.iterator]: () => all[Symbol.iterator](),
  };
}
