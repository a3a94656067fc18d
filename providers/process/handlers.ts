import type { Failure, State } from "../kind";

/** The handlers that Pulumi's dynamic-provider process calls; see `guarded-handlers.ts` for the allowed results. */
export interface Handlers {
  check(
    olds: State,
    news: State,
  ): Promise<{ inputs: State; failures: Failure[] }>;
  diff(
    id: string,
    olds: State,
    news: State,
  ): Promise<{ changes?: boolean; replaces?: string[] }>;
  create(inputs: State): Promise<{ id: string; outs: State }>;
  /** @returns an empty object if the object no longer exists. */
  read(
    id: string,
    state: State,
  ): Promise<
    { id: string; props: State; inputs: State } | Record<string, never>
  >;
  update(id: string, olds: State, news: State): Promise<{ outs: State }>;
  delete(id: string, state: State): Promise<void>;
}
