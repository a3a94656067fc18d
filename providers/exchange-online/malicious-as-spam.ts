import { dispositionHeaders } from "../../lib/mail-flow/message";
import { withoutTenant, type Value } from "../codecs";
import { equal, type Values } from "../field";
import { valuesOf, type Item, type State } from "../kind";
import type { Operation } from "../session";
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
 * Why a rule that holds malicious mail may not be removed yet: the program wants others that are to hold it from now on, and none of
 * them does, as somebody has changed them by hand. Undefined where it may be, as in a destroy, which wants none.
 *
 * @param wanted the inputs of a rule of this name, where the program that is carried out has one.
 */
export async function reasonToKeep(
  { exchange }: Operation,
  rule: Item,
  wanted: (name: string) => State | undefined,
): Promise<string | undefined> {
  if (!holdsMalicious(rule)) return undefined;
  const { items } = await exchange.list("Get-TransportRule");
  const others = items.filter(
    (item) =>
      wanted(identityOf(item).name) && sclForMalicious(item) !== undefined,
  );
  const holds = (item: Item): boolean =>
    holdsMalicious(item) && !isNarrowed(item, wanted(identityOf(item).name));
  if (others.length === 0 || others.some(holds)) return undefined;
  const names = others.map((item) => `"${identityOf(item).name}"`).join(", ");
  return `${names} should hold mail with the word MALICIOUS from now on, and would let it through: somebody has switched it off, made it only watch, narrowed it, or changed its SCL. Run pulumi up --refresh, which sets that right first`;
}

/**
 * Which rules that are to hold malicious mail do not: in the tenant they are not there, or somebody has changed them by hand.
 *
 * @param wanted the inputs of rules.
 * @param newerThan reads the list anew if it began before.
 */
export async function rulesThatLetMaliciousThrough(
  { exchange }: Operation,
  wanted: readonly State[],
  newerThan?: number,
): Promise<string[]> {
  const { items } = await exchange.list("Get-TransportRule", {}, newerThan);
  return wanted.flatMap((inputs) => {
    const name = String(inputs["name"]);
    const holds = items.some(
      (item) =>
        identityOf(item).name.toLowerCase() === name.toLowerCase() &&
        holdsMalicious(item) &&
        !isNarrowed(item, inputs),
    );
    return holds ? [] : [`the rule "${name}" lets it through`];
  });
}

/** Whether a program wants a rule to hold malicious mail. */
export const isToHoldMalicious = (inputs: State): boolean =>
  sclAmong(inputs as Values) === 9;

/** Whether a rule makes all that Cloudflare finds malicious high confidence spam. */
function holdsMalicious(item: Item): boolean {
  const values = valuesOf(form, item);
  const narrowed = Object.entries(properties).some(
    ([property, { foreign }]) => foreign && values[property] !== undefined,
  );
  return sclForMalicious(item) === 9 && acts(values) && !narrowed;
}

/** Whether somebody has changed the addresses that a rule is for. */
function isNarrowed(item: Item, inputs: State | undefined): boolean {
  const wanted = (inputs?.["senderIpRanges"] ?? null) as Value;
  const { senderIpRanges: live = null } = valuesOf(form, item);
  return !equal(properties.senderIpRanges, live, wanted);
}

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
