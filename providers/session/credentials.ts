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

/** What a token says of itself, for diagnostics and for the tenant it belongs to. */
export interface Claims {
  readonly tid?: string;
  readonly aud?: string;
  readonly roles?: readonly string[];
  /** The application (client id). */
  readonly appid?: string;
  /** The person who signed in; absent for an application. */
  readonly upn?: string;
}

/** The two Microsoft services that tokens are asked for. */
export type Service = "exchange" | "graph";

/**
 * Microsoft tokens: one credential per process and service, the token in flight shared (ten `getToken` calls at once on a new
 * credential make twenty requests otherwise, measured; and two, for two services, forget what the first was given).
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

  /** @param http sends the requests of a sign-in with a secret, certificate or token file. */
  constructor(
    private readonly configuration: Configuration,
    private readonly http: Http,
  ) {}

  /** Every token that was handed out: none may appear in a message. */
  get tokens(): Iterable<string> {
    return this.seen;
  }

  /** Who has signed in, as messages about permissions name it: application, tenant, and where each was configured. */
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
   * Returns a token for a service; the library's own cache answers until shortly before it expires. Operations that ask at once share a
   * request, which lasts as long as the longest patience among them.
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

  /** The tenant that the credentials belong to, as the token says. */
  async tenantId(patience: Patience): Promise<string> {
    const { tid } = claimsOf(await this.token("exchange", patience));
    if (!tid)
      throw new UserError(
        "Cannot tell the tenant: the token that Microsoft issued names none (tid). Check area1:tenantId and the sign-in.",
      );
    const { tenantId } = this.configuration;
    // A managed identity, for one, has the tenant it has, whatever is asked for.
    if (tenantId && isGuid(tenantId) && !same(tenantId, tid))
      throw new UserError(
        `Cannot work in tenant ${tenantId}: the sign-in belongs to tenant ${tid}. Nothing was done; check area1:tenantId and the sign-in.`,
      );
    return tid;
  }

  /** Forgets the credentials, so that the next token is a new one. */
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

  /** Not every credential of the chain heeds the signal between its own retries. */
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
      // More operations may join: what is left can grow meanwhile.
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

/** Which values a sign-in used, and where each was configured: one that is left over in the environment is seen here. */
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

/** Does something with a token, and after a 401 once more with a new one: the old one can be revoked, or expire on the way. */
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

/** `<origin>/.default` of the base URL; on a loopback host (the simulator) that of the commercial cloud. */
function scopeOf(service: Service, configuration: Configuration): string {
  const { hostname, origin } = new URL(configuration[`${service}BaseUrl`]);
  const commercial = commercialBaseUrls[`${service}BaseUrl`];
  return `${isLoopback(hostname) ? commercial : origin}/.default`;
}

/** The payload of a JWT, not verified; empty for anything else. */
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
  // Discovery would ask the public cloud about an authority that it does not know: the simulator, a proxy.
  const options = authorityHost
    ? { authorityHost, disableInstanceDiscovery: !ofMicrosoft }
    : {};
  // The library knows every host that an authority of Microsoft's own stands for.
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
      // The library's own chain begins with the environment, which an explicit provider does not look at.
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
      return signIn.by === "defaultChain"
        ? "No client secret, certificate or token file is given, so the default chain was tried; see docs/configuration.md."
        : "Check the tenant, the application and its credential; see the README, Permissions.";
  }
}

const staleToken =
  "The token in the file is too old: write a new one just before each pulumi command.";

/** @see https://docs.github.com/actions/reference/security/oidc */
const onGitHub =
  "A token of GitHub Actions is valid for five minutes; docs/configuration.md shows the step that writes it.";
