import { kinds } from "../../../providers/kinds";
import type { Values } from "../../../providers/field";
import { encode, type Kind } from "../../../providers/kind";
import type { JsonObject } from "../../../simulator/json";
import { addresses } from "../../promises/meanings-of-addresses";
import {
  anyCase,
  choice,
  flag,
  name,
  set,
  state,
  whole,
} from "../../promises/meanings";
import type { Properties } from "../platform";
import type { KindUnderTest, Subject } from "../subject";
import { exchangeObjects, objectOf } from "./by-hand";
import { marks, ourMark } from "./marks";
import {
  byProperty,
  everyRuleParameter,
  ruleParameters,
  type RuleParameter,
} from "./rule-parameters";

const byHand = exchangeObjects("TransportRule");
const rule = "Area 1 User Quarantine Message";
const { fields }: Kind = kinds.TransportRule;

const inputs = {
  name: rule,
  enabled: true,
  mode: "Enforce",
  priority: 2,
  comments: ourMark,
  headerContainsMessageHeader: "X-Area1Security-Disposition",
  headerContainsWords: ["SPOOF", "UCE"],
  senderIpRanges: ["52.11.209.211", "52.89.255.11", "203.0.113.0/28"],
  setScl: 5,
  quarantine: false,
  stopRuleProcessing: false,
  ruleErrorAction: "Ignore",
} satisfies Properties;

/** The other conditions and exceptions, and the dates: a rule of a program must not have them. */
const implied = everyRuleParameter.filter(
  ({ property }) =>
    !(property in inputs) && fields[property]?.implied !== undefined,
);

/** Returns the properties that a program leaves out. */
const absentFrom = (given: Properties): string[] =>
  Object.keys(fields).filter((property) => !(property in given));

export const transportRule: Subject = {
  kind: "TransportRule",
  existence: "made",
  mark: "comments",
  least: {
    name: rule,
    headerContainsMessageHeader: "X-Area1Security-Disposition",
    headerContainsWords: ["SPOOF", "UCE"],
    setScl: 5,
    comments: ourMark,
  },
  inputs,
  absent: absentFrom(inputs),
  others: {
    name: "Renamed",
    priority: 0,
    setScl: 6,
    comments: "for people",
  },
  broken: byProperty(implied, "value"),
  otherNames: ["Renamed", "Another rule"],
  notSamples: ["priority", "enabled"],
  makes: [{ cmdlet: "New-TransportRule" }],
  prepare({ tenant }) {
    for (const Name of ["First of somebody", "Second of somebody"])
      tenant.add("TransportRule", { Name, SubjectContainsWords: ["x"] });
  },
  ...objectOf(byHand, rule, {
    Mode: "Enforce",
    Comments: "made by hand",
    HeaderContainsMessageHeader: "X-Area1Security-Disposition",
    HeaderContainsWords: ["UCE", "SPOOF"],
    SenderIpRanges: ["52.11.209.211", "52.89.255.11", "203.0.113.0/28"],
    SetSCL: 5,
    Quarantine: false,
    StopRuleProcessing: false,
    RuleErrorAction: "Ignore",
  }),
  live: (simulator) =>
    byHand.find(simulator, rule) ?? byHand.find(simulator, "Renamed"),
};

/** Returns a subject that has all of these parameters. Its condition on a header concerns no mail of the tests. */
function ruleWith(
  label: string,
  parameters: readonly RuleParameter[],
  more: Properties = {},
  special: Pick<Subject, "others" | "without"> = {},
): Subject {
  const title = `Rule with all ${label}`;
  const least = {
    name: title,
    comments: ourMark,
    headerContainsMessageHeader: "X-Test",
    headerContainsWords: ["a"],
    subjectContainsWords: ["a"],
  };
  const all: Properties = {
    ...least,
    ...byProperty(parameters, "value"),
    ...more,
  };
  return {
    kind: "TransportRule",
    label,
    existence: "made",
    mark: "comments",
    least,
    inputs: all,
    // Its name is that of one rule only: the other subject of the kind is renamed.
    absent: ["name", ...absentFrom(all)],
    others: {
      ...byProperty(parameters, "other"),
      comments: "for people",
      ...special.others,
    },
    ...(special.without && { without: special.without }),
    makes: [{ cmdlet: "New-TransportRule" }],
    ...objectOf(byHand, title, {
      ...(encode(kinds.TransportRule, all as Values) as JsonObject),
      Comments: "made by hand",
    }),
  };
}

/** Rules with every parameter: one with all conditions, one with all exceptions, one with all actions and settings. */
export const wholeRules = [
  ruleWith("conditions", ruleParameters.conditions),
  ruleWith("exceptions", ruleParameters.exceptions),
  ruleWith(
    "actions",
    [...ruleParameters.actions, ...ruleParameters.others],
    {
      senderAddressLocation: "Envelope",
      recipientAddressType: "Original",
      ruleSubType: "Dlp",
      useLegacyRegex: true,
      messageContainsDataClassifications: ['{"name":"SWIFT"}'],
    },
    {
      others: { messageContainsDataClassifications: ['{"name":"PII"}'] },
      without: {
        messageContainsDataClassifications: ["notifySender"],
        removeOmeV2: ["removeRmsAttachmentEncryption"],
        applyHtmlDisclaimerText: [
          "applyHtmlDisclaimerLocation",
          "applyHtmlDisclaimerFallbackAction",
        ],
        generateIncidentReport: ["incidentReportContent"],
      },
    },
  ),
] as const;

export const transportRules: KindUnderTest = {
  subjects: [transportRule, ...wholeRules],
  byHand,
  nounOf: () => "TransportRule",
  requests: /-TransportRule$/,
  meanings: {
    ...byProperty(everyRuleParameter, "meaning"),
    senderAddressLocation: choice("Header", "Envelope", "HeaderOrEnvelope"),
    recipientAddressType: choice("Original", "Resolved"),
    ruleSubType: choice("None", "Dlp"),
    name: name("Renamed", "Another rule"),
    enabled: state,
    mode: choice("Enforce", "Audit", "AuditAndNotify"),
    priority: whole(0, 2),
    comments: marks,
    headerContainsMessageHeader: anyCase(
      "X-CFEmailSecurity-Disposition",
      "X-Other",
    ),
    headerContainsWords: set(["UCE", "SPAM", "SPOOF", "MALICIOUS"]),
    senderIpRanges: addresses,
    setScl: whole(-1, 9),
    quarantine: flag(),
    stopRuleProcessing: flag(),
    ruleErrorAction: choice("Ignore", "Defer"),
  },
  // The second one follows from the others.
  withoutMeaning: ["useLegacyRegex", "appliesToAllMail"],
  example: {
    outputs: { guid: expect.any(String) },
    stands({ simulator }) {
      expect(
        simulator.tenant.find("TransportRule", "Bulk mail found by Cloudflare"),
      ).toMatchObject({
        Mode: "Audit",
        State: "Enabled",
        HeaderContainsMessageHeader: "X-CFEmailSecurity-Disposition",
        HeaderContainsWords: ["BULK"],
        SetSCL: 6,
      });
    },
  },
};
