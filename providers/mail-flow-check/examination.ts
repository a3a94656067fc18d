import { egressIpRanges } from "../../mail-flow/egress";
import { examine, contextOf, type Context } from "../../mail-flow/findings";
import type { Finding } from "../../mail-flow/finding";
import type { Header } from "../../mail-flow/message";
import { valueOf } from "../../mail-flow/part";
import type { Row } from "../../mail-flow/path";
import { rowsOfRanges } from "../../mail-flow/rows";
import type { Snapshot } from "../../mail-flow/snapshot";
import { isFault } from "../errors";
import { textOf, textsOf } from "../json";
import type { State } from "../kind";
import { visible } from "../../mail-flow/visible";
import type { Operation } from "../session/session";
import { isAccessDenied, readSnapshotAndTime } from "../snapshot/snapshot";

/** What happens in life to mail of a disposition: a row of `area1-m365 explain --json` without its steps. */
export type LiveRoute = Omit<Row, "steps">;

/** What one look at everything found. */
export interface Examination {
  readonly routes: readonly LiveRoute[];
  /** Everything that is wrong, or could not be looked at. */
  readonly details: readonly Finding[];
  /** When its newest list began. */
  readonly begun: number;
}

/** Reads everything that decides, and judges it as the stack of these inputs wants it. */
export async function examineTenant(
  operation: Operation,
  inputs: State,
  newerThan?: number,
): Promise<Examination> {
  const domains = textsOf(inputs["domains"]);
  const withTransport = textsOf(inputs["domainsWithTransport"]);
  const ranges = textsOf(inputs["senderIpRanges"]);
  const { snapshot, begun } = await readSnapshotAndTime(operation, {
    ...(newerThan !== undefined && { newerThan }),
    // Where the program says it, nobody needs to know what Microsoft expects.
    ...(domains.length > 0 && {
      mailExchangesOf: domains.filter((name) => !withTransport.includes(name)),
    }),
    // A question that the vendor takes for wrong is answered no better the next time: it must not end every refresh.
    leavesOut: (error) => isAccessDenied(error) || isFault(error, "refused"),
  });
  // The engine prints what a state holds.
  return visible({
    routes: rowsOfRanges(snapshot, ranges.length > 0 ? ranges : egressIpRanges),
    details: examine(
      snapshot,
      contextOf({ purpose: "stack", ...contextIn(inputs, snapshot) }),
    ),
    begun,
  });
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
  return {
    domains: textsOf(domains),
    // Wherever they are forwarded to is right: the domain's own resource shows where it was changed by hand.
    transports: Object.fromEntries(
      valueOf(snapshot.domains)
        .filter(({ domain }) => own.includes(domain))
        .map(({ domain, transport = "" }) => [domain, transport]),
    ),
    headers: textsOf(headers) as Header[],
    ...(senderIpRanges !== undefined && {
      egressIpRanges: textsOf(senderIpRanges),
    }),
    ...(ruleNames !== undefined && { ruleNames: textsOf(ruleNames) }),
    ...(userQuarantineName !== undefined && {
      userQuarantine: textOf(userQuarantineName),
    }),
    ...(adminQuarantineName !== undefined && {
      adminQuarantine: textOf(adminQuarantineName),
    }),
  };
}
