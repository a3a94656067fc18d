import { secondsOf, timeSpan } from "../../providers/exchange-online/time-span";

const hour = 3600;

test.each([
  ["04:00:00", 4 * hour],
  ["4:00:00", 4 * hour],
  ["1.00:00:00", 24 * hour],
  ["12.01:02:03", (12 * 24 + 1) * hour + 123],
  ["04:00:00.0", 4 * hour],
  ["04:00:00.0000000", 4 * hour],
  ["P1D", 24 * hour],
  ["P10DT10H10M10S", (10 * 24 + 10) * hour + 610],
  ["PT30M", 30 * 60],
  ["PT45S", 45],
  ["P1DT1M", 24 * hour + 60],
])("The time span %s has %d seconds", (text, seconds) => {
  expect(secondsOf(text)).toBe(seconds);
});

test.each([
  ...["", "P", "PT", "P1Y", "4h", "04:00", "104:00:00", "04:00:00x"],
  ...["x04:00:00", "04:00:00.5", "04:00:00.00000000", "x1.00:00:00"],
  ...["xP1D", "P1Dx", "PT4Hx", "P1H", "T4H", "04:000:00", "04:00:0"],
])("%j is no time span", (text) => {
  expect(secondsOf(text)).toBeUndefined();
});

describe("One of two time spans", () => {
  const codec = () =>
    timeSpan<string>({ FourHours: "04:00:00", OneDay: "1.00:00:00" });

  test.each([
    ["04:00:00", undefined],
    [" PT24H ", undefined],
    ["05:00:00", 'must be one of 04:00:00, 1.00:00:00, not "05:00:00"'],
    ["soon", 'must be one of 04:00:00, 1.00:00:00, not "soon"'],
    [4, "must be one of 04:00:00, 1.00:00:00, not a number"],
  ])("%j is answered %j", (value, reason) => {
    expect(codec().refuse(value)).toBe(reason);
  });

  test.each([
    ["PT4H", "04:00:00"],
    [" P1D ", "1.00:00:00"],
    ["PT5H", "PT5H"],
    ["soon", "soon"],
  ])("%j is kept and read as %j", (given, kept) => {
    expect(codec().normalize(given)).toBe(kept);
    expect(codec().decode(given)).toBe(kept);
  });

  test("is empty if Exchange returns null, and unknown if it returns nothing", () => {
    expect(codec().decode(null)).toBeNull();
    for (const wire of [undefined, "", 4, {}])
      expect(codec().decode(wire)).toBeUndefined();
  });

  test("is compared by its length, and as a text if that is unknown", () => {
    expect(codec().key(" PT4H ")).toBe(4 * hour);
    expect(codec().key("00:00:00")).toBe(0);
    expect(codec().key("soon")).toBe("soon");
  });
});
