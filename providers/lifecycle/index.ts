import type { Handlers } from "../process/handlers";
import type { Kind } from "../kind";
import type { Session } from "../session/session";
import { check } from "./check";
import { create } from "./create";
import { remove } from "./delete";
import { diff } from "./diff";
import { refuseAnotherTenant } from "./tenant-or-account";
import { read } from "./read";
import { update } from "./update";

/** Returns the handlers of a kind. They are the same for all kinds. */
export function lifecycle(kind: Kind, session: () => Session): Handlers {
  return {
    check(olds, news) {
      // The configuration is read here, so that a contradiction in it is found before an update starts.
      const { configuration, ledger } = session();
      const checked = check(kind, olds, news, () => configuration);
      ledger.register(kind, checked.inputs);
      return Promise.resolve(checked);
    },
    diff(_id, olds, news) {
      const { configuration, ledger } = session();
      refuseAnotherTenant(kind, olds, configuration);
      return Promise.resolve(
        diff(kind, olds, news, ledger.isRegistered(kind, news)),
      );
    },
    create: (inputs) => create(kind, session(), inputs),
    read: (id, state) => read(kind, session(), id, state),
    update: (id, olds, news) => update(kind, session(), id, olds, news),
    delete: (id, state) => remove(kind, session(), id, state),
  };
}
