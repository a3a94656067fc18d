import type { Form } from "./form";
import { isKindName, kinds } from "./kinds";
import { mailFlowCheckForm } from "./mail-flow-check/check-inputs";
import { onboardingCheckForm } from "./onboarding-check/check-inputs";
import { restorePointForm } from "./restore-point/restored-object";

/** The forms of the resources that are no vendor's object, by name: they only read, and have lifecycles of their own. */
export const readingForms = {
  RestorePoint: restorePointForm,
  MailFlowCheck: mailFlowCheckForm,
  OnboardingCheck: onboardingCheckForm,
} as const satisfies Record<string, Form>;

/** Returns the form of a resource; undefined if there is no such resource. */
export const formOf = (name: string): Form | undefined =>
  isKindName(name)
    ? kinds[name]
    : Object.hasOwn(readingForms, name)
      ? readingForms[name as keyof typeof readingForms]
      : undefined;
