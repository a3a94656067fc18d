/* eslint-disable */
import { kinds } from "../providers/kinds";
import { TenantResource } from "./resource";
export class OrganizationConfig extends TenantResource {
  constructor(name: string, args: any, opts?: any) {
    super(
      { ...kinds.QuarantineNotification, name: "OrganizationConfig" } as any,
      name,
      args,
      opts,
    );
  }
}
