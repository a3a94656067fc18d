import type { AccessToken, TokenCredential } from "@azure/identity";

import { same } from "../../mail-flow/names";
import { isGuid } from "../codecs";
import {
  commercialBaseUrls,
  credentialNames,
  placeOf,
  type Configuration,
} from "./configuration";
import { Entra } from "./entra";
import { printable, reasonOf, UserError, VendorError } from "../errors";
import type { Http } from "../http/http";
import { isRecord, parsed } from "../json";
import { isLoopback } from "../http/loopback";
import { limited, SharedPatience, type Patience } from "../http/patience";

/** Claims of a token, used for diagnostics and to find its tenant. */
export interface Claims {
  readonly tid?: string;
  readonly aud?: string;
  readonly roles?: readonly string[];
  /** The application (client id). */
  readonly appid?: string;
  /** The person who signed in; absent for an application. */
  readonly upn?: string;
}

/** The two Microsoft services that need tokens. */
export type Service = "exchange" | "graph";

/**
 * Gets Microsoft tokens. There is one credential per process and service, and concurrent callers share a token request: ten
 * concurrent `getToken` calls on a new credential otherwise send twenty requests (measured). A credential for two services would
 * lose the first one's token.
 */
export class Credentials {
  private readonly made = new Map<Service, Promise<TokenCredential>>();
  private readonly clients = new Map<Service, Entra>();
  private readonly inFlight = new Map<
    string,
    { readonly token: Promise<string>; readonly patience: SharedPatience }
  >();
  private readonly seen = new Set<string>();
  private latest: Claims = {};

  /** @param http client for the requests of a sign-in with a secret, certificate or token file. */
  constructor(
    private readonly configuration: Configuration,
    private readonly http: Http,
  ) {}

  /** All tokens that were issued to this process: none may appear in a message. */
  get tokens(): Iterable<string> {
    return this.seen;
  }

  /** The signed-in identity for messages about permissions: application, tenant, and where each was configured. */
  get identity(): string {
    const { signIn, tenantId } = this.configuration;
    const { appid, upn } = this.latest;
    const who =
      signIn.by !== "defaultChain"
        ? `application ${signIn.clientId} (${placeOf(this.configuration, "clientId")})`
        : upn
          ? `account ${upn} (default credential chain)`
          : `application ${appid ?? signIn.clientId ?? "of unknown id"} (default credential chain)`;
    return tenantId
      ? `${who} in tenant ${tenantId} (${placeOf(this.configuration, "tenantId")})`
      : who;
  }

  /**
   * Returns a token for a service, from the library's cache until shortly before it expires. Concurrent operations share a request, whose
   * time limit is the longest of theirs.
   */
  token(service: Service, patience: Patience): Promise<string> {
    const scope = scopeOf(service, this.configuration);
    let running = this.inFlight.get(scope);
    if (running) running.patience.join(patience);
    else {
      const shared = new SharedPatience(patience);
      const token = this.request(service, scope, shared).finally(() =>
        this.inFlight.delete(scope),
      );
      running = { token, patience: shared };
      this.inFlight.set(scope, running);
    }
    return running.patience.waitFor(
      running.token,
      patience,
      () =>
        new VendorError(
          "unreachable",
          `the patience of this operation, ${patience.total / 1000} s, was used up before Microsoft Entra issued a token`,
          { advice: "Try again, or raise area1:patienceMs." },
        ),
    );
  }

  /** Returns the tenant of the credentials, from the token. */
  async tenantId(patience: Patience): Promise<string> {
    const { tid } = claimsOf(await this.token("exchange", patience));
    if (!tid)
      throw new UserError(
        "Cannot tell the tenant: the token that Microsoft issued names none (tid). Check area1:tenantId and the sign-in.",
      );
    const { tenantId } = this.configuration;
    // For example, a managed identity always belongs to its own tenant, whichever tenant is requested.
    if (tenantId && isGuid(tenantId) && !same(tenantId, tid))
      throw new UserError(
        `Cannot work in tenant ${tenantId}: the sign-in belongs to tenant ${tid}. Nothing was done; check area1:tenantId and the sign-in.`,
      );
    return tid;
  }

  /** Discards the credentials, so that the next token is a new one. */
  renew(): void {
    this.made.clear();
  }

  private async request(
    service: Service,
    scope: string,
    patience: Patience,
  ): Promise<string> {
    const entra =
      this.clients.get(service) ??
      new Entra(this.http, this.configuration.authorityHost);
    this.clients.set(service, entra);
    const making =
      this.made.get(service) ?? makeCredential(this.configuration, entra);
    this.made.set(service, making);
    const credential = await making.catch((error: unknown) => {
      this.made.delete(service);
      throw error;
    });
    entra.patience = patience;
    entra.failure = undefined;
    let token: AccessToken | null;
    try {
      token = await (this.configuration.signIn.by === "defaultChain"
        ? this.limited(credential, scope, patience)
        : credential.getToken(scope));
    } catch (error) {
      throw this.refused(entra.failure ?? error);
    }
    if (!token) throw this.refused(new Error("the credential gave no token"));
    this.seen.add(token.token);
    this.latest = claimsOf(token.token);
    return token.token;
  }

  /** Gets a token within a time limit: some credentials of the chain ignore the abort signal between their own retries. */
  private async limited(
    credential: TokenCredential,
    scope: string,
    patience: Patience,
  ): Promise<AccessToken | null> {
    const begun = Date.now();
    const limit = 4 * this.configuration.requestTimeoutMs;
    const abort = new AbortController();
    return limited(
      credential.getToken(scope, { abortSignal: abort.signal }),
      // The time left can grow meanwhile, when more operations join.
      () => Math.min(patience.left, begun + limit - Date.now()),
      () => {
        abort.abort();
        const passed = Math.ceil((Date.now() - begun) / 1000);
        return new Error(`no answer within ${passed} s`);
      },
    );
  }

  private refused(error: unknown): VendorError {
    const reason = printable(reasonOf(error));
    const host = this.configuration.authorityHost ?? "Microsoft Entra";
    const code = /AADSTS\d+/.exec(reason)?.[0];
    return new VendorError(
      "unauthorized",
      `cannot sign in to tenant ${this.configuration.tenantId ?? "(none given)"} at ${host}: ${reason}`,
      {
        advice: adviceFor(code, this.configuration, error),
        cause: error,
      },
    );
  }
}

/** Lists the values that a sign-in used and where each was configured. This shows, for example, a leftover environment variable. */
function usedFor(configuration: Configuration): string {
  const { tenantId, signIn, origins } = configuration;
  const credentials = Object.entries(credentialNames).flatMap(([key, name]) => {
    const origin = origins[key as keyof typeof credentialNames];
    return origin ? [`${name.replace(/^a /, "")} from ${origin}`] : [];
  });
  const ids = [
    ["tenant", tenantId, "tenantId"],
    ["application", signIn.clientId, "clientId"],
  ] as const;
  const used = [
    ...ids.flatMap(([name, value, key]) =>
      value ? [`${name} ${value} from ${placeOf(configuration, key)}`] : [],
    ),
    ...credentials,
  ];
  return used.length > 0 ? `Used: ${used.join(", ")}.` : "";
}

/** Runs work that needs a token, and after a 401 once more with a new token: the old one may have been revoked or have expired. */
export async function renewedOnce<T>(
  credentials: Credentials,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof VendorError) || error.details.status !== 401)
      throw error;
    credentials.renew();
    return work();
  }
}

/** Returns the scope `<origin>/.default` of the base URL; for a loopback host (the simulator) that of the commercial cloud. */
function scopeOf(service: Service, configuration: Configuration): string {
  const { hostname, origin } = new URL(configuration[`${service}BaseUrl`]);
  const commercial = commercialBaseUrls[`${service}BaseUrl`];
  return `${isLoopback(hostname) ? commercial : origin}/.default`;
}

/** Returns the payload of a JWT without verifying it, or an empty object for any other text. */
export function claimsOf(token: string): Claims {
  const payload = token.split(".")[1] ?? "";
  const claims = parsed(Buffer.from(payload, "base64url").toString("utf8"));
  return isRecord(claims) ? claims : {};
}

async function makeCredential(
  configuration: Configuration,
  entra: Entra,
): Promise<TokenCredential> {
  const { tenantId, signIn, authorityHost } = configuration;
  if (signIn.by !== "defaultChain" && !tenantId)
    throw new UserError(
      "Cannot sign in to Microsoft: no tenant is given. Set area1:tenantId or AZURE_TENANT_ID to the tenant's GUID or one of its domains.",
    );
  const tenant = tenantId ?? "";
  const identity = await import("@azure/identity");
  const ofMicrosoft = Object.values<string | undefined>(
    identity.AzureAuthorityHosts,
  ).includes(authorityHost);
  // Instance discovery asks the public cloud about the authority, which does not know the simulator or a proxy.
  const options = authorityHost
    ? { authorityHost, disableInstanceDiscovery: !ofMicrosoft }
    : {};
  // For an authority of Microsoft, the library itself knows all its hosts.
  if (ofMicrosoft) entra.authorityHost = undefined;
  const ours = {
    ...options,
    httpClient: entra,
    retryOptions: { maxRetries: 0 },
  };
  switch (signIn.by) {
    case "secret":
      return new identity.ClientSecretCredential(
        tenant,
        signIn.clientId,
        signIn.clientSecret,
        ours,
      );
    case "certificate":
      return new identity.ClientCertificateCredential(
        tenant,
        signIn.clientId,
        {
          certificatePath: signIn.certificatePath,
          ...(signIn.certificatePassword && {
            certificatePassword: signIn.certificatePassword,
          }),
        },
        ours,
      );
    case "tokenFile":
      return new identity.WorkloadIdentityCredential({
        tenantId: tenant,
        clientId: signIn.clientId,
        tokenFilePath: signIn.tokenFile,
        ...ours,
      });
    case "defaultChain": {
      const inTenant = { ...(tenantId && { tenantId }), ...options };
      const byIdentity = new identity.ManagedIdentityCredential({
        ...(signIn.clientId && { clientId: signIn.clientId }),
      });
      // The library's default chain starts with the environment, which an explicit provider must not use.
      return signIn.explicit
        ? new identity.ChainedTokenCredential(
            byIdentity,
            new identity.AzureCliCredential(inTenant),
            new identity.AzurePowerShellCredential(inTenant),
            new identity.AzureDeveloperCliCredential(inTenant),
          )
        : new identity.DefaultAzureCredential({
            ...inTenant,
            ...(signIn.clientId && {
              managedIdentityClientId: signIn.clientId,
            }),
          });
    }
  }
}

function adviceFor(
  code: string | undefined,
  configuration: Configuration,
  error: unknown,
): string {
  if (error instanceof VendorError && error.details.advice)
    return error.details.advice;
  return `${whatToDo(code, configuration)} ${usedFor(configuration)}`.trim();
}

function whatToDo(code: string | undefined, { signIn }: Configuration): string {
  switch (code) {
    case "AADSTS7000215":
    case "AADSTS7000222":
      return "The client secret is wrong, has expired or belongs to another application: make a new one and set it.";
    case "AADSTS700016":
      return "The application is not in this tenant: check both ids.";
    case "AADSTS90002":
      return "The tenant does not exist: check its id.";
    case "AADSTS700024":
      return `${staleToken} ${onGitHub}`;
    case "AADSTS70021":
    case "AADSTS700211":
    case "AADSTS700212":
    case "AADSTS700213":
      return `The application has no federated credential with the issuer, subject and audience of the token in the file: compare them, character by character. If they are right, ${staleToken.charAt(0).toLowerCase()}${staleToken.slice(1)} ${onGitHub}`;
    default:
      if (signIn.by !== "defaultChain")
        return "Check the tenant, the application and its credential; see the README, Permissions.";
      return signIn.explicit
        ? "The explicit provider has no client secret, certificate or token file, so the default chain was tried. It reads only the environment variables that its argument environmentVariables lists; Area1Provider lists those of its envVarMappings."
        : "No client secret, certificate or token file is given, so the default chain was tried; see docs/configuration.md.";
  }
}

const staleToken =
  "The token in the file is too old: write a new one just before each pulumi command.";

/** @see https://docs.github.com/actions/reference/security/oidc */
const onGitHub =
  "A token of GitHub Actions is valid for five minutes; docs/configuration.md shows the step that writes it.";
