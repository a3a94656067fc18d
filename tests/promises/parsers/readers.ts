import * as fc from "fast-check";

import { intervalOf } from "../../../mail-flow/address-set";
import { kinds, type KindName } from "../../../providers/kinds";
import { Cloudflare } from "../../../providers/cloudflare/client";
import {
  claimsOf,
  type Credentials,
} from "../../../providers/session/credentials";
import { printable, UserError, VendorError } from "../../../providers/errors";
import { ExchangeOnline } from "../../../providers/exchange-online/client";
import { readError } from "../../../providers/exchange-online/error-envelope";
import { identityOf } from "../../../providers/exchange-online/identity";
import {
  ipRanges,
  publishedWideRanges,
} from "../../../providers/exchange-online/ip-ranges";
import { quarantinePermissions } from "../../../providers/exchange-online/quarantine-permissions";
import { secondsOf } from "../../../providers/exchange-online/time-span";
import { equal, type Field, type Values } from "../../../providers/field";
import { Graph } from "../../../providers/graph/client";
import {
  throttled,
  type Answer,
  type Http,
} from "../../../providers/http/http";
import { encode, valuesOf, type Item } from "../../../providers/kind";
import { nameIn, ownerOf } from "../../../providers/mark";
import * as exchangeObjects from "../../../providers/snapshot/exchange-objects";
import * as reportRows from "../../../providers/snapshot/report-rows";
import { transportRule as ruleOfSnapshot } from "../../../providers/snapshot/transport-rule";
import { Patience } from "../../../providers/http/patience";
import { addressSet } from "../../../mail-flow/address-set";
import { conditionsOf } from "../../../mail-flow/conditions";
import type { Mail } from "../../../mail-flow/mail";
import { Entra } from "../../../providers/session/entra";
import { Pseudonyms } from "../../../providers/transcripts/pseudonyms";
import type { Json, JsonObject } from "../../../simulator/json";
import { kindsUnderTest } from "../../conformance/subjects";
import { bodyLike, jsonLike, textLike } from "./inputs";

/** A function that reads a vendor's text, with generated inputs for it. */
export interface Reader {
  readonly name: string;
  readonly input: fc.Arbitrary<unknown>;
  /** Reads an input. @throws Error if the result is invalid, or, with `mayRefuse`, a documented error. */
  read(input: unknown): unknown;
  /** Whether it may throw a documented error. */
  readonly mayRefuse?: true;
}

/** Returns whether an error is a documented one. */
export const isDocumented = (error: unknown): boolean =>
  error instanceof VendorError || error instanceof UserError;

const reader = <T>(
  name: string,
  input: fc.Arbitrary<T>,
  read: (input: T) => unknown,
): Reader => ({ name, input, read: (given) => read(given as T) });

const asking = <T>(
  name: string,
  input: fc.Arbitrary<T>,
  read: (input: T) => unknown,
): Reader => ({ ...reader(name, input, read), mayRefuse: true });

const must = (holds: boolean, what: string): void => {
  if (!holds) throw new Error(what);
};

const isValue = (value: unknown): boolean =>
  value === null ||
  value === undefined ||
  ["string", "boolean"].includes(typeof value) ||
  (typeof value === "number" && Number.isFinite(value)) ||
  (Array.isArray(value) && value.every((one) => typeof one === "string"));

/** Returns whether a list has one of Cloudflare's wide ranges, which are expanded in a program, and unchanged in an existing object. */
const hasWideRange = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.some((range) => publishedWideRanges.includes(String(range)));

/** Checks that a value that a field has decoded can be stored, compared with itself and sent again. */
function readField(field: Field, wire: unknown): void {
  const { codec } = field;
  const value = codec.decode(wire);
  must(
    isValue(value),
    `reads ${JSON.stringify(wire)} as ${JSON.stringify(value)}`,
  );
  if (value === undefined || value === null) return;
  codec.refuse(value);
  codec.encode(value);
  const settled = codec.normalize(value);
  must(
    equal(field, value, settled) || hasWideRange(value),
    "a value and its normal form differ",
  );
  must(
    equal(field, settled, codec.normalize(settled)),
    "is not settled after once",
  );
}

const permissionTexts = [
  "[PermissionToBlockSender: False\r\nPermissionToDelete: True\r\nPermissionToDownload: False\r\nPermissionToPreview: True\r\nPermissionToRelease: True\r\nPermissionToRequestRelease: False\r\nPermissionToViewHeader: False]",
  "23",
];
const spans = [
  "1.00:00:00",
  "04:00:00",
  "7.00:00:00.0000000",
  "PT4H",
  "P1DT2H3M4S",
  "P7D",
];
const ranges = [
  "192.0.2.0/24",
  "192.0.2.1",
  "192.0.2.1-192.0.2.9",
  "2001:db8::/32",
  "104.30.32.0/19",
  "010.1.1.1",
];
const dates = [
  "2026-11-23T10:11:12.123Z",
  "2026-11-23T10:11:12+01:00",
  "Mon, 23 Nov 2026 10:11:12 GMT",
  "11/23/2026 10:11:12 AM",
];
const names = [
  "contoso.onmicrosoft.com\\UserNotifyUserRelease",
  "Default",
  "a.b\\c.d\\e",
  "00000000-0000-0000-0000-000000000000",
];
const hosts = [
  "example.com",
  "EXAMPLE.com.",
  "example-com.mail.protection.outlook.com",
  "xn--mgba3a4f16a.ir",
];
const errorBody: Json = {
  error: {
    code: "NotFound",
    message: "Error executing cmdlet",
    details: [
      {
        code: "Context",
        target: "",
        message:
          "Ex6F9304|Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException|The operation couldn't be performed because object 'X' couldn't be found.",
      },
    ],
    innererror: {
      message: "Error executing cmdlet",
      internalexception: { message: "couldn't be found", type: "X.Y" },
    },
  },
};
const errorInText: Json = {
  error: {
    details: [{ message: '{"typename":"X","message":"already exists"}' }],
  },
};
const rule: JsonObject = {
  Name: "Email Security User Quarantine Message",
  Identity: "Email Security User Quarantine Message",
  Guid: "3f5a8c0d-9b7e-4a6f-8c1d-2e3f4a5b6c7d",
  Priority: 0,
  State: "Enabled",
  Mode: "Enforce",
  Comments: "Managed by Pulumi: ops/dev/mail",
  HeaderContainsMessageHeader: "X-CFEmailSecurity-Disposition",
  HeaderContainsWords: ["UCE", "SPOOF"],
  "HeaderContainsWords@data.type": "Microsoft.Exchange",
  SenderIpRanges: ["192.0.2.0/24"],
  SetSCL: 5,
  ExceptIfFrom: null,
  Conditions: [
    "Microsoft.Exchange.MessagingPolicies.Rules.Tasks.HeaderContainsPredicate",
  ],
  Exceptions: [],
  ExpiryDate: dates[0] ?? "",
  WhenChanged: dates[0] ?? "",
};
const policy: JsonObject = {
  Name: "Default",
  Identity: "Default",
  IsDefault: true,
  SpamAction: "Quarantine",
  SpamQuarantineTag: "UserNotifyUserRelease",
  BulkThreshold: "7",
  QuarantineRetentionPeriod: 30,
  RedirectToRecipients: ["a@example.com"],
  AllowedSenderDomains: [{ Domain: "example.com" }],
  EndUserQuarantinePermissions: permissionTexts[0] ?? "",
  EndUserSpamNotificationFrequency: "PT4H",
  ESNEnabled: true,
  AdminDisplayName: "Managed by Pulumi: ops/dev/mail",
  WhenChangedUTC: dates[0] ?? "",
  "Rule:State": "Enabled",
  "Rule:RecipientDomainIs": ["example.com"],
};
const domain: JsonObject = {
  id: "0d7f6c1e-8a3b-4f4e-9d57-6f7d5b1c2a90",
  domain: "example.com",
  status: "ACTIVE",
  transport: "mx.example.com.",
  lookback_hops: 1,
  ip_restrictions: ["192.0.2.0/24", "2001:db8::1"],
  drop_dispositions: ["SPAM"],
  allowed_delivery_modes: ["DIRECT"],
  regions: ["GLOBAL"],
  require_tls_outbound: true,
  modified_at: dates[0] ?? "",
};
const connector: Json = {
  Name: "From Cloudflare",
  Enabled: true,
  ConnectorType: "Partner",
  SenderDomains: ["smtp:*.example.com;1"],
  SenderIPAddresses: ["192.0.2.0/24"],
  EFSkipIPs: [],
  EFUsers: [],
};
const row: Json = {
  Date: "2026-11-23T00:00:00",
  EventType: "TransportRuleHits",
  TransportRule: ["X"],
  MessageCount: 3,
  EntityType: "Email",
  Identity: "a\\b",
  ReceivedTime: dates[0] ?? "",
  Expires: dates[2] ?? "",
  RecipientAddress: ["a@example.com"],
  ReleasedBy: [],
  SystemReleased: "False",
};
const link =
  "https://outlook.office365.com/adminapi/beta/x/InvokeCommand?%24skiptoken=abc";
const page: Json = {
  "@odata.context":
    "https://outlook.office365.com/adminapi/beta/x/$metadata#Collection(Exchange.GenericHashTable)",
  "adminapi.warnings@odata.type": "#Collection(String)",
  "@adminapi.warnings": [
    "There are more results available than are currently displayed.",
  ],
  "@odata.nextLink": link,
  value: [rule, policy],
};
const envelope: Json = {
  success: true,
  errors: [{ code: 1000, message: "no", source: { pointer: "/domain" } }],
  messages: [],
  result: [domain],
  result_info: { count: 1, page: 1, per_page: 1000, total_count: 1 },
};
const verification: Json = {
  success: true,
  errors: [],
  result: {
    domain: "example.com",
    status: "pending",
    txt_record_name: "_cf-email-sec-challenge.example.com",
    txt_record_value: "cf-email-sec-1",
  },
};
const batch: Json = {
  responses: [
    {
      id: "0",
      status: 200,
      headers: { "Retry-After": "3" },
      body: {
        value: [
          {
            recordType: "Mx",
            mailExchange: "example-com.mail.protection.outlook.com",
          },
        ],
      },
    },
    { id: "1", status: 404, body: { error: { message: "no" } } },
  ],
};

const items = (example: Json): fc.Arbitrary<Item> =>
  jsonLike([example]).map((json) =>
    // Clients return only objects.
    typeof json === "object" && json !== null && !Array.isArray(json)
      ? (JSON.parse(JSON.stringify(json)) as Item)
      : { value: json },
  );

/** A vendor's answer as data. */
interface Told {
  readonly status: number;
  readonly text: string;
  /** The value of every header. */
  readonly header: string;
}

const answers = (bodies: readonly Json[]): fc.Arbitrary<Told> =>
  fc.record({
    status: fc.constantFrom(
      200,
      200,
      200,
      200,
      201,
      204,
      302,
      400,
      401,
      403,
      404,
      409,
      429,
      500,
      503,
    ),
    text: bodyLike(bodies),
    header: textLike(
      [link, "3", "0.5", ...dates],
      ["https://", "//", ":", "@"],
    ),
  });

/** Returns an HTTP client that gives the same answer to every request. Other tests check the real one over sockets. */
const answering = ({ header, ...answer }: Told): Http =>
  ({
    send: (_request: unknown, judge: (given: Answer) => unknown) =>
      Promise.resolve().then(() =>
        judge({ ...answer, headers: { get: () => header } }),
      ),
    pauseFor: () => undefined,
  }) as unknown as Http;

const credentials = {
  token: () => Promise.resolve("token"),
  tenantId: () => Promise.resolve("0d7f6c1e-8a3b-4f4e-9d57-6f7d5b1c2a90"),
  renew: () => undefined,
} as unknown as Credentials;

const exchange = (answer: Told): ExchangeOnline =>
  new ExchangeOnline(
    answering(answer),
    credentials,
    "https://outlook.office365.com",
    1,
    () => undefined,
  );

const fields = new Map(
  Object.values(kinds).flatMap((kind) =>
    Object.entries(kind.fields).map(
      ([property, field]) => [`${kind.name}.${property}`, field] as const,
    ),
  ),
);

/** Returns an object of a kind as its vendor lists it, with every property that a program can set. */
const example = (kind: KindName): Json => ({
  ...(kinds[kind].scopeId === "accountId" ? domain : { ...rule, ...policy }),
  ...(Object.assign(
    {},
    ...kindsUnderTest[kind].subjects.map(({ inputs }) =>
      encode(kinds[kind], inputs as Values),
    ),
  ) as JsonObject),
});

const mail: Mail = {
  recipient: "megan@example.com",
  recipientDomain: "example.com",
  groups: [],
  sender: "somebody-with-a-name-of-forty-characters@example.net",
  senderDomain: "example.net",
  sourceIp: "192.0.2.1",
  senderInside: false,
  senderOwned: false,
  behindCloudflare: true,
  allowed: false,
  microsoftVerdict: "none",
  bcl: undefined,
  at: 0,
};

/** Every function that reads a vendor's text. */
export const readers: readonly Reader[] = [
  reader(
    "permission texts",
    textLike(permissionTexts, ["PermissionTo", ": True", "\r\n"]),
    (text) => {
      const value = quarantinePermissions.decode(text);
      must(isValue(value), "no permissions");
      if (value)
        must(
          quarantinePermissions.refuse(
            [...value].filter((one) => one !== "RequestRelease"),
          ) === undefined,
          "reads what it would refuse",
        );
    },
  ),
  reader(
    "time spans",
    textLike(spans, [":", ".", "P", "T", "H", "00"]),
    (text) => {
      const seconds = secondsOf(text);
      must(
        seconds === undefined ||
          (Number.isSafeInteger(seconds) && seconds >= 0),
        `${seconds} seconds`,
      );
    },
  ),
  reader(
    "IP ranges",
    textLike(ranges, [".", "/", "-", ":", "0x", "255"]),
    (text) => {
      const interval = intervalOf(text);
      if (interval)
        must(
          interval.every(
            (one) => Number.isInteger(one) && one >= 0 && one < 2 ** 32,
          ) && interval[0] <= interval[1],
          `${interval.join("-")}`,
        );
      const value = ipRanges.decode([text, "192.0.2.1"]) ?? [];
      must(
        hasWideRange(value) ||
          JSON.stringify(ipRanges.key(value)) ===
            JSON.stringify(ipRanges.key(ipRanges.normalize(value))),
        "the same addresses differ",
      );
    },
  ),
  reader(
    "sets of addresses",
    fc.array(textLike(ranges, [".", "/", "-", ":"]), { maxLength: 4 }),
    (texts) => {
      const contains = addressSet(texts);
      for (const address of ["192.0.2.1", "2001:db8::1", ...texts])
        contains(address);
    },
  ),
  reader(
    "members of every kind",
    fc.tuple(
      fc.constantFrom(...fields.keys()),
      fc.oneof(
        textLike([
          ...permissionTexts,
          ...spans,
          ...ranges,
          ...dates,
          ...names,
          ...hosts,
        ]),
        jsonLike([rule, [rule], ["a", "b"], 5, null]),
      ),
    ),
    ([name, wire]) => {
      const field = fields.get(name);
      if (field) readField(field, wire);
    },
  ),
  reader(
    "objects of every kind",
    fc
      .constantFrom(...(Object.keys(kinds) as KindName[]))
      .chain((name) => fc.tuple(fc.constant(name), items(example(name)))),
    ([kindName, item]) => {
      const kind = kinds[kindName];
      const values = valuesOf(kind, item);
      must(Object.values(values).every(isValue), JSON.stringify(values));
      const { name, guid, changedAt } = kind.identify(item);
      must(
        typeof name === "string" &&
          (guid === undefined || typeof guid === "string"),
        "an identity that is none",
      );
      Date.parse(changedAt ?? "");
    },
  ),
  reader("identities", textLike(names, ["\\", "."]), (text) => {
    const { name } = identityOf({ Identity: text });
    must(identityOf({ Name: name }).name.length <= name.length, "a name grows");
    ownerOf(text, "Managed by Pulumi: ops/dev/mail");
    nameIn(text);
  }),
  reader(
    "marks",
    textLike(["Managed by Pulumi: ops/dev/mail"], ["/", ": "]),
    (text) => ownerOf(text, "Managed by Pulumi: ops/dev/mail"),
  ),
  reader(
    "error bodies of Exchange",
    bodyLike([errorBody, errorInText]),
    (text) => {
      const { reason, exceptionType } = readError(text);
      must(
        typeof exceptionType === "string" && reason.length <= 801,
        "a reason that cannot be printed",
      );
      // eslint-disable-next-line no-control-regex
      must(!/[\u0000-\u001f]/.test(reason), "a reason with control characters");
    },
  ),
  reader(
    "texts to print",
    textLike(["no reason\u0000given", ...permissionTexts]),
    (text) => must(printable(text).length <= 801, "too long"),
  ),
  reader(
    "Retry-After",
    fc.tuple(textLike(["3", "0.5", ...dates], ["-", "."]), fc.constant("x")),
    ([header]) =>
      throttled(
        { status: 429, headers: { get: () => header }, text: "" },
        "slow",
      ),
  ),
  reader(
    "tokens",
    textLike(
      [
        `eyJ0.${Buffer.from('{"tid":"x","roles":["a"]}').toString("base64url")}.x`,
      ],
      ["."],
    ),
    (text) => {
      const claims: unknown = claimsOf(text);
      must(typeof claims === "object" && claims !== null, "no claims");
    },
  ),
  asking(
    "lists of Exchange, with page links and redirects",
    answers([page, errorBody]),
    (answer) => exchange(answer).list("Get-TransportRule"),
  ),
  asking(
    "answers to writes of Exchange",
    answers([page, errorBody]),
    (answer) =>
      exchange(answer).write("New-TransportRule", {}, new Patience(1)),
  ),
  asking("lists of Cloudflare", answers([envelope]), (answer) =>
    new Cloudflare(
      answering(answer),
      "https://api.cloudflare.com/client/v4",
      "token",
      1,
    ).list("account"),
  ),
  asking(
    "TXT records of Cloudflare",
    answers([verification]),
    async (answer) => {
      const found = await new Cloudflare(
        answering(answer),
        "https://api.cloudflare.com/client/v4",
        "token",
        1,
      ).verification("account", "id", new Patience(1));
      must(
        found === undefined ||
          Object.values(found).every((one) => typeof one === "string"),
        "a record of other things than texts",
      );
    },
  ),
  asking("batches of Graph", answers([batch]), async (answer) => {
    const host = await new Graph(
      answering(answer),
      credentials,
      "https://graph.microsoft.com",
      1,
    ).mailExchange("example.com");
    must(typeof host === "string" && host !== "", "a host that is none");
  }),
  reader("rules of a snapshot", items(rule), (item) => ruleOfSnapshot(item)),
  reader(
    "other objects of a snapshot",
    fc.oneof(items(policy), items(connector)),
    (item) => {
      for (const read of Object.values(exchangeObjects)) read(item);
    },
  ),
  reader("rows of reports", items(row), (item) => {
    for (const read of Object.values(reportRows)) read(item);
  }),
  asking(
    "answers to sign-ins",
    answers([
      { token_type: "Bearer", expires_in: 3599, access_token: "eyJ0.x.y" },
      { error: "invalid_client", error_description: "AADSTS7000215: no" },
    ]),
    async (answer) => {
      const entra = new Entra(answering(answer), "https://login.example");
      entra.patience = new Patience(1);
      const told = await entra.sendRequest({
        url: "https://login.example/token",
        method: "POST",
        headers: new Map(),
      } as unknown as Parameters<Entra["sendRequest"]>[0]);
      must(told.status === answer.status, "another status");
    },
  ),
  reader(
    "bodies for a transcript",
    jsonLike([page, envelope, batch, errorBody]),
    (json) => new Pseudonyms("nobody's").json(json),
  ),
  reader(
    "conditions of other people's rules",
    fc.record({
      name: fc.constantFrom(
        "headerMatchesMessageHeader",
        "subjectMatchesPatterns",
        "fromAddressMatchesPatterns",
        "senderIpRanges",
        "sclOver",
        "exceptIfSclOver",
      ),
      values: fc.array(
        textLike(
          [
            ...["^UCE$", "(a|b)*", "[a-z]+", "\\d{3}", "192.0.2.0/24"],
            // Expressions on which a backtracking engine takes exponential time.
            ...["([a-z]+)*$", "(.*)*!", "^(\\w|\\d|[a-z])+!"],
          ],
          ["(", ")", "*", "+", "?", "|"],
        ),
        { maxLength: 3 },
      ),
    }),
    ({ name, values }) => {
      const named = { [name]: values, headerMatchesPatterns: values };
      for (const { holds } of conditionsOf(named))
        holds({
          mail,
          headers: new Map([["x-disposition", "MALICIOUS"]]),
          scl: null,
        });
    },
  ),
];
