import { propertyOf } from "../../mail-flow/names";
import { verdicts } from "../../providers/exchange-online/anti-spam-verdicts";
import type { Value } from "../../providers/codecs";
import type { Values } from "../../providers/field";
import type { Kind } from "../../providers/kind";
import { kinds } from "../../providers/kinds";
import {
  refuseUnmet,
  relationFailures,
} from "../../providers/lifecycle/requirements";

const everyKind: readonly Kind[] = Object.values(kinds);

/** A value that a property may have. */
function sample({ fields }: Kind, property: string): Value {
  const { codec } = fields[property] ?? {};
  const [, named] = /`([^`]+)`/.exec(codec?.type ?? "") ?? [];
  const value = [
    ...(named === undefined ? [] : [named, [named]]),
    "a",
    ["a"],
    ["192.0.2.1"],
    ["a.example"],
    "a.example",
    true,
    3,
    "10 MB",
    "5.7.1",
    ["City:Rome"],
    ['{"name":"a"}'],
  ].find((one) => codec?.refuse(one) === undefined);
  if (value === undefined) throw new Error(`no value for ${property}`);
  return value;
}

const requirements = everyKind.flatMap((kind) =>
  Object.entries(kind.fields).flatMap(([by, { requires = [] }]) =>
    requires.map(({ when, unless, anyOf }) => ({
      kind,
      label: `${kind.name}.${by}${when === undefined ? "" : ` ${JSON.stringify(when)}`}`,
      by,
      value: when ?? sample(kind, by),
      unless,
      anyOf,
    })),
  ),
);

const otherInputs = everyKind.flatMap((kind) =>
  Object.entries(kind.fields).flatMap(
    ([property, { onlyWith, conflictsWith }]) => [
      ...(onlyWith
        ? [
            {
              kind,
              property,
              value: sample(kind, property),
              other: onlyWith,
              expected: true,
            },
          ]
        : []),
      ...(conflictsWith
        ? [
            {
              kind,
              property,
              value: conflictsWith.when ?? sample(kind, property),
              other: conflictsWith,
              expected: false,
            },
          ]
        : []),
    ],
  ),
);

test("the field tables hold what the vendors document", () => {
  expect(
    requirements.map(({ label, anyOf }) => [label, anyOf.slice(0, 3)]),
  ).toEqual([
    ["AntiSpamPolicy.name", ["recipientDomainIs", "sentTo", "sentToMemberOf"]],
    ...verdicts.flatMap(({ action }) => [
      [`AntiSpamPolicy.${action} "Redirect"`, ["redirectToRecipients"]],
      [`AntiSpamPolicy.${action} "ModifySubject"`, ["modifySubjectValue"]],
      [`AntiSpamPolicy.${action} "AddXHeader"`, ["addXHeaderValue"]],
    ]),
    [
      'InboundConnector.connectorType "OnPremises"',
      ["senderIpAddresses", "tlsSenderCertificateName"],
    ],
    [
      "InboundConnector.restrictDomainsToIpAddresses true",
      ["senderIpAddresses"],
    ],
    [
      "InboundConnector.restrictDomainsToCertificate true",
      ["tlsSenderCertificateName"],
    ],
    ["TransportRule.name", ["headerContainsWords", "senderIpRanges", "from"]],
    ...["", "ExceptIf"].flatMap((prefix) =>
      [
        ["HeaderContainsMessageHeader", "HeaderContainsWords"],
        ["HeaderContainsWords", "HeaderContainsMessageHeader"],
        ["BetweenMemberOf1", "BetweenMemberOf2"],
        ["BetweenMemberOf2", "BetweenMemberOf1"],
        ["ManagerAddresses", "ManagerForEvaluatedUser"],
        ["ManagerForEvaluatedUser", "ManagerAddresses"],
        // The operator needs an attribute; an attribute alone is compared by Equal.
        ["ADComparisonOperator", "ADComparisonAttribute"],
        ["HeaderMatchesMessageHeader", "HeaderMatchesPatterns"],
        ["HeaderMatchesPatterns", "HeaderMatchesMessageHeader"],
      ].map(([by, other]) => [
        `TransportRule.${propertyOf(`${prefix}${by}`)}`,
        [propertyOf(`${prefix}${other}`)],
      ]),
    ),
    ["TransportRule.setHeaderName", ["setHeaderValue"]],
    ["TransportRule.setHeaderValue", ["setHeaderName"]],
    ["TransportRule.applyHtmlDisclaimerLocation", ["applyHtmlDisclaimerText"]],
    [
      "TransportRule.applyHtmlDisclaimerFallbackAction",
      ["applyHtmlDisclaimerText"],
    ],
    ["TransportRule.removeRmsAttachmentEncryption true", ["removeOmeV2"]],
    ["TransportRule.incidentReportContent", ["generateIncidentReport"]],
    ["TransportRule.notifySender", ["messageContainsDataClassifications"]],
  ]);
  expect(
    otherInputs
      .filter(({ expected }) => expected)
      .map(({ property, other }) => [property, other]),
  ).toEqual([
    ...verdicts.map(({ action, tag }) => [
      tag,
      { property: action, is: "Quarantine" },
    ]),
    ["tlsSenderCertificateName", { property: "requireTls", is: true }],
  ]);
  for (const { kind, anyOf } of requirements)
    expect(Object.keys(kind.fields)).toEqual(expect.arrayContaining(anyOf));
  for (const { kind, other } of otherInputs)
    expect(Object.keys(kind.fields)).toContain(other.property);
});

describe.each(requirements)(
  "The requirement of $label",
  ({ kind, by, value, unless, anyOf }) => {
    const given: Values = {
      [by]: value,
      // Without it, a property that would meet the requirement has no effect.
      ...Object.fromEntries(
        anyOf.flatMap((property): [string, Value][] => {
          const { onlyWith } = kind.fields[property] ?? {};
          return onlyWith ? [[onlyWith.property, onlyWith.is]] : [];
        }),
      ),
    };
    const [first = ""] = anyOf;
    const failuresOf = (inputs: Values, ...unknown: string[]) =>
      relationFailures(
        kind,
        inputs,
        (property) => !unknown.includes(property),
      ).filter(({ property }) => property === first);
    const refuse = (live: Values, changes: Values) => () => {
      refuseUnmet(kind, "Name", live, changes);
    };
    /** An object as the vendor returns it: the properties that the requirement names, each empty. */
    const empty = Object.fromEntries(
      anyOf.map((property): [string, Value] => [property, null]),
    );

    test("refuses inputs in which every property that would meet it is missing or empty", () => {
      const missing = [
        {
          property: first,
          reason: expect.stringMatching(/^must be given/) as string,
        },
      ];
      expect(failuresOf(given)).toEqual(missing);
      expect(failuresOf({ ...given, [first]: [] })).toEqual(missing);
      expect(failuresOf({ ...given, [first]: "" })).toEqual(missing);
    });

    test("accepts each property that meets it, also one that is unknown in the preview", () => {
      for (const property of anyOf) {
        const met = { ...given, [property]: sample(kind, property) };
        expect(failuresOf(met)).toEqual([]);
        expect(failuresOf(given, property)).toEqual([]);
      }
    });

    test("does not apply to inputs without the property, or with an unknown one", () => {
      expect(failuresOf({})).toEqual([]);
      expect(failuresOf({}, by)).toEqual([]);
      if (unless !== undefined)
        expect(failuresOf({ [by]: unless })).toEqual([]);
    });

    test("refuses an update after which no live value meets it", () => {
      const met = { ...empty, [first]: sample(kind, first) };
      if (!kind.fields[by]?.replaces)
        expect(refuse(empty, given)).toThrow("so nothing was written");
      expect(refuse({ ...met, ...given }, { [first]: null })).toThrow(
        "so nothing was written",
      );
    });

    test("accepts an update if a live value or the update itself meets it", () => {
      for (const property of anyOf) {
        const met = { [property]: sample(kind, property) };
        // A parameter that is one of a pair has a requirement of its own.
        const partner = kind.fields[property]?.with;
        const whole = {
          ...met,
          ...(partner && { [partner]: sample(kind, partner) }),
        };
        expect(refuse({ ...empty, ...whole }, given)).not.toThrow();
        expect(refuse(empty, { ...given, ...whole })).not.toThrow();
      }
    });

    test("accepts an update that concerns none of its properties", () => {
      expect(refuse({ ...empty, ...given }, {})).not.toThrow();
    });
  },
);

test("accepts an update if the vendor does not return the value, which may exist", () => {
  const quarantinePolicy: Kind = kinds.QuarantinePolicy;
  const flags = quarantinePolicy.fields["esnEnabled"];
  if (!flags) throw new Error("the field is missing");
  const kind: Kind = {
    ...quarantinePolicy,
    fields: {
      one: { ...flags, requires: [{ anyOf: ["other"] }] },
      other: flags,
    },
  };
  expect(() => {
    refuseUnmet(kind, "Name", {}, { one: true });
  }).not.toThrow();
  expect(() => {
    refuseUnmet(kind, "Name", { other: null }, { one: true });
  }).toThrow(
    'other must be given with one. The quarantine policy "Name" would have none, so nothing was written',
  );
});

describe.each(otherInputs)(
  "The input $property of $kind.name, beside $other.property",
  ({ kind, property, value, other, expected }) => {
    const given = { [property]: value };
    const another = kind.fields[other.property]?.codec.type.includes("`")
      ? "Redirect"
      : "Another";
    const isRefused = (inputs: Values, ...unknown: string[]) =>
      relationFailures(kind, inputs, (name) => !unknown.includes(name)).some(
        (failure) => failure.property === property,
      );

    test(`is ${expected ? "accepted only" : "refused"} with ${JSON.stringify(other.is)}`, () => {
      expect(isRefused({ ...given, [other.property]: other.is })).toBe(
        !expected,
      );
      expect(isRefused({ ...given, [other.property]: another })).toBe(expected);
    });

    test("is accepted while the other one is unknown in the preview, and may be missing", () => {
      expect(isRefused(given, other.property)).toBe(false);
      expect(isRefused({ [other.property]: other.is })).toBe(false);
    });

    if ("when" in other)
      test("is accepted with another value than the one that conflicts", () => {
        expect(
          isRefused({ [property]: false, [other.property]: other.is }),
        ).toBe(false);
      });
  },
);
