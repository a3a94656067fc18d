import { destinations, type Destination } from "../../mail-flow/destination";
import { egressIpRanges } from "../../mail-flow/egress";
import {
  harmsOf,
  malicious,
  onlyTo,
  type GuardedMail,
  type Harm,
  type HarmOptions,
} from "../../mail-flow/exposure";
import type { Disposition } from "../../mail-flow/message";
import type {
  AntiSpamPolicy,
  PolicyRule,
  Snapshot,
  TransportRule,
} from "../../mail-flow/snapshot";
import { freshTenant, quarantine, valueOf } from "./fresh-tenant";
import {
  configuredTenant,
  scope,
  withDefault,
  withDomain,
  withLists,
  withPolicies,
  withRules,
} from "./mail-tenant";
import { ruleOf, useCase4 } from "./tenants";

/** A copy with something changed. */
function changed(
  snapshot: Snapshot,
  change: (copy: Snapshot) => unknown,
): Snapshot {
  const copy = structuredClone(snapshot);
  change(copy);
  return copy;
}
const rulesIn = ({ transportRules }: Snapshot) => valueOf(transportRules);
const [ofArea1, ofCloudflare] = [
  "Area 1 User Quarantine Message Admin Release",
  "Email Security User Quarantine Message Admin Release",
];
const without = (snapshot: Snapshot, ...names: string[]) =>
  changed(snapshot, (copy) => {
    copy.transportRules = {
      value: rulesIn(copy).filter(({ name }) => !names.includes(name)),
    };
  });

/** Malicious mail with the header that the rules of the configured tenant test. */
const current: GuardedMail = { ...malicious, headers: ["cloudflare"] };
const withWord = (word: string): GuardedMail => ({ ...current, words: [word] });

/** Harms to mail with the guarded words, one for each header. */
const toWords = (
  before: Snapshot,
  after: Snapshot,
  options: HarmOptions = {},
  guarded = current,
) => harmsOf(before, after, guarded, { mail: ["words"], ...options });
const mails = (harms: readonly Harm[]) => [
  ...new Set(harms.map(({ mail }) => mail)),
];
const headersIn = (harms: readonly Harm[]) => [
  ...new Set(harms.map(({ header }) => header)),
];
const recipientsIn = (harms: readonly Harm[]) => [
  ...new Set(harms.map(({ recipients }) => recipients)),
];
const newer = "X-CFEmailSecurity-Disposition";
const older = "X-Area1Security-Disposition";

describe("Mail with a guarded word", () => {
  const held = (tag: string) =>
    withDefault({
      highConfidenceSpamAction: "Quarantine",
      highConfidenceSpamQuarantineTag: tag,
    });
  /** A tenant in which it ends there. */
  const ending: Readonly<Record<Destination, Snapshot>> = {
    away: withDefault({ highConfidenceSpamAction: "Redirect" }),
    administrator: held("UserNotifyAdminRelease"),
    recipientsQuarantine: held("UserNotifyUserRelease"),
    junk: withDefault({ highConfidenceSpamAction: "MoveToJmf" }),
    inbox: withDefault({ highConfidenceSpamAction: "NoAction" }),
  };
  const exposing: readonly (readonly [Destination, Destination])[] = [
    ["away", "recipientsQuarantine"],
    ["away", "junk"],
    ["away", "inbox"],
    ["administrator", "recipientsQuarantine"],
    ["administrator", "junk"],
    ["administrator", "inbox"],
    ["recipientsQuarantine", "junk"],
    ["recipientsQuarantine", "inbox"],
    ["junk", "inbox"],
  ];
  const every = destinations.flatMap((before) =>
    destinations.map((after) => [before, after] as const),
  );

  test.each(every)("is exposed or not: %s, then %s", (before, after) => {
    const harms = toWords(ending[before], ending[after]);
    expect(
      harms.map(({ kind, before, after }) => ({ kind, before, after })),
    ).toEqual(
      exposing.some((pair) => pair[0] === before && pair[1] === after)
        ? // In its header alone, and in both.
          Array(2).fill({ kind: "exposed", before, after })
        : [],
    );
  });

  test("is lost if it is no longer delivered", () => {
    const after = withDefault({ highConfidenceSpamAction: "Delete" });
    for (const before of destinations)
      expect(toWords(ending[before], after)[0]).toMatchObject({
        kind: "lost",
        before,
        after: "away",
        decided: {
          object: 'HostedContentFilterPolicy "Default"',
          property: "highConfidenceSpamAction",
          value: "Delete",
        },
      });
    expect(toWords(after, after)).toEqual([]);
    expect(toWords(after, ending.administrator)).toEqual([]);
    expect(mails(harmsOf(configuredTenant(), after, current))).toEqual([
      "mail with the word MALICIOUS",
      "mail that Microsoft finds to be high confidence spam",
    ]);
  });

  test("is not lost if Cloudflare dropped it before", () => {
    const deleted = withDefault({ highConfidenceSpamAction: "Delete" });
    const dropped = changed(deleted, (copy) => {
      valueOf(copy.domains)[0]!.dropDispositions = [
        "MALICIOUS",
        "MALICIOUS-BEC",
      ];
    });
    expect(toWords(dropped, deleted)).toEqual([]);
    expect(toWords(deleted, dropped)).toEqual([]);
  });

  test("is reported with its word as the program writes it, and found in any case", () => {
    const harms = toWords(
      configuredTenant(),
      ending.junk,
      {},
      withWord("malicious"),
    );
    expect(mails(harms)).toEqual(["mail with the word malicious"]);
  });

  test("is mail with each of the words", () => {
    const guarded = { ...current, words: ["MALICIOUS", "UCE", "NOVEL"] };
    const both = withDefault({
      highConfidenceSpamAction: "MoveToJmf",
      spamAction: "NoAction",
    });
    const harms = toWords(configuredTenant(), both, {}, guarded);
    expect(
      harms.map(({ mail, before, after }) => [mail, before, after]),
    ).toEqual([
      ...Array<string[]>(2).fill([
        "mail with the word MALICIOUS",
        "administrator",
        "junk",
      ]),
      ...Array<string[]>(2).fill([
        "mail with the word UCE",
        "recipientsQuarantine",
        "inbox",
      ]),
    ]);
  });

  test("includes mail with a word that Cloudflare does not use, which it does not drop", () => {
    const before = changed(configuredTenant(), (copy) => {
      rulesIn(copy)[0]!.conditions["headerContainsWords"] = ["NOVEL"];
      valueOf(copy.domains)[0]!.dropDispositions = [
        "MALICIOUS",
        "SPAM",
        "NOVEL",
      ];
    });
    const after = changed(before, (copy) => {
      rulesIn(copy)[0]!.enabled = false;
    });
    expect(toWords(before, after, {}, withWord("NOVEL"))).toHaveLength(2);
    expect(toWords(before, after, {}, withWord("MALICIOUS"))).toEqual([]);
  });

  test.each([
    [["SPAM"], "UCE"],
    [["SPOOF"], "SPOOF"],
    [["SUSPICIOUS"], "SUSPICIOUS"],
    [["BULK"], "BULK"],
    [["MALICIOUS", "MALICIOUS-BEC"], "MALICIOUS"],
  ])(
    "is dropped by the name that Cloudflare has for it: %j",
    (dropDispositions, word) => {
      const unheld = { highConfidenceSpamAction: "NoAction" };
      const before = changed(withDefault(unheld), (copy) => {
        valueOf(copy.domains)[0]!.dropDispositions = dropDispositions;
        copy.transportRules = { value: [] };
      });
      const after = changed(before, (copy) => {
        valueOf(copy.domains)[0]!.dropDispositions = [];
      });
      expect(
        toWords(before, after, {}, withWord(word)).map((harm) => [
          harm.before,
          harm.after,
        ]),
      ).toEqual(Array(2).fill(["away", "inbox"]));
    },
  );

  test("is exposed if one of the two dispositions of MALICIOUS is no longer dropped", () => {
    const dropping = (...dropDispositions: string[]) =>
      changed(withDomain({ dropDispositions }), (copy) => {
        copy.transportRules = { value: [] };
      });
    const both = dropping("MALICIOUS", "MALICIOUS-BEC");
    for (const one of ["MALICIOUS", "MALICIOUS-BEC"]) {
      expect(toWords(both, dropping(one))).toHaveLength(2);
      // The other domain did not drop it before either.
      expect(toWords(dropping(one), dropping(one))).toEqual([]);
      expect(toWords(dropping(one), both)).toEqual([]);
    }
  });
});

describe("The headers of guarded mail", () => {
  test("are each of those that it may carry, and both", () => {
    const before = useCase4();
    const harms = toWords(
      before,
      without(before, ofArea1, ofCloudflare),
      {},
      malicious,
    );
    expect(headersIn(harms)).toEqual([older, newer, "both headers"]);
  });

  test("are checked separately, so that a rule for the other does not protect them", () => {
    const before = useCase4();
    const harmed = (name: string, guarded: GuardedMail) =>
      headersIn(toWords(before, without(before, name), {}, guarded));
    expect(harmed(ofArea1, malicious)).toEqual([older]);
    expect(harmed(ofCloudflare, malicious)).toEqual([newer]);
    expect(harmed(ofArea1, current)).toEqual([]);
    expect(harmed(ofCloudflare, current)).toEqual([newer]);
  });

  test("do not count alone if their generation is given up, but together they do", () => {
    const before = useCase4();
    const givenUp = { givenUp: "area1" } as const;
    expect(
      toWords(before, without(before, ofArea1), givenUp, malicious),
    ).toEqual([]);
    expect(
      headersIn(
        toWords(
          before,
          without(before, ofArea1, ofCloudflare),
          givenUp,
          malicious,
        ),
      ),
    ).toEqual([newer, "both headers"]);
  });

  test("are also used for mail of other dispositions that would be lost", () => {
    const deleting = (header: string) =>
      withRules({
        conditions: {
          headerContainsMessageHeader: header,
          headerContainsWords: ["BULK"],
        },
        actions: { deleteMessage: true },
      });
    const lost = (header: string, options: HarmOptions = {}) =>
      mails(harmsOf(configuredTenant(), deleting(header), malicious, options));
    expect(lost(older)).toEqual(["Bulk mail"]);
    expect(lost(older, { givenUp: "cloudflare" })).toEqual(["Bulk mail"]);
    expect(harmsOf(configuredTenant(), deleting(older), current)).toHaveLength(
      1,
    );
    expect(
      harmsOf(configuredTenant(), deleting(older), malicious, {
        givenUp: "area1",
      }),
    ).toHaveLength(1);
    expect(
      harmsOf(configuredTenant(), deleting(older), malicious),
    ).toHaveLength(2);
  });
});

describe("Mail without a guarded word", () => {
  const actions = [
    ["highConfidenceSpamAction", "high confidence spam"],
    ["phishSpamAction", "phishing"],
    ["highConfidencePhishAction", "high confidence phishing"],
  ] as const;

  test.each(actions)(
    "is exposed if Microsoft finds it to be worse than spam: %s",
    (property, name) => {
      const after = withDefault({ [property]: "NoAction" });
      const mail = `mail that Microsoft finds to be ${name}`;
      const harms = harmsOf(configuredTenant(), after, current);
      expect(harms).toContainEqual({
        kind: "exposed",
        mail,
        recipients: "recipients at example.com, example.org",
        before: "administrator",
        after: "inbox",
        decided: {
          object: 'HostedContentFilterPolicy "Default"',
          property,
          value: "NoAction",
          why: "it is delivered as it is",
        },
      });
      expect(
        mails(harmsOf(configuredTenant(), after, current, { mail: ["words"] })),
      ).not.toContain(mail);
    },
  );

  test.each<[string, Disposition, TransportRule["conditions"]]>([
    ["clean mail", "None", {}],
    ["Spam mail", "Spam", { headerContainsWords: ["UCE"] }],
    ["Spoof mail", "Spoof", { headerContainsWords: ["SPOOF"] }],
    ["Suspicious mail", "Suspicious", { headerContainsWords: ["SUSPICIOUS"] }],
    ["Bulk mail", "Bulk", { headerContainsWords: ["BULK"] }],
  ])(
    "may be nearer to its recipient, but not lost: %s",
    (mail, disposition, conditions) => {
      const rule = {
        priority: -1,
        conditions: {
          ...(disposition !== "None" && {
            headerContainsMessageHeader: newer,
          }),
          ...conditions,
        },
      };
      const held = withRules({ ...rule, actions: { quarantine: true } });
      const deleted = withRules({ ...rule, actions: { deleteMessage: true } });
      const given = withRules({ ...rule, actions: { setScl: -1 } });
      const harmed = (before: Snapshot, after: Snapshot, more?: HarmOptions) =>
        harmsOf(before, after, current, more).filter(
          (harm) => harm.mail === mail,
        );
      expect(harmed(held, given)).toEqual([]);
      expect(harmed(held, deleted)[0]).toEqual({
        kind: "lost",
        mail,
        recipients:
          disposition === "None"
            ? "recipients at example.com, example.org"
            : "recipients at example.com",
        before: "administrator",
        after: "away",
        decided: {
          object: 'TransportRule "Foreign 0"',
          property: "deleteMessage",
          value: true,
          why: "it deletes the message and tells nobody",
        },
      });
      expect(harmed(held, deleted, { mail: ["words"] })).toEqual([]);
      expect(harmed(deleted, deleted)).toEqual([]);
    },
  );

  test("is also lost if it is rejected", () => {
    const after = withRules({
      actions: { rejectMessageReasonText: "No." },
    });
    expect(harmsOf(configuredTenant(), after, current)).toContainEqual(
      expect.objectContaining({ kind: "lost", mail: "clean mail" }),
    );
  });
});

describe("An unknown destination", () => {
  const doubtful = (actions: TransportRule["actions"]) =>
    withRules({ unread: ["SomethingPredicate"], actions });

  test("counts as the nearest possible one", () => {
    const bypass = doubtful({ setScl: -1 });
    expect(toWords(configuredTenant(), bypass)[0]).toMatchObject({
      kind: "exposed",
      before: "administrator",
      after: "inbox",
      decided: {
        object: 'TransportRule "Foreign 0"',
        property: "conditions",
        value: ["SomethingPredicate"],
      },
    });
    // It could have been there before.
    expect(
      toWords(bypass, withDefault({ highConfidenceSpamAction: "NoAction" })),
    ).toEqual([]);
  });

  test("counts as lost if mail could be lost, and not as delivered if it may have been lost before", () => {
    const deletes = doubtful({ deleteMessage: true });
    expect(toWords(configuredTenant(), deletes)[0]).toMatchObject({
      kind: "lost",
      before: "administrator",
      after: "administrator",
    });
    const surely = withRules({ actions: { deleteMessage: true } });
    expect(toWords(deletes, surely)).toEqual([]);
  });

  test.each<keyof Snapshot>([
    "domains",
    "transportRules",
    "antiSpamPolicies",
    "presetRules",
    "quarantinePolicies",
  ])(
    "is no harm if %s were read neither before nor after the change",
    (part) => {
      const unread = (snapshot: Snapshot): Snapshot => ({
        ...snapshot,
        [part]: { unavailable: "It is forbidden." },
      });
      const [before, after] = [
        configuredTenant(),
        withDefault({
          highConfidenceSpamQuarantineTag: "UserNotifyUserRelease",
        }),
      ].map(unread);
      expect(toWords(before!, after!)).toEqual([]);
    },
  );

  test("results from unread anti-spam rules, unless a preset applies to everybody", () => {
    const after = (snapshot: Snapshot): Snapshot => ({
      ...snapshot,
      antiSpamRules: { unavailable: "It is forbidden." },
    });
    expect(
      toWords(configuredTenant(), after(configuredTenant()))[0],
    ).toMatchObject({ kind: "exposed", after: "inbox" });
    const preset = withPolicies([], [scope({ name: "Strict Preset" })]);
    expect(toWords(preset, after(preset))).toEqual([]);
  });
});

describe("The addresses that Cloudflare delivers from", () => {
  const narrowed = (...senderIpRanges: string[]) =>
    changed(configuredTenant(), (copy) => {
      rulesIn(copy)[0]!.conditions["senderIpRanges"] = senderIpRanges;
    });

  test("are all checked, including those that only a rule distinguishes", () => {
    const all = narrowed(...egressIpRanges);
    expect(toWords(configuredTenant(), all)).toEqual([]);
    const [first = "", ...others] = egressIpRanges;
    for (const ranges of [[first], others])
      expect(toWords(all, narrowed(...ranges))[0]).toMatchObject({
        kind: "exposed",
        before: "administrator",
        after: "inbox",
      });
  });

  test("are those that are guarded", () => {
    const one = "192.0.2.7";
    const ours = { ...current, addresses: [one] };
    expect(toWords(configuredTenant(), narrowed(one), {}, ours)).toEqual([]);
    expect(
      toWords(configuredTenant(), narrowed(...egressIpRanges), {}, ours),
    ).toHaveLength(2);
    expect(toWords(configuredTenant(), narrowed(...egressIpRanges))).toEqual(
      [],
    );
  });
});

describe("The recipients of a harm", () => {
  const bypass = (conditions: TransportRule["conditions"]) =>
    withRules({ conditions, actions: { setScl: -1 } });
  const recipients = (after: Snapshot, before = configuredTenant()) =>
    recipientsIn(toWords(before, after));
  const ceo = "ceo@example.com";
  const addresses = (count: number) =>
    Array.from({ length: count }, (_, at) => `${at}@example.com`);

  test.each<[string, TransportRule["conditions"], string]>([
    ["everybody", {}, "recipients at example.com"],
    ["an address", { sentTo: [ceo] }, ceo],
    [
      "two addresses",
      { sentTo: [ceo, "cfo@example.com"] },
      "ceo@example.com, cfo@example.com",
    ],
    [
      "a group",
      { sentToMemberOf: ["board@example.com"] },
      "members of board@example.com",
    ],
    [
      "who is in two groups",
      {
        sentToMemberOf: ["a@example.com"],
        anyOfToHeaderMemberOf: ["b@example.com"],
      },
      "members of a@example.com and b@example.com",
    ],
    [
      "an address in a group",
      { sentTo: [ceo], sentToMemberOf: ["board@example.com"] },
      `${ceo} as a member of board@example.com`,
    ],
    [
      "an address that is in no group",
      { sentTo: [ceo], exceptIfSentToMemberOf: ["board@example.com"] },
      ceo,
    ],
    [
      "everybody but one",
      { exceptIfSentTo: [ceo] },
      "recipients at example.com",
    ],
    [
      "a domain",
      { recipientDomainIs: ["example.com"] },
      "recipients at example.com",
    ],
    ["another domain", { recipientDomainIs: ["example.org"] }, ""],
    ["five addresses", { sentTo: addresses(5) }, addresses(5).join(", ")],
    [
      "more addresses, of which only the first are named",
      { sentTo: addresses(7) },
      `${addresses(4).join(", ")} and 3 more`,
    ],
  ])("are %s", (_, conditions, expected) => {
    expect(recipients(bypass(conditions))).toEqual(
      expected === "" ? [] : [expected],
    );
  });

  test("are everybody at one domain, and other affected recipients at another", () => {
    const two = (snapshot: Snapshot) =>
      changed(snapshot, (copy) => {
        const [one] = valueOf(copy.domains);
        valueOf(copy.domains).push({
          ...one!,
          domain: "example.org",
          transport: "example-org.mail.protection.outlook.com",
        });
      });
    const after = two(
      withRules(
        {
          conditions: { recipientDomainIs: ["example.com"] },
          actions: { setScl: -1 },
        },
        {
          conditions: { sentTo: ["ceo@example.org", ceo] },
          actions: { setScl: -1 },
        },
      ),
    );
    expect(recipients(after, two(configuredTenant()))).toEqual([
      "recipients at example.com, ceo@example.org",
    ]);
    expect(recipients(two(bypass({})), two(configuredTenant()))).toEqual([
      "recipients at example.com, example.org",
    ]);
  });

  test("are a group once, at however many domains", () => {
    const apart = (snapshot: Snapshot) =>
      changed(snapshot, (copy) => {
        const [one] = valueOf(copy.domains);
        valueOf(copy.domains).push({
          ...one!,
          domain: "example.org",
          lookbackHops: 2,
        });
        copy.mailExchanges = { unavailable: "It was not asked for." };
      });
    const after = bypass({ sentToMemberOf: ["board@example.com"] });
    expect(recipients(apart(after), apart(configuredTenant()))).toEqual([
      "members of board@example.com",
    ]);
  });

  test("are those of the first kind of harm, if others lose the same mail", () => {
    const after = withRules(
      { conditions: { sentTo: ["cfo@example.com"] }, actions: { setScl: -1 } },
      { conditions: { sentTo: [ceo] }, actions: { deleteMessage: true } },
    );
    expect(toWords(configuredTenant(), after)[0]).toMatchObject({
      kind: "exposed",
      recipients: "cfo@example.com",
    });
  });
});

describe("A snapshot cut to one domain", () => {
  const names = ["example.com", "example.org", "sub.example.com"];
  const tenant = (dropDispositions: string[]) =>
    changed(freshTenant(), (copy) => {
      const [one] = valueOf(copy.domains);
      copy.domains = {
        value: names.map((domain) => ({
          ...one!,
          domain: domain.toUpperCase(),
          transport: `${domain}.mail.protection.outlook.com`,
          dropDispositions,
        })),
      };
      for (const accepted of valueOf(copy.acceptedDomains))
        accepted.matchSubDomains = true;
      copy.mailExchanges = { unavailable: "It was not asked for." };
    });
  const before = tenant(["MALICIOUS", "MALICIOUS-BEC"]);
  const harmed = (domain: string) =>
    recipientsIn(toWords(onlyTo(before, domain), onlyTo(tenant([]), domain)));

  test.each([...names, "SUB.example.com"])(
    "has its mail, and no other that Cloudflare handles: %s",
    (domain) => {
      expect(harmed(domain)).toEqual([`recipients at ${domain.toLowerCase()}`]);
    },
  );

  test("includes only those domains of Microsoft 365 that the mail may be for", () => {
    const known = (domain: string) =>
      valueOf(onlyTo(before, domain).acceptedDomains).map(
        ({ domainName }) => domainName,
      );
    expect(known("sub.EXAMPLE.com")).toEqual(["example.com"]);
    expect(known("notexample.com")).toEqual([]);
  });

  test("includes mail to all domains if it is not cut", () => {
    expect(recipientsIn(toWords(before, tenant([])))).toEqual([
      "recipients at example.com, example.org, sub.example.com",
    ]);
  });

  test("includes no mail if the tenant does not have the domain", () => {
    expect(harmed("example.net")).toEqual([]);
  });

  test.each<keyof Snapshot>(["domains", "acceptedDomains"])(
    "still has no %s if they were not read",
    (part) => {
      const unread = { unavailable: "It is forbidden." };
      expect(
        onlyTo({ ...before, [part]: unread }, "example.com")[part],
      ).toEqual(unread);
    },
  );
});

describe("The destination that a third snapshot allows", () => {
  const on = (action: string, tag = "UserNotifyUserRelease") =>
    withDefault({
      highConfidenceSpamAction: action,
      highConfidenceSpamQuarantineTag: tag,
    });
  const at = {
    administrator: configuredTenant(),
    recipientsQuarantine: on("Quarantine"),
    junk: on("MoveToJmf"),
    inbox: on("NoAction"),
  };

  test.each<[keyof typeof at, keyof typeof at, boolean]>([
    ["recipientsQuarantine", "administrator", true],
    ["recipientsQuarantine", "recipientsQuarantine", false],
    ["recipientsQuarantine", "junk", false],
    ["inbox", "junk", true],
    ["inbox", "inbox", false],
  ])(
    "is no harm, and a nearer one is: %s, allowed %s",
    (after, allowed, harmed) => {
      const harms = toWords(at.administrator, at[after], {
        allowed: at[allowed],
      });
      expect(harms.length > 0).toBe(harmed);
    },
  );
});

describe("The deciding object", () => {
  const decided = (
    after: Snapshot,
    before = configuredTenant(),
    guarded = current,
  ) => {
    const { object, property, value, why } = toWords(
      before,
      after,
      {},
      guarded,
    )[0]!.decided;
    return [object, property, value, why];
  };
  const own = (changes: Partial<TransportRule>) =>
    changed(configuredTenant(), (copy) => {
      Object.assign(rulesIn(copy)[0]!, changes);
    });
  const ownRule = `TransportRule "Administrator's"`;

  test("is a rule that bypasses the filter", () => {
    expect(
      decided(withRules({ name: "Bypass", actions: { setScl: -1 } })),
    ).toEqual([
      'TransportRule "Bypass"',
      "setScl",
      -1,
      "it asks to skip spam filtering",
    ]);
  });

  test("is a rule that removes the header", () => {
    expect(
      decided(
        withRules({
          name: "Strip",
          priority: -1,
          actions: { removeHeader: newer },
        }),
      ),
    ).toEqual([
      'TransportRule "Strip"',
      "removeHeader",
      newer,
      `it removes the header ${newer}, so that rules after it do not find it`,
    ]);
  });

  test("is the IP Allow List", () => {
    const list = { ipAllowList: [...egressIpRanges] };
    expect(decided(withLists(list)).slice(0, 2)).toEqual([
      'HostedConnectionFilterPolicy "Default"',
      "ipAllowList",
    ]);
  });

  test("is the rule that would quarantine the mail, if it is disabled", () => {
    const said = [ownRule, "enabled", false, "the rule is switched off"];
    expect(decided(own({ enabled: false }))).toEqual(said);
    // The same for mail with both headers.
    const [alone, both] = toWords(configuredTenant(), own({ enabled: false }));
    expect(both?.decided).toEqual(alone?.decided);
  });

  test("is the rule that would quarantine the mail, if it is in audit mode", () => {
    expect(decided(own({ mode: "Audit" }))).toEqual([
      ownRule,
      "mode",
      "Audit",
      "it matches and only reports, so nothing changes",
    ]);
  });

  test.each([
    [
      "activationDate",
      "2999-01-01T00:00:00Z",
      "it would match and does not act yet",
    ],
    ["expiryDate", "2001-01-01T00:00:00Z", "it would match and acts no more"],
  ])(
    "is the rule that would quarantine the mail, if its dates exclude now: %s",
    (property, date, why) => {
      expect(decided(own({ [property]: date }))).toEqual([
        ownRule,
        property,
        date,
        why,
      ]);
    },
  );

  const narrow = {
    headerContainsMessageHeader: newer,
    headerContainsWords: ["MALICIOUS"],
    senderIpRanges: ["192.0.2.1"],
  };
  test.each<[string, Partial<TransportRule>, unknown[]]>([
    [
      "narrowed",
      {},
      ["conditions", Object.keys(narrow), "the rule does not match it"],
    ],
    [
      "narrowed by what nobody reads",
      { unread: ["SomethingPredicate"] },
      [
        "conditions",
        [...Object.keys(narrow), "SomethingPredicate"],
        "the rule does not match it",
      ],
    ],
    [
      "narrowed, and only watches",
      { mode: "AuditAndNotify" },
      ["conditions", Object.keys(narrow), "the rule does not match it"],
    ],
    [
      "narrowed, and began some day",
      { activationDate: "2001-01-01T00:00:00Z" },
      ["conditions", Object.keys(narrow), "the rule does not match it"],
    ],
  ])(
    "is the rule that would quarantine the mail, if it is %s",
    (_, more, said) => {
      expect(decided(own({ conditions: narrow, ...more }))).toEqual([
        ownRule,
        ...said,
      ]);
    },
  );

  test("is the rule for the header that the mail carries, and for its word", () => {
    const before = useCase4();
    const after = (name: string) =>
      changed(before, (copy) => {
        ruleOf(copy, name).enabled = false;
      });
    expect(decided(after(ofArea1), before, malicious)[0]).toBe(
      `TransportRule "${ofArea1}"`,
    );
    expect(decided(after(ofCloudflare), before, malicious)[0]).toBe(
      `TransportRule "${ofCloudflare}"`,
    );
  });

  test("is missing if no rule tests for the mail", () => {
    expect(decided(without(configuredTenant(), "Administrator's"))).toEqual([
      "TransportRule",
      "headerContainsWords",
      null,
      "no rule looks for it",
    ]);
  });

  test("is a custom policy that applies to the recipient", () => {
    const custom: PolicyRule[] = [
      scope({ name: "Finance", sentTo: ["cfo@example.com"] }),
    ];
    const before = withPolicies(custom);
    const after = changed(before, (copy) => {
      const policy = valueOf(copy.antiSpamPolicies).find(
        ({ name }) => name === "Finance",
      ) as AntiSpamPolicy;
      policy.highConfidenceSpamAction = "MoveToJmf";
    });
    expect(decided(after, before)).toEqual([
      'HostedContentFilterPolicy "Finance"',
      "highConfidenceSpamAction",
      "MoveToJmf",
      "it is moved to the Junk Email folder",
    ]);
    expect(recipientsIn(toWords(before, after))).toEqual(["cfo@example.com"]);
  });

  test("is a quarantine policy", () => {
    const after = changed(configuredTenant(), (copy) => {
      copy.quarantinePolicies = {
        value: valueOf(copy.quarantinePolicies).map((policy) =>
          policy.name === "UserNotifyAdminRelease"
            ? quarantine(policy.name, ["Release"])
            : policy,
        ),
      };
    });
    expect(decided(after)).toEqual([
      'QuarantinePolicy "UserNotifyAdminRelease"',
      "endUserQuarantinePermissions",
      ["Release"],
      "the recipient releases it",
    ]);
  });

  test("is a domain that no longer drops the mail", () => {
    const [before, after] = [["DIRECT"], ["BCC"]].map((allowedDeliveryModes) =>
      withDomain({ allowedDeliveryModes }),
    );
    expect(decided(after!, before)).toEqual([
      'Domain "example.com"',
      "allowedDeliveryModes",
      ["BCC"],
      "Cloudflare does not stand in the way of its mail, which goes past it and carries no disposition",
    ]);
  });
});

test("Two equal snapshots have no harm, whatever mail is guarded", () => {
  for (const snapshot of [freshTenant(), configuredTenant(), useCase4()])
    expect(harmsOf(snapshot, structuredClone(snapshot), malicious)).toEqual([]);
});
