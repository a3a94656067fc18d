import { ConnectionFilter, egressIpRanges } from "pulumi-area1-m365";

// Cloudflare's addresses on the allow list would bypass the spam filter, and on the block list all mail would be lost. The other entries
// of both lists stay as they are, and destroy puts back what `up` removes.
const filter = new ConnectionFilter("filter", {
  ipAllowListExcludes: egressIpRanges,
  ipBlockListExcludes: egressIpRanges,
  enableSafeList: false,
});

export const before = filter.previous;
