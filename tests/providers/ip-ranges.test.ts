import { intervalOf } from "../../mail-flow/address-set";
import { ipRanges, merged } from "../../providers/exchange-online/ip-ranges";

/** 192.0.2.0 */
const net = 0xc0000200;

describe("A range of addresses", () => {
  test.each([
    ["192.0.2.7", [net + 7, net + 7]],
    ["  192.0.2.7 ", [net + 7, net + 7]],
    ["192.0.2.77/26", [net + 64, net + 127]],
    ["192.0.2.0/24", [net, net + 255]],
    ["192.0.2.7/32", [net + 7, net + 7]],
    ["0.0.0.0/0", [0, 2 ** 32 - 1]],
    ["192.0.2.1 - 192.0.2.3", [net + 1, net + 3]],
    ["192.0.2.1-192.0.2.1", [net + 1, net + 1]],
  ])("%j is from %j on", (range, interval) => {
    expect(intervalOf(range)).toEqual(interval);
  });

  test.each([
    "example.com",
    "192.0.2.2-192.0.2.1",
    "192.0.2.1-",
    "-192.0.2.1",
    "192.0.2.1-192.0.2.2-192.0.2.3",
    "192.0.2.0/33",
    "192.0.2.0/024",
    "192.0.2.0/24x",
    "192.0.2.0/",
    "192.0.2.0/24/24",
    "192.0.2.256",
    "192.0.2",
    "192.0.2.1.1",
    // Other addresses to whoever reads a leading zero as octal.
    "010.0.0.1",
    "192.0.2.01",
    "0x10.0.0.1",
    "192.0.2.0x4",
    "3221225985",
  ])("%j is none", (range) => {
    expect(intervalOf(range)).toBeUndefined();
    expect(ipRanges.refuse([range])).toBe(
      `"${range}" is not an IPv4 address, a CIDR block or a range a-b`,
    );
  });
});

describe("A list of ranges", () => {
  test.each([
    [undefined, "must be a list, not nothing"],
    ["192.0.2.1", "must be a list, not a string"],
    [
      [],
      "must not be empty; leave it out to have no condition on the sender's address",
    ],
    [["192.0.2.1", 7], "has a number in it"],
    [["192.0.2.1", null], "has nothing in it"],
    [
      ["192.0.2.1", "2001:db8::1"],
      "2001:db8::1 is IPv6, which Microsoft 365 does not take in a rule; remove it",
    ],
    [["192.0.2.0/24", "192.0.2.1-192.0.3.0"], undefined],
    [
      ["192.0.2.1-192.0.3.1"],
      "192.0.2.1-192.0.3.1 covers 257 addresses, Microsoft 365 takes at most 256; list its /24 blocks, or leave the property out to use Cloudflare's published list",
    ],
    [
      ["192.0.2.0/23"],
      "192.0.2.0/23 is wider than the /24 that Microsoft 365 takes; list its /24 blocks, or leave the property out to use Cloudflare's published list",
    ],
    [["104.30.32.0/19", "134.195.26.0-134.195.27.255"], undefined],
  ])("%j is answered %j", (value, reason) => {
    expect(ipRanges.refuse(value)).toBe(reason);
  });

  test("is kept in numeric order, without doubles, each range in its shortest form", () => {
    const kept = [
      "9.0.0.1",
      "10.0.0.0",
      "10.0.0.0/31",
      "10.0.0.0-10.0.0.2",
      "10.0.0.0/24",
      "10.0.1.3-10.0.1.4",
      "200.0.0.0/25",
      "example.com",
      "example.org",
      "not a range",
    ];
    const given = [
      "9.0.0.1-9.0.0.1",
      "10.0.0.0/32",
      "10.0.0.0-10.0.0.1",
      " 10.0.0.0 - 10.0.0.2 ",
      "10.0.0.255/24",
      "10.0.1.3-10.0.1.4",
      "200.0.0.0-200.0.0.127",
      "example.com",
      "example.org ",
      "not a range",
    ];
    expect(ipRanges.normalize(given)).toEqual(kept);
    expect(ipRanges.normalize([...given].reverse())).toEqual(kept);
    expect(ipRanges.normalize([...given, ...kept])).toEqual(kept);
    expect(ipRanges.encode(kept)).toEqual(kept);
  });

  test("has a wide range that Cloudflare publishes as its /24 blocks", () => {
    expect(ipRanges.normalize(["134.195.26.0/23"])).toEqual([
      "134.195.26.0/24",
      "134.195.27.0/24",
    ]);
    const blocks = ipRanges.normalize(["104.30.32.0/19"]);
    expect([blocks.length, blocks[0], blocks[31]]).toEqual([
      32,
      "104.30.32.0/24",
      "104.30.63.0/24",
    ]);
    expect(ipRanges.normalize(["192.0.2.0/23"])).toEqual(["192.0.2.0/23"]);
  });

  test("is compared by the addresses that it covers", () => {
    expect(
      merged([
        "192.0.2.200",
        "192.0.2.0/25",
        "192.0.2.64",
        "192.0.2.128-192.0.2.130",
        "192.0.2.132",
        "Example.COM",
      ]),
    ).toEqual([
      [net, net + 130],
      [net + 132, net + 132],
      [net + 200, net + 200],
      "example.com",
    ]);
    expect(merged(["192.0.2.0/23", "192.0.2.0/24"])).toEqual([
      [net, net + 255],
      "192.0.2.0/23",
    ]);
    expect(merged([])).toEqual([]);
  });

  test.each([
    [
      ["192.0.2.2", "", "192.0.2.1"],
      ["192.0.2.1", "192.0.2.2"],
    ],
    ["192.0.2.1", ["192.0.2.1"]],
    // As it stands there, not as a program's is sent.
    [["104.30.32.0-104.30.63.255"], ["104.30.32.0/19"]],
    ["", []],
    [
      [{ a: 1 }, 7],
      ["7", '{"a":1}'],
    ],
    [null, null],
    [undefined, undefined],
  ])("reads %j as %j", (wire, value) => {
    expect(ipRanges.decode(wire)).toEqual(value);
  });
});
