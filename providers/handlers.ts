import type { Handlers } from "./process/handlers";
import { isKindName, kinds } from "./kinds";
import { lifecycle } from "./lifecycle";
import { restorePoint } from "./restore-point/restore-point";
import type { Session } from "./session/session";

/**
 * Returns the handlers of a kind, which both providers call.
 *
 * @param name the last part of the type token, as it is stored in users' states.
 */
export function handlersOf(name: string, session: () => Session): Handlers {
  if (name === "RestorePoint") return restorePoint(kinds, session);
  if (name === "MailFlowCheck")
    return whenAsked(async () =>
      (await import("./mail-flow-check/mail-flow-check.js")).mailFlowCheck(
        session,
      ),
    );
  if (name === "OnboardingCheck")
    return whenAsked(async () =>
      (await import("./onboarding-check/onboarding-check.js")).onboardingCheck(
        session,
      ),
    );
  if (!isKindName(name))
    throw new Error(
      `pulumi-area1-m365 has no kind ${name}: a newer version of it wrote this state; install that`,
    );
  return lifecycle(kinds[name], session);
}

/** Returns handlers that are loaded at the first call, so that a program that does not use them does not load them. */
const whenAsked = (load: () => Promise<Handlers>): Handlers => ({
  check: async (...given) => (await load()).check(...given),
  diff: async (...given) => (await load()).diff(...given),
  create: async (...given) => (await load()).create(...given),
  read: async (...given) => (await load()).read(...given),
  update: async (...given) => (await load()).update(...given),
  delete: async (...given) => (await load()).delete(...given),
});
