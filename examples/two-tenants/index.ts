import * as pulumi from "@pulumi/pulumi";
import {
  Area1Provider,
  UseCase4,
  type Area1ProviderArgs,
} from "pulumi-area1-m365";

const config = new pulumi.Config();

/**
 * The tenant and the account that the stack's configuration holds under a name (`pulumi config set --path north.tenantId …`),
 * with secrets from variables of its own: NORTH_CLIENT_SECRET is read anew by every command, and kept in no state.
 */
const tenant = (name: string): Area1Provider =>
  new Area1Provider(name, config.requireObject<Area1ProviderArgs>(name), {
    envVarMappings: {
      [`${name.toUpperCase()}_CLIENT_SECRET`]: "AZURE_CLIENT_SECRET",
      [`${name.toUpperCase()}_CLOUDFLARE_TOKEN`]: "CLOUDFLARE_API_TOKEN",
    },
  });

const north = new UseCase4(
  "north",
  { domains: ["example.com"] },
  { provider: tenant("north") },
);
const south = new UseCase4(
  "south",
  { domains: ["example.org"], quarantineRetentionPeriod: 30 },
  { provider: tenant("south") },
);

export const tenants = [north, south].map((one) => one.restorePoint.tenantId);
export const routes = { north: north.routes, south: south.routes };
