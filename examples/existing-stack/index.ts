import * as pulumi from "@pulumi/pulumi";
import {
  AntiSpamPolicy,
  QuarantinePolicy,
  TransportRule,
  UseCase4,
} from "pulumi-area1-m365";

/** What this program managed before use case 4 came: an office with a scanner, and a quarantine for finance. */
class Office extends pulumi.ComponentResource {
  readonly quarantine: QuarantinePolicy;

  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("ops:index:Office", name, {}, opts);
    new TransportRule(
      `${name}-scanner`,
      { name: "Scanner", senderIpRanges: ["192.0.2.25"], setScl: -1 },
      { parent: this },
    );
    this.quarantine = new QuarantinePolicy(
      `${name}-finance`,
      { name: "Finance", endUserQuarantinePermissions: ["Preview"] },
      { parent: this },
    );
    this.registerOutputs({ quarantine: this.quarantine.name });
  }
}

const office = new Office("office");

// Somebody followed the tutorial by hand, years ago and not to the letter. adopt: true adopts what is there, and destroy
// restores it. Once `pulumi up` has succeeded, adopt may go.
const mail = new UseCase4("mail", {
  domains: [
    "example.com",
    { domain: "example.org", transport: "relay.example.org" },
  ],
  header: "area1",
  quarantineRetentionPeriod: 30,
  endUserSpamNotificationFrequency: "1.00:00:00",
  adopt: true,
});

// The component's outputs go where any output goes: phishing for the subsidiary lies in the administrator's quarantine, too.
const subsidiary = new AntiSpamPolicy("subsidiary", {
  name: "Subsidiary",
  recipientDomainIs: ["example.net"],
  spamAction: "Quarantine",
  spamQuarantineTag: office.quarantine.name,
  phishSpamAction: "Quarantine",
  phishQuarantineTag: mail.adminQuarantine.name,
});

export const routes = mail.routes;
// The host that the program gives, else the one that Microsoft 365 expects.
export const forwardsTo = mail.area1Domains.map((one) =>
  pulumi
    .all([one.transport, one.mailExchange])
    .apply(([given, expected]) => given ?? expected),
);
export const takenOver = pulumi.all(mail.transportRules.map((r) => r.adopted));
export const subsidiaryPolicy = subsidiary.name;
