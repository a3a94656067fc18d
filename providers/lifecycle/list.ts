import type { Kind } from "../kind";
import type { Session } from "../session/session";
import { idOf } from "./state";
import { accountOf } from "./tenant-or-account";
import { withFailureContext } from "./failure-context";

/** An object of a tenant or an account, as a user names it. */
export interface Listed {
  readonly id: string;
  readonly name: string;
}

/** Returns all objects of a kind, whether a stack manages them or not. */
export const listObjects = (kind: Kind, session: Session): Promise<Listed[]> =>
  withFailureContext(`Cannot list the objects of ${kind.name}`, async () => {
    const operation = session.begin(accountOf(session, {}));
    const { items } = await kind.list(operation, "");
    return items.map((item) => {
      const identity = kind.identify(item);
      return { id: idOf(kind, identity), name: identity.name };
    });
  });
