import { OrganizationConfig } from "pulumi-area1-m365";

// Rejects anonymous mail from the tenant's own domains that matches no inbound connector. It needs a connector that restricts mail to
// Cloudflare's addresses: without one, this is refused, because mail from own domains that Cloudflare delivers would be lost.
const organization = new OrganizationConfig("organization", {
  rejectDirectSend: true,
});

export const before = organization.previous;
