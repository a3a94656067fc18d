import { UserError } from "./errors";

/** Every key of the namespace `area1`, with the environment variable that means the same. */
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
 * Set by `Area1Provider`: this is an explicit provider, and these environment variables (a JSON array) are the only ones
 * that count, because its `envVarMappings` names them.
 */
export const explicitKey = "area1:explicitEnvironment";

/** How to sign in to Microsoft: one set, from one source. */
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
      /** Of an explicit provider: without the environment. */
      readonly explicit: boolean;
    };

/** What the handlers work with: every value found, checked and in its final form. */
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
  /** Limit of all waiting and retrying of one operation on one resource, in milliseconds. */
  readonly patienceMs: number;
  /** Values that must never be printed. */
  readonly secrets: readonly string[];
}

type Source = (key: Key) => string | undefined;

/**
 * Finds every value: which tenant and account, the stack's configuration first; sign-in as one set from one source, the
 * environment first, so that a rotated secret works where only the configuration in state is seen.
 *
 * @param stored the stack's configuration, or the arguments of an explicit provider, by full key (`area1:tenantId`).
 * @throws UserError when both sources name different tenants or accounts, or when a value cannot be used.
 */
export function resolveConfiguration(
  stored: (key: string) => string | undefined,
  environment: NodeJS.ProcessEnv,
): Configuration {
  const allowed = allowedVariables(stored(explicitKey));
  const inStack: Source = (key) => stored(`area1:${key}`) || undefined;
  const inEnvironment: Source = (key) =>
    allowed === undefined || allowed.includes(keys[key])
      ? environment[keys[key]] || undefined
      : undefined;
  // An argument of an explicit provider wins over the environment: else two tenants in one program shared a credential.
  const [first, second] =
    allowed === undefined ? [inEnvironment, inStack] : [inStack, inEnvironment];
  const either: Source = (key) => inStack(key) ?? inEnvironment(key);

  // What an explicit provider maps from the environment is its own, so that both are one source.
  const signIn =
    (allowed === undefined
      ? (signInOf(first) ?? signInOf(second))
      : signInOf(either)) ?? defaultChain(either, allowed !== undefined);
  const cloudflareApiToken =
    first("cloudflareApiToken") ?? second("cloudflareApiToken");
  return {
    tenantId: which("tenantId", inStack, inEnvironment),
    signIn,
    cloudflareAccountId: which("cloudflareAccountId", inStack, inEnvironment),
    cloudflareApiToken,
    authorityHost: optional(either("authorityHost"), (value) =>
      baseUrl("authorityHost", value),
    ),
    exchangeBaseUrl: baseUrl(
      "exchangeBaseUrl",
      either("exchangeBaseUrl") ?? "https://outlook.office365.com",
    ),
    graphBaseUrl: baseUrl(
      "graphBaseUrl",
      either("graphBaseUrl") ?? "https://graph.microsoft.com",
    ),
    cloudflareBaseUrl: baseUrl(
      "cloudflareBaseUrl",
      either("cloudflareBaseUrl") ?? "https://api.cloudflare.com/client/v4",
    ),
    requestTimeoutMs: milliseconds(
      "requestTimeoutMs",
      either("requestTimeoutMs"),
      30_000,
    ),
    patienceMs: milliseconds("patienceMs", either("patienceMs"), 300_000),
    // Of both sources: a leftover secret that is not used must not be printed either.
    secrets: secretKeys.flatMap((key) =>
      [inStack(key), inEnvironment(key)].filter((s) => s !== undefined),
    ),
  };
}

function allowedVariables(mark: string | undefined): string[] | undefined {
  if (mark === undefined) return undefined;
  const names: unknown = JSON.parse(mark);
  return Array.isArray(names) ? names.map(String) : [];
}

/** A set counts only if it holds a secret (first), a certificate (second) or a token file (third). */
function signInOf(source: Source): SignIn | undefined {
  const clientId = source("clientId");
  const clientSecret = source("clientSecret");
  const certificatePath = source("clientCertificatePath");
  const tokenFile = source("federatedTokenFile");
  if (!clientSecret && !certificatePath && !tokenFile) return undefined;
  if (!clientId)
    throw new UserError(
      `Cannot sign in to Microsoft: ${clientSecret ? "a client secret" : certificatePath ? "a certificate" : "a federated token file"} is given, but not the application it belongs to. Set clientId (area1:clientId or ${keys.clientId}) in the same place.`,
    );
  if (clientSecret) return { by: "secret", clientId, clientSecret };
  if (certificatePath) {
    const certificatePassword = source("clientCertificatePassword");
    return {
      by: "certificate",
      clientId,
      certificatePath,
      ...(certificatePassword && { certificatePassword }),
    };
  }
  return tokenFile ? { by: "tokenFile", clientId, tokenFile } : undefined;
}

function defaultChain(source: Source, explicit: boolean): SignIn {
  const clientId = source("clientId");
  return { by: "defaultChain", explicit, ...(clientId && { clientId }) };
}

/** Nobody may change the wrong tenant because of a leftover variable. */
function which(
  key: "tenantId" | "cloudflareAccountId",
  inStack: Source,
  inEnvironment: Source,
): string | undefined {
  const stack = inStack(key);
  const environment = inEnvironment(key);
  if (
    stack !== undefined &&
    environment !== undefined &&
    stack.toLowerCase() !== environment.toLowerCase()
  )
    throw new UserError(
      `area1:${key} is ${stack} in the stack's configuration, but ${keys[key]} in the environment is ${environment}. Unset the variable, or make both the same.`,
    );
  return stack ?? environment;
}

const optional = <T>(
  value: string | undefined,
  read: (value: string) => T,
): T | undefined => (value === undefined ? undefined : read(value));

/** True for 127.0.0.0/8, [::1] and localhost. */
export const isLoopback = (hostname: string): boolean =>
  /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname);

/** Without a slash at the end; https, or http on a loopback host. */
function baseUrl(key: Key, value: string): string {
  let url: URL;
  try {
    url = new URL(value.includes("://") ? value : `https://${value}`);
  } catch {
    throw new UserError(
      `area1:${key}: "${value}" is not a URL. Give one like https://host.example.`,
    );
  }
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

function milliseconds(
  key: Key,
  value: string | undefined,
  fallback: number,
): number {
  if (value === undefined) return fallback;
  const number = Number(value);
  // A timer of Node's takes no more, and one that is longer ends at once.
  if (!Number.isInteger(number) || number <= 0 || number > 2 ** 31 - 1)
    throw new UserError(
      `area1:${key}: "${value}" is not a number of milliseconds. Give a whole number from 1 to 2147483647, or leave it out for ${fallback}.`,
    );
  return number;
}
