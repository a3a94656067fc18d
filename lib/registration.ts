import { explicitKey } from "../providers/session/configuration";
import { loader } from "./loader";

/**
 * How the resources of a program are registered: as dynamic resources, which Pulumi's own process for dynamic providers serves, or as
 * resources of the provider `area1`, which every language can use and which can be imported.
 */
interface Registration {
  /** The name of the provider's package. */
  readonly package: string;
  typeOf(kind: string): string;
  /** Returns the inputs besides those of the program. */
  inputsOf(kind: string): object;
  /**
   * Returns the inputs of an explicit provider.
   *
   * @param args the configuration, by key.
   * @param variables the environment variables that the provider may read.
   */
  providerArgs(args: object, variables: readonly string[]): object;
}

/** The type tokens are in users' states: frozen. */
const dynamic: Registration = {
  package: "pulumi-nodejs",
  typeOf: (kind) => `pulumi-nodejs:dynamic/area1:${kind}`,
  inputsOf: (kind) => ({ __provider: loader(kind) }),
  providerArgs: (args, variables) => ({
    ...Object.fromEntries(
      Object.entries(args).map(([key, value]) => [`area1:${key}`, value]),
    ),
    [explicitKey]: JSON.stringify(variables),
  }),
};

const plugin: Registration = {
  package: "area1",
  typeOf: (kind) => `area1:index:${kind}`,
  inputsOf: () => ({}),
  providerArgs: (args, environmentVariables) => ({
    ...args,
    environmentVariables,
  }),
};

let current = dynamic;

/**
 * Makes this program register its resources with the provider `area1` instead of as dynamic resources, from the next resource on. Call
 * it before the first one. Pulumi.yaml must name the provider, see docs/languages.md. A stack that exists moves without a change, and
 * back when the call is removed.
 */
export function usePlugin(): void {
  current = plugin;
}

/** Returns the registration that the program has chosen. */
export const registration = (): Registration => current;

/** Returns the type that a resource has in a state of the other registration. */
export const otherTypeOf = (kind: string): string =>
  (current === plugin ? dynamic : plugin).typeOf(kind);
