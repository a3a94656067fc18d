import { egressIpRanges } from "../../mail-flow/egress";
import { examine, contextOf, type Context } from "../../mail-flow/findings";
import type { Finding } from "../../mail-flow/finding";
import type { Header } from "../../mail-flow/message";
import { valueOf } from "../../mail-flow/part";
import type { Row } from "../../mail-flow/path";
import { rowsOfRanges } from "../../mail-flow/rows";
import type { Snapshot } from "../../mail-flow/snapshot";
import type { UseCase } from "../../mail-flow/use-cases";
import { isFault } from "../errors";
import { textOf, textsOf } from "../json";
import type { State } from "../kind";
import { visible } from "../../mail-flow/visible";
import type { Operation } from "../session/session";
import { isAccessDenied, readSnapshotAndTime } from "../snapshot/snapshot";

/** The live route of mail with a disposition: a row of `area1-m365 explain --json` without its steps. */
export type LiveRoute = Omit<Row, "steps">;

/** The result of one check of the mail flow. */
export interface Examination {
  readonly routes: readonly LiveRoute[];
  /** All findings, and all checks that were skipped. */
  readonly details: readonly Finding[];
  /** Start time of its newest list. */
  readonly begun: number;
}

/** Reads everything that decides about mail, and checks it against the stack's inputs. */
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
    // For domains with a transport in the program, the host that Microsoft expects is not needed.
    ...(domains.length > 0 && {
      mailExchangesOf: domains.filter((name) => !withTransport.includes(name)),
    }),
    // A request that the vendor rejects as invalid would be rejected every time, and must not make every refresh fail.
    leavesOut: (error) => isAccessDenied(error) || isFault(error, "refused"),
  });
  // The engine prints outputs, so control characters in them are made visible.
  return visible({
    routes: rowsOfRanges(snapshot, ranges.length > 0 ? ranges : egressIpRanges),
    details: examine(
      snapshot,
      contextOf({ purpose: "stack", ...contextIn(inputs, snapshot) }),
    ),
    begun,
  });
}

/** Returns the context of the checks, as far as the program's inputs specify it. */
function contextIn(inputs: State, snapshot: Snapshot): Partial<Context> {
  const {
    domains,
    domainsWithTransport,
    headers,
    senderIpRanges,
    useCase,
    ruleNames,
    userQuarantineName,
    adminQuarantineName,
  } = inputs;
  const own = textsOf(domainsWithTransport);
  return {
    domains: textsOf(domains),
    // The live host counts as correct for these domains: if it was changed by hand, the domain's own resource shows that.
    transports: Object.fromEntries(
      valueOf(snapshot.domains)
        .filter(({ domain }) => own.includes(domain))
        .map(({ domain, transport = "" }) => [domain, transport]),
    ),
    headers: textsOf(headers) as Header[],
    ...(senderIpRanges !== undefined && {
      egressIpRanges: textsOf(senderIpRanges),
    }),
    ...(useCase !== undefined && { useCase: Number(useCase) as UseCase }),
    ...(ruleNames !== undefined && { ruleNames: textsOf(ruleNames) }),
    ...(userQuarantineName !== undefined && {
      userQuarantine: textOf(userQuarantineName),
    }),
    ...(adminQuarantineName !== undefined && {
      adminQuarantine: textOf(adminQuarantineName),
    }),
  };
}
