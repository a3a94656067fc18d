import {
  flag,
  hostName,
  integer,
  kindOf,
  objectName,
  oneOf,
  recipient,
  setOf,
  state,
  text,
  withoutTenant,
} from "../../providers/codecs";

test("A value that is no text, number or flag is described by its type", () => {
  expect(
    [null, undefined, [], [1], {}, 5, "x", true].map((value) => kindOf(value)),
  ).toEqual([
    ...["nothing", "nothing", "a list", "a list", "an object"],
    ...["a number", "a string", "a boolean"],
  ]);
});

describe("A text", () => {
  const control = "holds a control character; remove it";

  test.each([
    [undefined, "must be a text, not nothing"],
    [7, "must be a text, not a number"],
    [["a"], "must be a text, not a list"],
    ["12345", undefined],
    ["123456", "has 6 characters, at most 5 are taken; shorten it"],
    ["", undefined],
    ["a\u0000", control],
    ["a\u0008", control],
    ["a\tb\r\n", undefined],
    ["a\u000b", control],
    ["a\u001f", control],
    ["a b", undefined],
  ])("of at most five characters: %j is answered %j", (value, reason) => {
    expect(text({ max: 5 }).refuse(value)).toBe(reason);
  });

  test("without a limit is accepted at any length, and checked by its own rule if it has no control character", () => {
    const own = text({ refuse: (value) => value && `${value}?` });
    expect(own.refuse("x".repeat(10_000))).toBe(`${"x".repeat(10_000)}?`);
    expect(own.refuse("\u0001")).toBe(control);
    expect(text().refuse("x".repeat(10_000))).toBeUndefined();
  });

  test("that is required is refused if it has only spaces", () => {
    const required = text({
      required: true,
      normalize: (value) => value.replace("x", ""),
    });
    for (const value of ["", "  ", "x", "\n x "])
      expect(required.refuse(value)).toBe("must not be empty");
    expect(required.refuse("xy")).toBeUndefined();
    expect(recipient.refuse(" ")).toBe("must not be empty");
  });

  test("is described with its limit", () => {
    expect(text({ max: 64 }).type).toBe("text of at most 64 characters");
    expect(text().type).toBe("text");
  });

  test("is sent unchanged, and read back in canonical form", () => {
    const lower = text({ normalize: (value) => value.toLowerCase() });
    expect(lower.encode("Ab")).toBe("Ab");
    expect(lower.decode("Ab")).toBe("ab");
    expect(lower.decode(5)).toBe("5");
    expect(lower.decode({ A: true })).toBe('{"a":true}');
    expect(lower.decode(null)).toBeNull();
    expect(lower.decode(undefined)).toBeUndefined();
    expect(text().decode("Ab")).toBe("Ab");
  });

  test("is compared without spaces at its ends, and in lower case only if case does not matter", () => {
    expect(text().key(" A\r\nb ")).toBe("A\nb");
    expect(text({ anyCase: true }).key(" A\r\nb ")).toBe("a\nb");
  });

  test("that is missing is empty", () => {
    expect(text().none).toBe("");
    expect(text().emptyWhenMissing).toBe(true);
  });
});

describe("A flag", () => {
  test("is only true or false", () => {
    expect(flag.refuse(true)).toBeUndefined();
    expect(flag.refuse(false)).toBeUndefined();
    expect(flag.refuse("true")).toBe("must be true or false, not a string");
    expect(flag.refuse(null)).toBe("must be true or false, not nothing");
  });

  test.each([
    ["True", true],
    ["fAlse", false],
    ["yes", undefined],
    ["", undefined],
    [true, true],
    [false, false],
    [null, null],
    [undefined, undefined],
    [1, undefined],
    [{}, undefined],
  ])("reads %j as %j", (wire, value) => {
    expect(flag.decode(wire)).toBe(value);
  });

  test("is sent and compared unchanged, and is unknown if a vendor does not return it", () => {
    for (const value of [true, false]) {
      expect(flag.encode(value)).toBe(value);
      expect(flag.normalize(value)).toBe(value);
      expect(flag.key(value)).toBe(value);
    }
    expect([flag.none, flag.emptyWhenMissing]).toEqual([false, false]);
  });

  test("that Exchange has as State is sent as a word and read from one", () => {
    expect([state.encode(true), state.encode(false)]).toEqual([
      "Enabled",
      "Disabled",
    ]);
    expect(state.decode("ENABLED")).toBe(true);
    expect(state.decode("Disabled")).toBe(false);
    expect(state.decode(true)).toBe(true);
    expect(state.decode(null)).toBeNull();
    expect(state.decode(7)).toBeUndefined();
  });
});

describe("A whole number", () => {
  test.each([
    [-1, undefined],
    [9, undefined],
    [0, undefined],
    [-2, "must be a whole number from -1 to 9, not -2"],
    [10, "must be a whole number from -1 to 9, not 10"],
    [5.5, "must be a whole number from -1 to 9, not 5.5"],
    [NaN, "must be a whole number from -1 to 9, not NaN"],
    ["5", "must be a whole number from -1 to 9, not a string"],
    [null, "must be a whole number from -1 to 9, not nothing"],
  ])("from -1 to 9: %j is answered %j", (value, reason) => {
    expect(integer(-1, 9).refuse(value)).toBe(reason);
  });

  test.each([
    [5, 5],
    [-1, -1],
    ["5", 5],
    ["15", 15],
    [" -1\n", -1],
    ["  +7  ", 7],
    ["", null],
    [null, null],
    [undefined, undefined],
    ["1.5", undefined],
    ["0x10", undefined],
    ["1e1", undefined],
    ["5 words", undefined],
    ["none", undefined],
    [Infinity, undefined],
    [true, undefined],
    [[5], undefined],
  ])("reads %j as %j", (wire, value) => {
    expect(integer(-1, 9).decode(wire)).toBe(value);
  });

  test("is described with its range, sent and compared unchanged, and empty if it is missing", () => {
    const codec = integer(-1, 9);
    expect(codec.type).toBe("whole number, -1 to 9");
    for (const use of ["encode", "normalize", "key"] as const)
      expect(codec[use](5)).toBe(5);
    expect([codec.none, codec.emptyWhenMissing]).toEqual([null, true]);
  });
});

describe("One of a vendor's names", () => {
  test.each([
    ["Quarantine", undefined],
    ["movetojmf", undefined],
    ["Move", 'must be one of MoveToJmf, Quarantine, not "Move"'],
    ["", 'must be one of MoveToJmf, Quarantine, not ""'],
    [undefined, "must be one of MoveToJmf, Quarantine, not nothing"],
    [["Quarantine"], "must be one of MoveToJmf, Quarantine, not a list"],
  ])("%j is answered %j", (value, reason) => {
    expect(oneOf("MoveToJmf", "Quarantine").refuse(value)).toBe(reason);
  });

  test.each([
    ["QUARANTINE", "Quarantine"],
    ["Redirect", "Redirect"],
    ["", null],
    [null, null],
    [undefined, undefined],
    [3, undefined],
  ])("reads %j as %j", (wire, value) => {
    expect(oneOf("MoveToJmf", "Quarantine").decode(wire)).toBe(value);
  });

  test("is stored in the vendor's case, a new one unchanged, and compared in any case", () => {
    const codec = oneOf<string>("MoveToJmf", "Quarantine");
    expect(codec.type).toBe("`MoveToJmf`, `Quarantine`");
    expect(codec.normalize("movetojmf")).toBe("MoveToJmf");
    expect(codec.normalize("New")).toBe("New");
    expect(codec.encode("MoveToJmf")).toBe("MoveToJmf");
    expect(codec.key("MoveToJmf")).toBe("movetojmf");
    expect([codec.none, codec.emptyWhenMissing]).toEqual([null, false]);
  });
});

describe("A set", () => {
  const words = () =>
    setOf(text({ max: 3, anyCase: true }), { min: 1, max: 2 });

  test.each([
    [["a"], undefined],
    [["a", "b"], undefined],
    [["a", "b", "c"], "has 3 entries, at most 2 are taken"],
    [[], "must not be empty"],
    ["a", "must be a list, not a string"],
    [undefined, "must be a list, not nothing"],
    [
      ["a", "long"],
      "entry 2 has 4 characters, at most 3 are taken; shorten it",
    ],
    [[1, "long"], "entry 1 must be a text, not a number"],
  ])("of one or two words: %j is answered %j", (value, reason) => {
    expect(words().refuse(value)).toBe(reason);
  });

  test("without limits may be empty and large", () => {
    expect(setOf(text()).refuse([])).toBeUndefined();
    expect(
      setOf(text()).refuse(Array.from({ length: 500 }, String)),
    ).toBeUndefined();
  });

  test("is stored in order without duplicates, and compared and sent like its entries", () => {
    const codec = setOf({
      ...text({ anyCase: true }),
      encode: (entry) => `<${entry}>`,
    });
    expect(codec.type).toBe("set of text");
    expect(codec.normalize(["b", "C", "a", "c"])).toEqual(["a", "b", "c"]);
    expect(codec.normalize(["b", "A"])).toEqual(["A", "b"]);
    expect(codec.key(["b", "C", "a", "c"])).toEqual(["a", "b", "c"]);
    expect(codec.encode(["b", "A"])).toEqual(["<b>", "<A>"]);
    expect([codec.none, codec.emptyWhenMissing]).toEqual([[], true]);
  });

  test.each([
    [
      ["b", "", "a"],
      ["a", "b"],
    ],
    ["one", ["one"]],
    ["", []],
    [[{ Id: 1, Domain: "a" }], ["a"]],
    [[{ Id: 1, Domain: { Name: "a" } }], ["a"]],
    [
      [{ Id: 1 }, {}],
      ['{"Id":1}', "{}"],
    ],
    [[null, undefined, "a"], ["a"]],
    [
      [5, true],
      ["5", "true"],
    ],
    [null, null],
    [undefined, undefined],
  ])("reads %j as %j", (wire, value) => {
    expect(setOf(text()).decode(wire)).toEqual(value);
  });
});

describe("A name of Exchange", () => {
  test.each([
    ["contoso.onmicrosoft.com\\Name", "Name"],
    ["a-b.c_d.example\\contoso.com\\Name", "Name"],
    ["Mail to contoso.com\\Name", "Mail to contoso.com\\Name"],
    ["contoso\\Name", "contoso\\Name"],
    ["Name", "Name"],
  ])("%s is %s without its tenant", (name, bare) => {
    expect(withoutTenant(name)).toBe(bare);
    expect(objectName(64).normalize(name)).toBe(bare);
  });

  test.each([
    ["Name", undefined],
    ["", "must not be empty"],
    ["contoso.com\\ ", "must not be empty"],
    ["contoso.com\\ Name", "has spaces at an end; remove them"],
    ["Name ", "has spaces at an end; remove them"],
    ["a|b*c", 'must not contain "|"'],
    ["x".repeat(11), "has 11 characters, at most 10 are taken; shorten it"],
  ])("%j is answered %j", (name, reason) => {
    expect(objectName(name.includes("\\") ? 30 : 10, /[|*]/).refuse(name)).toBe(
      reason,
    );
  });

  test("may contain any character that is not forbidden, and is equal in any case", () => {
    expect(objectName(64).refuse("a|b")).toBeUndefined();
    expect(objectName(64).key("contoso.com\\NaMe")).toBe("name");
  });
});

describe("A host name", () => {
  const label = "a".repeat(61);
  const long = `${`${label}.`.repeat(4)}exam`;

  test.each([
    "example.com",
    "Example.COM.",
    "a.b.example",
    "_dmarc.example.com",
    "xn--bcher-kva.example",
    "a_b-c.example",
    "example.c0",
    `${"a".repeat(63)}.example`,
    `example.${"a".repeat(63)}`,
    `a${long}`,
    `a${long}.`,
  ])("%s is accepted", (name) => {
    expect(hostName.refuse(name)).toBeUndefined();
  });

  test.each([
    "example",
    "example.c",
    "www example.com",
    "www.example.com/path",
    "https://example.com",
    "jane@example.com",
    ".example.com",
    "a..example",
    "-a.example",
    "a-.example",
    "a_.example",
    "example.com..",
    `${"a".repeat(64)}.example`,
    `example.${"a".repeat(64)}`,
    `aa.${long}`,
  ])("%s is refused with an example of one", (name) => {
    expect(hostName.refuse(name)).toBe(
      `"${name}" is not a domain name; give one like example.com`,
    );
  });

  test("is stored in lower case without the dot at its end", () => {
    expect(hostName.normalize("MX.Example.COM.")).toBe("mx.example.com");
    expect(hostName.refuse("")).toBe("must not be empty");
    expect(hostName.refuse(".")).toBe("must not be empty");
  });

  test.each(["example.com..", "192.0.2.0/1...", ".."])(
    "%s, which a vendor should not send, has one form only",
    (name) => {
      expect(hostName.normalize(name)).toBe(name);
    },
  );
});
