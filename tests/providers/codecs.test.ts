import fc from "fast-check";

import { intervalOf } from "../../mail-flow/address-set";
import { kinds } from "../../providers/kinds";
import {
  flag,
  hostName,
  integer,
  objectName,
  oneOf,
  setOf,
  state,
  text,
  type Codec,
  type Value,
} from "../../providers/codecs";
import { properties } from "../../providers/exchange-online/transport-rule-properties";
import { ipRanges } from "../../providers/exchange-online/ip-ranges";
import { quarantinePermissions } from "../../providers/exchange-online/quarantine-permissions";
import { secondsOf, timeSpan } from "../../providers/exchange-online/time-span";
import { equal, field } from "../../providers/field";
import type { Field } from "../../providers/field";

const sizes = fc
  .tuple(
    fc.integer({ min: 0, max: 5000 }),
    fc.constantFrom("", "B", " KB", "mb", " GB"),
  )
  .map((parts) => parts.join(""));

/** Values that a field takes, for every sort of codec that there is. */
function valuesOf({ codec }: Field): fc.Arbitrary<Value> {
  const names = [...codec.type.matchAll(/`([^`]+)`/g)].map(
    ([, name]) => name ?? "",
  );
  const words = fc.string({ minLength: 1, maxLength: 20 });
  const host = fc
    .array(fc.stringMatching(/^[a-zA-Z0-9]([a-z0-9-]{0,8}[a-z0-9])?$/), {
      minLength: 1,
      maxLength: 3,
    })
    .map((labels) => `${labels.join(".")}.example`);
  const uuid = fc.uuid();
  const candidates: fc.Arbitrary<unknown>[] = [
    fc.boolean(),
    fc.integer({ min: -1, max: 999 }),
    words,
    host,
    uuid,
    fc.array(words, { minLength: 1, maxLength: 5 }),
    fc.array(host, { minLength: 1, maxLength: 5 }),
    fc.array(fc.ipV4(), { minLength: 1, maxLength: 5 }),
    sizes,
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    fc.constantFrom("5.7.1", "5.7.900", "5.7.999"),
    fc.array(
      fc
        .tuple(fc.constantFrom("City", "department"), words)
        .map((parts) => parts.join(":")),
      { minLength: 1, maxLength: 5 },
    ),
    fc.array(
      fc
        .dictionary(fc.stringMatching(/^[a-z]{1,8}$/), words)
        .map((table) => JSON.stringify(table)),
      { minLength: 1, maxLength: 3 },
    ),
    ...(names.length > 0
      ? [
          fc.constantFrom(...names),
          fc.uniqueArray(fc.constantFrom(...names), { minLength: 1 }),
        ]
      : []),
  ];
  const fitting = candidates.filter((candidate) =>
    fc
      .sample(candidate, { numRuns: 20, seed: 1 })
      .some((value) => codec.refuse(value) === undefined),
  );
  return fc
    .oneof(...fitting)
    .filter(
      (value) => codec.refuse(value) === undefined,
    ) as fc.Arbitrary<Value>;
}

const fields = Object.values(kinds).flatMap((kind) =>
  Object.entries(kind.fields).map(([name, one]): [string, Field] => [
    `${kind.name}.${name}`,
    one,
  ]),
);

/** What programs mean by one value is more than that value. */
const widened = [
  "Area1Domain.dropDispositions",
  "TransportRule.senderIpRanges",
];

describe.each(fields)("%s", (name, one) => {
  const { codec } = one;
  const values = valuesOf(one);

  test("is normalized idempotently, to an equal and valid value", () => {
    fc.assert(
      fc.property(values, (value) => {
        const once = codec.normalize(value);
        expect(codec.normalize(once)).toEqual(once);
        expect(codec.refuse(once)).toBeUndefined();
        if (!widened.includes(name)) expect(equal(one, value, once)).toBe(true);
      }),
    );
  });

  test("comes back from its wire form as the same value, also through JSON", () => {
    fc.assert(
      fc.property(values, (value) => {
        const once = codec.normalize(value);
        const wire: unknown = JSON.parse(JSON.stringify(codec.encode(once)));
        const back = codec.decode(wire);
        expect(back).toEqual(once);
        expect(equal(one, back as Value, once)).toBe(true);
      }),
    );
  });

  test("decodes a missing value as unknown, and null as empty", () => {
    expect(codec.decode(undefined)).toBeUndefined();
    expect([null, undefined]).toContain(codec.decode(null));
  });

  test("never throws, whatever a program gives or a vendor sends", () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        const reason = codec.refuse(value);
        expect(["string", "undefined"]).toContain(typeof reason);
      }),
    );
    fc.assert(
      fc.property(fc.jsonValue(), (wire) => {
        const value = codec.decode(wire);
        if (value !== undefined) equal(one, value, null);
      }),
    );
  });
});

const { headerContainsWords, headerContainsMessageHeader } = properties;

const same = (codec: Codec, a: unknown, b: unknown): boolean =>
  equal(
    field("Wire", codec),
    codec.decode(a) as Value,
    codec.decode(b) as Value,
  );

describe("Spellings of one value", () => {
  const set = setOf(text({ anyCase: true })) as Codec;
  test.each<[string, Codec, unknown, unknown]>([
    ["order", set, ["a", "b"], ["b", "a"]],
    ["doubles", set, ["a", "a"], ["a"]],
    ["case", set, ["A"], ["a"]],
    ["one element without its list", set, "a", ["a"]],
    ["null and an empty list", set, null, []],
    ["empty entries", set, ["", "a"], ["a"]],
    ["an entry in an object", set, [{ Domain: "a" }], ["a"]],
    [
      "an entry beside a note of its type",
      set,
      [{ "Domain@data.type": "System.String", Domain: "a" }],
      ["a"],
    ],
    [
      "an address in an object in an object, beside a note of its type",
      set,
      [
        {
          Sender: { "@odata.type": "#Exchange.Table", Address: "a@b.example" },
        },
      ],
      ["a@b.example"],
    ],
    [
      "an address with its parts",
      set,
      [
        {
          Sender: {
            Length: 11,
            Local: "a",
            Domain: "b.example",
            IsValidAddress: true,
            Address: "a@b.example",
          },
        },
      ],
      ["a@b.example"],
    ],
    ["null and an empty text", text(), null, ""],
    ["line ends", text(), "a\r\nb", "a\nb"],
    ["spaces at the ends", text(), " a ", "a"],
    ["a number as text", integer(-1, 9), "5", 5],
    ["a flag as text", flag, "True", true],
    ["null and false", flag, null, false],
    ["a state in any case", state, "enabled", "Enabled"],
    ["a name in any case", oneOf("MoveToJmf"), "movetojmf", "MoveToJmf"],
    [
      "a name with its tenant",
      objectName(64),
      "contoso.onmicrosoft.com\\A",
      "a",
    ],
    ["a host with its dot", hostName, "MX.Example.com.", "mx.example.com"],
    ["/32", ipRanges, ["192.0.2.1/32"], ["192.0.2.1"]],
    ["host bits", ipRanges, ["192.0.2.77/24"], ["192.0.2.0/24"]],
    [
      "a range and its block",
      ipRanges,
      ["192.0.2.0-192.0.2.255"],
      ["192.0.2.0/24"],
    ],
    [
      "merged neighbours",
      ipRanges,
      ["192.0.2.0/25", "192.0.2.128/25"],
      ["192.0.2.0/24"],
    ],
    [
      "an address within a block",
      ipRanges,
      ["192.0.2.0/24", "192.0.2.9"],
      ["192.0.2.0/24"],
    ],
    [
      "permissions as number and as text",
      quarantinePermissions,
      7,
      "[PermissionToDelete: True\r\nPermissionToPreview: True\r\nPermissionToRelease: True\r\nPermissionToBlockSender: False]",
    ],
    ["permission bits without effect", quarantinePermissions, 7 + 64 + 128, 7],
    [
      "permissions as number and as text of a number",
      quarantinePermissions,
      "11",
      11,
    ],
    [
      "time spans",
      timeSpan({ FourHours: "04:00:00", OneDay: "1.00:00:00" }),
      "PT24H",
      "1.00:00:00",
    ],
    [
      "time spans in days",
      timeSpan({ FourHours: "04:00:00", OneDay: "1.00:00:00" }),
      "P1D",
      "24:00:00",
    ],
    [
      "time spans with fractions",
      timeSpan({ FourHours: "04:00:00" }),
      "04:00:00.0000000",
      "PT4H",
    ],
  ])("are equal: %s", (_, codec, a, b) => {
    expect(same(codec, a, b)).toBe(true);
    expect(same(codec, b, a)).toBe(true);
  });

  test.each<[string, Codec, unknown, unknown]>([
    ["another element", set, ["a"], ["a", "b"]],
    ["another number", integer(-1, 9), 5, 6],
    ["zero and none", integer(-1, 9), 0, null],
    ["another text", text(), "a", "A"],
    [
      "one address more",
      ipRanges,
      ["192.0.2.0/24"],
      ["192.0.2.0/24", "192.0.3.0"],
    ],
    // Microsoft 365 does not take the wide one, so that no mail may match it.
    [
      "a published wide range and its blocks",
      ipRanges,
      ["134.195.26.0/23"],
      ["134.195.26.0/24", "134.195.27.0/24"],
    ],
    [
      "a wide range within a list of others and the list without it",
      ipRanges,
      ["134.195.26.0/23", "134.195.26.0/24"],
      ["134.195.26.0/24"],
    ],
    // No word of a header has a space.
    ["a word with a space", headerContainsWords.codec, ["UCE "], ["UCE"]],
    [
      "the name of a header with a space",
      headerContainsMessageHeader.codec,
      " X-CFEmailSecurity-Disposition",
      "X-CFEmailSecurity-Disposition",
    ],
    ["one permission more", quarantinePermissions, 3, 7],
    [
      "another time span",
      timeSpan({ FourHours: "04:00:00", OneDay: "1.00:00:00" }),
      "PT4H",
      "P1D",
    ],
  ])("are not equal: %s", (_, codec, a, b) => {
    expect(same(codec, a, b)).toBe(false);
  });
});

describe("IP ranges", () => {
  const address = fc.ipV4();
  const range = fc.oneof(
    address,
    fc
      .tuple(address, fc.integer({ min: 24, max: 32 }))
      .map(([ip, length]) => `${ip}/${length}`),
  );
  const numbers = (ranges: readonly string[]): Set<number> =>
    new Set(
      ranges.flatMap((one) => {
        const [first, last] = intervalOf(one) ?? [0, -1];
        return Array.from({ length: last - first + 1 }, (_, at) => first + at);
      }),
    );

  test("cover the same addresses normalized or not, in any order, cut in any way", () => {
    fc.assert(
      fc.property(fc.array(range, { minLength: 1, maxLength: 6 }), (ranges) => {
        const normalized = ipRanges.normalize(ranges);
        expect(numbers(normalized)).toEqual(numbers(ranges));
        expect(ipRanges.key([...ranges].reverse())).toEqual(
          ipRanges.key(ranges),
        );
        const single = [...numbers(ranges)]
          .slice(0, 600)
          .map((n) =>
            [24, 16, 8, 0].map((shift) => (n >>> shift) & 255).join("."),
          );
        if (numbers(ranges).size <= 600)
          expect(ipRanges.key(single)).toEqual(ipRanges.key(ranges));
      }),
      { numRuns: 50 },
    );
  });

  test("are equal only when they cover the same addresses", () => {
    fc.assert(
      fc.property(
        fc.array(range, { minLength: 1, maxLength: 3 }),
        fc.array(range, { minLength: 1, maxLength: 3 }),
        (a, b) => {
          const covered =
            JSON.stringify([...numbers(a)].sort()) ===
            JSON.stringify([...numbers(b)].sort());
          expect(equal(field("x", ipRanges), a, b)).toBe(covered);
        },
      ),
      { numRuns: 30 },
    );
  });

  test.each([
    "256.1.1.1",
    "1.2.3",
    "01.2.3.4/33",
    "192.0.2.0/-1",
    "192.0.2.0/24/24",
    "192.0.2.1-",
    "-192.0.2.1",
    "192.0.2.9-192.0.2.1",
    "::1",
    "::ffff:192.0.2.1",
    "",
    " ",
    "0x7f.0.0.1",
    "2130706433",
    "example.com",
  ])("refuse %p", (range) => {
    expect(ipRanges.refuse([range])).toEqual(expect.any(String));
  });
});

test("A time span has the same seconds in both of its forms", () => {
  fc.assert(
    fc.property(
      fc.nat(30),
      fc.nat(23),
      fc.nat(59),
      fc.nat(59),
      (days, hours, minutes, seconds) => {
        const two = (n: number) => String(n).padStart(2, "0");
        const clock = `${days}.${two(hours)}:${two(minutes)}:${two(seconds)}`;
        const iso = `P${days}DT${hours}H${minutes}M${seconds}S`;
        expect(secondsOf(clock)).toBe(secondsOf(iso));
        expect(secondsOf(clock)).toBe(
          ((days * 24 + hours) * 60 + minutes) * 60 + seconds,
        );
      },
    ),
  );
  for (const wrong of ["", "P", "PT", "4h", "4:00", "P1Y", "-1.00:00:00"])
    expect(secondsOf(wrong)).toBeUndefined();
});

test("Permissions in an unreadable form are unknown, not empty", () => {
  for (const wire of ["", "[]", "Release", {}, null, true])
    expect(quarantinePermissions.decode(wire)).toBeUndefined();
});
