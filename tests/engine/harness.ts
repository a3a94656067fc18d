// Tools for tests with the real Pulumi engine: an ops folder, the Pulumi CLI, the Automation API, the genuine dynamic-provider process.
// Processes and folders are removed after the test file; AREA1_KEEP=1 keeps the folders.
export { inlineStack } from "./inline-stack";
export { describeLanguage } from "./languages";
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
