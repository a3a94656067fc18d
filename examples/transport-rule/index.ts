import { egressIpRanges, TransportRule } from "pulumi-area1-m365";

// Bulk mail that Cloudflare has found counts as spam: tried first without effect, as a rule in mode Audit.
const bulk = new TransportRule("bulk", {
  name: "Bulk mail found by Cloudflare",
  mode: "Audit",
  headerContainsMessageHeader: "X-CFEmailSecurity-Disposition",
  headerContainsWords: ["BULK"],
  senderIpRanges: egressIpRanges,
  setScl: 6,
});

export const { guid } = bulk;
