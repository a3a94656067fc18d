import { randomBytes, randomUUID } from "node:crypto";
import type { JsonObject } from "./json";

/** An API token of an account. */
export interface ApiToken {
  /** The token itself. */
  value: string;
  /** What the log calls it. */
  label: string;
  /** Its permission groups, such as `Cloud Email Security: Write`. */
  permissions: string[];
}

/** The legacy pair of `X-Auth-Email` and `X-Auth-Key`; it may do everything. */
export interface ApiKey {
  /** The user's address. */
  email: string;
  /** The global key. */
  key: string;
}

/** A protected domain as the simulator keeps it: Cloudflare's fields under their own names, as they were sent. */
export interface EmailDomain extends JsonObject {
  /** A UUID. */
  id: string;
  /** The domain's name. */
  domain: string;
  /** `PENDING`, `ACTIVE`, `FAILED`, `TIMEOUT` or null. */
  status: string | null;
  /** ISO 8601 in UTC. */
  created_at: string;
  /** ISO 8601 in UTC. */
  modified_at: string;
  /** The value that the TXT record `_cf-email-sec-challenge.<domain>` must have; empty for a domain proven by other means. */
  txt_record_value: string;
}

/** All data of an account, as JSON. */
export interface AccountState {
  /** The account's id, 32 hexadecimal digits. */
  id: string;
  /** Whether it has bought Email Security. */
  entitled: boolean;
  /** Its API tokens. */
  tokens: ApiToken[];
  /** Its legacy keys. */
  keys: ApiKey[];
  /** Domains whose zone the account owns: a new email domain of that name needs no TXT record. */
  zones: string[];
  /** The simulated public DNS: TXT records by name. */
  txtRecords: { name: string; value: string }[];
  /** The protected domains, oldest first. */
  domains: EmailDomain[];
}

const stateKeys = [
  "id",
  "entitled",
  "tokens",
  "keys",
  "zones",
  "txtRecords",
  "domains",
] as const satisfies (keyof AccountState)[];

/** A simulated Cloudflare account: its current objects, and methods that change them as another administrator would. */
export class Account implements AccountState {
  id!: string;
  entitled!: boolean;
  tokens!: ApiToken[];
  keys!: ApiKey[];
  zones!: string[];
  txtRecords!: { name: string; value: string }[];
  domains!: EmailDomain[];

  #superseded: {
    id: string;
    before: EmailDomain | undefined;
    until: number;
  }[] = [];

  /** Creates an account from a copy of the given state. */
  constructor(state: AccountState) {
    this.restore(state);
  }

  /** Returns a deep copy of all data of the account. */
  snapshot(): AccountState {
    const state = Object.fromEntries(stateKeys.map((key) => [key, this[key]]));
    return structuredClone(state) as unknown as AccountState;
  }

  /** Replaces all data of the account. */
  restore(state: AccountState): void {
    const copy = structuredClone(state);
    for (const key of stateKeys) Object.assign(this, { [key]: copy[key] });
    this.#superseded = [];
  }

  /** Returns the domain with that name or id, or undefined. */
  find(domain: string): EmailDomain | undefined {
    const wanted = domain.toLowerCase();
    return this.domains.find(
      (one) => one.domain.toLowerCase() === wanted || one.id === wanted,
    );
  }

  /** Changes fields of a domain without an API request and updates modified_at. @throws Error if there is no such domain. */
  edit(domain: string, changes: JsonObject): EmailDomain {
    const found = this.#existing(domain);
    Object.assign(found, changes);
    touch(found);
    return found;
  }

  /** Adds a domain. Missing fields get defaults, and its status is ACTIVE. @throws Error if a domain of that name exists. */
  add(fields: { domain: string } & JsonObject): EmailDomain {
    if (this.find(fields.domain))
      throw new Error(`There is a domain "${fields.domain}" already`);
    const made = newDomain({
      status: "ACTIVE",
      txt_record_value: "",
      ...fields,
    });
    this.domains.push(made);
    return made;
  }

  /** Removes a domain. @throws Error if there is no such domain. */
  remove(domain: string): EmailDomain {
    const found = this.#existing(domain);
    this.domains.splice(this.domains.indexOf(found), 1);
    return found;
  }

  /** Replaces a domain by another one with the same name and a new id. @throws Error if there is no such domain. */
  replace(domain: string, fields: JsonObject = {}): EmailDomain {
    const old = this.#existing(domain);
    const { id, created_at, modified_at, ...kept } = old;
    const fresh = newDomain({ ...kept, ...fields, domain: old.domain });
    this.domains[this.domains.indexOf(old)] = fresh;
    return fresh;
  }

  /** Publishes a TXT record in the simulated DNS. Domains that are PENDING because of it become ACTIVE. */
  publishTxt(name: string, value: string): void {
    this.txtRecords.push({ name, value });
    for (const domain of this.domains)
      if (
        domain.status === "PENDING" &&
        challengeName(domain.domain) === name.toLowerCase() &&
        domain.txt_record_value === value
      )
        this.edit(domain.domain, { status: "ACTIVE" });
  }

  /** Records a domain as it was before a write, so that reads can lag behind the write. */
  supersede(id: string, before: EmailDomain | undefined, lagMs: number): void {
    if (lagMs > 0)
      this.#superseded.push({ id, before, until: Date.now() + lagMs });
  }

  /** Ends all read lags: from now on, reads return what was written. */
  settle(): void {
    this.#superseded = [];
  }

  /** Returns the domains as a read returns them. */
  visible(): EmailDomain[] {
    const now = Date.now();
    this.#superseded = this.#superseded.filter(({ until }) => until > now);
    const seen = new Map(this.domains.map((domain) => [domain.id, domain]));
    for (const { id, before } of [...this.#superseded].reverse())
      if (before) seen.set(id, before);
      else seen.delete(id);
    return [...seen.values()];
  }

  #existing(domain: string): EmailDomain {
    const found = this.find(domain);
    if (!found) throw new Error(`There is no domain "${domain}"`);
    return found;
  }
}

/** Returns the name of the TXT record that proves ownership of a domain. */
export function challengeName(domain: string): string {
  return `_cf-email-sec-challenge.${domain.toLowerCase()}`;
}

/** Creates a domain from the given fields. The others are null or empty. */
export function newDomain(
  fields: { domain: string; status: string | null } & JsonObject,
): EmailDomain {
  const now = new Date().toISOString();
  return {
    id: randomUUID(),
    created_at: now,
    modified_at: now,
    allowed_delivery_modes: ["DIRECT"],
    ip_restrictions: [],
    drop_dispositions: [],
    regions: ["GLOBAL"],
    lookback_hops: null,
    require_tls_inbound: null,
    require_tls_outbound: null,
    transport: null,
    integration_id: null,
    folder: null,
    inbox_provider: null,
    o365_tenant_id: null,
    dmarc_status: null,
    spf_status: null,
    txt_record_value: `cf-email-sec-${randomBytes(12).toString("hex")}`,
    ...fields,
  };
}

/** Sets modified_at to the current time, and always to a later one than before. */
export function touch(domain: EmailDomain): void {
  const before = Date.parse(domain.modified_at);
  domain.modified_at = new Date(Math.max(Date.now(), before + 1)).toISOString();
}
