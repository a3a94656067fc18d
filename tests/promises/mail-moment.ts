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

/** Places of a message, from the farthest from its recipient to the nearest. */
export const nearness = [
  "away",
  "the administrator's",
  "its recipient's to release",
  "in Junk",
  "in the inbox",
] as const;
/** Index in {@link nearness} of mail that only an administrator can release. */
export const administrator = 1;

/** The properties of a message by which a tenant and an account may treat it differently from others. */
export interface WatchedMail {
  readonly recipient: string;
  readonly groups: readonly string[];
  /** The address from which Cloudflare delivers it. */
  readonly address: string;
  /** Its label in Cloudflare's `drop_dispositions`; undefined for clean mail. */
  readonly label: string | undefined;
  /** The word that Cloudflare writes into its disposition header; undefined for clean mail. */
  readonly word: string | undefined;
  readonly headers: "area1" | "cloudflare" | "both";
  readonly microsoftVerdict: NonNullable<Message["microsoftVerdict"]>;
}

/** The possible destinations of a message, over all values of what is unknown. */
export interface Ends {
  /** The nearest destination, as an index of {@link nearness}. */
  readonly nearest: number;
  /** Whether it may be rejected or deleted. */
  readonly mayBeLost: boolean;
  /** Whether an inbound connector may reject it. */
  readonly mayBeRejectedByConnector: boolean;
  /** Whether Cloudflare drops it. */
  readonly dropped: boolean;
  /** Whether it bypasses Cloudflare. */
  readonly pastCloudflare: boolean;
}

/** The part of the destinations that Exchange decides. */
type EndsAtMicrosoft = Omit<Ends, "dropped" | "pastCloudflare">;

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
/** The part of a tenant that decides where mail goes. */
type Exchange = Pick<
  Tenant,
  (typeof collections)[number] | "connectionFilter" | "domains"
>;

/** Members that do not influence where mail goes. */
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

// The simulator follows one message at a time through these, after they have been filled with the objects of a moment.
const tenant = new Tenant(defaultTenant());
const account = new Account(defaultAccount());
const quirks: Quirks = { ...defaultQuirks };

/** The destinations of mail with one configuration of Exchange, cached for all moments with the same configuration. */
class AtMicrosoft {
  readonly #ends = new Map<string, EndsAtMicrosoft>();

  constructor(readonly exchange: Exchange) {}

  ends(message: WatchedMail, arrival: Arrival): EndsAtMicrosoft {
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

  #follow(message: WatchedMail, arrival: Arrival): EndsAtMicrosoft {
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
      mayBeRejectedByConnector: deliveries.some(
        ({ outcome, steps }) =>
          outcome === "rejected" &&
          steps.at(-1)?.object.startsWith("InboundConnector ") === true,
      ),
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

/** Creates moments. Moments with the same configuration of Exchange share their results. */
export class Moments {
  readonly #known = new Map<string, AtMicrosoft>();

  /** Returns a copy of the configuration that decides where mail goes now. */
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
      // Bounds the memory. The oldest results are of tenants that are no longer used.
      if (this.#known.size >= 200) this.#known.clear();
      found = new AtMicrosoft(structuredClone(exchange));
      this.#known.set(key, found);
    }
    const domains = account.domains.map((domain): EmailDomain => ({
      ...domain,
      // Mail is assumed to come from an allowed address.
      ip_restrictions: [],
    }));
    return new Moment(found, domains, `${asKey(domains)} ${key}`);
  }
}

/** The configuration that decided where mail went at a moment. */
export class Moment {
  readonly #ends = new Map<string, Ends>();
  readonly #byName: ReadonlyMap<string, EmailDomain>;

  /** @param key equal for moments in which all mail takes the same route. */
  constructor(
    readonly atMicrosoft: AtMicrosoft,
    readonly domains: readonly EmailDomain[],
    readonly key: string,
  ) {
    this.#byName = new Map(
      domains.map((domain) => [domain.domain.toLowerCase(), domain]),
    );
  }

  /** Returns the same moment, with the domains added that Cloudflare processes only at another moment. */
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

  /** Returns the possible destinations of a message. */
  ends(message: WatchedMail): Ends {
    const key = Object.values(message).join();
    const known = this.#ends.get(key);
    if (known) return known;
    const found = this.#follow(message);
    this.#ends.set(key, found);
    return found;
  }

  /** Returns Cloudflare's treatment of a domain, without its name. */
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
        mayBeRejectedByConnector: false,
        dropped: outcome === "droppedByCloudflare",
        pastCloudflare: false,
      };
    }
    // Mail that bypasses Cloudflare does not come from its addresses, and has no disposition header.
    if (!arrival.byCloudflare) arrival.lastHop = whole.sourceIp;
    // The guard does not check the host at which Microsoft accepts a domain's mail, so mail is assumed to be delivered to the right one.
    arrival.host = undefined;
    if (arrival.byCloudflare && word !== undefined && !disposition)
      arrival.headers = [
        ...arrival.headers,
        ...headersOf[headers].map((name) => ({ name, value: word })),
      ];
    return {
      ...this.atMicrosoft.ends(message, arrival),
      dropped: false,
      pastCloudflare: !arrival.byCloudflare,
    };
  }
}

const headersOf = {
  area1: ["X-Area1Security-Disposition"],
  cloudflare: ["X-CFEmailSecurity-Disposition"],
  both: ["X-Area1Security-Disposition", "X-CFEmailSecurity-Disposition"],
} as const;

/** Returns the domain with only the message's label among the dropped ones, because another label must not drop it. */
function dropping(domain: EmailDomain, label: string | undefined): EmailDomain {
  const { drop_dispositions: dropped } = domain;
  return label === undefined || !isTexts(dropped)
    ? domain
    : {
        ...domain,
        drop_dispositions: dropped.filter((one) => one === label),
      };
}
