import { end, named, step, unread, type End } from "./end";
import { egressIpRanges } from "./egress";
import { folded } from "./mail";
import type { Disposition } from "./message";
import type { Step } from "./path";
import type { CloudflareDomain, Snapshot } from "./snapshot";

/** What is written there; clean mail has no such header. The API has other words: its `SPAM` is the header's `UCE`. */
export const headerWords: Readonly<Record<Disposition, string | undefined>> = {
  Malicious: "MALICIOUS",
  Spam: "UCE",
  Spoof: "SPOOF",
  Suspicious: "SUSPICIOUS",
  Bulk: "BULK",
  None: undefined,
};

/** What a disposition is called in `drop_dispositions`. */
const labels: Readonly<Record<Disposition, string>> = {
  Malicious: "MALICIOUS",
  Spam: "SPAM",
  Spoof: "SPOOF",
  Suspicious: "SUSPICIOUS",
  Bulk: "BULK",
  None: "NONE",
};

/** A host of the internet that is not Cloudflare's: where mail comes from that does not go by way of Cloudflare. */
const otherHost = "198.51.100.25";

/** A message that Microsoft gets, or the end of one that it does not. */
export type Arrival =
  | {
      readonly word: string | undefined;
      readonly sourceIp: string;
      readonly behindCloudflare: boolean;
      readonly steps: readonly Step[];
    }
  | { readonly end: End; readonly steps: readonly Step[] };

/** Cloudflare Email Security, ready for messages: to whom, with which disposition, and from where, if that is given. */
export type Cloudflare = (
  recipientDomain: string,
  disposition: Disposition,
  sourceIp: string | undefined,
) => Arrival;

/** Makes Cloudflare's domains ready. */
export function cloudflare({
  domains,
  mailExchanges,
}: Pick<Snapshot, "domains" | "mailExchanges">): Cloudflare {
  if ("unavailable" in domains) {
    const { unavailable } = domains;
    return () => ({
      end: end("notDocumented"),
      steps: [
        unread("Domain", "Cloudflare's domains were not read", unavailable),
      ],
    });
  }
  const byName = new Map(
    domains.value.map((domain) => [folded(domain.domain), domain]),
  );
  const hosts = new Map(
    "value" in mailExchanges
      ? Object.entries(mailExchanges.value).map(([domain, expected]) => [
          folded(domain),
          expected.map(folded),
        ])
      : [],
  );
  return (recipientDomain, disposition, sourceIp) => {
    const domain = byName.get(recipientDomain);
    const direct = (...steps: Step[]): Arrival => ({
      word: undefined,
      sourceIp: sourceIp ?? otherHost,
      behindCloudflare: false,
      steps,
    });
    if (!domain)
      return direct(
        step(
          named("Domain", recipientDomain),
          "domain",
          recipientDomain,
          "Cloudflare does not protect it, so its mail carries no disposition",
        ),
      );
    const object = named("Domain", domain.domain);
    const idle = unprocessed(domain);
    if (idle) return direct(step(object, ...idle));
    const steps = processed(object, domain);
    const dropped = drop(object, domain, disposition);
    if (dropped) return { ...dropped, steps: [...steps, ...dropped.steps] };
    const word = headerWords[disposition];
    steps.push(
      step(
        object,
        "disposition",
        word ?? null,
        word === undefined
          ? "clean mail carries no disposition"
          : `the message is delivered with the word ${word} in the disposition's header`,
      ),
    );
    const lost = elsewhere(object, domain, hosts.get(recipientDomain));
    if (lost) return { end: end("notDocumented"), steps: [...steps, lost] };
    return {
      word,
      sourceIp: sourceIp ?? egressIpRanges[0] ?? otherHost,
      behindCloudflare: true,
      steps,
    };
  };
}

/** Why Cloudflare has no say in a domain's mail, although the domain is there. */
function unprocessed({
  status,
  allowedDeliveryModes,
}: CloudflareDomain): [string, string | string[], string] | undefined {
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

function processed(
  object: string,
  { status, ipRestrictions }: CloudflareDomain,
): Step[] {
  const steps = [
    step(
      object,
      "status",
      status,
      status === undefined
        ? "its status is not told; it is taken to be active"
        : "Cloudflare processes its mail",
    ),
  ];
  if (ipRestrictions.length > 0)
    steps.push(
      step(
        object,
        "ipRestrictions",
        ipRestrictions,
        "Cloudflare takes mail from these addresses alone; the message is taken to come from one of them",
      ),
    );
  return steps;
}

function drop(
  object: string,
  { dropDispositions }: CloudflareDomain,
  disposition: Disposition,
): { end: End; steps: Step[] } | undefined {
  const dropped = new Set(dropDispositions.map((label) => label.toUpperCase()));
  const said = (
    outcome: "droppedByCloudflare" | "notDocumented",
    why: string,
  ) => ({
    end: end(outcome),
    steps: [step(object, "dropDispositions", dropDispositions, why)],
  });
  if (disposition !== "None" && dropped.has(labels[disposition]))
    return said(
      "droppedByCloudflare",
      "Cloudflare drops mail of this disposition, so that Microsoft 365 never sees it",
    );
  const label =
    disposition === "None"
      ? ["NONE", "UNKNOWN", "EXTERNAL"].find((one) => dropped.has(one))
      : undefined;
  return label === undefined
    ? undefined
    : said(
        "notDocumented",
        `whether Cloudflare drops clean mail as ${label} is not documented`,
      );
}

/** The step of mail that is not forwarded to the host at which Microsoft takes it, where that is known. */
function elsewhere(
  object: string,
  { transport }: CloudflareDomain,
  expected: readonly string[] | undefined,
): Step | undefined {
  if (transport === undefined || folded(transport) === "")
    return step(
      object,
      "transport",
      transport,
      "no host to forward to is told, and without one the mail has nowhere to go",
    );
  if (!expected || expected.includes(folded(transport))) return undefined;
  return step(
    object,
    "transport",
    transport,
    expected.length === 0
      ? "Microsoft names no host for the domain, so that this one is another tenant's or nobody's"
      : `Microsoft takes the domain's mail at ${expected.join(", ")}: handed elsewhere it ends nowhere or with another tenant`,
  );
}
