import type { TokenCredentialOptions } from "@azure/identity";

import { bodyText, printable, UserError, VendorError } from "../errors";
import { throttled, type Answer, type Http } from "../http/http";
import { isRecord, parsed } from "../json";
import type { Patience } from "../http/patience";

const vendor = "Microsoft Entra";

/** What `@azure/identity` sends its requests through. */
export type SignInClient = NonNullable<TokenCredentialOptions["httpClient"]>;
type Response = Awaited<ReturnType<SignInClient["sendRequest"]>>;

/**
 * The requests of `@azure/identity`, sent by the one place for time limits and retries: the library's own retries know no patience
 * (an hour asked for with Retry-After is an hour's timer), follow redirects with the client secret in hand, and tell nobody why
 * they gave up.
 */
export class Entra implements SignInClient {
  /** Why the last request failed: what the library makes of it says less. */
  failure: VendorError | UserError | undefined;
  /** How long the sign-in that is under way may take. */
  patience: Patience | undefined;

  /** @param authorityHost where a secret may be sent; undefined for Microsoft's own, whose hosts the library knows. */
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
          // A token that was issued twice is one too many, and nothing else.
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

  /** What the authority says of itself may not send a secret elsewhere. */
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

/** Without it the library says only that something could not be resolved. */
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

/** As much of an answer's headers as the library asks for; what asks it to wait was heeded already. */
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
