import { flag } from "../codecs";
import { field, type Field } from "../field";
import { encode } from "../kind";
import { singleObject } from "./single-object";

/**
 * The settings of the Exchange organisation that concern mail through a gateway. Every tenant has them; they are always adopted, and
 * restored by destroy. Needs Exchange Administrator, or the management role Organization Configuration.
 *
 * @see https://learn.microsoft.com/powershell/module/exchangepowershell/set-organizationconfig
 */
export interface OrganizationConfigProps {
  /**
   * Whether to reject Direct Send: anonymous mail whose envelope sender (MAIL FROM) is of an accepted domain of the tenant, and that
   * matches no inbound connector by its address or its certificate. Scanners and services that send without a connector are then rejected,
   * and so is mail of own domains that Cloudflare delivers, unless a connector restricts mail to Cloudflare's addresses. Not managed when
   * left out.
   */
  rejectDirectSend?: boolean;
}

const fields = {
  rejectDirectSend: field("RejectDirectSend", flag),
} satisfies Record<keyof OrganizationConfigProps, Field>;

export const organizationConfig = singleObject({
  name: "OrganizationConfig",
  noun: "organisation configuration",
  fields,
  decides: (property) => property === "rejectDirectSend",

  list: ({ exchange }, _name, newerThan) =>
    exchange.list("Get-OrganizationConfig", {}, newerThan),

  async update({ exchange, patience }, _item, changes) {
    await exchange.write(
      "Set-OrganizationConfig",
      encode({ fields }, changes),
      patience,
    );
  },
});
