import type { JsonObject } from "../../simulator/json";
import type { Message } from "../../simulator/mail/message";
import { configured } from "./configured";
import { recipient } from "./tutorial";

const cloudflare = ["52.11.209.211"];
const scanner = ["203.0.113.5"];

/** A tenant after use case 4 with these connectors. */
async function connected(connectors: Record<string, JsonObject>) {
  const all = await configured();
  for (const [Name, properties] of Object.entries(connectors))
    all.tenant.add("InboundConnector", {
      Name,
      Enabled: true,
      ConnectorType: "Partner",
      SenderDomains: ["smtp:*;1"],
      ...properties,
    });
  const end = (message: Omit<Message, "recipient"> = {}) => {
    const { outcome, steps } = all.where(message);
    const last = steps[steps.length - 1];
    return outcome === "rejected" || outcome === "notDocumented"
      ? `${outcome} by ${last?.object} ${last?.property}`
      : outcome;
  };
  return { ...all, end };
}

const malicious = { disposition: "MALICIOUS" } as const;

test("exchange 57: restrictions and RequireTls count for Partner connectors only", async () => {
  const restrictions = {
    RestrictDomainsToIPAddresses: true,
    RestrictDomainsToCertificate: true,
    RequireTls: true,
    SenderIPAddresses: scanner,
    TlsSenderCertificateName: "mail.example.com",
  };
  const { end, tenant } = await connected({
    Hybrid: { ConnectorType: "OnPremises", ...restrictions },
  });
  expect(end(malicious)).toBe("quarantine");
  expect(end({ path: "direct", tls: false })).toBe("inbox");
  expect(end({ path: "direct", senderIp: "203.0.113.5", tls: false })).toBe(
    "inbox",
  );
  tenant.edit("InboundConnector", "Hybrid", { ConnectorType: "Partner" });
  expect(end(malicious)).toBe(
    'rejected by InboundConnector "Hybrid" RestrictDomainsToIPAddresses',
  );
  tenant.edit("InboundConnector", "Hybrid", { Enabled: false });
  expect(end(malicious)).toBe("quarantine");
});

test("exchange 57: of several restricting Partner connectors the one that lists the address is met, whatever their order", async () => {
  const restricting = (SenderIPAddresses: string[]) => ({
    RestrictDomainsToIPAddresses: true,
    SenderIPAddresses,
  });
  for (const names of [
    ["Scanner", "Cloudflare"],
    ["Cloudflare", "Scanner"],
  ]) {
    const { end } = await connected(
      Object.fromEntries(
        names.map((name) => [
          name,
          restricting(name === "Scanner" ? scanner : cloudflare),
        ]),
      ),
    );
    expect(end(malicious)).toBe("quarantine");
    expect(end({ path: "direct", senderIp: "203.0.113.5" })).toBe("inbox");
    expect(end({ path: "direct" })).toBe(
      `rejected by InboundConnector "${names[0]}" RestrictDomainsToIPAddresses`,
    );
  }
});

test("exchange 57: no connector for a sender's domain is an exception from one that restricts", async () => {
  const { end } = await connected({
    Partner: { SenderDomains: ["smtp:partner.example;1"] },
    Restricting: {
      RestrictDomainsToIPAddresses: true,
      SenderIPAddresses: cloudflare,
    },
  });
  expect(end({ path: "direct", sender: "a@partner.example" })).toBe(
    'rejected by InboundConnector "Restricting" RestrictDomainsToIPAddresses',
  );
});

test("exchange 57: AssociatedAcceptedDomains limit a connector to mail for these domains, or by switch from them", async () => {
  const { end, tenant, quirks } = await connected({
    Restricting: {
      RestrictDomainsToIPAddresses: true,
      SenderIPAddresses: scanner,
      AssociatedAcceptedDomains: ["Example.com"],
    },
  });
  const rejected =
    'rejected by InboundConnector "Restricting" RestrictDomainsToIPAddresses';
  expect(end()).toBe(rejected);
  tenant.edit("InboundConnector", "Restricting", {
    AssociatedAcceptedDomains: ["example.org"],
  });
  expect(end()).toBe("inbox");
  quirks.associatedDomains = "sender";
  expect(end({ sender: "a@example.org" })).toBe(rejected);
  expect(end({ sender: "a@example.com" })).toBe("inbox");
});

test("exchange 57: AssociatedAcceptedDomains limit an OnPremises connector as well", async () => {
  const { end, tenant, quirks } = await connected({
    Gateway: {
      ConnectorType: "OnPremises",
      TreatMessagesAsInternal: true,
      SenderIPAddresses: cloudflare,
      AssociatedAcceptedDomains: ["example.com"],
    },
  });
  const internal =
    'notDocumented by InboundConnector "Gateway" TreatMessagesAsInternal';
  const own = { ...malicious, sender: "boss@example.com" };
  expect(end(own)).toBe(internal);
  tenant.edit("InboundConnector", "Gateway", {
    AssociatedAcceptedDomains: ["example.org"],
  });
  expect(end(own)).toBe("quarantine");
  quirks.associatedDomains = "sender";
  expect(end(own)).toBe("quarantine");
  tenant.edit("InboundConnector", "Gateway", {
    AssociatedAcceptedDomains: ["Example.com"],
  });
  expect(end(own)).toBe(internal);
});

test("exchange 57: SenderDomains are exact, or with *. the domain itself and all its subdomains; they limit Partner connectors", async () => {
  const { end, tenant } = await connected({
    Partner: {
      RestrictDomainsToIPAddresses: true,
      SenderIPAddresses: scanner,
    },
  });
  const kept = (SenderDomains: string[]) => {
    tenant.edit("InboundConnector", "Partner", { SenderDomains });
    return [
      "a@partner.example",
      "a@deep.mail.Partner.example",
      "a@otherpartner.example",
    ].map((sender) => end({ sender }) !== "inbox");
  };
  expect(kept(["smtp:*.partner.example;1"])).toEqual([true, true, false]);
  expect(kept(["*.Partner.example"])).toEqual([true, true, false]);
  expect(kept(["smtp:partner.example;1"])).toEqual([true, false, false]);
  expect(kept(["smtp:*;1"])).toEqual([true, true, true]);
});

test("exchange 57: mail is accepted with the right certificate, rejected with another, and ends as notDocumented if the certificate is unknown", async () => {
  const { end, tenant } = await connected({
    Certificate: {
      RestrictDomainsToCertificate: true,
      TlsSenderCertificateName: "*.gateway.example",
    },
  });
  const by = (senderCertificate: string) =>
    end({ ...malicious, senderCertificate });
  const rejected =
    'rejected by InboundConnector "Certificate" RestrictDomainsToCertificate';
  expect(by("mx.gateway.example")).toBe("quarantine");
  expect(by("gateway.example")).toBe("quarantine");
  expect(by("mx.other.example")).toBe(rejected);
  expect(by("")).toBe(rejected);
  expect(end({ path: "direct", tls: false })).toBe(rejected);
  expect(end(malicious)).toBe(
    'notDocumented by InboundConnector "Certificate" RestrictDomainsToCertificate',
  );
  // Whoever is found by address needs no certificate of another connector.
  tenant.add("InboundConnector", {
    Name: "Address",
    ConnectorType: "Partner",
    SenderDomains: ["*"],
    RestrictDomainsToIPAddresses: true,
    SenderIPAddresses: cloudflare,
  });
  expect(end(malicious)).toBe("quarantine");
});

test("exchange 57: the Partner connector that applies requires TLS; the most specific sender domain decides", async () => {
  const { end } = await connected({
    Everybody: { RequireTls: true },
    Partner: {
      SenderDomains: ["smtp:*.partner.example;1"],
      RequireTls: false,
    },
  });
  const direct = (sender: string) =>
    end({ path: "direct", tls: false, sender });
  expect(direct("a@shop.example")).toBe(
    'rejected by InboundConnector "Everybody" RequireTls',
  );
  expect(direct("a@mail.partner.example")).toBe("inbox");
});

test("exchange 57: Enhanced Filtering is that of the connector that is met, for its users and its addresses", async () => {
  const { end, tenant, quirks } = await connected({
    Cloudflare: {
      RestrictDomainsToIPAddresses: true,
      SenderIPAddresses: cloudflare,
    },
    Scanner: {
      RestrictDomainsToIPAddresses: true,
      SenderIPAddresses: scanner,
      EFSkipLastIP: true,
    },
  });
  quirks.ruleSenderIp = "enhancedFiltering";
  // Where the rules see the address behind Cloudflare they do not match.
  const seen = (changes: JsonObject) => {
    tenant.edit("InboundConnector", "Cloudflare", changes);
    return end(malicious) === "inbox" ? "source" : "lastHop";
  };
  expect(seen({})).toBe("lastHop");
  expect(seen({ EFSkipLastIP: true })).toBe("source");
  expect(seen({ EFUsers: ["somebody@example.com"] })).toBe("lastHop");
  expect(seen({ EFUsers: [recipient.toUpperCase()] })).toBe("source");
  const toTwo = { ...malicious, otherRecipients: ["somebody@example.com"] };
  expect(end(toTwo)).toBe("quarantine");
  tenant.edit("InboundConnector", "Cloudflare", {
    EFUsers: [recipient, "somebody@example.com"],
  });
  expect(end(toTwo)).toBe("inbox");
  expect(seen({ EFUsers: null, EFSkipLastIP: false })).toBe("lastHop");
  expect(seen({ EFSkipIPs: scanner })).toBe("lastHop");
  expect(seen({ EFSkipIPs: cloudflare })).toBe("source");
  expect(seen({ EFTestMode: true })).toBe("lastHop");
});

test("exchange 58: TreatMessagesAsInternal is for senders of the organisation's own domains, by an OnPremises connector that lists the address", async () => {
  const { end, tenant } = await connected({
    Gateway: {
      ConnectorType: "OnPremises",
      TreatMessagesAsInternal: true,
      SenderIPAddresses: cloudflare,
    },
  });
  const internal =
    'notDocumented by InboundConnector "Gateway" TreatMessagesAsInternal';
  const own = { ...malicious, sender: "boss@example.com" };
  expect(end(malicious)).toBe("quarantine");
  expect(end(own)).toBe(internal);
  expect(end({ ...own, senderIp: "203.0.113.9" })).toBe("inbox");
  tenant.edit("InboundConnector", "Gateway", {
    SenderIPAddresses: [],
    TlsSenderCertificateName: "mx.example.com",
  });
  expect(end(own)).toBe("quarantine");
  expect(end({ ...own, senderCertificate: "mx.example.com" })).toBe(internal);
  tenant.edit("InboundConnector", "Gateway", {
    ConnectorType: "Partner",
    SenderIPAddresses: cloudflare,
  });
  expect(end(own)).toBe("quarantine");
});
