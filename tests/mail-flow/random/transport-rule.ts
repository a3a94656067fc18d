import fc from "fast-check";

import type { JsonObject } from "../../../simulator/json";
import { domains, groups, recipients, senders } from "./names";

type Properties = fc.Arbitrary<JsonObject>;

/** One to three of these. */
export const some = <T>(values: readonly T[]): fc.Arbitrary<T[]> =>
  fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 });

const of = (name: string, values: fc.Arbitrary<unknown>): Properties =>
  values.map((value) => ({ [name]: value }) as JsonObject);

/** How many rules a tenant has at most. */
export const mostRules = 4;

/** More than a tenant has rules, so that each can have its own: some are tested by no rule, some by one or by several. */
const headerNames = [
  "X-CFEmailSecurity-Disposition",
  "X-Area1Security-Disposition",
  "x-cfemailsecurity-disposition",
  "X-Pilot",
  ...Array.from({ length: mostRules }, (_, rule) => `X-Rule-${rule}`),
];
const words = [
  "MALICIOUS",
  "UCE",
  "SPAM",
  "SPOOF",
  "spoof",
  "SUSPICIOUS",
  "BULK",
  "MALICIOUS-BEC",
  "MAL",
];
const ranges = [
  "52.11.209.211",
  "52.11.209.0/24",
  "52.11.209.200-52.11.209.220",
  "104.30.32.0/24",
  "198.51.100.0/24",
];

const header = (kind: "Contains" | "Matches"): Properties =>
  fc
    .record({
      name: fc.constantFrom(...headerNames),
      values: some(
        kind === "Contains" ? words : ["^MAL", "UCE|SPOOF", "(", "pilot"],
      ),
    })
    .map(({ name, values }) => ({
      [`Header${kind}MessageHeader`]: name,
      [`Header${kind}${kind === "Contains" ? "Words" : "Patterns"}`]: values,
    }));

/** Conditions that cannot be evaluated. */
const undecidable: Properties = fc.oneof(
  of("RecipientADAttributeContainsWords", fc.constant(["Department:Sales"])),
  of("ManagerAddresses", some(recipients)),
);

/** Conditions, as a rule's own or as exceptions. */
const condition: Properties = fc.oneof(
  { weight: 8, arbitrary: header("Contains") },
  header("Matches"),
  { weight: 4, arbitrary: of("SenderIpRanges", some(ranges)) },
  of("From", some(senders)),
  of(
    "SenderDomainIs",
    some([
      ...["shop.example", "partner.example", "Example.com"],
      ...["mail.partner.example", "sub.example.com"],
    ]),
  ),
  of("FromAddressContainsWords", some(["partner", "shop.example", "art"])),
  of("FromAddressMatchesPatterns", some(["^news@", "partner\\.example$", "["])),
  of("FromMemberOf", some(groups)),
  of("FromScope", fc.constantFrom("InOrganization", "NotInOrganization")),
  of("SentTo", some(recipients)),
  of("AnyOfToHeader", some(recipients)),
  of("SentToMemberOf", some(groups)),
  of("AnyOfToCcHeaderMemberOf", some(groups)),
  of("AnyOfCcHeader", some(recipients)),
  {
    weight: 2,
    arbitrary: of("RecipientDomainIs", some([...domains, "Deep.example.org"])),
  },
  of("RecipientAddressContainsWords", some(["megan", "example.org", "meg"])),
  of("AnyOfRecipientAddressMatchesPatterns", some(["^pat@", "\\.com$"])),
  of("SentToScope", fc.constantFrom("InOrganization", "NotInOrganization")),
  of("SubjectContainsWords", some(["invoice", "offer"])),
  of("AttachmentHasExecutableContent", fc.constant(true)),
  of("HasNoClassification", fc.constant(true)),
  of("WithImportance", fc.constantFrom("Low", "Normal", "High")),
  of("SCLOver", fc.constantFrom(-1, 0, 5, 6, 9)),
  undecidable,
);

const setHeader: Properties = fc.record({
  SetHeaderName: fc.constantFrom(...headerNames),
  SetHeaderValue: fc.constantFrom("MALICIOUS", "UCE", "pilot"),
});
const scl = of("SetSCL", fc.constantFrom(5, 9, -1, 0, 4, 6, 7, 8));
const action: Properties = fc.oneof(
  { weight: 8, arbitrary: scl },
  of("PrependSubject", fc.constant("EXTERNAL: ")),
  of("Quarantine", fc.constant(true)),
  of("DeleteMessage", fc.constant(true)),
  of("RejectMessageReasonText", fc.constant("no")),
  of("RedirectMessageTo", some(recipients)),
  of("RouteMessageOutboundConnector", fc.constant("Elsewhere")),
  of("ModerateMessageByUser", some(recipients)),
  of("RemoveHeader", fc.constantFrom(...headerNames)),
  setHeader,
);

const excepted = (properties: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [
      `ExceptIf${name}`,
      value,
    ]),
  );

const merged = (parts: readonly JsonObject[]): JsonObject =>
  Object.assign({}, ...parts) as JsonObject;

/** A whole domain, all else alike: its mail never comes to the filter. */
const wholeDomain: Properties = fc
  .tuple(
    of(
      "RecipientDomainIs",
      fc.constantFrom(...domains).map((one) => [one]),
    ),
    fc.oneof(
      of("SetSCL", fc.constant(-1)),
      of("DeleteMessage", fc.constant(true)),
      of("RedirectMessageTo", some(recipients)),
      of("Quarantine", fc.constant(true)),
    ),
  )
  .map(merged);

const anyRule: Properties = fc
  .record({
    conditions: fc.oneof(
      { weight: 4, arbitrary: fc.array(condition, { maxLength: 2 }) },
      fc.tuple(undecidable),
      fc.tuple(undecidable, condition),
    ),
    exceptions: fc.oneof(
      { weight: 4, arbitrary: fc.constant<JsonObject[]>([]) },
      fc.array(condition, { maxLength: 1 }),
    ),
    actions: fc.oneof(
      {
        weight: 3,
        arbitrary: fc.array(action, { minLength: 1, maxLength: 2 }),
      },
      fc.tuple(setHeader),
    ),
    State: fc.constantFrom(
      "Enabled",
      "Enabled",
      "Enabled",
      "Enabled",
      "Disabled",
    ),
    Mode: fc.constantFrom(
      ...["Enforce", "Enforce", "Enforce", "Enforce", "Enforce"],
      "Audit",
      "AuditAndNotify",
    ),
    StopRuleProcessing: fc.constantFrom(false, false, false, true),
    ActivationDate: fc.constantFrom(
      ...[null, null, null, null, null],
      "2027-01-01T00:00:00.000Z",
      "2029-01-01T00:00:00.000Z",
    ),
    ExpiryDate: fc.constantFrom(
      ...[null, null, null, null, null],
      "2027-02-01T00:00:00.000Z",
      "2029-02-01T00:00:00.000Z",
    ),
  })
  .map(({ conditions, exceptions, actions, ...rest }) => ({
    ...merged(conditions),
    ...merged(exceptions.map(excepted)),
    ...merged(actions),
    ...rest,
  }));

/** A mail flow rule without its name, as Exchange keeps it. */
export const transportRule: Properties = fc.oneof(
  { weight: 8, arbitrary: anyRule },
  wholeDomain.map((rule) => ({
    ...rule,
    State: "Enabled",
    Mode: "Enforce",
    StopRuleProcessing: false,
    ActivationDate: null,
    ExpiryDate: null,
  })),
);
