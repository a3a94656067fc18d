import { meeting } from "../../mail-flow/coverage";
import {
  addressesIn,
  changeOf,
  connectionFilterViews,
} from "../../mail-flow/list-views";
import { flag } from "../codecs";
import { field, type Field } from "../field";
import { encode, type Failure } from "../kind";
import { identityOf } from "./identity";
import { ipRangesIn } from "./ip-ranges";
import { singleObject } from "./single-object";

/**
 * The connection filter policy of the tenant, which decides about mail by the address that delivers it. Every tenant has it; it is always
 * adopted, and restored by destroy. Give at least one property.
 *
 * A list is managed as a whole, or in part: `…Contains` adds addresses and `…Excludes` removes some, and all other entries are left to
 * others. Needs Exchange Administrator or Security Administrator, or the management role Transport Hygiene.
 *
 * @see https://learn.microsoft.com/powershell/module/exchangepowershell/set-hostedconnectionfilterpolicy
 */
export interface ConnectionFilterProps {
  /**
   * The whole IP allow list: mail from these addresses skips spam filtering. Empty: no addresses. Only IPv4: addresses, CIDR blocks of /24
   * to /32, or ranges `a-b` of at most 256 addresses.
   */
  ipAllowList?: readonly string[];
  /** Addresses that must be on the IP allow list. Other entries are not managed. Not together with `ipAllowList`. */
  ipAllowListContains?: readonly string[];
  /**
   * Addresses that must not be on the IP allow list, such as `egressIpRanges`. Other addresses are not managed: an entry that has both is
   * replaced by entries for the others. Not together with `ipAllowList`.
   */
  ipAllowListExcludes?: readonly string[];
  /**
   * The whole IP block list: mail from these addresses is rejected. Empty: no addresses. Only IPv4: addresses, CIDR blocks of /24 to /32,
   * or ranges `a-b` of at most 256 addresses. An address on both lists is allowed.
   */
  ipBlockList?: readonly string[];
  /** Addresses that must be on the IP block list. Other entries are not managed. Not together with `ipBlockList`. */
  ipBlockListContains?: readonly string[];
  /**
   * Addresses that must not be on the IP block list, such as `egressIpRanges`. Other addresses are not managed: an entry that has both is
   * replaced by entries for the others. Not together with `ipBlockList`.
   */
  ipBlockListExcludes?: readonly string[];
  /** Whether mail from addresses that Microsoft's partners find good skips spam filtering. Nobody can see which addresses those are. */
  enableSafeList?: boolean;
}

const addresses = ipRangesIn({ where: "its connection filter" });
const someAddresses = ipRangesIn({
  where: "its connection filter",
  insteadOfNone: "leave it out to manage no addresses",
});

const fields = {
  ipAllowList: field("IPAllowList", addresses),
  ipAllowListContains: field("IPAllowList", someAddresses, {
    view: connectionFilterViews.ipAllowListContains,
  }),
  ipAllowListExcludes: field("IPAllowList", someAddresses, {
    view: connectionFilterViews.ipAllowListExcludes,
  }),
  ipBlockList: field("IPBlockList", addresses),
  ipBlockListContains: field("IPBlockList", someAddresses, {
    view: connectionFilterViews.ipBlockListContains,
  }),
  ipBlockListExcludes: field("IPBlockList", someAddresses, {
    view: connectionFilterViews.ipBlockListExcludes,
  }),
  enableSafeList: field("EnableSafeList", flag),
} satisfies Record<keyof ConnectionFilterProps, Field>;

export const connectionFilter = singleObject({
  name: "ConnectionFilter",
  noun: "connection filter",
  fields,
  atLeastOneOf: Object.keys(fields),

  // Which addresses are on Microsoft's safe list is unknown, so that its effect on mail is unknown, too.
  decides: (property) =>
    property !== undefined && property !== "enableSafeList",

  refuse: (inputs) =>
    ["ipAllowList", "ipBlockList"].flatMap((list): Failure[] => {
      const [contains = [], excludes = []] = ["Contains", "Excludes"].map(
        (view) => addressesIn(inputs[`${list}${view}`]),
      );
      const both = meeting(contains, excludes);
      return both.length > 0
        ? [
            {
              property: `${list}Contains`,
              reason: `has ${both.join(", ")}, which ${list}Excludes has too; take it out of one of them`,
            },
          ]
        : [];
    }),

  async list({ exchange }, _name, newerThan) {
    const listing = await exchange.list(
      "Get-HostedConnectionFilterPolicy",
      {},
      newerThan,
    );
    const byDefault = listing.items.filter(
      ({ IsDefault }) => IsDefault === true,
    );
    return byDefault.length > 0 ? { ...listing, items: byDefault } : listing;
  },

  async update({ exchange, patience }, item, changes, inPart) {
    const { name } = identityOf(item);
    const lists = Object.entries(changes).flatMap(
      ([property, value]): [string, unknown][] => {
        const wire = fields[property as keyof ConnectionFilterProps].wire;
        return property === "enableSafeList"
          ? []
          : [
              [
                wire,
                listParameter(
                  item[wire],
                  value,
                  inPart?.has(property) === true,
                ),
              ],
            ];
      },
    );
    await exchange.write(
      "Set-HostedConnectionFilterPolicy",
      {
        Identity: item["Identity"] ?? name,
        ...encode({ fields }, changes),
        ...Object.fromEntries(lists),
      },
      patience,
    );
  },
});

/**
 * Returns the parameter that makes a list equal to the wanted one. Entries of one type replace the list. The cmdlet takes entries of
 * different types only as changes; if the last read was outdated, the next `up` completes them. Of a list that the program manages in part,
 * only changes are sent, so that entries stay that somebody else has added meanwhile.
 */
function listParameter(now: unknown, value: unknown, inPart: boolean): unknown {
  const wanted = addressesIn(value) ?? [];
  const types = new Set(wanted.map((entry) => /[-/]/.exec(entry)?.[0]));
  if (!inPart && types.size <= 1) return wanted.length > 0 ? wanted : null;
  const { added, removed } = changeOf(addressesIn(now) ?? [], wanted);
  return {
    "@odata.type": "#Exchange.GenericHashTable",
    ...(added.length > 0 && { Add: added }),
    ...(removed.length > 0 && { Remove: removed }),
  };
}
