import { createHmac, randomBytes } from "node:crypto";
import { isIP } from "node:net";

import { isGuid } from "../codecs";

/** Names that occur in every tenant or in every program that uses this package, and so identify nobody. */
const common = new Set(
  [
    ...["Default", "DefaultGlobalTag", "DefaultGlobalPolicy", "Global"],
    ...["AdminOnlyAccessPolicy", "DefaultFullAccessPolicy"],
    ...["DefaultFullAccessWithNotificationPolicy"],
    ...["NotificationEnabledPolicy", "Office365 AntiPhish Default"],
    ...["Standard Preset Security Policy", "Strict Preset Security Policy"],
    ...["UserNotifyUserRelease", "UserNotifyAdminRelease", "No Conversion"],
    ...["X-CFEmailSecurity-Disposition", "X-Area1Security-Disposition"],
    ...["MALICIOUS", "UCE", "SPAM", "SPOOF", "SUSPICIOUS", "BULK"],
    ...["domain", "created_at", "asc", "desc", "NoRoute"],
  ].map((name) => name.toLowerCase()),
);

/** Properties whose values are always the vendors' own words. */
const vendorsWords =
  /^(CmdletName|State|Mode|\w*Action|Actions|Conditions|Exceptions|\w*ScoreWith\w*|MarkAsSpam\w*|SenderAddressLocation|\w*Scope|SetAuditSeverity|QuarantinePolicyType|EndUserQuarantinePermissions|EndUserSpamNotificationFrequency|IntraOrgFilterState|RecommendedPolicyType|BulkMovesEnabled|ExchangeVersion|RuleVersion|RuleSubType|ObjectState|ObjectClass|DomainType|ConnectorType|ConnectorSource|DirectoryBasedEdgeBlockMode|AuthenticationType|SmtpDaneStatus|MultiLanguageSetting|recordType|supportedServices?|allowed_delivery_modes|drop_dispositions|regions|status|dmarc_status|spf_status|inbox_provider|folder|code|type|exportedCmdlets|documentation_url|pointer|method)$/;
/** Properties that contain sentences, in which names may occur. */
const sentences = /^(message|@adminapi\.(warnings|errors)|reason)$/;

const zeroGuid = "00000000-0000-0000-0000-000000000000";
const hex = /^[0-9a-f]{32}$/i;
const host = /^([a-z0-9_]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/i;
const className = /^#?(Microsoft|System|Exchange)\.[\w.]+$/;
/** Formats that cannot contain a name: dates, durations, numbers, versions, type names. */
const formal = [
  /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)?$/,
  /^P(\d+D)?(T(\d+H)?(\d+M)?(\d+S)?)?$/,
  /^(\d+\.)?\d\d:\d\d:\d\d$/,
  /^-?\d{1,6}$/,
  /^(true|false)$/i,
  /^\[PermissionTo/,
  /^#\w+(\(\w+\))?$/,
  className,
];

/**
 * Replaces everything that can identify somebody: names, addresses, domains, IPs, ids, free text. The same text always gets the same
 * pseudonym, which has the text's format. Everything that is not known to be harmless is replaced.
 */
export class Pseudonyms {
  private readonly key: Buffer;
  /** The texts replaced so far, with their pseudonyms, so that they are also found in sentences. */
  private readonly seen = new Map<string, string>();

  /**
   * @param secret The same secret gives the same pseudonyms; somebody who has it could guess names. If it is empty, pseudonyms differ
   * from run to run.
   */
  constructor(secret: string) {
    this.key =
      secret === ""
        ? randomBytes(32)
        : createHmac("sha256", "pseudonyms").update(secret).digest();
  }

  /** Replaces the texts in a JSON value where necessary. */
  json(value: unknown, property = ""): unknown {
    if (typeof value === "string") return this.value(value, property);
    if (Array.isArray(value))
      return value.map((entry) => this.json(entry, property));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, part]) => [
        name,
        this.json(part, name),
      ]),
    );
  }

  /** Replaces the identifying parts of a path and its query. */
  path(text: string): string {
    const { pathname, searchParams } = new URL(text, "https://vendor.example");
    const parts = pathname.split("/").map((part) => {
      const plain = decodeURIComponent(part);
      const telling = [hex, host].some((form) => form.test(plain));
      return telling || isGuid(plain) || plain.includes("@")
        ? encodeURIComponent(this.value(plain, ""))
        : part;
    });
    const query = [...searchParams]
      .filter(([name]) => !name.includes("skiptoken"))
      .map(
        ([name, value]) =>
          `${name}=${encodeURIComponent(name === "$select" || name === "status" ? value : this.value(value, name))}`,
      );
    return `${parts.join("/")}${query.length > 0 ? `?${query.join("&")}` : ""}`;
  }

  private value(text: string, property: string): string {
    if (property.includes("@odata.") || property.includes("@data."))
      return this.within(text);
    if (sentences.test(property)) return this.within(text);
    if (property === "url" && text.startsWith("/")) return this.path(text);
    if (
      text.trim() === "" ||
      vendorsWords.test(property) ||
      this.isHarmless(text)
    )
      return text;
    return this.replaced(text);
  }

  private isHarmless(text: string): boolean {
    return (
      text === zeroGuid ||
      common.has(text.toLowerCase().replace(/\d{10,}$/, "")) ||
      formal.some((form) => form.test(text))
    );
  }

  private replaced(text: string): string {
    const pseudonym = this.seen.get(text) ?? this.made(text);
    this.seen.set(text, pseudonym);
    return pseudonym;
  }

  private made(text: string): string {
    if (isGuid(text)) {
      const code = this.code("guid", text, 32);
      return `${code.slice(0, 8)}-${code.slice(8, 12)}-4${code.slice(13, 16)}-8${code.slice(17, 20)}-${code.slice(20)}`;
    }
    if (hex.test(text)) return this.code("hex", text, 32);
    const address = /^([^@\s]+)@([^@\s]+)$/.exec(text);
    if (address)
      return `user-${this.code("user", address[1] ?? "")}@${this.replaced(address[2] ?? "")}`;
    if (host.test(text)) return this.host(text);
    const range = /^([\d.]+)-([\d.]+)$/.exec(text);
    const [ip = "", bits] = text.split("/");
    if (isIP(ip)) return this.ip(ip, bits);
    if (range && isIP(range[1] ?? ""))
      return `${this.ip(range[1] ?? "", "24").replace(/0\/24$/, "1")}-${this.ip(range[1] ?? "", "24").replace(/0\/24$/, "9")}`;
    const inTenant = /^([^\\]+)\\(.+)$/.exec(text);
    if (inTenant)
      return `${this.value(inTenant[1] ?? "", "")}\\${this.value(inTenant[2] ?? "", "")}`;
    return `name-${this.code("name", text)}`;
  }

  /** Keeps Microsoft's part of a host name, which distinguishes an initial domain or an MX from other hosts. */
  private host(text: string): string {
    const [, before = "", rest = text] =
      /^(_cf-email-sec-challenge\.)?(.+)$/i.exec(text) ?? [];
    const [, owned = rest, microsofts = ".example"] =
      /^(.+?)(\.mail\.protection\.outlook\.com|\.onmicrosoft\.com|\.mx\.microsoft)$/i.exec(
        rest,
      ) ?? [];
    return `${before}d-${this.code("host", owned)}${microsofts}`;
  }

  /** Returns an address from a block that is reserved for tests. A range keeps its prefix length, and its host bits are zero. */
  private ip(ip: string, bits: string | undefined): string {
    const number = Number.parseInt(this.code("ip", ip), 16);
    if (isIP(ip) === 6)
      return `2001:db8:${(number >>> 16).toString(16)}::${bits === undefined ? "1" : `/${bits}`}`;
    const length = bits === undefined ? 32 : Number(bits);
    const any = (198 * 2 ** 24 + 18 * 2 ** 16 + (number % 2 ** 17)) >>> 0;
    const block = length >= 32 ? any : any - (any % 2 ** (32 - length));
    const parts = [24, 16, 8, 0].map((shift) => (block >>> shift) & 255);
    return `${parts.join(".")}${bits === undefined ? "" : `/${bits}`}`;
  }

  /** Replaces all recognisable names in a vendor's sentence. */
  private within(text: string): string {
    const names = [...this.seen.keys()]
      .filter((name) => name.length > 2)
      .sort((a, b) => b.length - a.length);
    const masked: string[] = [];
    const unmasked = (part: string, show = (name: string) => name) =>
      part.replace(/\ue000(\d+)\ue000/g, (_, index: string) =>
        show(masked[Number(index)] ?? ""),
      );
    const mask = (found: string) =>
      `\ue000${masked.push(unmasked(found)) - 1}\ue000`;
    let said = text;
    for (const name of names) said = said.split(name).join(mask(name));
    said = said
      .replace(/[^\s@'"|<>,;()]+@[\w-]+(\.[\w-]+)+/g, mask)
      .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi, (found) =>
        found === zeroGuid ? found : mask(found),
      )
      .replace(/\b[0-9a-f]{32}\b/gi, mask)
      .replace(/\b\d{1,3}(\.\d{1,3}){3}(\/\d+)?/g, (found) =>
        isIP(found.split("/")[0] ?? "") ? mask(found) : found,
      )
      .replace(
        /(?<![\w:])([0-9a-f]{0,4}:){1,7}([0-9a-f]{1,4}|:)(\/\d+)?/gi,
        (found) => (isIP(found.split("/")[0] ?? "") ? mask(found) : found),
      )
      .replace(/\b([a-z0-9][a-z0-9-]*\.)+[a-z]{2,}\b/gi, (found) =>
        /^(Microsoft|System|Exchange|outlook\.office365)\./.test(found)
          ? found
          : mask(found),
      );
    // A quoted text is one name, even if parts of it are masked already. Parameters, which the vendors quote too, are kept.
    said = said.replace(
      /(?<!\bparameter )(?<![A-Za-z])(?:'(.{2,}?)'(?![A-Za-z])|"([^"]{2,})")/g,
      (found) => {
        const name = unmasked(found.slice(1, -1));
        const quote = found.charAt(0);
        return `${quote}${this.isHarmless(name) ? name : mask(name)}${quote}`;
      },
    );
    return unmasked(said, (name) => this.replaced(name));
  }

  private code(kind: string, text: string, digits = 8): string {
    return createHmac("sha256", this.key)
      .update(`${kind}:${text.toLowerCase()}`)
      .digest("hex")
      .slice(0, digits);
  }
}
