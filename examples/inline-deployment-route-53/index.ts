import * as aws from "@pulumi/aws";
import { InlineDeployment, type DnsRecord } from "pulumi-area1-m365";

/** The id of each domain's hosted zone. */
const zones: Record<string, string> = {
  "example.com": "Z0123456789ABCDEFGHIJ",
};

const mail = new InlineDeployment("mail", { domains: Object.keys(zones) });

// Cloudflare takes mail for a domain once it has verified it, so the MX records come then: run pulumi up --refresh again.
mail.dnsRecords.apply((records) => {
  // In Route 53, all records of a name and a type are one object.
  const sets = new Map<string, DnsRecord[]>();
  for (const record of records) {
    const key = `${record.type} ${record.name}`;
    sets.set(key, [...(sets.get(key) ?? []), record]);
  }
  for (const [key, [first, ...others]] of sets)
    new aws.route53.Record(key, {
      zoneId: zones[first!.domain]!,
      name: first!.name,
      type: first!.type,
      ttl: first!.ttl,
      records: [first!, ...others].map(({ priority, content }) =>
        priority === undefined ? content : `${priority} ${content}`,
      ),
      // Replaces the old MX records in one step.
      allowOverwrite: true,
    });
});

export const nextSteps = mail.nextSteps;
