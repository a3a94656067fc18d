// The demo's tenant and account with existing objects, changes outside of the stack, and comparisons of the result.
import { isDeepStrictEqual } from "node:util";

export const domains = ["example.com", "example.org", "example.net"];
const adminQuarantine = "UserNotifyAdminRelease";
const spam = "Email Security User Quarantine Message";
const malicious = `${spam} Admin Release`;

/** The objects that exist before the stack. */
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

/** Returns a line for each existing object. */
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

/** Returns every enabled mail flow rule that sets an SCL by a header, as `header: words => SCL`. */
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

/** The rules of use case 4. */
export const expectedRules = [
  "X-Area1Security-Disposition: MALICIOUS from 42 ranges => 9",
  "X-Area1Security-Disposition: SPAM,SPOOF,UCE from 42 ranges => 5",
  "X-CFEmailSecurity-Disposition: MALICIOUS from 42 ranges => 9",
  "X-CFEmailSecurity-Disposition: SPAM,SPOOF,UCE from 42 ranges => 5",
];

/**
 * Four changes that a colleague might make in the portals: each as a description, as a request, as the expected result of the refresh,
 * and as the finding about its effect on mail.
 */
export const changes = [
  {
    object: `Rule "${malicious}"`,
    description: "SCL 5 instead of 9, so Malicious is Spam",
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
    description: "recipients release instead of asking for it",
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
    description: "forwards to old.example.org, past Microsoft 365",
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
    description: "deleted",
    resource: "mail-cloudflare-user",
    shows: "deleted",
    follows: "rule-missing",
    remove: ["TransportRule", spam],
  },
];

/** A change of an object that the stack does not manage, and that takes precedence over all objects of the stack. */
export const preset = {
  object: "Strict Preset Security Policy",
  description: "switched on, for everybody",
  follows: "preset-in-force",
  request: {
    kind: "EOPProtectionPolicyRule",
    name: "Strict Preset Security Policy",
    changes: { Enabled: true },
  },
};

/** Makes a change as another administrator would. */
export function make({ request, remove }, { tenant, account }) {
  if (remove) tenant.remove(...remove);
  else if (request.kind === "Domain")
    account.edit(request.name, request.changes);
  else tenant.edit(request.kind, request.name, request.changes);
}

/** Properties with times and names of changes. They change with every write, even one that restores values. */
const stamps = new Set(["WhenChanged", "LastModifiedBy", "modified_at"]);

/**
 * Returns the differences between two snapshots, a line each, ignoring these properties.
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

/** Returns all objects in the lists of a snapshot, by list and name. */
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
