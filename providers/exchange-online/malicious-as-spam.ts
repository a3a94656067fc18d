import { dispositionHeaders } from "../../lib/mail-flow/message";
import { withoutTenant, type Value } from "../codecs";
import { equal, type Values } from "../field";
import { valuesOf, type Item, type State } from "../kind";
import type { Operation, Session } from "../session";
import { identityOf } from "./identity";
import { quarantinePermissions } from "./quarantine-permissions";
import { properties } from "./transport-rule-properties";

const form = { fields: properties };

/** The headers that Cloudflare stamps its dispositions in, in lower case. */
const headerNames = Object.values(dispositionHeaders).map((name) =>
  name.toLowerCase(),
);

/**
 * Why recipients may not be given spam to release: rules that are in force give mail which Cloudflare finds malicious a spam
 * confidence level of spam, so that it would be theirs, too. Undefined where there is no such rule.
 */
export async function reasonAgainstReleasingSpam(
  { exchange }: Operation,
  quarantinePolicy: string,
): Promise<string | undefined> {
  const { items } = await exchange.list("Get-TransportRule");
  const rules = items.flatMap((item) => {
    const scl = sclOfMalicious(item);
    return scl === undefined ? [] : [`"${identityOf(item).name}" (SCL ${scl})`];
  });
  if (rules.length === 0) return undefined;
  const [rule, takes, its] =
    rules.length === 1 ? ["rule", "takes", "its"] : ["rules", "take", "their"];
  return `the ${rule} ${rules.join(", ")} ${takes} mail with the word MALICIOUS for spam, which is to be its recipients' to release from "${quarantinePolicy}": they could release such mail, too. Set ${its} SCL to 9 or take MALICIOUS out of ${its} words first`;
}

/**
 * Why a rule that catches malicious mail may not let it go yet: the program wants others to hold it, and one of them does not, as
 * somebody has changed it by hand. Undefined where it may be, as in a destroy, which wants none.
 *
 * @param after what becomes of the rule; left out, it is removed.
 */
export async function reasonToKeep(
  operation: Operation,
  rule: Item,
  after: Values = {},
): Promise<string | undefined> {
  if (!catchesMalicious(valuesOf(form, rule)) || catchesMalicious(after))
    return undefined;
  const names = await operation.patience.untilNone((newerThan) =>
    rulesThatLetMaliciousThrough(operation, newerThan),
  );
  return names.length === 0
    ? undefined
    : `${names.join(", ")} should hold mail with the word MALICIOUS from now on, and would let it through: somebody has removed it, switched it off, made it only watch, narrowed it, or changed its SCL. Run pulumi up --refresh, which sets that right first`;
}

/**
 * The names of the program's rules that are to hold malicious mail and do not: they are not in the tenant, or somebody has changed
 * them by hand.
 *
 * @param newerThan reads the list anew if it began before.
 */
export async function rulesThatLetMaliciousThrough(
  { exchange, session }: Operation,
  newerThan?: number,
): Promise<string[]> {
  const wanted = rulesToHoldMalicious(session);
  if (wanted.length === 0) return [];
  const { items } = await exchange.list("Get-TransportRule", {}, newerThan);
  return wanted.flatMap((inputs) => {
    const name = String(inputs["name"]);
    const holds = items.some(
      (item) =>
        identityOf(item).name.toLowerCase() === name.toLowerCase() &&
        holdsMalicious(item) &&
        !isNarrowed(item, inputs),
    );
    return holds ? [] : [`"${name}"`];
  });
}

/** The inputs of the program's rules that are to make malicious mail high confidence spam. */
export const rulesToHoldMalicious = (session: Session): State[] =>
  session
    .wanted("TransportRule")
    .filter(
      (inputs) => sclAmong(inputs as Values) === 9 && acts(inputs as Values),
    );

/** Whether a rule makes all that Cloudflare finds malicious high confidence spam. */
function holdsMalicious(item: Item): boolean {
  const values = valuesOf(form, item);
  const narrowed = Object.entries(properties).some(
    ([property, { foreign }]) => foreign && values[property] !== undefined,
  );
  return sclForMalicious(item) === 9 && acts(values) && !narrowed;
}

/** Whether somebody has changed the addresses that a rule is for. */
function isNarrowed(item: Item, inputs: State): boolean {
  const wanted = (inputs["senderIpRanges"] ?? null) as Value;
  const { senderIpRanges: live = null } = valuesOf(form, item);
  return !equal(properties.senderIpRanges, live, wanted);
}

/** Whether a rule makes mail that Cloudflare finds malicious spam at least. */
const catchesMalicious = (rule: Values): boolean =>
  (sclAmong(rule) ?? 0) >= 5 && acts(rule);

/** The SCL between spam and high confidence spam that a rule gives Malicious; what 7 and 8 ask for is documented no more. */
function sclOfMalicious(item: Item): number | undefined {
  const scl = sclForMalicious(item);
  return scl !== undefined && scl >= 5 && scl < 9 && acts(valuesOf(form, item))
    ? scl
    : undefined;
}

/** The SCL that a rule gives Malicious while it acts. */
const sclForMalicious = (item: Item): number | undefined =>
  sclAmong(valuesOf(form, item));

function sclAmong(rule: Values): number | undefined {
  const { setScl, headerContainsMessageHeader: header } = rule;
  const words = rule["headerContainsWords"];
  return typeof setScl === "number" &&
    typeof header === "string" &&
    headerNames.includes(header.toLowerCase()) &&
    Array.isArray(words) &&
    words.some((word) => String(word).toLowerCase() === "malicious")
    ? setScl
    : undefined;
}

const acts = ({ enabled, mode }: Values): boolean =>
  enabled !== false && (mode ?? "Enforce") === "Enforce";

/** The quarantine policy that spam goes to by an anti-spam policy, in lower case; undefined where it goes to none. */
export function spamQuarantineOf({
  SpamAction: action,
  SpamQuarantineTag: tag,
}: Item): string | undefined {
  return String(action).toLowerCase() === "quarantine" &&
    typeof tag === "string"
    ? withoutTenant(tag).toLowerCase()
    : undefined;
}

/** Whether recipients release from a quarantine policy of a list. */
export function isReleased(policies: readonly Item[], name: string): boolean {
  const item = policies.find(
    (one) => identityOf(one).name.toLowerCase() === name,
  );
  const granted = quarantinePermissions.decode(
    item?.["EndUserQuarantinePermissions"] ??
      item?.["EndUserQuarantinePermissionsValue"],
  );
  return granted?.includes("Release") === true;
}
