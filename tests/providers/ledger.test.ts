import { area1Domain } from "../../providers/cloudflare/area1-domain";
import { transportRule } from "../../providers/exchange-online/transport-rule";
import { Ledger } from "../../providers/session/ledger";

const account = "5e4f1a";
const domain = { domain: "example.com", accountId: account };

describe("A ledger", () => {
  test("finds the objects of the program by kind, account and name, ignoring case", () => {
    const ledger = new Ledger();
    ledger.register(area1Domain, domain);
    expect(
      ledger.isRegistered(area1Domain, {
        domain: "EXAMPLE.com",
        accountId: account.toUpperCase(),
      }),
    ).toBe(true);
    for (const other of [
      { ...domain, domain: "example.org" },
      { ...domain, accountId: "another" },
      { accountId: account },
    ])
      expect(ledger.isRegistered(area1Domain, other)).toBe(false);
    expect(ledger.isRegistered(transportRule, { name: "example.com" })).toBe(
      false,
    );
  });

  test("finds an object of the program in any account", () => {
    const ledger = new Ledger();
    ledger.register(area1Domain, domain);
    const there = (name: string, accountId: string) =>
      ledger.isRegisteredAnywhere(area1Domain, { domain: name, accountId });
    expect(there("Example.com", "another")).toBe(true);
    expect(there("example.com", account)).toBe(true);
    expect(there("example.org", account)).toBe(false);
  });

  test("finds an object of a tenant whatever account its state names", () => {
    const ledger = new Ledger();
    ledger.register(transportRule, { name: "Rule", accountId: account });
    expect(ledger.isRegistered(transportRule, { name: "rule" })).toBe(true);
  });

  test("records the mail that the program guards, if it sets it", () => {
    const ledger = new Ledger();
    expect(ledger.guard).toBeUndefined();
    ledger.register(transportRule, { name: "Rule" });
    expect(ledger.guard).toBeUndefined();
    ledger.register(transportRule, { name: "Rule", guardedMail: {} });
    expect(ledger.guard).toEqual({ guardedMail: {} });
    ledger.register(transportRule, { name: "Other" });
    expect(ledger.guard).toEqual({ guardedMail: {} });
    ledger.register(transportRule, {
      guardedMail: { words: ["PHISH"] },
      allowExposure: true,
    });
    expect(ledger.guard).toEqual({
      guardedMail: { words: ["PHISH"] },
      allowExposure: true,
    });
  });

  test("records what a create created, and what it adopted with the previous values", () => {
    const ledger = new Ledger();
    expect(ledger.owns("TransportRule/made")).toBe(false);
    ledger.create("TransportRule/made", undefined);
    const taken = { adopted: true, previous: { setScl: 5 } };
    ledger.create("TransportRule/adopted", taken);
    for (const name of ["made", "adopted"])
      expect(ledger.owns(`TransportRule/${name}`)).toBe(true);
    expect(ledger.adoption("TransportRule/adopted")).toBe(taken);
    expect(ledger.adoption("TransportRule/made")).toBeUndefined();
    expect(ledger.owns("TransportRule/other")).toBe(false);
  });

  test("records what a delete was for, whatever its result", () => {
    const ledger = new Ledger();
    ledger.delete(area1Domain, { domain: "Example.com", accountId: "A" });
    expect(ledger.hasDeleted("area1domain/a/example.com")).toBe(true);
    expect(ledger.hasDeleted("area1domain/b/example.com")).toBe(false);
    expect(
      ledger.isRegistered(area1Domain, {
        domain: "example.com",
        accountId: "a",
      }),
    ).toBe(false);
  });

  test("has one owner for each object, which may claim it again", () => {
    const ledger = new Ledger();
    expect(ledger.hold("TransportRule/rule", "ops/dev/mail")).toBeUndefined();
    expect(ledger.hold("TransportRule/rule", "ops/dev/mail")).toBeUndefined();
    expect(ledger.hold("TransportRule/rule", "ops/dev/other")).toBe(
      "ops/dev/mail",
    );
    // It still holds it.
    expect(ledger.hold("TransportRule/rule", "ops/dev/mail")).toBeUndefined();
    expect(ledger.hold("TransportRule/next", "ops/dev/other")).toBeUndefined();
  });
});
