import type { Simulator } from "../../simulator/index";
import { Account, type EmailDomain } from "../../simulator/account";
import { defaultAccount, defaultTenant } from "../../simulator/contoso";
import { isTexts, type Json } from "../../simulator/json";
import { atMicrosoft } from "../../simulator/mail/at-microsoft";
import {
  complete,
  dispositions,
  type Message,
} from "../../simulator/mail/message";
import {
  throughCloudflare,
  type Arrival,
} from "../../simulator/mail/through-cloudflare";
import { Trace, type Delivery } from "../../simulator/mail/trace";
import { defaultQuirks, type Quirks } from "../../simulator/quirks";
import { Tenant } from "../../simulator/tenant";
import { everyDelivery } from "../mail-flow/random/every-delivery";

/** How near to its recipient a message gets, from the farthest to the nearest. */
export const nearness = [
  "away",
  "the administrator's",
  "its recipient's to release",
  "in Junk",
  "in the inbox",
] as const;
/** The place in {@link nearness} of what nobody but an administrator has. */
export const administrator = 1;

/** A message, as far as a tenant and an account may tell it from others. */
export interface WatchedMail {
  readonly recipient: string;
  readonly groups: readonly string[];
  /** The address that Cloudflare hands it on from. */
  readonly address: string;
  /** What Cloudflare's API calls it, for dropping it; undefined for clean mail. */
  readonly label: string | undefined;
  /** What Cloudflare writes into the header of a disposition; undefined for clean mail. */
  readonly word: string | undefined;
  readonly headers: "area1" | "cloudflare" | "both";
  readonly microsoftVerdict: NonNullable<Message["microsoftVerdict"]>;
}

/** Where a message may end, over all answers to what nobody can tell. */
export interface Ends {
  /** The nearest, as an index of {@link nearness}. */
  readonly nearest: number;
  /** Whether it may be rejected or deleted. */
  readonly mayBeLost: boolean;
  /** Whether Cloudflare drops it. */
  readonly dropped: boolean;
}

const collections = [
  "transportRules",
  "quarantinePolicies",
  "hostedContentFilterPolicies",
  "hostedContentFilterRules",
  "eopProtectionPolicyRules",
  "antiPhishPolicies",
  "malwareFilterPolicies",
  "acceptedDomains",
  "inboundConnectors",
] as const;
/** What decides of a tenant. */
type Exchange = Pick<
  Tenant,
  (typeof collections)[number] | "connectionFilter" | "domains"
>;

/** Members that no message sees. */
const unseen = new Set([
  "Guid",
  "ExchangeObjectId",
  "WhenChanged",
  "WhenCreated",
  "Comments",
  "AdminDisplayName",
  "CreatedBy",
  "LastModifiedBy",
  "modified_at",
  "created_at",
]);
const asKey = (value: unknown): string =>
  JSON.stringify(value, (name, member: Json) =>
    unseen.has(name) ? undefined : member,
  );

// Mail is followed through these, one message after the other; what they hold is of the moment that is asked.
const tenant = new Tenant(defaultTenant());
const account = new Account(defaultAccount());
const quirks: Quirks = { ...defaultQuirks };

/** Where mail ends by all that Exchange holds; kept for as long as moments are alike. */
class AtMicrosoft {
  readonly #ends = new Map<string, Omit<Ends, "dropped">>();

  constructor(readonly exchange: Exchange) {}

  ends(message: WatchedMail, arrival: Arrival): Omit<Ends, "dropped"> {
    const key = [
      message.recipient,
      message.groups.join(),
      message.microsoftVerdict,
      arrival.lastHop,
      arrival.byCloudflare,
      ...arrival.headers.map(({ name, value }) => `${name}: ${value}`),
    ].join(" ");
    const known = this.#ends.get(key);
    if (known) return known;
    const found = this.#follow(message, arrival);
    this.#ends.set(key, found);
    return found;
  }

  #follow(message: WatchedMail, arrival: Arrival): Omit<Ends, "dropped"> {
    const whole = complete(asMessage(message));
    Object.assign(tenant, this.exchange);
    const deliveries = everyDelivery({
      tenant,
      quirks,
      hasVerdict: message.microsoftVerdict !== "none",
      follow(unknown) {
        const trace = new Trace();
        const hops = { ...arrival, headers: [...arrival.headers] };
        const sent = { ...whole, ...unknown };
        atMicrosoft([tenant], quirks, sent, hops, Date.now(), trace);
        return trace.delivery;
      },
    });
    return {
      nearest: Math.max(...deliveries.map(placeOf)),
      mayBeLost: deliveries.some(isLost),
    };
  }
}

const isLost = ({ outcome }: Delivery): boolean =>
  outcome === "rejected" || outcome === "deleted";

function placeOf({ outcome, release }: Delivery): number {
  switch (outcome) {
    case "droppedByCloudflare":
    case "rejected":
    case "deleted":
    case "redirected":
      return 0;
    case "hostedQuarantine":
      return administrator;
    case "quarantine":
      return release === "administrator" || release === "request"
        ? administrator
        : 2;
    case "junk":
      return 3;
    case "inbox":
    case "notDocumented":
      return 4;
  }
}

const asMessage = ({
  recipient,
  groups,
  address,
  headers,
  microsoftVerdict,
}: WatchedMail): Message => ({
  recipient,
  recipientGroups: [...groups],
  senderIp: address,
  headers,
  microsoftVerdict,
});

/** What moments have in common: many are alike in what Exchange holds. */
export class Moments {
  readonly #known = new Map<string, AtMicrosoft>();

  /** What decides where mail goes now, kept. */
  now({ tenant, account }: Simulator): Moment {
    const exchange: Exchange = {
      ...(Object.fromEntries(
        collections.map((name) => [name, tenant[name]]),
      ) as Pick<Tenant, (typeof collections)[number]>),
      connectionFilter: tenant.connectionFilter,
      domains: tenant.domains,
    };
    const key = asKey(exchange);
    let found = this.#known.get(key);
    if (!found) {
      // A look at another tenant is over by then.
      if (this.#known.size >= 200) this.#known.clear();
      found = new AtMicrosoft(structuredClone(exchange));
      this.#known.set(key, found);
    }
    const domains = account.domains.map((domain): EmailDomain => ({
      ...domain,
      // Taken to come from one of the addresses that may hand it in.
      ip_restrictions: [],
    }));
    return new Moment(found, domains, `${asKey(domains)} ${key}`);
  }
}

/** What decided where mail went at a time. */
export class Moment {
  readonly #ends = new Map<string, Ends>();
  readonly #byName: ReadonlyMap<string, EmailDomain>;

  /** @param key the same for moments in which all mail goes the same ways. */
  constructor(
    readonly atMicrosoft: AtMicrosoft,
    readonly domains: readonly EmailDomain[],
    readonly key: string,
  ) {
    this.#byName = new Map(
      domains.map((domain) => [domain.domain.toLowerCase(), domain]),
    );
  }

  /** The same, with those domains besides that Cloudflare processes at another time alone. */
  withDomainsOf(other: Moment): Moment {
    const added = other.domains.filter(
      ({ domain }) => !this.#byName.has(domain.toLowerCase()),
    );
    return new Moment(
      this.atMicrosoft,
      [...this.domains, ...added],
      `${this.key} ${asKey(added)}`,
    );
  }

  /** Where a message may end. */
  ends(message: WatchedMail): Ends {
    const key = Object.values(message).join();
    const known = this.#ends.get(key);
    if (known) return known;
    const found = this.#follow(message);
    this.#ends.set(key, found);
    return found;
  }

  /** What Cloudflare does for a domain, but for its name. */
  cloudflareOf(domain: string): string {
    const { id: _, domain: __, ...rest } = this.#byName.get(domain) ?? {};
    const { transport, ...others } = rest as Partial<EmailDomain>;
    return asKey([others, typeof transport === "string" && transport !== ""]);
  }

  get exchange(): Exchange {
    return this.atMicrosoft.exchange;
  }

  #follow(message: WatchedMail): Ends {
    const { word, label, recipient, headers } = message;
    const name = recipient.slice(recipient.lastIndexOf("@") + 1).toLowerCase();
    const domain = this.#byName.get(name);
    account.domains = domain ? [dropping(domain, label)] : [];
    const disposition = dispositions.find((one) => one === word);
    const whole = complete({
      ...asMessage(message),
      ...(disposition && { disposition }),
      ...(label === "MALICIOUS-BEC" && { attributes: ["BEC"] }),
    });
    const trace = new Trace();
    const arrival = throughCloudflare([account], quirks, whole, trace);
    if (arrival === "ended") {
      const { outcome } = trace.delivery;
      return {
        nearest: placeOf(trace.delivery),
        mayBeLost: isLost(trace.delivery),
        dropped: outcome === "droppedByCloudflare",
      };
    }
    // Past Cloudflare it comes from none of Cloudflare's addresses, and without a word.
    if (!arrival.byCloudflare) arrival.lastHop = whole.sourceIp;
    // Which host Microsoft takes a domain's mail at, the guard does not ask: it is taken to be handed to that one.
    arrival.host = undefined;
    if (arrival.byCloudflare && word !== undefined && !disposition)
      arrival.headers = [
        ...arrival.headers,
        ...headersOf[headers].map((name) => ({ name, value: word })),
      ];
    return {
      ...this.atMicrosoft.ends(message, arrival),
      dropped: false,
    };
  }
}

const headersOf = {
  area1: ["X-Area1Security-Disposition"],
  cloudflare: ["X-CFEmailSecurity-Disposition"],
  both: ["X-Area1Security-Disposition", "X-CFEmailSecurity-Disposition"],
} as const;

/** The domain with the only label that decides about a message: no other one stands for it. */
function dropping(domain: EmailDomain, label: string | undefined): EmailDomain {
  const { drop_dispositions: dropped } = domain;
  return label === undefined || !isTexts(dropped)
    ? domain
    : {
        ...domain,
        drop_dispositions: dropped.filter((one) => one === label),
      };
}
