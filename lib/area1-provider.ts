import * as pulumi from "@pulumi/pulumi";

import { keys, secretKeys, type Key } from "../providers/session/configuration";
import { registration } from "./registration";

/** Every key of the configuration as an argument; see docs/configuration.md. */
export interface Area1ProviderArgs {
  /** Microsoft 365 tenant: GUID, or one of its domains. */
  tenantId?: pulumi.Input<string>;
  /** Application (client) id. */
  clientId?: pulumi.Input<string>;
  /** Client secret of the application. Kept as a secret. */
  clientSecret?: pulumi.Input<string>;
  /** PEM file with certificate and private key. */
  clientCertificatePath?: pulumi.Input<string>;
  /** Password of that file. Kept as a secret. */
  clientCertificatePassword?: pulumi.Input<string>;
  /** File with a token of a federated identity (workload identity, OIDC). */
  federatedTokenFile?: pulumi.Input<string>;
  /** Cloudflare account. */
  cloudflareAccountId?: pulumi.Input<string>;
  /** API token with the account permission Cloud Email Security: Write. Kept as a secret. */
  cloudflareApiToken?: pulumi.Input<string>;
  /** Entra authority of a sovereign cloud or the simulator. @default the public cloud's */
  authorityHost?: pulumi.Input<string>;
  /**
   * Base URL; for sovereign clouds and the simulator.
   * @default "https://outlook.office365.com"
   */
  exchangeBaseUrl?: pulumi.Input<string>;
  /**
   * Base URL; for sovereign clouds and the simulator.
   * @default "https://graph.microsoft.com"
   */
  graphBaseUrl?: pulumi.Input<string>;
  /**
   * Base URL; for sovereign clouds and the simulator.
   * @default "https://api.cloudflare.com/client/v4"
   */
  cloudflareBaseUrl?: pulumi.Input<string>;
  /** Time limit of one request, in milliseconds. @default 30000 */
  requestTimeoutMs?: pulumi.Input<number>;
  /** Limit of all waiting and retrying of one operation on one resource, in milliseconds. @default 300000 */
  patienceMs?: pulumi.Input<number>;
}

/**
 * An explicit provider: one tenant and one account, for a program that has several. It ignores the environment and the stack's
 * `area1:` configuration, except the variables in `envVarMappings` of its options: `{ TENANT_B_SECRET: "AZURE_CLIENT_SECRET" }`
 * reads the secret from `TENANT_B_SECRET`, and keeps it out of the state.
 */
export class Area1Provider extends pulumi.ProviderResource {
  constructor(
    name: string,
    args: Area1ProviderArgs,
    opts: pulumi.ResourceOptions = {},
  ) {
    const unknown = Object.keys(args).filter((key) => !(key in keys));
    if (unknown.length > 0)
      throw new pulumi.RunError(
        `${unknown.join(", ")}: not a property of Area1Provider, which has ${Object.keys(keys).join(", ")}`,
      );
    const mapped = Object.values(opts.envVarMappings ?? {});
    super(
      registration().package,
      name,
      registration().providerArgs(
        Object.fromEntries(
          Object.entries(args).map(([key, value]) => [
            key,
            asText(key as Key, value as pulumi.Input<string | number>),
          ]),
        ),
        mapped,
      ),
      opts,
    );
  }
}

/** Converts a provider's arguments to text, as the handlers expect them. */
function asText(
  key: Key,
  value: pulumi.Input<string | number>,
): pulumi.Input<string> {
  const text = pulumi.output(value).apply(String);
  return secretKeys.some((secret) => secret === key)
    ? pulumi.secret(text)
    : text;
}
