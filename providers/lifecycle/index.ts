import type { Handlers } from "../handlers";
import type { Kind } from "../kind";
import type { Session } from "../session";
import { check } from "./check";
import { create } from "./create";
import { remove } from "./delete";
import { diff } from "./diff";
import { read } from "./read";
import { update } from "./update";

/** The handlers of a kind: the same for all kinds. */
export function lifecycle(kind: Kind, session: () => Session): Handlers {
  return {
    check: (olds, news) => Promise.resolve(check(kind, olds, news, session)),
    diff: (_id, olds, news) =>
      Promise.resolve(diff(kind, session(), olds, news)),
    create: (inputs) => create(kind, session(), inputs),
    read: (id, state) => read(kind, session(), id, state),
    update: (id, olds, news) => update(kind, session(), id, olds, news),
    delete: (id, state) => remove(kind, session(), id, state),
  };
}
