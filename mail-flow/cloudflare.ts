import { result, named, step, unread, type Result } from "./result";
import { egressIpRanges } from "./egress";
import { folded } from "./mail";
import { dispositions, type Disposition, type Message } from "./message";
import type { Outcome, Step } from "./path";
import type { CloudflareDomain, RuleValue, Snapshot } from "./snapshot";

/** The words in the disposition's header; clean mail has no such header. The API uses other words: its `SPAM` is `UCE` in the header. */
export const headerWords: Readonly<Record<Disposition, string | undefined>> = {
  Malicious: "MALICIOUS",
  Spam: "UCE",
  Spoof: "SPOOF",
  Suspicious: "SUSPICIOUS",
  Bulk: "BULK",
  None: undefined,
};

/** Returns the label of a disposition in `drop_dispositions`. */
const labelOf = (disposition: Disposition): string => disposition.toUpperCase();

/** The address of a host on the internet that is not Cloudflare's: the assumed source of mail that bypasses Cloudflare. */
export const otherHost = "198.51.100.25";

/** A message that reaches Microsoft. */
export interface Delivered {
  readonly word: string | undefined;
  readonly sourceIp: string;
  readonly behindCloudflare: boolean;
  readonly steps: readonly Step[];
}

/** A message that reaches Microsoft, or the result of one that does not. */
export type Arrival =
  Delivered | { readonly result: Result; readonly steps: readonly Step[] };

/** Returns the labels that Cloudflare's API uses for mail with this word in its header. */
export const labelsOf = (word: string): string[] => {
  const known = dispositions.find(
    (one) => headerWords[one] === word.toUpperCase(),
  );
  if (!known) return [];
  // The word in the header of `MALICIOUS-BEC` mail is not documented; rules that search for MALICIOUS match both possible words.
  return known === "Malicious"
    ? [labelOf(known), "MALICIOUS-BEC"]
    : [labelOf(known)];
};

/** Prepares Cloudflare Email Security, first for the recipients' domain, then for messages. */
export function cloudflare({
  domains,
  mailExchanges,
}: Pick<Snapshot, "domains" | "mailExchanges">): (
  recipientDomain: string,
) => (
  message: Pick<Message, "disposition" | "stamp" | "sourceIp" | "egressIp">,
) => Arrival {
  if ("unavailable" in domains) {
    const why = unread(
      "Domain",
      "Cloudflare's domains were not read",
      domains.unavailable,
    );
    return () => () => ({ result: result("notDocumented"), steps: [why] });
  }
  const byName = new Map(
    domains.value.map((domain) => [folded(domain.domain), domain]),
  );
  const hosts = hostsIn(mailExchanges);
  return (recipientDomain) => {
    const domain = byName.get(recipientDomain);
    const object = named("Domain", domain?.domain ?? recipientDomain);
    const say = (...reason: Reason) => step(object, ...reason);
    if (!domain)
      return past(
        say(
          "domain",
          recipientDomain,
          "Cloudflare does not protect it, so its mail carries no disposition",
        ),
      );
    const idle = unprocessed(domain);
    if (idle) return past(say(...idle));
    const { status, ipRestrictions, dropDispositions, transport } = domain;
    const taken = [
      say(
        "status",
        status,
        status === undefined
          ? "its status is not returned; it is taken to be active"
          : "Cloudflare processes its mail",
      ),
    ];
    if (ipRestrictions.length > 0)
      taken.push(
        say(
          "ipRestrictions",
          ipRestrictions,
          "Cloudflare takes mail from these addresses alone; the message is taken to come from one of them",
        ),
      );
    const drops = dropsOf(domain);
    const lost = elsewhere(domain, hosts.get(recipientDomain));
    return ({ disposition, stamp, sourceIp, egressIp }) => {
      const label = stamp ? stamp.label : labelOf(disposition);
      const dropped = drops(disposition, label);
      if (dropped)
        return {
          result: result(dropped.outcome),
          steps: [
            ...taken,
            say("dropDispositions", dropDispositions, dropped.why),
          ],
        };
      const word = stamp ? stamp.word : headerWords[disposition];
      const steps = [
        ...taken,
        say(
          "disposition",
          word,
          word === undefined
            ? "clean mail carries no disposition"
            : `the message is delivered with the word ${word} in the disposition's header`,
        ),
      ];
      if (lost) {
        steps.push(say("transport", transport, lost));
        return { result: result("notDocumented"), steps };
      }
      return {
        word,
        sourceIp: sourceIp ?? egressIp ?? egressIpRanges[0] ?? otherHost,
        behindCloudflare: true,
        steps,
      };
    };
  };
}

/** Returns the arrival of mail that bypasses Cloudflare for the given reason. */
const past =
  (why: Step) =>
  ({ sourceIp }: Pick<Message, "sourceIp">): Delivered => ({
    word: undefined,
    sourceIp: sourceIp ?? otherHost,
    behindCloudflare: false,
    steps: [why],
  });

/** A deciding property, its value, and the consequence. */
type Reason = [property: string, value: RuleValue | undefined, why: string];

/** Returns, by domain, the hosts at which Microsoft accepts its mail, if they were read. */
export const hostsIn = (
  part: Snapshot["mailExchanges"],
): ReadonlyMap<string, readonly string[]> =>
  new Map(
    "value" in part
      ? Object.entries(part.value).map(([domain, hosts]) => [
          folded(domain),
          hosts.map(folded),
        ])
      : [],
  );

/** Returns the reason why Cloudflare does not process a domain's mail although the domain exists; undefined if it does. */
function unprocessed({
  status,
  allowedDeliveryModes,
}: CloudflareDomain): Reason | undefined {
  if (status !== undefined && status.toUpperCase() !== "ACTIVE")
    return [
      "status",
      status,
      "Cloudflare does not process its mail, which goes past it and carries no disposition",
    ];
  if (
    allowedDeliveryModes.length > 0 &&
    !allowedDeliveryModes.some((mode) => mode.toUpperCase() === "DIRECT")
  )
    return [
      "allowedDeliveryModes",
      allowedDeliveryModes,
      "Cloudflare does not stand in the way of its mail, which goes past it and carries no disposition",
    ];
  return undefined;
}

/** Returns the outcome, with the reason, of a message to a domain if Cloudflare drops it; undefined if Cloudflare delivers it. */
function dropsOf({
  dropDispositions,
}: CloudflareDomain): (
  disposition: Disposition,
  label: string | undefined,
) => { outcome: Outcome; why: string } | undefined {
  const dropped = new Set(dropDispositions.map((label) => label.toUpperCase()));
  return (disposition, byLabel) => {
    if (disposition === "None") {
      const clean = ["NONE", "UNKNOWN", "EXTERNAL"];
      const label = clean.find((one) => dropped.has(one));
      const why = `whether Cloudflare drops clean mail as ${label} is not documented`;
      return label === undefined
        ? undefined
        : { outcome: "notDocumented", why };
    }
    if (byLabel === undefined || !dropped.has(byLabel)) return undefined;
    const why =
      "Cloudflare drops mail of this disposition, so that Microsoft 365 never sees it";
    return { outcome: "droppedByCloudflare", why };
  };
}

/** Returns the reason why mail is not forwarded to the host at which Microsoft accepts it; undefined if it is, or if the host is unknown. */
function elsewhere(
  { transport }: CloudflareDomain,
  expected: readonly string[] | undefined,
): string | undefined {
  if (transport === undefined || folded(transport) === "")
    return "no host to forward to is told, and without one the mail has nowhere to go";
  if (!expected || expected.includes(folded(transport))) return undefined;
  return expected.length === 0
    ? "Microsoft names no host for the domain, so that this one is another tenant's or nobody's"
    : `Microsoft takes the domain's mail at ${expected.join(", ")}: handed elsewhere it ends nowhere or with another tenant`;
}
