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
import type { KindUnderTest, Subject } from "../subject";
import { exchangeObjects, objectOf } from "./by-hand";
import { marks, ourMark } from "./marks";

const byHand = exchangeObjects("TransportRule");
const rule = "Area 1 User Quarantine Message";

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
  inputs: {
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
  },
  others: { name: "Renamed", priority: 0, setScl: 6, comments: "for people" },
  otherNames: ["Renamed", "Another rule"],
  notSamples: ["priority", "enabled"],
  foreign: {
    condition: { ExceptIfFrom: ["boss@example.com"] },
    action: { PrependSubject: "[spam]" },
    notAlone:
      /(MessageHeader|MatchesPatterns|MemberOf[12]|Manager|ADComparison|ContainsWords)/,
  },
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

export const transportRules: KindUnderTest = {
  subjects: [transportRule],
  byHand,
  nounOf: () => "TransportRule",
  requests: /-TransportRule$/,
  meanings: {
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
  withoutMeaning: [],
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
