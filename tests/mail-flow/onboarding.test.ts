import type { MailExchangers } from "../../mail-flow/mx-hosts";
import {
  onboarding,
  type OnboardingHistory,
  type OnboardingView,
} from "../../mail-flow/onboarding";
import { freshTenant } from "./fresh-tenant";
import { withConnector } from "./mail-tenant";

const cloudflares = {
  hosts: [
    "mxa.global.inbound.cf-emailsecurity.net",
    "mxb.global.inbound.cf-emailsecurity.net",
  ],
};
const microsofts = { hosts: ["example-com.mail.protection.outlook.com"] };
const now = new Date("2026-11-23T12:00:00.000Z");
const nothing: OnboardingHistory = { mxSince: {}, verified: [] };
const longAgo: OnboardingHistory = {
  mxSince: { "example.com": "2026-11-01T00:00:00.000Z" },
  verified: ["example.com"],
};

/** Returns a view of the fresh tenant, in which all mail comes through Cloudflare. */
function view(
  changes: Partial<OnboardingView> & {
    readonly mx?: Record<string, MailExchangers>;
  } = {},
): OnboardingView {
  const { mx, ...others } = changes;
  return {
    snapshot: freshTenant(),
    exchangers: new Map(Object.entries({ "example.com": cloudflares, ...mx })),
    domains: ["example.com"],
    domainsWithoutMail: ["example.org"],
    lockDownConnector: "Secure M365 Inbound",
    lockDownAfterHours: 72,
    now,
    ...others,
  };
}

/** Returns a view in which the domain has this status at Cloudflare. */
function withStatus(status: string | undefined, mx: MailExchangers) {
  const snapshot = freshTenant();
  if ("value" in snapshot.domains)
    for (const domain of snapshot.domains.value) {
      if (status === undefined) delete domain.status;
      else domain.status = status;
    }
  return view({ snapshot, mx: { "example.com": mx } });
}

test("if all mail has come through Cloudflare for long enough, nothing is left to do, and the lock-down may begin", () => {
  expect(onboarding(view(), longAgo)).toMatchObject({
    nextSteps: [],
    obstacles: [],
    verified: ["example.com"],
    mxSince: longAgo.mxSince,
  });
});

test.each(["PENDING", "FAILED", "TIMEOUT", "MISSING", undefined])(
  "with the status %s, the TXT record comes before the MX records",
  (status) => {
    const found = onboarding(withStatus(status, microsofts), nothing);
    expect(found.nextSteps).toEqual([
      `Cloudflare has not verified example.com (${status ?? "no status"}): publish the TXT record of dnsRecords, and keep the MX records as they are until the domain is ACTIVE.`,
    ]);
    expect(found.obstacles).toEqual(found.nextSteps);
    expect(found.verified).toEqual([]);
  },
);

test.each<[string, MailExchangers, RegExp]>([
  [
    "Microsoft's",
    microsofts,
    /^The MX records of example\.com name example-com/,
  ],
  [
    "Cloudflare's and Microsoft's",
    { hosts: [...cloudflares.hosts, ...microsofts.hosts] },
    /^The MX records of example\.com name example-com/,
  ],
  ["somebody's", { hosts: ["mx.example.net"] }, /name mx\.example\.net/],
  ["none", { hosts: [] }, /^example\.com has no MX record/],
  [
    "unreadable",
    {
      unavailable: "DNS did not tell the MX records of example.com (ETIMEOUT).",
    },
    /ETIMEOUT.*Name another DNS server/,
  ],
])(
  "MX records that are %s are a step and an obstacle; unless they could not be read, their time starts anew",
  (_name, mx, step) => {
    const found = onboarding(view({ mx: { "example.com": mx } }), longAgo);
    expect(found.nextSteps).toEqual([expect.stringMatching(step)]);
    expect(found.obstacles).toEqual(found.nextSteps);
    expect(found.mxSince).toEqual("unavailable" in mx ? longAgo.mxSince : {});
    // The MX records of a verified domain stay published: without them it would get no mail.
    expect(found.verified).toEqual(["example.com"]);
  },
);

test("a domain behind another gateway may have the gateway's MX records, but not Microsoft's", () => {
  const snapshot = freshTenant();
  if ("value" in snapshot.domains)
    for (const domain of snapshot.domains.value) domain.lookbackHops = 2;
  const behind = (mx: MailExchangers) =>
    onboarding(view({ snapshot, mx: { "example.com": mx } }), longAgo)
      .obstacles;
  expect(behind({ hosts: ["mx.gateway.example"] })).toEqual([]);
  expect(behind(microsofts)).toHaveLength(1);
});

test("the time is counted from the first look that sees the records", () => {
  const first = onboarding(view(), nothing);
  expect(first.mxSince).toEqual({ "example.com": now.toISOString() });
  expect(first.obstacles).toEqual([
    "The MX records of example.com have not pointed at Cloudflare for 72 hours yet, and senders may still use the old ones: run pulumi up again after 2026-11-26 12:00 UTC.",
  ]);
  const at = (later: string) =>
    onboarding(view({ now: new Date(later) }), first).obstacles;
  expect(at("2026-11-26T11:59:59.000Z")).toHaveLength(1);
  expect(at("2026-11-26T12:00:00.000Z")).toEqual([]);
  expect(
    onboarding(view({ lockDownAfterHours: 0 }), nothing).obstacles,
  ).toEqual([]);
});

describe("an accepted domain that is not in the program", () => {
  const others = (mx?: MailExchangers) =>
    onboarding(
      view({
        domainsWithoutMail: [],
        ...(mx && { mx: { "example.org": mx } }),
      }),
      longAgo,
    ).obstacles;

  test.each<[string, MailExchangers | undefined]>([
    ["with Microsoft's MX records", microsofts],
    ["without MX records", { hosts: [] }],
    ["whose MX records cannot be read", { unavailable: "DNS." }],
    [
      "whose MX records point at Cloudflare, which does not know it",
      cloudflares,
    ],
    ["that was not looked up", undefined],
  ])("%s is an obstacle", (_name, mx) => {
    expect(others(mx)).toEqual([
      expect.stringMatching(/^Mail to example\.org, .*domainsWithoutMail/),
    ]);
  });

  test("is none if its record says that it accepts no mail", () => {
    expect(others({ hosts: [], acceptsNone: true })).toEqual([]);
  });

  test("is none if it is ACTIVE at Cloudflare, with MX records that have pointed there for long enough", () => {
    const snapshot = freshTenant();
    if ("value" in snapshot.domains)
      snapshot.domains.value.push({
        domain: "example.org",
        domainId: "",
        status: "ACTIVE",
        dropDispositions: [],
        allowedDeliveryModes: ["DIRECT"],
        ipRestrictions: [],
      });
    const given = (mx: MailExchangers) =>
      view({ snapshot, domainsWithoutMail: [], mx: { "example.org": mx } });
    const both = {
      ...longAgo,
      mxSince: {
        ...longAgo.mxSince,
        "example.org": "2026-11-01T00:00:00.000Z",
      },
    };
    expect(onboarding(given(cloudflares), both).obstacles).toEqual([]);
    expect(onboarding(given(cloudflares), longAgo).obstacles).toEqual([
      expect.stringMatching(/^The MX records of example\.org have not pointed/),
    ]);
    expect(onboarding(given(microsofts), both).obstacles).toHaveLength(1);
  });
});

test.each(["domains", "acceptedDomains"] as const)(
  "%s that could not be read are an obstacle",
  (part) => {
    const snapshot = {
      ...freshTenant(),
      [part]: { unavailable: "The right is missing." },
    };
    expect(onboarding(view({ snapshot }), longAgo).obstacles).toEqual([
      expect.stringMatching(/could not be read: The right is missing\.$/),
    ]);
  },
);

test("names the mail that the lock-down refuses by its nature", () => {
  const snapshot = freshTenant();
  if ("value" in snapshot.acceptedDomains)
    snapshot.acceptedDomains.value.push({
      domainName: "wide.example",
      domainType: "Authoritative",
      default: false,
      initialDomain: false,
      matchSubDomains: true,
    });
  const { refusedMail } = onboarding(
    view({
      snapshot: {
        ...snapshot,
        inboundConnectors: withConnector(
          { name: "Hybrid", connectorType: "OnPremises" },
          { name: "Secure M365 Inbound", connectorType: "OnPremises" },
          { name: "Off", connectorType: "OnPremises", enabled: false },
        ).inboundConnectors,
      },
    }),
    longAgo,
  );
  expect(refusedMail).toEqual([
    "Mail from outside to addresses at contoso.onmicrosoft.com, for which Cloudflare does not deliver.",
    "Mail to example.org.",
    "Mail to subdomains of wide.example that does not come through Cloudflare: nobody can list them.",
    'Mail from your own servers, unless Exchange Online attributes it to "Hybrid"; which connector comes first is not documented.',
    "Mail that scanners, printers, applications and partners deliver to Microsoft 365 directly.",
  ]);
});
