import { examine, contextOf, type Context } from "../../lib/mail-flow/findings";
import type { Finding } from "../../lib/mail-flow/finding";
import type { Header } from "../../lib/mail-flow/message";
import type { Row } from "../../lib/mail-flow/path";
import { rows } from "../../lib/mail-flow/rows";
import type { Snapshot } from "../../lib/mail-flow/snapshot";
import { isFault } from "../errors";
import type { State } from "../kind";
import { text } from "../lifecycle/state";
import type { Operation } from "../session";
import { isHidden, look } from "./snapshot";

/** Where mail of a disposition goes in life; the steps are the command `area1-m365 explain`'s to tell. */
export type LiveRoute = Omit<Row, "steps">;

/** What one look at everything found. */
export interface Sight {
  readonly routes: readonly LiveRoute[];
  /** Everything that is wrong, or could not be looked at. */
  readonly details: readonly Finding[];
  /** When its newest list began. */
  readonly begun: number;
}

/** Reads everything that decides, and judges it as the stack of these inputs wants it. */
export async function sightOf(
  operation: Operation,
  inputs: State,
  newerThan?: number,
): Promise<Sight> {
  const domains = textsOf(inputs["domains"]);
  const ranges = textsOf(inputs["senderIpRanges"]);
  const { snapshot, begun } = await look(operation, {
    ...(newerThan !== undefined && { newerThan }),
    ...(domains.length > 0 && { mailExchangesOf: domains }),
    // A question that the vendor takes for wrong is answered no better the next time: it must not end every refresh.
    leavesOut: (error) => isHidden(error) || isFault(error, "refused"),
  });
  const sourceIp = ranges[0]?.split(/[-/]/, 1)[0];
  return {
    routes: rows(snapshot, sourceIp === undefined ? {} : { sourceIp }).map(
      ({ steps: _, ...route }) => route,
    ),
    details: examine(
      snapshot,
      contextOf({ purpose: "stack", ...contextIn(inputs, snapshot) }),
    ),
    begun,
  };
}

/** What the program asks for, as far as it says. */
function contextIn(inputs: State, snapshot: Snapshot): Partial<Context> {
  const {
    domains,
    domainsWithTransport,
    headers,
    senderIpRanges,
    ruleNames,
    userQuarantineName,
    adminQuarantineName,
  } = inputs;
  const own = textsOf(domainsWithTransport);
  const known = "value" in snapshot.domains ? snapshot.domains.value : [];
  return {
    domains: textsOf(domains),
    // Wherever they are forwarded to is right: the domain's own resource shows where it was changed by hand.
    transports: Object.fromEntries(
      known
        .filter(({ domain }) => own.includes(domain))
        .map(({ domain, transport = "" }) => [domain, transport]),
    ),
    headers: textsOf(headers) as Header[],
    ...(senderIpRanges !== undefined && {
      egressIpRanges: textsOf(senderIpRanges),
    }),
    ...(ruleNames !== undefined && { ruleNames: textsOf(ruleNames) }),
    ...(userQuarantineName !== undefined && {
      userQuarantine: text(userQuarantineName),
    }),
    ...(adminQuarantineName !== undefined && {
      adminQuarantine: text(adminQuarantineName),
    }),
  };
}

export const textsOf = (value: unknown): string[] =>
  Array.isArray(value)
    ? value.filter((entry): entry is string => typeof entry === "string")
    : [];
