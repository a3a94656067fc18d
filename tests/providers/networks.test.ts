import { networks } from "../../providers/cloudflare/networks";
import { equal, field } from "../../providers/field";

const ipRestrictions = field("ip_restrictions", networks);
const same = (one: string[], other: string[]): boolean =>
  equal(ipRestrictions, one, other);

describe("Networks from which mail is accepted", () => {
  test.each([
    "192.0.2.1",
    "0.0.0.0/0",
    "10.100.255.99/32",
    "192.0.2.0/24",
    "2001:db8::1",
    "2001:DB8::/32",
    "::ffff:192.0.2.1",
  ])("may be %s", (value) => {
    expect(networks.refuse([value])).toBeUndefined();
  });

  test.each([
    "010.0.0.1",
    "192.0.2.010",
    "192.0.2",
    "3221225985",
    "0x7f.0.0.1",
    "192.0.2.256",
    "192.0.2.0/33",
    "192.0.2.0/",
    "192.0.2.0/24/1",
    " 192.0.2.1",
    "192.0.2.1 ",
    "2001:db8::/129",
    "2001:db8::x",
    "mx.example.com",
  ])("may not be %p", (value) => {
    expect(networks.refuse([value])).toBe(
      `entry 1 "${value}" is not an address or CIDR block`,
    );
  });

  test("may not be empty, nor more than a hundred", () => {
    expect(networks.refuse([""])).toBe("entry 1 must not be empty");
    const many = (count: number) =>
      Array.from({ length: count }, (_, i) => `192.0.2.${i}`);
    expect(networks.refuse(many(100))).toBeUndefined();
    expect(networks.refuse(many(101))).toBe(
      "has 101 entries, at most 100 are taken",
    );
  });

  test.each([
    ["192.0.2.77/24", "192.0.2.0/24"],
    ["192.0.2.77/32", "192.0.2.77"],
    ["192.0.2.77", "192.0.2.77"],
    ["2001:DB8:0:0:0:0:0:1", "2001:db8::1"],
    ["2001:db8::1/128", "2001:db8::1"],
    ["2001:db8::1/32", "2001:db8::/32"],
    ["Somewhere", "Somewhere"],
  ])("are kept in the shortest form: %s is %s", (value, kept) => {
    expect(networks.normalize([value])).toEqual([kept]);
  });

  test.each([
    [["192.0.2.1"], ["192.0.2.1/32"]],
    [["192.0.2.0/25", "192.0.2.128/25"], ["192.0.2.0/24"]],
    [["192.0.2.128/25", "192.0.2.0/25"], ["192.0.2.0/24"]],
    [["192.0.2.0", "192.0.2.1"], ["192.0.2.0/31"]],
    [["192.0.2.0/24", "192.0.2.7"], ["192.0.2.0/24"]],
    [["192.0.2.7", "192.0.2.0/24"], ["192.0.2.0/24"]],
    [["192.0.2.0/24", "192.0.2.0/24"], ["192.0.2.0/24"]],
    [
      ["192.0.2.2/31", "192.0.2.0/31", "192.0.2.4/30", "192.0.2.1"],
      ["192.0.2.0/29"],
    ],
    [["0.0.0.0/1", "128.0.0.0/1"], ["0.0.0.0/0"]],
    [["2001:db8::/33", "2001:db8:8000::/33"], ["2001:db8::/32"]],
    [["2001:DB8::1"], ["2001:db8:0::1/128"]],
    [
      ["2001:db8::1", "192.0.2.1"],
      ["192.0.2.1", "2001:db8::1"],
    ],
    [["SOMEWHERE"], ["somewhere"]],
    [[], []],
  ])("are the same when they are the same addresses: %j, %j", (one, other) => {
    expect(same(one, other)).toBe(true);
  });

  test.each([
    [["192.0.2.0/25"], ["192.0.2.0/24"]],
    [["192.0.2.0", "192.0.2.2"], ["192.0.2.0/31"]],
    [["192.0.2.0", "192.0.2.2"], ["192.0.2.0/30"]],
    [["192.0.2.0/25", "192.0.2.129"], ["192.0.2.0/25"]],
    [["192.0.2.0/24", "198.51.100.0/24"], ["192.0.2.0/24"]],
    [["192.0.2.0/24", "192.0.2.7"], ["192.0.2.0/29"]],
    [["192.0.2.1"], ["192.0.2.2"]],
    [["192.0.3.1"], ["192.0.2.1"]],
    [["0.0.0.1"], ["::1"]],
    [["0.0.0.0/0"], ["::/0"]],
    [["192.0.2.1"], []],
    [["somewhere"], ["elsewhere"]],
    [["192.0.2.1", "somewhere"], ["192.0.2.1"]],
  ])("are others when an address differs: %j, %j", (one, other) => {
    expect(same(one, other)).toBe(false);
    expect(same(other, one)).toBe(false);
  });
});
