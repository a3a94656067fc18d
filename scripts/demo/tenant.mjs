// A tenant and an account that people have lived in, what they do behind the stack's back, and what became of it all.
import { isDeepStrictEqual } from "node:util";

export const domains = ["example.com", "example.org", "example.net"];
const adminQuarantine = "UserNotifyAdminRelease";
const spam = "Email Security User Quarantine Message";
const malicious = `${spam} Admin Release`;

/** What there is before the stack: nobody's fresh tenant. */
export const seed = {
  tenants: [
    {
      transportRules: [
        {
          Name: "Prefix of external mail",
          FromScope: "NotInOrganization",
          PrependSubject: "[EXTERNAL] ",
        },
        {
          Name: "Scanner on the second floor",
          SenderIpRanges: ["192.0.2.25"],
          SetSCL: -1,
          StopRuleProcessing: true,
        },
        {
          Name: "Disclaimer",
          FromScope: "InOrganization",
          ApplyHtmlDisclaimerLocation: "Append",
          ApplyHtmlDisclaimerText: "<p>Confidential.</p>",
          ApplyHtmlDisclaimerFallbackAction: "Wrap",
        },
      ],
      quarantinePolicies: [
        {
          Name: "Finance",
          EndUserQuarantinePermissionsValue: 27,
          ESNEnabled: true,
        },
      ],
      hostedContentFilterPolicies: [
        {
          Name: "Default",
          HighConfidenceSpamAction: "Quarantine",
          HighConfidenceSpamQuarantineTag: "Finance",
          QuarantineRetentionPeriod: 30,
          BulkThreshold: 6,
        },
      ],
    },
  ],
  accounts: [
    {
      domains: [
        {
          domain: "example.com",
          transport: "mail.example.com",
          drop_dispositions: ["MALICIOUS"],
          lookback_hops: 2,
          require_tls_outbound: false,
        },
      ],
    },
  ],
};

/** What there is, in a line each. */
export function inventory({ tenant, account }) {
  const rules = tenant.transportRules.map(({ Name }) => `"${Name}"`);
  const policy = tenant.find("HostedContentFilterPolicy", "Default");
  const preset = "Standard Preset Security Policy";
  const { State } = tenant.find("EOPProtectionPolicyRule", preset);
  return [
    `mail flow rules of others: ${rules.join(", ")}`,
    `anti-spam policy Default: spam to ${policy.SpamAction}, high confidence spam to the quarantine "${policy.HighConfidenceSpamQuarantineTag}", which somebody made by hand, for ${policy.QuarantineRetentionPeriod} days`,
    `${preset}: ${State}`,
    `${domains.join(", ")} in Microsoft 365`,
    ...account.domains.map(
      ({ domain, transport, drop_dispositions: dropped }) =>
        `${domain} at Cloudflare: forwards to ${transport}, drops ${dropped.join()}`,
    ),
  ];
}

/** Every enabled mail flow rule that sets an SCL by a header, as `header: words => SCL`. */
export function rulesIn({ tenant }) {
  return tenant.transportRules
    .filter(({ State, Mode }) => State === "Enabled" && Mode !== "Audit")
    .filter(({ HeaderContainsMessageHeader: header }) => header)
    .map(
      ({
        HeaderContainsMessageHeader: header,
        HeaderContainsWords: words,
        SetSCL: scl,
        SenderIpRanges: ranges,
      }) =>
        `${header}: ${[...words].sort().join()} from ${ranges.length} ranges => ${scl}`,
    )
    .sort();
}

/** What use case 4 has there. */
export const expectedRules = [
  "X-Area1Security-Disposition: MALICIOUS from 42 ranges => 9",
  "X-Area1Security-Disposition: SPAM,SPOOF,UCE from 42 ranges => 5",
  "X-CFEmailSecurity-Disposition: MALICIOUS from 42 ranges => 9",
  "X-CFEmailSecurity-Disposition: SPAM,SPOOF,UCE from 42 ranges => 5",
];

/**
 * Four changes that a colleague might make in the portals: each in words, as a request, as the refresh has to show it, and the finding
 * that says what follows for mail.
 */
export const changes = [
  {
    object: `Rule "${malicious}"`,
    told: "SCL 5 instead of 9, so Malicious is Spam",
    resource: "mail-cloudflare-admin",
    shows: { setScl: [9, 5] },
    follows: "rule-scl",
    request: {
      kind: "TransportRule",
      name: malicious,
      changes: { SetSCL: 5 },
    },
  },
  {
    object: `Quarantine policy "${adminQuarantine}"`,
    told: "recipients release instead of asking for it",
    resource: "mail-admin-quarantine",
    shows: {
      "endUserQuarantinePermissions[2]": ["RequestRelease", "Release"],
    },
    follows: "malicious-self-release",
    request: {
      kind: "QuarantinePolicy",
      name: adminQuarantine,
      changes: { EndUserQuarantinePermissionsValue: 7 },
    },
  },
  {
    object: "Domain example.org at Cloudflare",
    told: "forwards to old.example.org, past Microsoft 365",
    resource: "mail-domain-example.org",
    shows: { transport: [undefined, "old.example.org"] },
    follows: "domain-transport",
    request: {
      kind: "Domain",
      name: "example.org",
      changes: { transport: "old.example.org" },
    },
  },
  {
    object: `Rule "${spam}"`,
    told: "deleted",
    resource: "mail-cloudflare-user",
    shows: "gone",
    follows: "rule-missing",
    remove: ["TransportRule", spam],
  },
];

/** A change of something that the stack does not manage, and that goes before everything that it does. */
export const preset = {
  object: "Strict Preset Security Policy",
  told: "switched on, for everybody",
  follows: "preset-in-force",
  request: {
    kind: "EOPProtectionPolicyRule",
    name: "Strict Preset Security Policy",
    changes: { Enabled: true },
  },
};

/** Makes a change as somebody else would. */
export function make({ request, remove }, { tenant, account }) {
  if (remove) tenant.remove(...remove);
  else if (request.kind === "Domain")
    account.edit(request.name, request.changes);
  else tenant.edit(request.kind, request.name, request.changes);
}

/** Times and names of who changed what: they move with every change, also with one that puts things back. */
const stamps = new Set(["WhenChanged", "LastModifiedBy", "modified_at"]);

/**
 * What differs between two snapshots: a line each, empty when they are equal but for the stamps.
 *
 * @returns {{added: string[], removed: string[], changed: string[]}}
 */
export function difference(before, after) {
  const [old, now] = [objectsOf(before), objectsOf(after)];
  return {
    added: [...now.keys()].filter((key) => !old.has(key)),
    removed: [...old.keys()].filter((key) => !now.has(key)),
    changed: [...old].flatMap(([key, was]) => {
      const is = now.get(key);
      if (!is) return [];
      return [...new Set([...Object.keys(was), ...Object.keys(is)])]
        .filter((name) => !stamps.has(name))
        .filter((name) => !isDeepStrictEqual(was[name], is[name]))
        .map(
          (name) =>
            `${key}: ${name} was ${JSON.stringify(was[name])}, is ${JSON.stringify(is[name])}`,
        );
    }),
  };
}

/** Every object of every list of a snapshot, by list and name. */
function objectsOf({ tenants, accounts }) {
  const all = new Map();
  const holders = [
    ...tenants.map((tenant) => ["Microsoft 365", tenant]),
    ...accounts.map((account) => ["Cloudflare", account]),
  ];
  for (const [vendor, holder] of holders)
    for (const [list, value] of Object.entries(holder))
      for (const object of [value].flat()) {
        if (typeof object !== "object" || object === null) continue;
        const name =
          object.Name ?? object.domain ?? object.id ?? JSON.stringify(object);
        all.set(`${vendor}: ${list} "${name}"`, object);
      }
  return all;
}
