import { keys } from "../session/configuration";
import {
  bodyText,
  printable,
  UserError,
  VendorError,
  type Fault,
} from "../errors";
import { throttled, type Answer, type Http } from "../http/http";
import { Patience } from "../http/patience";
import { isRecord, parsed, textOf } from "../json";
import { SharedList, type Listing } from "../session/shared-list";
import { Creations, type Domain } from "./creations";

/** The TXT record that proves the ownership of a new domain. */
export interface Verification {
  /** Name of the record. */
  readonly txtRecordName: string;
  /** Value of the record. */
  readonly txtRecordValue: string;
  /** State of the proof, as Cloudflare returns it. */
  readonly status: string;
}

/** Maximum number of domains in a page (documented). */
const pageSize = 1000;

/**
 * Client for the Email Security domains of Cloudflare accounts, over the v4 API. Needs an API token with the account permission
 * Cloud Email Security: Write.
 *
 * @see https://developers.cloudflare.com/api/resources/email_security/
 */
export class Cloudflare {
  private readonly accounts = new Map<string, Account>();

  constructor(
    private readonly http: Http,
    private readonly baseUrl: string,
    private readonly apiToken: string | undefined,
    private readonly patienceMs: number,
    private readonly places: Places = {
      token: keys.cloudflareApiToken,
      account: keys.cloudflareAccountId,
    },
  ) {}

  /** Returns all domains of an account, or fails: never a part of them. All callers share one list, with one request per 1,000 domains. */
  list(account: string, newerThan?: number): Promise<Listing<Domain>> {
    return this.account(account).list.get(newerThan);
  }

  /** Creates a domain. Domains that are created at the same time share requests. */
  create(account: string, fields: Domain, patience: Patience): Promise<void> {
    const { list, creations } = this.account(account);
    return list.write(() => creations.create(fields, patience));
  }

  /** Changes the given fields. Cloudflare rejects null for some fields, such as `transport` and the TLS flags; see {@link replace}. */
  async edit(account: string, id: string, fields: Domain, patience: Patience) {
    await this.write("PATCH", account, id, fields, patience);
  }

  /** Replaces all fields. Missing ones are reset. */
  async replace(
    account: string,
    id: string,
    fields: Domain,
    patience: Patience,
  ) {
    await this.write("PUT", account, id, fields, patience);
  }

  /** Off-boards the domain: Cloudflare stops processing its mail, and that cannot be undone. */
  async remove(account: string, id: string, patience: Patience) {
    await this.write("DELETE", account, id, undefined, patience);
  }

  /**
   * Returns the TXT record that a pending domain requires, or undefined if it requires none.
   * @throws VendorError `notFound` if the account does not have the endpoint, which is missing from the newer API reference.
   */
  async verification(
    account: string,
    id: string,
    patience: Patience,
  ): Promise<Verification | undefined> {
    const url = `${this.domains(account, id)}/verification`;
    const result = await this.send("GET", url, undefined, patience, (answer) =>
      // 204 is documented only for a domain that is not pending.
      answer.status === 204 ? undefined : judge(answer, this.places),
    );
    if (!result) return undefined;
    const record = result.result;
    if (!isRecord(record))
      throw unreadable(
        "Cloudflare answered with a record that is none",
        "Nothing is concluded from it.",
      );
    const { txt_record_name, txt_record_value, status } = record;
    return typeof txt_record_name === "string" &&
      typeof txt_record_value === "string"
      ? {
          txtRecordName: txt_record_name,
          txtRecordValue: txt_record_value,
          status: textOf(status).toUpperCase(),
        }
      : undefined;
  }

  private async write(
    method: "PUT" | "PATCH" | "DELETE",
    account: string,
    id: string,
    fields: Domain | undefined,
    patience: Patience,
  ): Promise<void> {
    await this.account(account).list.write(() =>
      this.send(method, this.domains(account, id), fields, patience),
    );
  }

  private account(id: string): Account {
    let account = this.accounts.get(id);
    if (!account) {
      account = {
        // All callers share the list, so it has a time limit of its own.
        list: new SharedList(() =>
          this.readAll(id, new Patience(this.patienceMs)),
        ),
        creations: new Creations({
          one: async (fields, patience) => {
            await this.send("POST", this.domains(id), fields, patience);
          },
          several: (posts, patience) => this.batch(id, posts, patience),
        }),
      };
      this.accounts.set(id, account);
    }
    return account;
  }

  /** Creates several domains. Returns those that the response reports as created. */
  private async batch(
    account: string,
    posts: readonly Domain[],
    patience: Patience,
  ): Promise<readonly Domain[]> {
    const body = await this.send(
      "POST",
      `${this.domains(account)}/batch`,
      // All four are required (documented).
      { deletes: [], patches: [], puts: [], posts },
      patience,
    );
    const result = body?.result;
    const made = isRecord(result) ? result["posts"] : undefined;
    return Array.isArray(made) ? made.filter(isRecord) : [];
  }

  /**
   * Reads all pages. The list can change between two pages, so it counts as complete only if `total_count` is the same in all pages and
   * equals the number of distinct ids. Otherwise it is read again from the start.
   */
  private async readAll(
    account: string,
    patience: Patience,
  ): Promise<Domain[]> {
    const domains = await patience.until(
      () => this.readPages(account, patience),
      (pages) => pages !== undefined,
      patience.total / 5,
    );
    if (!domains)
      throw unreadable(
        "the list of domains changed while it was read, every time",
        "Try again when nobody else changes domains.",
      );
    return domains;
  }

  private async readPages(
    account: string,
    patience: Patience,
  ): Promise<Domain[] | undefined> {
    const byId = new Map<string, Domain>();
    let total: number | undefined;
    for (let page = 1; ; page++) {
      const query = `?page=${page}&per_page=${pageSize}&order=domain&direction=asc`;
      const body = await this.send(
        "GET",
        this.domains(account) + query,
        undefined,
        patience,
      );
      const { items, count } = pageOf(body);
      if (total !== undefined && count !== total) return undefined;
      total = count;
      const before = byId.size;
      for (const item of items) byId.set(item.id, item.domain);
      if (byId.size >= total) break;
      // This page had no new domain, so another one would not either.
      if (byId.size === before) return undefined;
    }
    return byId.size === total ? [...byId.values()] : undefined;
  }

  private domains(account: string, id = ""): string {
    const path = `${this.baseUrl}/accounts/${encodeURIComponent(account)}/email-security/settings/domains`;
    return id ? `${path}/${encodeURIComponent(id)}` : path;
  }

  private send(
    method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
    url: string,
    fields: Domain | undefined,
    patience: Patience,
    judged: (answer: Answer) => Envelope | undefined = (answer) =>
      judge(answer, this.places),
  ): Promise<Envelope | undefined> {
    if (!this.apiToken)
      throw new UserError(
        "Cannot reach Cloudflare: no API token is given. Set CLOUDFLARE_API_TOKEN, or area1:cloudflareApiToken with --secret; it needs the account permission Cloud Email Security: Write.",
      );
    return this.http.send(
      {
        method,
        url,
        headers: {
          Authorization: `Bearer ${this.apiToken}`,
          Accept: "application/json",
          ...(fields && { "Content-Type": "application/json" }),
        },
        ...(fields && { body: JSON.stringify(fields) }),
        repeatable: method !== "POST",
      },
      judged,
      patience,
    );
  }
}

/** The list and the batches that all operations on an account's domains share. */
interface Account {
  readonly list: SharedList<Domain>;
  readonly creations: Creations;
}

/** The places where token and account were configured, as messages name them. */
interface Places {
  readonly token: string;
  readonly account: string;
}

interface Envelope {
  readonly result: unknown;
  readonly resultInfo: unknown;
}

function judge(answer: Answer, places: Places): Envelope {
  const { status, text } = answer;
  const body = parsed(text);
  const envelope = isRecord(body) && "success" in body ? body : undefined;
  if (envelope?.["success"] === true && status >= 200 && status < 300)
    return { result: envelope["result"], resultInfo: envelope["result_info"] };
  // A 404 counts only in Cloudflare's own envelope.
  if (!envelope && (status < 400 || status === 404))
    throw new VendorError(
      "unreadable",
      `Cloudflare answered ${status} with ${text.trim() === "" ? "an empty body" : /^\s*</.test(text) ? bodyText(text) : "something that is not its envelope"}`,
      {
        status,
        uncertain: true,
        advice:
          "Nothing is concluded from it. Check for a proxy in between, and area1:cloudflareBaseUrl.",
      },
    );
  throw failure(answer, envelope, places);
}

const unreadable = (reason: string, advice: string): VendorError =>
  new VendorError("unreadable", reason, { advice });

function failure(
  answer: Answer,
  envelope: Readonly<Record<string, unknown>> | undefined,
  places: Places,
): VendorError {
  const { status, text } = answer;
  const errors = envelope ? withChains(envelope["errors"]) : [];
  const reason = envelope
    ? printable(errors.map(reasonIn).join("; "))
    : bodyText(text);
  const message = `Cloudflare answered ${status}: ${reason || "no reason given"}`;
  const codes = errors.map(({ code }) => code);
  const fault = faultOf(status, reason, codes);
  if (fault === "throttled") return throttled(answer, message);
  const advice = codes.includes(noSuchAccount)
    ? `The account id is wrong: check ${places.account}.`
    : adviceFor(fault, places);
  return new VendorError(fault, message, {
    status,
    uncertain: fault === "transient",
    ...(advice && { advice }),
  });
}

/** Codes of a malformed token, with 400: "Invalid request headers", chained with "Invalid format for Authorization header" (observed). */
const tokenCodes: readonly unknown[] = [6003, 6111];

/** Code of "Could not route to /accounts/…, perhaps your object identifier is invalid?" (observed). */
const noSuchAccount = 7003;

function faultOf(
  status: number,
  reason: string,
  codes: readonly unknown[],
): Fault {
  if (/not available in the current subscription/i.test(reason))
    return "notEntitled";
  if (status === 401 || codes.some((code) => tokenCodes.includes(code)))
    return "unauthorized";
  if (status === 403) return "forbidden";
  // Not "notFound": a request that could not be routed does not show whether the domain exists.
  if (codes.includes(noSuchAccount)) return "forbidden";
  if (status === 404) return "notFound";
  if (status === 409 || /already exists/i.test(reason)) return "alreadyExists";
  if (status === 429) return "throttled";
  return status === 408 || status >= 500 ? "transient" : "refused";
}

function adviceFor(
  fault: Fault,
  { token, account }: Places,
): string | undefined {
  switch (fault) {
    case "notFound":
      return `Check ${account}; if somebody has removed the domain, run pulumi refresh.`;
    case "alreadyExists":
      return "Run pulumi refresh, then this again.";
    case "refused":
      return "Mend what it names.";
    case "notEntitled":
      return `Email Security is a paid add-on of the account: have it enabled, or check ${account}.`;
    case "unauthorized":
      return `The API token (${token}) is wrong or expired: set it again.`;
    case "forbidden":
      return `The API token (${token}) needs the account permission Cloud Email Security: Write, for this account (${account}).`;
    case "transient":
      return "Try again; what may have been carried out is looked up before it is sent again.";
    default:
      return undefined;
  }
}

type CloudflareError = Readonly<Record<string, unknown>>;

/** Returns the errors of an envelope, each followed by the errors of its chain, which give the reasons. */
function withChains(errors: unknown): CloudflareError[] {
  if (!Array.isArray(errors)) return [];
  return errors
    .filter(isRecord)
    .flatMap((error) => [error, ...withChains(error["error_chain"])]);
}

/** Returns an error's message word for word, with its code and the property that it refers to. */
function reasonIn(error: CloudflareError): string {
  const source = error["source"];
  const pointer = isRecord(source) ? source["pointer"] : undefined;
  const code = typeof error["code"] === "number" ? ` (${error["code"]})` : "";
  return `${textOf(error["message"])}${code}${typeof pointer === "string" ? ` at ${pointer}` : ""}`;
}

/** Reads a page of a list. Throws for anything else, and never returns an empty list for it. */
function pageOf(body: Envelope | undefined): {
  items: { id: string; domain: Domain }[];
  count: number;
} {
  const info = body?.resultInfo;
  const count = isRecord(info) ? info["total_count"] : undefined;
  if (!Array.isArray(body?.result) || typeof count !== "number")
    throw unreadable(
      "Cloudflare answered with a list that is none, or does not say how long it is",
      "Nothing is concluded from it. Try again.",
    );
  const items = body.result.map((domain: unknown) => {
    const id = isRecord(domain) ? domain["id"] : undefined;
    if (!isRecord(domain) || typeof id !== "string" || id === "")
      throw unreadable(
        "Cloudflare listed a domain without an id",
        "Nothing is concluded from it. Try again.",
      );
    return { id, domain };
  });
  return { items, count };
}
