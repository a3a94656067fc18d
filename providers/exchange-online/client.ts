import { randomUUID } from "node:crypto";

import { renewedOnce, type Credentials } from "../session/credentials";
import { isFault, printable, VendorError, type Fault } from "../errors";
import { throttled, type Answer, type Http } from "../http/http";
import { SharedList, type Listing } from "../session/shared-list";
import { Patience } from "../http/patience";
import { isRecord, parsed, textsOf } from "../json";
import { readError } from "./error-envelope";

/** An object as Exchange returns it, without the `@data.type` members. */
export type Item = Readonly<Record<string, unknown>>;

/** Parameters of a cmdlet: `null` clears a value, a missing parameter leaves it unchanged. */
export type Parameters = Readonly<Record<string, unknown>>;

/** The warning in every page except the last (observed). */
const moreResults = /more results available/i;

/** The error text when the tenant exceeds its limit of concurrent requests (documented). */
const tooManyAtOnce = /maximum number of concurrent requests/i;

/** The mailbox by which app-only requests are routed (seen in the traffic of Microsoft's module). */
const anchor = "SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}";

/**
 * Client for Exchange Online's cmdlets over `InvokeCommand`, the transport of the ExchangeOnlineManagement module. This transport
 * is not documented for third parties: all knowledge of its wire format is in this file and in `error-envelope.ts`.
 *
 * @see https://learn.microsoft.com/powershell/module/exchange
 */
export class ExchangeOnline {
  private readonly connection = randomUUID();
  private readonly lists = new Map<string, SharedList<Item>>();
  private writing: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly http: Http,
    private readonly credentials: Credentials,
    private readonly baseUrl: string,
    private readonly patienceMs: number,
    private readonly warn: (message: string) => void,
  ) {}

  /**
   * Returns all objects of a Get cmdlet, or fails: never a part of them. All callers share one list until an object of that noun is
   * written.
   *
   * @param newerThan start time of an older list: the returned list was started after it.
   */
  list(
    cmdlet: `Get-${string}`,
    parameters: Parameters = {},
    newerThan?: number,
  ): Promise<Listing<Item>> {
    const key = `${cmdlet} ${JSON.stringify(parameters)}`;
    let list = this.lists.get(key);
    if (!list) {
      // All callers share the list, so it has a time limit of its own.
      list = new SharedList(() =>
        this.readAll(cmdlet, parameters, new Patience(this.patienceMs)),
      );
      this.lists.set(key, list);
    }
    return list.get(newerThan);
  }

  /**
   * Returns the cmdlets that the roles of these credentials allow, which are those that Exchange exports to the module for them.
   * Writes nothing.
   *
   * @throws VendorError `forbidden` without any role, `unauthorized` without Exchange.ManageAsApp.
   */
  async allowedCmdlets(patience: Patience): Promise<string[]> {
    const tenant = await this.credentials.tenantId(patience);
    return this.http.send(
      {
        method: "GET",
        url: `${this.baseUrl}/adminapi/v1.0/${encodeURIComponent(tenant)}/EXOModuleFile?Version=3.9.2`,
        headers: {
          Authorization: `Bearer ${await this.credentials.token("exchange", patience)}`,
          Accept: "application/json",
          CommandName: "*",
          "X-AnchorMailbox": `APP:${anchor}@${tenant}`,
          "client-request-id": randomUUID(),
        },
        repeatable: true,
      },
      (answer) => {
        if (answer.status >= 300) throw this.failure("EXOModuleFile", answer);
        const { items } = pageOf(answer.text, (reason) =>
          this.unreadable(`the list of cmdlets came ${reason}`, answer.status),
        );
        return items.flatMap(({ exportedCmdlets }) =>
          typeof exportedCmdlets === "string"
            ? exportedCmdlets.split(",").map((name) => name.trim())
            : [],
        );
      },
      patience,
    );
  }

  /**
   * Runs a cmdlet that writes, and discards the shared lists of its noun.
   *
   * @returns the objects in the response: of New- usually the new object, of other cmdlets usually none.
   */
  async write(
    cmdlet: `${"New" | "Set" | "Remove" | "Enable" | "Disable"}-${string}`,
    parameters: Parameters,
    patience: Patience,
  ): Promise<Item[]> {
    const noun = cmdlet.slice(cmdlet.indexOf("-") + 1);
    const forget = (): void => {
      for (const [key, list] of this.lists)
        if (key.startsWith(`Get-${noun} `)) list.forget();
    };
    // One write at a time per tenant: rules share one order of priorities, and the service allows few concurrent requests (documented).
    const turn = this.writing.then(() =>
      this.invoke(cmdlet, parameters, patience).finally(forget),
    );
    this.writing = turn.catch(() => undefined);
    return (await turn).items;
  }

  /** Like {@link write}, for a cmdlet that removes: does not fail if the object no longer exists. */
  async removeIfThere(
    cmdlet: `Remove-${string}`,
    parameters: Parameters,
    patience: Patience,
  ): Promise<void> {
    await this.write(cmdlet, parameters, patience).catch((error: unknown) => {
      if (!isFault(error, "notFound")) throw error;
    });
  }

  private async readAll(
    cmdlet: string,
    parameters: Parameters,
    patience: Patience,
  ): Promise<Item[]> {
    const items: Item[] = [];
    const visited = new Set<string>();
    let page = await this.invoke(cmdlet, parameters, patience);
    while (page.next !== undefined) {
      items.push(...page.items);
      if (visited.has(page.next))
        throw this.unreadable(
          `${cmdlet} answered with a page link that leads back to itself`,
        );
      visited.add(page.next);
      const next = this.trusted(page.next);
      page = await this.invoke(cmdlet, parameters, patience, next);
    }
    if (page.warnings.some((text) => moreResults.test(text)))
      throw this.unreadable(
        `${cmdlet} answered with a part of its objects and no link to the rest`,
      );
    return [...items, ...page.items];
  }

  private async invoke(
    cmdlet: string,
    parameters: Parameters,
    patience: Patience,
    page?: string,
  ): Promise<Page> {
    const tenant = await this.credentials.tenantId(patience);
    const url =
      page ??
      `${this.baseUrl}/adminapi/beta/${encodeURIComponent(tenant)}/InvokeCommand`;
    const ask = async (target: string): Promise<Page | Redirect> =>
      this.http.send(
        {
          method: "POST",
          url: target,
          headers: {
            Authorization: `Bearer ${await this.credentials.token("exchange", patience)}`,
            "Content-Type": "application/json; charset=utf-8",
            Accept: "application/json",
            // Errors are recognised by their English texts.
            "Accept-Language": "en-US",
            "X-AnchorMailbox": `APP:${anchor}@${tenant}`,
            "X-CmdletName": cmdlet,
            "X-ResponseFormat": "json",
            Prefer: "odata.maxpagesize=1000",
            "client-request-id": randomUUID(),
            "connection-id": this.connection,
          },
          body: JSON.stringify({
            CmdletInput: { CmdletName: cmdlet, Parameters: parameters },
          }),
          // A New- cmdlet that is sent twice may create two objects, or fail because the first one succeeded.
          repeatable: !cmdlet.startsWith("New-"),
        },
        (answer) => this.judge(cmdlet, answer),
        patience,
      );
    let answer = await renewedOnce(this.credentials, () => ask(url));
    for (let hops = 0; "location" in answer; hops++) {
      if (hops === 3)
        throw this.unreadable(`${cmdlet} was redirected again and again`);
      answer = await ask(this.trusted(answer.location));
    }
    for (const warning of answer.warnings.filter((w) => !moreResults.test(w)))
      this.warn(`${cmdlet}: ${printable(warning)}`);
    return answer;
  }

  private judge(cmdlet: string, answer: Answer): Page | Redirect {
    const { status, text } = answer;
    if (status >= 300 && status < 400) {
      const location = answer.headers.get("location");
      if (!location)
        throw this.unreadable(`${cmdlet} was redirected to nowhere`, status);
      return { location };
    }
    if (status >= 400) throw this.failure(cmdlet, answer);
    // The status alone decides whether a write succeeded: the body may be empty or not JSON (observed).
    if (!cmdlet.startsWith("Get-") && !/^\s*[{<]/.test(text))
      return { items: [], warnings: [], next: undefined };
    return pageOf(text, (reason) =>
      this.unreadable(`${cmdlet} answered ${reason}`, status),
    );
  }

  private failure(cmdlet: string, answer: Answer): VendorError {
    const { status } = answer;
    const { exceptionType, reason, isOwn } = readError(answer.text);
    const diagnostics = printable(answer.headers.get("x-ms-diagnostics") ?? "");
    const judged = faultOf(status, exceptionType, reason);
    // A rejection counts only if Exchange itself wrote it; a 404 with an unrecognised text is not evidence that an object is missing.
    const fault =
      judged === "refused" && (!isOwn || status === 404)
        ? "unreadable"
        : judged;
    const said =
      [reason, diagnostics].filter(Boolean).join(" ") || "no reason given";
    const message = `Exchange Online answered ${status} to ${cmdlet}: ${said}`;
    if (fault === "throttled")
      return throttled(answer, message, tooManyAtOnce.test(reason));
    const advice = adviceFor(
      fault,
      cmdlet,
      diagnostics,
      this.credentials.identity,
    );
    return new VendorError(fault, message, {
      status,
      uncertain: fault === "transient" && !cmdlet.startsWith("Get-"),
      ...(advice && { advice }),
    });
  }

  /** Returns the URL of a link or redirect. Throws unless its host is the token's host or a subdomain of it. */
  private trusted(link: string): string {
    const base = new URL(this.baseUrl);
    if (!URL.canParse(link, this.baseUrl))
      throw this.unreadable("a page link is not a URL");
    const url = new URL(link, this.baseUrl);
    const inside = url.host === base.host || url.host.endsWith(`.${base.host}`);
    if (url.protocol !== base.protocol || !inside || url.username)
      throw new VendorError(
        "unreadable",
        `${base.host} points to ${url.host}, which the token is not for`,
        {
          advice:
            "Nothing was sent there. If your tenant lives there, set area1:exchangeBaseUrl to it.",
        },
      );
    return url.href;
  }

  private unreadable(reason: string, status?: number): VendorError {
    return new VendorError("unreadable", reason, {
      ...(status !== undefined && { status }),
      // A write with an unreadable response may have been carried out.
      uncertain: true,
      advice:
        "Nothing is concluded from it. Check for a proxy in between, and area1:exchangeBaseUrl.",
    });
  }
}

interface Page {
  readonly items: Item[];
  readonly warnings: string[];
  readonly next: string | undefined;
}

interface Redirect {
  readonly location: string;
}

/** Reads the objects of an envelope. Its `value` is a list, a single object, null or missing (all observed or expected). */
function pageOf(
  text: string,
  unreadable: (reason: string) => VendorError,
): Page {
  const body = parsed(text);
  if (!isRecord(body))
    throw unreadable(
      text.trim() === "" ? "without a body" : "something that is not JSON",
    );
  // Without these members the response is not from Exchange: an empty object from a proxy must not count as an empty list.
  if (!("value" in body) && !("@odata.context" in body))
    throw unreadable("JSON that is not its envelope");
  const errors = body["@adminapi.errors"];
  if (Array.isArray(errors) && errors.length > 0)
    throw unreadable(`with errors: ${printable(JSON.stringify(errors))}`);
  const value = body["value"] ?? [];
  const items = (Array.isArray(value) ? value : [value]).map(
    (item: unknown) => {
      if (!isRecord(item)) throw unreadable("an object that is none");
      return Object.fromEntries(
        // A rule has about 200 members, nearly all null. Null members are dropped, because null and missing mean the same.
        Object.entries(item).filter(
          ([key, member]) => member !== null && !key.includes("@"),
        ),
      );
    },
  );
  const next = body["@odata.nextLink"];
  return {
    items,
    warnings: textsOf(body["@adminapi.warnings"]),
    next: typeof next === "string" ? next : undefined,
  };
}

/** Classifies an error, by its exception type and text first: the status for one situation varies (observed). */
function faultOf(status: number, exceptionType: string, reason: string): Fault {
  if (
    /ManagementObjectNotFoundException/.test(exceptionType) ||
    /couldn't be found|wasn't found/i.test(reason)
  )
    return "notFound";
  if (
    /AlreadyExistsException/.test(exceptionType) ||
    /already exists/i.test(reason)
  )
    return "alreadyExists";
  if (/Enable-OrganizationCustomization/i.test(reason)) return "dehydrated";
  if (tooManyAtOnce.test(reason)) return "throttled";
  if (/not present in the role definition/i.test(reason)) return "forbidden";
  if (status === 401) return "unauthorized";
  if (status === 403) return "forbidden";
  if (status === 429) return "throttled";
  if (
    [408, 500, 502, 503, 504].includes(status) ||
    /may be transient/i.test(reason)
  )
    return "transient";
  return "refused";
}

function adviceFor(
  fault: Fault,
  cmdlet: string,
  diagnostics: string,
  identity: string,
): string | undefined {
  switch (fault) {
    case "unauthorized":
      return `The ${identity} needs the permission Exchange.ManageAsApp of Office 365 Exchange Online, with admin consent; after a grant it can take an hour. See the README, Permissions.`;
    case "forbidden":
      return `The ${identity} needs a role that allows ${cmdlet}: ${roleFor(cmdlet)}. ${diagnostics ? "" : "A role given a moment ago can take an hour to work. "}See the README, Permissions.`;
    case "dehydrated":
      return "Run Enable-OrganizationCustomization once in Exchange Online PowerShell (it cannot be undone, and takes up to an hour to work), then run this again.";
    case "transient":
      return "Try again; what may have been carried out is looked up before it is sent again.";
    case "refused":
      return `Mend what it names; ${cmdlet} is described at https://learn.microsoft.com/powershell/module/exchange/${cmdlet.toLowerCase()}.`;
    case "notFound":
    case "alreadyExists":
      return "Run pulumi refresh, then this again.";
    case "unreadable":
      return "Nothing is concluded from it. Check for a proxy in between, area1:tenantId and area1:exchangeBaseUrl.";
    case "notEntitled":
    case "throttled":
    case "unreachable":
    case "blocked":
      return undefined;
  }
}

/** Returns the roles that allow a cmdlet, from the management roles on the cmdlets' reference pages. */
function roleFor(cmdlet: string): string {
  const noun = cmdlet.slice(cmdlet.indexOf("-") + 1);
  const ofExchange: Readonly<Record<string, string>> = {
    TransportRule: "transport rules",
    InboundConnector: "inbound connectors",
  };
  if (!cmdlet.startsWith("Get-"))
    return ofExchange[noun] === undefined
      ? "Exchange Administrator or Security Administrator"
      : `Exchange Administrator (Security Administrator is not enough for ${ofExchange[noun]})`;
  // Exchange refuses these two to Security Reader (observed).
  const isRefused = ["OrganizationConfig", "InboundConnector"].includes(noun);
  return `${isRefused ? "Global" : "Security"} Reader, or Exchange Administrator to write as well`;
}
