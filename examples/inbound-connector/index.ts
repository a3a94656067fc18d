import { egressIpRanges, InboundConnector } from "pulumi-area1-m365";

// Mail that Cloudflare delivers: over TLS only, and judged by the host that handed it to Cloudflare. It refuses nobody else's mail.
const connector = new InboundConnector("connector", {
  name: "Email Security Inbound Connector",
  senderDomains: ["*"],
  senderIpAddresses: egressIpRanges,
  requireTls: true,
  efSkipLastIp: true,
});

export const { guid } = connector;
