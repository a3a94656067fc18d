import * as cloudflare from "@pulumi/cloudflare";
import { InlineDeployment } from "pulumi-area1-m365";

/** The id of each domain's zone. */
const zones: Record<string, string> = {
  "example.com": "0da42c8d2132a9ddaf714f9e7c920711",
};

const mail = new InlineDeployment("mail", { domains: Object.keys(zones) });

// Cloudflare takes mail for a domain once it has verified it, so the MX records come then: run pulumi up --refresh again.
mail.dnsRecords.apply((records) =>
  records.map(
    ({ domain, name, type, content, priority, ttl }) =>
      new cloudflare.DnsRecord(`${type} ${name} ${content}`, {
        zoneId: zones[domain]!,
        name,
        type,
        content: type === "TXT" ? JSON.stringify(content) : content,
        ttl,
        ...(priority !== undefined && { priority }),
      }),
  ),
);

export const nextSteps = mail.nextSteps;
