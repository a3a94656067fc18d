import type { LogEntry, Simulator } from "../../simulator/index";
import { inWords, type JsonObject } from "../../simulator/json";

type Tenant = Simulator["tenant"];

const isNamed = (value: unknown): value is JsonObject =>
  typeof value === "object" &&
  value !== null &&
  typeof (value as JsonObject)["Name"] === "string";

/** Returns every Exchange object of a tenant, by its list. An object that exists once is a list of one. */
export const exchangeLists = (tenant: Tenant): [string, JsonObject[]][] =>
  Object.entries(tenant).flatMap(([list, value]): [string, JsonObject[]][] => {
    const objects = [value as unknown].flat().filter(isNamed);
    return objects.length > 0 ? [[list, objects]] : [];
  });

/** Returns the names that two objects of one list have. */
export function duplicatesIn({ tenants, accounts }: Simulator): string[] {
  const names = [
    ...[...tenants.values()].flatMap((tenant) =>
      exchangeLists(tenant).flatMap(([list, objects]) =>
        objects.map(({ Name }) => `${tenant.id} ${list} ${inWords(Name)}`),
      ),
    ),
    ...[...accounts.values()].flatMap(({ id, domains }) =>
      domains.map(({ domain }) => `${id} domain ${domain}`),
    ),
  ];
  return names.filter((name, at) => names.indexOf(name) !== at);
}

/** Returns the names of the domains that a POST to Cloudflare creates, alone or in a batch. */
export function domainsIn({ body }: Pick<LogEntry, "body">): string[] {
  const alone = body as JsonObject;
  const posts = (alone["posts"] ?? [alone]) as JsonObject[];
  return posts.map(({ domain }) => inWords(domain));
}
