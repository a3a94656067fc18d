import fc from "fast-check";

import { sendersIn } from "../../simulator/exchange/sender-lists";
import { Account } from "../../simulator/account";
import { defaultAccount, defaultTenant } from "../../simulator/contoso";
import { Mail } from "../../simulator/mail/mail";
import { defaultQuirks } from "../../simulator/quirks";
import { Tenant, textOf } from "../../simulator/tenant";
import { asSnapshot } from "./random/as-snapshot";
import { configure } from "./random/simulated-mail";
import { randomMessage, randomTenant } from "./random/tenant";

const drawn = fc.sample(
  fc.tuple(randomTenant, fc.array(randomMessage, { minLength: 4 })),
  { seed: 1, numRuns: 600 },
);

test("random tenants have every outcome, and every property of connectors, rules and lists that decides one", () => {
  const tenant = new Tenant(defaultTenant());
  const account = new Account(defaultAccount());
  const mail = new Mail({
    tenants: new Map([[tenant.id, tenant]]),
    accounts: new Map([[account.id, account]]),
    quirks: defaultQuirks,
    now: () => Date.parse("2027-01-15T12:00:00Z"),
    written: () => undefined,
  });
  const raised = new Set<string>();
  for (const [random, messages] of drawn) {
    configure({ tenant, account }, random);
    for (const { recipient, recipientGroups, sender, sourceIp } of messages) {
      const { outcome, steps } = mail.where({
        recipient,
        recipientGroups,
        disposition: "MALICIOUS",
        passesAuthentication: false,
        ...(sender !== undefined && { sender }),
        ...(sourceIp !== undefined && { senderIp: sourceIp }),
      });
      raised.add(outcome);
      for (const { property } of steps) raised.add(property);
    }
  }
  expect([...raised]).toEqual(
    expect.arrayContaining([
      ...["inbox", "junk", "quarantine", "hostedQuarantine", "deleted"],
      ...["rejected", "redirected", "droppedByCloudflare", "notDocumented"],
      ...["RestrictDomainsToIPAddresses", "RestrictDomainsToCertificate"],
      ...["TreatMessagesAsInternal", "IPAllowList", "IPBlockList"],
      "RejectDirectSend",
      ...["AllowedSenders", "AllowedSenderDomains"],
      ...["BlockedSenders", "BlockedSenderDomains"],
    ]),
  );
});

test("random tenants have exactly one default policy, with any name", () => {
  const names = new Set<unknown>();
  for (const [{ antiSpamPolicies }] of drawn) {
    const byFlag = antiSpamPolicies.filter(
      ({ IsDefault }) => IsDefault === true,
    );
    expect(byFlag).toHaveLength(1);
    names.add(byFlag[0]?.["Name"]);
  }
  expect(names).toEqual(new Set(["Default", "Contoso baseline"]));
});

test("a snapshot of a random tenant has the tenant's lists of senders and connectors", () => {
  for (const [random] of drawn) {
    const { antiSpamPolicies, inboundConnectors } = asSnapshot(random);
    if (!("value" in antiSpamPolicies) || !("value" in inboundConnectors))
      throw new Error("Not read");
    expect(antiSpamPolicies.value.map((one) => one.allowedSenders)).toEqual(
      random.antiSpamPolicies.map((one) => sendersIn(one["AllowedSenders"])),
    );
    expect(
      antiSpamPolicies.value.map((one) => one.blockedSenderDomains),
    ).toEqual(
      random.antiSpamPolicies.map((one) =>
        sendersIn(one["BlockedSenderDomains"]),
      ),
    );
    expect(inboundConnectors.value.map((one) => one.efSkipIps)).toEqual(
      random.inboundConnectors.map((one) => one["EFSkipIPs"]),
    );
  }
});

test("random tenants have connectors of both types with every property that selects one", () => {
  const connectors = drawn.flatMap(
    ([{ inboundConnectors }]) => inboundConnectors,
  );
  for (const type of ["Partner", "OnPremises"]) {
    const ofType = connectors.filter((one) => one["ConnectorType"] === type);
    const having = (property: string) =>
      ofType.filter((one) => {
        const value = one[property];
        return Array.isArray(value) ? value.length > 0 : value !== null;
      }).length;
    for (const property of [
      "AssociatedAcceptedDomains",
      "TlsSenderCertificateName",
      "SenderIPAddresses",
    ])
      expect(having(property)).toBeGreaterThan(10);
  }
});

test("random tenants have rules of presets with other names than the default ones, no two alike", () => {
  const renamed = drawn.filter(([{ presetRules }]) => {
    const names = presetRules.map(({ Name }) => textOf(Name));
    expect(new Set(names).size).toBe(2);
    return !names.every((name) => name.endsWith("Preset Security Policy"));
  });
  expect(renamed.length).toBeGreaterThan(100);
});
