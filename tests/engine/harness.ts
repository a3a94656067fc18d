// What tests on the real Pulumi engine use: an ops folder, the plain command line, the Automation API, the genuine
// dynamic-provider process. Everything started or made here ends with the test file; AREA1_KEEP=1 keeps the folders.
export { inlineStack } from "./inline-stack";
export {
  opsProject,
  type OpsProject,
  type OpsProjectOptions,
} from "./ops-project";
export { packedLibrary } from "./packed-library";
export { providerProcess, type ProviderProcess } from "./provider-process";
export { ProviderError, type RemoteHandlers } from "./remote-handlers";
export { type CommandResult, type Stack } from "./stack";
export { type Step, diagnostics, drift, plan, steps } from "./steps";
