import { UserError } from "../errors";
import type { Kind } from "../kind";
import { identityOf } from "./identity";

/** The properties of a kind whose object exists exactly once in every tenant. */
export type SingleObject = Pick<
  Kind,
  "name" | "noun" | "fields" | "list" | "update"
> &
  Partial<Pick<Kind, "atLeastOneOf" | "create" | "decides" | "refuse">>;

/**
 * Returns the kind of an object that exists exactly once in every tenant. The object has no name in programs, is always adopted, and is
 * restored by destroy. It remains the same object even if its name or Guid changes.
 */
export const singleObject = (kind: SingleObject): Kind => ({
  scopeId: "tenantId",
  computed: [],
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
