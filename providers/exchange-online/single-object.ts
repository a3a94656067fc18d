import { UserError } from "../errors";
import type { Kind } from "../kind";
import { identityOf } from "./identity";

/** What a kind says whose object every tenant has exactly once. */
export type SingleObject = Pick<
  Kind,
  "name" | "noun" | "fields" | "list" | "update"
> &
  Partial<Pick<Kind, "create" | "decides" | "refuse">>;

/**
 * Makes a kind of an object that every tenant has exactly once. It has no name in programs, is always adopted, and destroy restores
 * it. Another name or Guid is no other object.
 */
export const singleObject = (kind: SingleObject): Kind => ({
  scopeId: "tenantId",
  idIs: "name",
  settings: kind.decides ? ["allowExposure"] : [],
  alwaysExists: () => true,
  identify: (item) => {
    const { name, changedAt } = identityOf(item);
    return { name, ...(changedAt && { changedAt }) };
  },
  create: () =>
    Promise.reject(
      new UserError(
        "every tenant has it, but the list does not hold it. Run pulumi up again",
      ),
    ),
  remove: () => Promise.resolve("the settings of a tenant cannot be removed"),
  ...kind,
});
