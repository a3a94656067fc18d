import { UserError } from "./errors";
import { identityOf } from "./exchange-online/identity";
import {
  isReleased,
  reasonAgainstReleasingSpam,
  rulesThatLetMaliciousThrough,
  rulesToHoldMalicious,
  spamQuarantineOf,
} from "./exchange-online/malicious-as-spam";
import {
  graveTagProperties,
  graveTags,
  quarantineTags,
  tagsPointingAt,
} from "./exchange-online/quarantine-tags";
import { isRecord } from "./json";
import type { Item } from "./kind";
import { isMark, nameIn, ownerOf } from "./mark";
import type { RestoredObject } from "./restored-object";
import type { Operation } from "./session";

/** What is to happen to mail from now on that did not before. */
export interface Beginning {
  /** Quarantine policies that recipients are to release from. */
  readonly released: readonly string[];
  /** Domains that are to deliver Malicious, for which Cloudflare drops it today. */
  readonly delivered: readonly string[];
  /** What `Default` was at first, where that is known already. */
  readonly firstOfDefault?: unknown;
}

/**
 * Refuses, before anything is written, what would go wrong: objects of another stack or another resource, `Default` in the
 * hands of another stack, a policy that recipients would be able to release grave mail from, and Malicious for recipients to whom
 * another policy than `Default` would hand it.
 *
 * @param items what was found of the objects, in their order.
 */
export async function refuseForeign(
  operation: Operation,
  objects: readonly RestoredObject[],
  items: readonly (Item | undefined)[],
  { released, delivered, firstOfDefault }: Beginning,
): Promise<void> {
  const ofThisStack: string[] = [];
  const ofAnother: string[] = [];
  for (const [index, object] of objects.entries()) {
    const item = items[index];
    const found = item?.["Comments"] ?? item?.["AdminDisplayName"];
    const owner = object.mark ? ownerOf(found, object.mark) : "nobody";
    const whose = `"${object.name}" (of ${nameIn(String(found))})`;
    if (owner === "thisStack") ofThisStack.push(whose);
    else if (owner === "anotherStack" && !object.adopt) ofAnother.push(whose);
  }
  const reasons: string[] = [];
  if (ofThisStack.length > 0)
    reasons.push(
      `another resource of this stack has ${ofThisStack.join(", ")}, and there is one UseCase4 for a tenant. Remove the other; if you renamed it in the program, give it an alias to its old name`,
    );
  if (ofAnother.length > 0)
    reasons.push(
      `another stack has ${ofAnother.join(", ")}, and there is one UseCase4 for a tenant. Remove it there, choose other names, or set adopt: true if that stack no longer manages it`,
    );
  for (const name of released) {
    const tags = await tagsPointingAt(operation, name, graveTags);
    if (tags.length > 0)
      reasons.push(
        `${tags.join(", ")} point${tags.length === 1 ? "s" : ""} at "${name}", which recipients are to release from: such mail would be theirs to release. Have those point at another quarantine policy first, or choose another userQuarantineName`,
      );
    const first = graveTagProperties.filter(
      (property) =>
        isRecord(firstOfDefault) && sameName(firstOfDefault[property], name),
    );
    if (first.length > 0)
      reasons.push(
        `${first.join(", ")} of Default pointed at "${name}" at first, and would again in a destroy, while recipients release from it: choose another userQuarantineName`,
      );
  }
  reasons.push(
    ...(await reasonsInRules(operation, released)),
    ...(await reasonsInDefault(operation, objects)),
    ...(await reasonsInPolicies(operation, delivered)),
  );
  if (reasons.length > 0)
    throw new UserError(
      `Cannot begin, and nothing was written: ${reasons.join("; ")}.`,
    );
}

/**
 * Refuses to have Cloudflare deliver Malicious for a domain while rules or policies would let it through: what was looked at before
 * anything was written, or is written before a domain, may have been changed by hand since.
 */
export async function refuseDelivery(
  operation: Operation,
  domain: string,
): Promise<void> {
  const { exposingPolicies } = await import("./mail-flow/exposing.js");
  const withDefault = rulesToHoldMalicious(operation.session).length > 0;
  const reasons = await operation.patience.untilNone(async (newerThan) => {
    const [policies, rules] = await Promise.all([
      exposingPolicies(operation, [domain], { withDefault, newerThan }),
      rulesThatLetMaliciousThrough(operation, newerThan),
    ]);
    return [
      ...policies,
      ...rules.map((name) => `the rule ${name} lets it through`),
    ];
  });
  if (reasons.length > 0)
    throw new UserError(
      `${wouldDeliver(domain, reasons)}. Run pulumi up --refresh, which sets right what somebody has changed of this stack, exclude the recipients at ${domain} from policies before Default, or keep dropDispositions: ["MALICIOUS"]`,
    );
}

const wouldDeliver = (domains: string, reasons: readonly string[]): string =>
  `Cloudflare drops Malicious for ${domains} today, and would deliver it, but ${reasons.join(", and ")}`;

/** Malicious is to be delivered, and a policy that goes before `Default` would not keep it from its recipients. */
async function reasonsInPolicies(
  operation: Operation,
  domains: readonly string[],
): Promise<string[]> {
  if (domains.length === 0) return [];
  const { exposingPolicies } = await import("./mail-flow/exposing.js");
  const exposing = await exposingPolicies(operation, domains);
  if (exposing.length === 0) return [];
  const names = domains.join(", ");
  return [
    `${wouldDeliver(names, exposing)}. Exclude the recipients at ${names} from there, have it quarantine high confidence spam where only administrators release, or keep dropDispositions: ["MALICIOUS"]`,
  ];
}

/** Spam is to become its recipients' to release, and rules take Malicious for spam. */
async function reasonsInRules(
  operation: Operation,
  released: readonly string[],
): Promise<string[]> {
  const [name] = released;
  if (name === undefined) return [];
  const [policies, quarantines] = await Promise.all([
    operation.exchange.list("Get-HostedContentFilterPolicy"),
    operation.exchange.list("Get-QuarantinePolicy"),
  ]);
  const ofDefault = policies.items.find((item) =>
    sameName(identityOf(item).name, "Default"),
  );
  const now = ofDefault && spamQuarantineOf(ofDefault);
  // Where it is theirs already, the rules are mended by what follows.
  if (now !== undefined && isReleased(quarantines.items, now)) return [];
  const reason = await reasonAgainstReleasingSpam(operation, name);
  return reason === undefined ? [] : [reason];
}

/** `Default` belongs to another stack whose quarantine policies its tags point at. */
async function reasonsInDefault(
  { exchange }: Operation,
  objects: readonly RestoredObject[],
): Promise<string[]> {
  const ours = objects.find(
    ({ kind, name }) => kind === "AntiSpamPolicy" && sameName(name, "Default"),
  );
  if (!ours || ours.adopt) return [];
  const [policies, quarantines] = await Promise.all([
    exchange.list("Get-HostedContentFilterPolicy"),
    exchange.list("Get-QuarantinePolicy"),
  ]);
  const policy = policies.items.find((item) =>
    sameName(identityOf(item).name, "Default"),
  );
  return quarantineTags.flatMap((tag) => {
    const mark = quarantines.items.find((item) =>
      sameName(policy?.[tag], identityOf(item).name),
    )?.["AdminDisplayName"];
    return isMark(mark) && ownerOf(mark, ours.mark) === "anotherStack"
      ? [
          `${tag} of Default points at "${String(policy?.[tag])}", which belongs to another stack (${nameIn(mark)}): there is one UseCase4 for a tenant. Remove it there, or set adopt: true if that stack no longer manages it`,
        ]
      : [];
  });
}

const sameName = (value: unknown, name: string): boolean =>
  typeof value === "string" && value.toLowerCase() === name.toLowerCase();

/** Who holds each object, for telling two restore points of one process apart. */
export const ownersOf = (
  objects: readonly RestoredObject[],
): { key: string; owner: string }[] =>
  objects.flatMap(({ kind, name, mark }) =>
    mark && isMark(mark)
      ? [{ key: `${kind}/${name}`.toLowerCase(), owner: nameIn(mark) }]
      : [],
  );
