import deepEqual from "fast-deep-equal";

import { folded } from "../../mail-flow/mail";
import {
  onboarding,
  type Onboarding,
  type OnboardingHistory,
} from "../../mail-flow/onboarding";
import { valueOf } from "../../mail-flow/part";
import type { CloudflareDomain } from "../../mail-flow/snapshot";
import { visible } from "../../mail-flow/visible";
import type { Verification } from "../cloudflare/client";
import { verificationOf } from "../cloudflare/verification";
import { UserError } from "../errors";
import { isRecord, textOf, textsOf } from "../json";
import type { State } from "../kind";
import { check } from "../lifecycle/check";
import { withFailureContext } from "../lifecycle/failure-context";
import { changedProperties } from "../lifecycle/state";
import { accountOf, tenantOf } from "../lifecycle/tenant-or-account";
import { pickKnown } from "../object-key";
import type { Handlers } from "../process/handlers";
import type { Operation, Session } from "../session/session";
import { mailExchangers } from "../snapshot/mail-exchangers";
import { isAccessDenied, readSnapshot } from "../snapshot/snapshot";
import { isUnknown } from "../unknown";
import { onboardingCheckForm as form } from "./check-inputs";

const id = "onboarding-check";

const inputNames = Object.keys(form.fields);

/** The outputs of the check besides its inputs and its tenant. */
interface Outputs extends Onboarding {
  readonly lockedDown: boolean;
  /** By domain: the TXT record that verifies it. It is kept, because Cloudflare may look for it again. */
  readonly txtRecords: Readonly<Record<string, Verification>>;
}

/** Returns the handlers of the onboarding check. It writes nothing: it reads Cloudflare's domains, the accepted domains, and DNS. */
export function onboardingCheck(session: () => Session): Handlers {
  return {
    async check(olds, news) {
      const { configuration, ledger } = session();
      const { inputs, failures } = check(form, olds, news, () => configuration);
      ledger.register(form, inputs);
      // The preview of a new lock-down already says what is missing: the engine calls nothing else for a resource that does not exist.
      const isNew =
        Object.keys(olds).length === 0 &&
        failures.length === 0 &&
        !inputNames.some((name) => isUnknown(inputs[name]));
      if (isNew && inputs["lockDown"] === true)
        await announce(session(), inputs);
      return { inputs, failures };
    },
    diff: (_id, olds, news) =>
      inContext(() => Promise.resolve(diff(session(), olds, news))),
    create: (inputs) =>
      inContext(async () => ({ id, outs: await run(session(), inputs, {}) })),
    read: (given, state) => inContext(() => read(session(), given, state)),
    update: (_id, olds, news) =>
      inContext(async () => ({ outs: await run(session(), news, olds) })),
    // The check has created nothing, so there is nothing to delete.
    delete: () => Promise.resolve(),
  };
}

/** Tells what keeps a new lock-down from beginning. */
async function announce(session: Session, inputs: State): Promise<void> {
  const operation = session.begin(accountOf(session, inputs));
  tell(session, await look(operation, inputs, {}), {});
}

const inContext = <T>(work: () => Promise<T>): Promise<T> =>
  withFailureContext("Cannot check the onboarding", work);

async function diff(session: Session, olds: State, news: State) {
  // `changes` is missing if something differs: then the engine itself compares old and new inputs and shows each difference.
  if (changedProperties(form, olds, news).length > 0) return {};
  // A refresh also calls `diff`, with the values just read as the old ones. Only a program can cause an update.
  if (!session.ledger.isRegistered(form, news) || isDone(olds))
    return { changes: false };
  const operation = session.begin(accountOf(session, news));
  const found = await look(operation, news, olds);
  tell(session, found, olds);
  const known = pickKnown(Object.keys(found), olds);
  return { changes: !deepEqual(known, found) };
}

/** Returns whether no step is open, so that a preview and an `up` need not look. A refresh looks nevertheless. */
const isDone = (olds: State): boolean =>
  olds["lockDown"] === true
    ? olds["lockedDown"] === true
    : textsOf(olds["nextSteps"]).length === 0;

async function run(session: Session, inputs: State, olds: State) {
  const operation = session.begin(accountOf(session, inputs));
  const tenantId = await tenantOf(operation, {
    ...olds,
    ...pickKnown(["accountId"], inputs),
  });
  const found = await look(operation, inputs, olds);
  tell(session, found, olds);
  return { ...pickKnown(inputNames, inputs), ...found, tenantId };
}

async function read(session: Session, given: string, state: State) {
  // With `.get()`, the state contains only the provider's text.
  if (state["tenantId"] === undefined && given !== id)
    throw new UserError(`there is none with the id ${given}; its id is ${id}`);
  const operation = session.begin(accountOf(session, state));
  const tenantId = await tenantOf(operation, state);
  const inputs = pickKnown(inputNames, state);
  const found = await look(operation, inputs, state);
  tell(session, found, state);
  return { id, props: { ...inputs, ...found, tenantId }, inputs };
}

/** Reads the domains and their MX records, and judges them. */
async function look(
  operation: Operation,
  inputs: State,
  olds: State,
): Promise<Outputs> {
  const lockDown = inputs["lockDown"] === true;
  const domains = textsOf(inputs["domains"]);
  const own = new Set(domains.map(folded));
  const snapshot = await readSnapshot(operation, {
    only: new Set([
      "domains",
      ...(lockDown ? ["acceptedDomains", "inboundConnectors"] : []),
    ]),
    leavesOut: isAccessDenied,
  });
  const accepted = lockDown ? valueOf(snapshot.acceptedDomains) : [];
  const exchangers = await mailExchangers(
    [...domains, ...accepted.map(({ domainName }) => domainName)].map(folded),
    inputs["dnsServer"] === undefined ? undefined : textOf(inputs["dnsServer"]),
  );
  const { obstacles, refusedMail, ...found } = onboarding(
    {
      snapshot,
      exchangers,
      domains,
      domainsWithoutMail: textsOf(inputs["domainsWithoutMail"]),
      lockDownConnector: textOf(inputs["lockDownConnectorName"]),
      lockDownAfterHours: Number(inputs["lockDownAfterHours"]),
      now: new Date(),
    },
    historyOf(olds),
  );
  // Obstacles that appear after the lock-down do not end it: mail that goes past Cloudflare would be let in again without notice.
  const lockedDown =
    lockDown && (olds["lockedDown"] === true || obstacles.length === 0);
  // The engine prints outputs, so control characters in them are made visible.
  return visible({
    ...found,
    obstacles: lockDown ? obstacles : [],
    refusedMail: lockDown ? refusedMail : [],
    lockedDown,
    txtRecords: await txtRecordsOf(
      operation,
      valueOf(snapshot.domains).filter(({ domain }) => own.has(folded(domain))),
      olds,
    ),
  });
}

/** Returns the known records of domains that still exist, and reads those of pending ones. */
async function txtRecordsOf(
  operation: Operation,
  domains: readonly CloudflareDomain[],
  { txtRecords: known }: State,
): Promise<Record<string, Verification>> {
  const before = isRecord(known) ? (known as Record<string, Verification>) : {};
  const records = await Promise.all(
    domains.map(async (one) => {
      const name = folded(one.domain);
      const record =
        before[name] ??
        (one.status === "PENDING"
          ? await verificationOf(operation, name, one.domainId)
          : undefined);
      return record ? [[name, record] as const] : [];
    }),
  );
  return Object.fromEntries(records.flat());
}

function historyOf({ mxSince, verified }: State): OnboardingHistory {
  return {
    mxSince: isRecord(mxSince) ? (mxSince as Record<string, string>) : {},
    verified: textsOf(verified),
  };
}

/** The largest number of obstacles in a message. */
const most = 5;

/** Tells why the lock-down waits, that it begins, or that it refuses mail that came through Cloudflare before. */
function tell(
  session: Session,
  { obstacles, refusedMail, lockedDown }: Outputs,
  olds: State,
): void {
  const isNew = lockedDown && olds["lockedDown"] !== true;
  if (isNew)
    session.warn(
      `Lock-down: all MX records point at Cloudflare, so this up makes Microsoft 365 refuse mail from elsewhere. It turns away: ${refusedMail.join(" ")}`,
    );
  if (obstacles.length === 0) return;
  const told = obstacles.slice(0, most);
  const more = obstacles.length - told.length;
  session.warn(
    [
      lockedDown
        ? "Lock-down: it is on, and refuses mail that should be delivered:"
        : "Lock-down: not yet, as it would refuse mail that should be delivered. Nothing is locked:",
      ...told,
      ...(more > 0
        ? [`The output obstacles of the check names ${more} more.`]
        : []),
    ].join(" "),
  );
}
