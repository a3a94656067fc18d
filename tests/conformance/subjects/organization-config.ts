import { egressIpRanges } from "../../../lib/egress";
import { flag } from "../../promises/meanings";
import type { KindUnderTest, Subject } from "../subject";
import { objectOf, singleObject } from "./by-hand";

const byHand = singleObject("OrganizationConfig");
const name = "contoso.onmicrosoft.com";

/** A connector that restricts mail to Cloudflare's addresses: without one, mail from own domains would be lost. */
const fromCloudflare = {
  Name: "Restricted to Cloudflare",
  ConnectorType: "Partner",
  Enabled: true,
  SenderDomains: ["smtp:*;1"],
  SenderIPAddresses: [...egressIpRanges],
  RestrictDomainsToIPAddresses: true,
};

export const organizationConfig: Subject = {
  kind: "OrganizationConfig",
  existence: "once",
  vendorName: name,
  least: { rejectDirectSend: true },
  inputs: { rejectDirectSend: true },
  makes: [{ cmdlet: "Set-OrganizationConfig" }],
  prepare({ tenant }) {
    if (!tenant.find("InboundConnector", fromCloudflare.Name))
      tenant.add("InboundConnector", fromCloudflare);
  },
  ...objectOf(byHand, name, { RejectDirectSend: true }),
};

export const organizationConfigs: KindUnderTest = {
  subjects: [organizationConfig],
  byHand,
  nounOf: () => "OrganizationConfig",
  requests: /^Set-OrganizationConfig$/,
  meanings: { rejectDirectSend: flag() },
  withoutMeaning: [],
  example: {
    outputs: { before: { rejectDirectSend: false } },
    seed: { tenants: [{ inboundConnectors: [fromCloudflare] }] },
    stands({ simulator }) {
      expect(byHand.find(simulator, name)).toMatchObject({
        RejectDirectSend: true,
      });
    },
  },
};
