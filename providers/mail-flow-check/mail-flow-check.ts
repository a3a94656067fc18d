import deepEqual from "fast-deep-equal";

import type { Finding } from "../../mail-flow/finding";
import { checks } from "../../mail-flow/findings";
import { PartialFailure, UserError } from "../errors";
import type { Handlers } from "../process/handlers";
import type { State } from "../kind";
import { check } from "../lifecycle/check";
import { accountOf, tenantOf } from "../lifecycle/tenant-or-account";
import { changedProperties } from "../lifecycle/state";
import { pickKnown } from "../object-key";
import { withFailureContext } from "../lifecycle/failure-context";
import {
  isFailing,
  messagesOf,
  namesOf,
  unaccepted,
  skippedChecksMessage,
} from "./finding-messages";
import { mailFlowCheckForm as form } from "./check-inputs";
import { textOf, textsOf } from "../json";
import { examineTenant, type Examination } from "./examination";
import type { Operation, Session } from "../session/session";

const id = "mail-flow-check";

const inputNames = Object.keys(form.fields);

/** Returns the handlers of the mail flow check. It writes nothing: it reads everything that decides about mail, and reports findings. */
export function mailFlowCheck(session: () => Session): Handlers {
  return {
    check(olds, news) {
      const { configuration, ledger } = session();
      const { inputs, failures } = check(form, olds, news, () => configuration);
      ledger.register(form, inputs);
      const stranger = textsOf(inputs["findings"]).find(
        (name) => !checks.some((one) => one.name === name),
      );
      if (stranger !== undefined)
        failures.push({
          property: "findings",
          reason: `(acceptedFindings of UseCase${Number(inputs["useCase"] ?? 4)}) has "${stranger}", which no check is called; those of a stack are ${namesForStack.join(", ")}`,
        });
      return Promise.resolve({ inputs, failures });
    },
    diff: (_id, olds, news) => Promise.resolve(diff(session(), olds, news)),
    create: async (inputs) => ({ id, outs: await run(session(), inputs, {}) }),
    read: (given, state) =>
      withFailureContext("Cannot check the mail flow", () =>
        read(session(), given, state),
      ),
    update: async (_id, olds, news) => ({
      outs: await run(session(), news, olds),
    }),
    // The check has created nothing, so there is nothing to delete.
    delete: () => Promise.resolve(),
  };
}

const namesForStack = checks.flatMap(({ name, appliesTo }) =>
  appliesTo === "stack" ? [name] : [],
);

function diff(session: Session, olds: State, news: State) {
  // `changes` is missing if something differs: then the engine itself compares old and new inputs and shows each difference.
  if (changedProperties(form, olds, news).length > 0) return {};
  // A refresh also calls `diff`, with the values just read as the old ones. Only a program can cause an update.
  if (!session.ledger.isRegistered(form, news)) return { changes: false };
  const accepted = textsOf(news["findings"]);
  const accepts = textsOf(olds["reported"]).some((name) =>
    accepted.includes(name),
  );
  if (accepts) return { changes: true };
  say(session, unaccepted(detailsOf(olds), accepted));
  return { changes: false };
}

/** Checks the mail flow in a program's run. Warns of findings, and fails for those that `failOn` selects. */
async function run(session: Session, inputs: State, olds: State) {
  const accepted = textsOf(inputs["findings"]);
  const { outs, found } = await withFailureContext(
    "Cannot check the mail flow",
    async () => {
      const operation = session.begin(accountOf(session, inputs));
      const tenantId = await tenantOf(operation, {
        ...olds,
        ...pickKnown(["accountId"], inputs),
      });
      const { routes, details } = await twice(operation, inputs, {
        accepted,
        reported: [],
      });
      const blind = skippedChecksMessage(details);
      if (blind) operation.warn(blind);
      const kept = pickKnown(inputNames, inputs);
      return {
        outs: { ...kept, tenantId, routes, details },
        found: unaccepted(details, accepted),
      };
    },
  );
  const { failOn } = inputs;
  const serious = found.filter((finding) => isFailing(finding, failOn));
  say(
    session,
    found.filter((finding) => !serious.includes(finding)),
  );
  if (serious.length > 0)
    // The engine repeats the update until it succeeds. A refresh makes the engine forget that; then the findings themselves are drift.
    throw new PartialFailure(id, outs, [
      `Everything is written, but failOn is "${textOf(failOn)}", and ${namesOf(serious).join(", ")} ${namesOf(serious).length === 1 ? "was" : "were"} found. Mend or accept that, then run pulumi up again.`,
      ...messagesOf(serious),
    ]);
  return outs;
}

async function read(session: Session, given: string, state: State) {
  // With `.get()`, the state contains only the provider's text.
  const known = state["tenantId"] !== undefined;
  if (!known && given !== id)
    throw new UserError(`there is none with the id ${given}; its id is ${id}`);
  const operation = session.begin(accountOf(session, state));
  const tenantId = await tenantOf(operation, state);
  const reported = textsOf(state["reported"]);
  const accepted = textsOf(state["findings"]).filter(
    (name) => !reported.includes(name),
  );
  const { routes, details } = await twice(operation, state, {
    accepted,
    reported,
  });
  const found = unaccepted(details, accepted);
  say(session, found);
  const live = [...namesOf(found), ...hidden(details, reported)].sort();
  const inputs = {
    ...pickKnown(inputNames, state),
    findings: [...accepted, ...live].sort(),
  };
  return {
    id,
    props: {
      ...inputs,
      tenantId,
      routes,
      details,
      ...(live.length > 0 && { reported: live }),
    },
    inputs,
  };
}

/** Returns the earlier findings whose check was skipped now. They are kept, because it is unknown whether they still exist. */
const hidden = (
  details: readonly Finding[],
  reported: readonly string[],
): string[] =>
  reported.filter((name) =>
    details.some(({ check, status }) => check === name && status === "skipped"),
  );

/**
 * Checks the mail flow. If the findings differ from the reported ones, checks again with newer lists, because a server may have returned
 * outdated data. A new finding counts only if both checks have it.
 */
async function twice(
  operation: Operation,
  inputs: State,
  known: Readonly<Record<"accepted" | "reported", readonly string[]>>,
): Promise<Examination> {
  const first = await examineTenant(operation, inputs);
  const before = namesOf(unaccepted(first.details, known.accepted));
  if (deepEqual(before, [...known.reported].sort())) return first;
  const second = await examineTenant(operation, inputs, first.begun);
  const seen = [...before, ...known.accepted, ...known.reported];
  return {
    ...second,
    details: second.details.filter(
      ({ check: name, status }) => status === "skipped" || seen.includes(name),
    ),
  };
}

function say(session: Session, findings: readonly Finding[]): void {
  for (const message of messagesOf(findings)) session.warn(message);
}

const detailsOf = ({ details }: State): Finding[] =>
  Array.isArray(details) ? (details as Finding[]) : [];
