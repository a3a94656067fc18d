import { same } from "../../mail-flow/names";
import { UserError } from "../errors";
import { textsOf } from "../json";
import { isLoopback } from "../http/loopback";

/** Every key of the namespace `area1`, with its environment variable. */
export const keys = {
  tenantId: "AZURE_TENANT_ID",
  clientId: "AZURE_CLIENT_ID",
  clientSecret: "AZURE_CLIENT_SECRET",
  clientCertificatePath: "AZURE_CLIENT_CERTIFICATE_PATH",
  clientCertificatePassword: "AZURE_CLIENT_CERTIFICATE_PASSWORD",
  federatedTokenFile: "AZURE_FEDERATED_TOKEN_FILE",
  cloudflareAccountId: "CLOUDFLARE_ACCOUNT_ID",
  cloudflareApiToken: "CLOUDFLARE_API_TOKEN",
  authorityHost: "AZURE_AUTHORITY_HOST",
  exchangeBaseUrl: "AREA1_EXCHANGE_BASE_URL",
  graphBaseUrl: "AREA1_GRAPH_BASE_URL",
  cloudflareBaseUrl: "CLOUDFLARE_BASE_URL",
  requestTimeoutMs: "AREA1_REQUEST_TIMEOUT_MS",
  patienceMs: "AREA1_PATIENCE_MS",
} as const;

export type Key = keyof typeof keys;

/** The keys whose values are never shown. */
export const secretKeys = [
  "clientSecret",
  "clientCertificatePassword",
  "cloudflareApiToken",
] as const satisfies readonly Key[];

/**
 * Key that `Area1Provider` sets to mark an explicit provider. Its value is a JSON array of the only environment variables that are
 * used: those in the provider's `envVarMappings`.
 */
export const explicitKey = "area1:explicitEnvironment";

/** The values for one way to sign in to Microsoft, all from one source. */
export type SignIn =
  | {
      readonly by: "secret";
      readonly clientId: string;
      readonly clientSecret: string;
    }
  | {
      readonly by: "certificate";
      readonly clientId: string;
      readonly certificatePath: string;
      readonly certificatePassword?: string;
    }
  | {
      readonly by: "tokenFile";
      readonly clientId: string;
      readonly tokenFile: string;
    }
  | {
      readonly by: "defaultChain";
      readonly clientId?: string;
      /** Whether it is for an explicit provider, which does not use the environment. */
      readonly explicit: boolean;
    };

/** The configuration that the handlers use: all values resolved, checked and normalised. */
export interface Configuration {
  readonly tenantId: string | undefined;
  readonly signIn: SignIn;
  readonly cloudflareAccountId: string | undefined;
  readonly cloudflareApiToken: string | undefined;
  readonly authorityHost: string | undefined;
  readonly exchangeBaseUrl: string;
  readonly graphBaseUrl: string;
  readonly cloudflareBaseUrl: string;
  /** Time limit of one request, in milliseconds. */
  readonly requestTimeoutMs: number;
  /** Time limit for all waiting and retrying of one operation on one resource, in milliseconds. */
  readonly patienceMs: number;
  /** Where each used value was configured, for messages, such as `AZURE_CLIENT_ID in the environment`. */
  readonly origins: Readonly<Partial<Record<Key, string>>>;
  /** Values that must never be printed. */
  readonly secrets: readonly string[];
}

/** The base URLs of the public cloud; the scopes of tokens are derived from them too. */
export const commercialBaseUrls = {
  exchangeBaseUrl: "https://outlook.office365.com",
  graphBaseUrl: "https://graph.microsoft.com",
  cloudflareBaseUrl: "https://api.cloudflare.com/client/v4",
} as const;

/**
 * The base URLs of the national clouds, by authority. The US government's authority serves two clouds: these are the URLs of GCC High;
 * for a tenant in DoD, both base URLs must be configured.
 *
 * @see https://learn.microsoft.com/graph/deployments
 * @see https://learn.microsoft.com/powershell/exchange/connect-to-exchange-online-powershell
 */
const nationalBaseUrls: Readonly<Record<string, ServiceUrls>> = {
  "https://login.microsoftonline.us": {
    exchangeBaseUrl: "https://outlook.office365.us",
    graphBaseUrl: "https://graph.microsoft.us",
  },
  "https://login.chinacloudapi.cn": {
    exchangeBaseUrl: "https://partner.outlook.cn",
    graphBaseUrl: "https://microsoftgraph.chinacloudapi.cn",
  },
};

interface ServiceUrls {
  readonly exchangeBaseUrl: string;
  readonly graphBaseUrl: string;
}

/** A value, and where it was configured, as messages name it. */
interface Found {
  readonly value: string;
  readonly origin: string;
}

type Source = (key: Key) => Found | undefined;

/**
 * Resolves all values. Tenant and account are taken from the stack's configuration first. The values for signing in are all taken from
 * one source, the environment first, so that a rotated secret works where only the configuration in the state is available.
 *
 * @param stored the stack's configuration, or the arguments of an explicit provider, by full key (`area1:tenantId`).
 * @throws UserError when both sources name different tenants or accounts, or when a value cannot be used.
 */
export function resolveConfiguration(
  stored: (key: string) => string | undefined,
  environment: NodeJS.ProcessEnv,
): Configuration {
  const mark = stored(explicitKey);
  const allowed = mark === undefined ? undefined : textsOf(JSON.parse(mark));
  const inStack: Source = (key) =>
    found(
      key,
      stored(`area1:${key}`),
      allowed === undefined
        ? `area1:${key} in the stack's configuration`
        : `${key} of the explicit provider`,
    );
  const inEnvironment: Source = (key) =>
    allowed === undefined || allowed.includes(keys[key])
      ? found(key, environment[keys[key]], `${keys[key]} in the environment`)
      : undefined;
  // Arguments of an explicit provider precede the environment: otherwise two tenants in one program would share a credential.
  const [first, second] =
    allowed === undefined ? [inEnvironment, inStack] : [inStack, inEnvironment];
  const either: Source = (key) => inStack(key) ?? inEnvironment(key);
  const origins: Partial<Record<Key, string>> = {};
  const used = (key: Key, value: Found | undefined): string | undefined => {
    if (value) origins[key] = value.origin;
    return value?.value;
  };

  // For an explicit provider, its arguments and its mapped environment variables are one source. Otherwise, a credential in the
  // environment may be combined with the application in the stack's configuration: only the credential changes regularly.
  const given =
    allowed === undefined
      ? (signInOf(used, inEnvironment, (key) => first(key) ?? second(key)) ??
        signInOf(used, inStack, inStack))
      : signInOf(used, either, either);
  const clientId = given?.clientId ?? used("clientId", either("clientId"));
  const authority = either("authorityHost");
  const authorityHost = authority && baseUrl("authorityHost", authority.value);
  const services = {
    ...commercialBaseUrls,
    ...nationalBaseUrls[authorityHost ?? ""],
  };
  const serviceUrl = (key: keyof typeof commercialBaseUrls): string =>
    baseUrl(key, either(key)?.value ?? services[key]);
  return {
    tenantId: used("tenantId", which("tenantId", inStack, inEnvironment)),
    signIn: given ?? {
      by: "defaultChain",
      explicit: allowed !== undefined,
      ...(clientId && { clientId }),
    },
    cloudflareAccountId: used(
      "cloudflareAccountId",
      which("cloudflareAccountId", inStack, inEnvironment),
    ),
    cloudflareApiToken: used(
      "cloudflareApiToken",
      first("cloudflareApiToken") ?? second("cloudflareApiToken"),
    ),
    authorityHost,
    exchangeBaseUrl: serviceUrl("exchangeBaseUrl"),
    graphBaseUrl: serviceUrl("graphBaseUrl"),
    cloudflareBaseUrl: serviceUrl("cloudflareBaseUrl"),
    requestTimeoutMs: milliseconds("requestTimeoutMs", 30_000, either),
    patienceMs: milliseconds("patienceMs", 300_000, either),
    origins,
    // From both sources: an unused, leftover secret must not be printed either.
    secrets: secretKeys.flatMap((key) =>
      [inStack(key), inEnvironment(key)].flatMap((one) =>
        one ? [one.value] : [],
      ),
    ),
  };
}

/** Returns where a value was configured or, if it is unset, where it can be set. */
export const placeOf = ({ origins }: Configuration, key: Key): string =>
  origins[key] ?? `area1:${key} or ${keys[key]}`;

/**
 * Removes from a configured value what a file or a copied line adds: surrounding white space, or only line ends of a password,
 * in which spaces count. An empty result means unset.
 */
export const trimmed = (key: Key, value = ""): string =>
  key === "clientCertificatePassword"
    ? value.replace(/[\r\n]+$/, "")
    : value.trim();

/**
 * Returns a value with its origin, or undefined if it is unset.
 * @throws UserError for a value that cannot be sent. The message names the origin and not the value, which may be secret.
 */
function found(
  key: Key,
  value: string | undefined,
  origin: string,
): Found | undefined {
  const clean = trimmed(key, value);
  if (clean === "") return undefined;
  // eslint-disable-next-line no-control-regex
  const unusable = /[\u0000-\u001f\u007f]/.test(clean)
    ? "a line end or another control character"
    : key === "cloudflareApiToken" && /[^\u0021-\u007e]/.test(clean)
      ? "a space or a character that no API token has"
      : undefined;
  if (unusable)
    throw new UserError(
      `${origin} holds ${unusable}. Set it again, to the value alone.`,
    );
  return { value: clean, origin };
}

/** Returns the sign-in that a source configures: by a secret, else a certificate, else a token file; undefined without any of them. */
function signInOf(
  used: (key: Key, value: Found | undefined) => string | undefined,
  source: Source,
  applications: Source,
): (SignIn & { readonly clientId: string }) | undefined {
  const key = (
    ["clientSecret", "clientCertificatePath", "federatedTokenFile"] as const
  ).find((one) => source(one) !== undefined);
  if (!key) return undefined;
  const clientId = used("clientId", applications("clientId"));
  const credential = used(key, source(key)) ?? "";
  if (!clientId)
    throw new UserError(
      `Cannot sign in to Microsoft: ${credentialNames[key]} is given (${source(key)?.origin ?? ""}), but not the application it belongs to. Set clientId (area1:clientId or ${keys.clientId}).`,
    );
  switch (key) {
    case "clientSecret":
      return { by: "secret", clientId, clientSecret: credential };
    case "clientCertificatePath": {
      const password = source("clientCertificatePassword")?.value;
      return {
        by: "certificate",
        clientId,
        certificatePath: credential,
        ...(password && { certificatePassword: password }),
      };
    }
    case "federatedTokenFile":
      return { by: "tokenFile", clientId, tokenFile: credential };
  }
}

/** The credential of each key, as messages name it. */
export const credentialNames = {
  clientSecret: "a client secret",
  clientCertificatePath: "a certificate",
  federatedTokenFile: "a federated token file",
} as const;

/** Returns the tenant or account. Throws if the sources differ, so that a leftover variable cannot lead to changes in the wrong one. */
function which(
  key: "tenantId" | "cloudflareAccountId",
  inStack: Source,
  inEnvironment: Source,
): Found | undefined {
  const stack = inStack(key);
  const environment = inEnvironment(key);
  if (stack && environment && !same(stack.value, environment.value))
    throw new UserError(
      `area1:${key} is ${stack.value} in the stack's configuration, but ${keys[key]} in the environment is ${environment.value}. Unset the variable, or make both the same.`,
    );
  return stack ?? environment;
}

/** Returns a base URL without a slash at the end. Throws unless it is https, or http on a loopback host. */
function baseUrl(key: Key, value: string): string {
  const complete = value.includes("://") ? value : `https://${value}`;
  if (!URL.canParse(complete))
    throw new UserError(
      `area1:${key}: "${value}" is not a URL. Give one like https://host.example.`,
    );
  const url = new URL(complete);
  if (
    url.protocol !== "https:" &&
    !(url.protocol === "http:" && isLoopback(url.hostname))
  )
    throw new UserError(
      `area1:${key}: ${value} is not https. Credentials are sent there; only a loopback host may do without.`,
    );
  if (url.username || url.password || url.search || url.hash)
    throw new UserError(
      `area1:${key}: a base URL has no user, query or fragment. Give one like https://host.example.`,
    );
  return url.href.replace(/\/+$/, "");
}

function milliseconds(key: Key, fallback: number, source: Source): number {
  const value = source(key)?.value;
  if (value === undefined) return fallback;
  const number = Number(value);
  // The maximum of Node's timers; a longer timer fires at once.
  if (!Number.isInteger(number) || number <= 0 || number > 2 ** 31 - 1)
    throw new UserError(
      `area1:${key}: "${value}" is not a number of milliseconds. Give a whole number from 1 to 2147483647, or leave it out for ${fallback}.`,
    );
  return number;
}
