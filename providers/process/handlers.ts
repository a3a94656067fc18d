import type { Failure, State } from "../kind";

/** What Pulumi's dynamic-provider process calls; see the guard for what may come back. */
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
  /** An empty answer: the object is gone. */
  read(
    id: string,
    state: State,
  ): Promise<
    { id: string; props: State; inputs: State } | Record<string, never>
  >;
  update(id: string, olds: State, news: State): Promise<{ outs: State }>;
  delete(id: string, state: State): Promise<void>;
}
