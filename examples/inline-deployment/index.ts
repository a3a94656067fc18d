import { InlineDeployment } from "pulumi-area1-m365";

const mail = new InlineDeployment("mail", {
  domains: ["example.com", "example.org"],
  // Refuses mail that does not come from Cloudflare, as soon as all mail comes from there.
  lockDown: true,
});

export const dnsRecords = mail.dnsRecords;
export const nextSteps = mail.nextSteps;
