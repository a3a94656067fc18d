import {
  opsProject,
  providerProcess,
  type ProviderProcess,
} from "../engine/harness";
import {
  asConfiguration,
  type Environment,
  type Platform,
  type ProviderRun,
} from "./platform";
import { handlersOver } from "./remote";

/** Pulumi's own dynamic-provider process with the packed library, and a platform whose runs share it. */
export interface GenuineProcess {
  readonly platform: Platform;
  readonly process: ProviderProcess;
}

let project: ReturnType<typeof opsProject> | undefined;

/** Starts a process, which ends with the test file. */
export async function genuineProcess(): Promise<GenuineProcess> {
  project ??= opsProject({ dependencies: "packed" });
  const { directory } = await project;
  const started = await providerProcess({ directory, timeout: 20_000 });
  let runs = 0;
  return {
    process: started,
    platform: {
      name: "Pulumi's provider process",
      everyProperty: false,
      run: (environment) => runIn(started, environment, ++runs),
    },
  };
}

/**
 * Returns a run in a process that is shared to save seconds. A process opens one session per configuration, so a unique
 * configuration gives the run its own session.
 */
function runIn(
  started: ProviderProcess,
  environment: Environment,
  serial: number,
): ProviderRun {
  const first = started.logs.length;
  return {
    of: (kind) =>
      handlersOver(started.handlers(loaderWith(kind, environment, serial))),
    async warnings(atLeast = 0) {
      const now = () =>
        started.logs
          .slice(first)
          .filter(({ severity }) => severity === 2)
          .map(({ message }) => message);
      // Warnings arrive over a separate connection.
      const end = Date.now() + 2000;
      while (now().length < atLeast && Date.now() < end)
        await new Promise((resolve) => setTimeout(resolve, 10));
      return now();
    },
  };
}

/** Returns the library's loader with the given configuration instead of the process's. */
function loaderWith(
  kind: string,
  environment: Environment,
  serial: number,
): string {
  const configuration = {
    // No variable of the process counts, only the ones given here.
    "area1:explicitEnvironment": "[]",
    ...asConfiguration(environment),
    // An unused value that makes this configuration unique.
    "area1:clientCertificatePassword": `nobody's password, run ${serial}`,
  };
  return `exports.handler=()=>{const h=require("pulumi-area1-m365/provider").provider(${JSON.stringify(kind)}),c=h.configure,o=${JSON.stringify(configuration)};h.configure=()=>c({config:{get:k=>o[k]}});return h}//${serial}`;
}
