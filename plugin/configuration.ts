import { UserError } from "../providers/errors";
import { isList, parsed, textsOf } from "../providers/json";
import type { Failure } from "../providers/kind";
import {
  explicitKey,
  keys,
  resolveConfiguration,
  secretKeys,
} from "../providers/session/configuration";
import { isUnknown } from "../providers/unknown";
import type { Stored } from "../providers/session/session";
import { nearestName } from "./nearest-name";
import type { Properties } from "./values";

/** The argument with the environment variables that an explicit provider reads. */
export const environmentVariables = "environmentVariables";

/** The arguments that the engine adds for itself. */
const ofTheEngine = ["version", "pluginDownloadURL", "parameterization"];

/** Returns the names of the arguments that are secret even if the program does not say so. */
export const secretArguments: ReadonlySet<string> = new Set(secretKeys);

/** Returns whether the engine has made a provider, as opposed to a program. `pulumi do` gives it no name. */
const isDefaultProvider = (name: string): boolean =>
  name === "" || /^default(_|$)/.test(name);

/**
 * Returns the configuration of a provider. An explicit provider has its arguments only, and the environment variables that it names.
 *
 * @param name the provider's name in the program.
 */
export function storedIn(args: Properties, name: string): Stored {
  const explicit = isDefaultProvider(name)
    ? undefined
    : JSON.stringify(textsOf(variablesIn(args)));
  return (key) => {
    if (key === explicitKey) return explicit;
    const value = args[key.replace(/^area1:/, "")];
    return typeof value === "string" || typeof value === "number"
      ? String(value)
      : undefined;
  };
}

/** Returns what is wrong with the arguments of a provider, as far as they are known. */
export function configurationFailures(
  args: Properties,
  name: string,
  environment: NodeJS.ProcessEnv,
): Failure[] {
  const names = Object.keys(args).filter((one) => !ofTheEngine.includes(one));
  const allowed: readonly string[] = [
    ...Object.keys(keys),
    environmentVariables,
  ];
  const failures = names.flatMap((property): Failure[] => {
    const value = args[property];
    if (!allowed.includes(property))
      return [
        {
          // Without the property: the engine would print the value, and it may be the secret of a misspelt name.
          property: "",
          reason: unknownProperty(property, allowed),
        },
      ];
    if (isUnknown(value)) return [];
    const isValid =
      property === environmentVariables
        ? variablesIn(args)?.every((one) => isVariable(one)) === true
        : typeof value === "string" || typeof value === "number";
    return isValid
      ? []
      : [
          {
            property,
            reason:
              property === environmentVariables
                ? `must be a list of ${Object.values(keys).join(", ")}`
                : "must be a text or a number",
          },
        ];
  });
  if (failures.length > 0 || names.some((one) => isUnknown(args[one])))
    return failures;
  try {
    resolveConfiguration(storedIn(args, name), environment);
    return [];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const named = names.find((one) => error.message.includes(`area1:${one}`));
    return [{ property: named ?? "", reason: error.message }];
  }
}

function unknownProperty(name: string, allowed: readonly string[]): string {
  const nearest = nearestName(name, allowed);
  const question = nearest ? ` Did you mean ${nearest}?` : "";
  return `${name} is not a property of the provider area1.${question} Its properties are ${allowed.join(", ")}.`;
}

const isVariable = (value: unknown): boolean =>
  Object.values(keys).some((variable) => variable === value);

/** Returns the argument's list, which generated SDKs send as JSON text; undefined if it is not a list. */
function variablesIn(args: Properties): readonly unknown[] | undefined {
  const value = args[environmentVariables];
  const list = typeof value === "string" ? parsed(value) : value;
  return isList(list) ? list : undefined;
}
