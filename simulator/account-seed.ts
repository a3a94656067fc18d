import { newDomain, type AccountState } from "./account";
import { defaultAccount } from "./contoso";
import { isObject, refuseUnknownKeys, type JsonObject } from "./json";

/** A Cloudflare account of a seed. */
export interface AccountSeed {
  /** Its id, 32 hexadecimal digits. Required for every account except the first. */
  id?: string;
  /** Whether it has bought Email Security. @default true */
  entitled?: boolean;
  /** API tokens that replace the default one. */
  tokens?: { value: string; label?: string; permissions?: string[] }[];
  /** Legacy keys. */
  keys?: { email: string; key: string }[];
  /** Zones that it owns. */
  zones?: string[];
  /** Protected domains: the API's fields; ACTIVE unless `status` says otherwise. */
  domains?: ({ domain: string } & JsonObject)[];
}

/** Returns the account that a seed describes. @throws Error that says where and what is wrong. */
export function accountOf(seed: AccountSeed, at: number): AccountState {
  const where = `accounts[${at}]`;
  refuseUnknownKeys(where, seed, [
    "id",
    "entitled",
    "tokens",
    "keys",
    "zones",
    "domains",
  ]);
  if (at > 0 && seed.id === undefined)
    throw new Error(`${where}: a further account needs an id`);
  if (seed.id !== undefined && !/^[0-9a-f]{1,32}$/i.test(seed.id))
    throw new Error(
      `${where}.id: an account's id has up to 32 hexadecimal digits`,
    );
  const account = defaultAccount();
  account.id = seed.id?.toLowerCase() ?? account.id;
  account.entitled = seed.entitled ?? true;
  account.keys = seed.keys ?? [];
  account.zones = seed.zones ?? [];
  if (seed.tokens)
    account.tokens = seed.tokens.map(
      ({ value, label, permissions }, index) => ({
        value,
        label: label ?? `token ${index + 1}`,
        permissions: permissions ?? ["Cloud Email Security: Write"],
      }),
    );
  account.domains = (seed.domains ?? []).map((domain, index) => {
    if (!isObject(domain) || typeof domain.domain !== "string")
      throw new Error(`${where}.domains[${index}]: domain is missing`);
    return newDomain({ status: "ACTIVE", txt_record_value: "", ...domain });
  });
  return account;
}
