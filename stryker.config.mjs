// Mutation testing of providers/: `npm run mutation`. What survives is listed, with reasons, in docs/mutation.md.
/** @type {import("@stryker-mutator/api/core").PartialStrykerOptions} */
export default {
  mutate: ["providers/**/*.ts"],
  testRunner: "jest",
  jest: {
    configFile: "jest.mutation.config.js",
    enableFindRelatedTests: false,
  },
  testRunnerNodeArgs: [
    "--experimental-vm-modules",
    "--disable-warning=ExperimentalWarning",
  ],
  coverageAnalysis: "perTest",
  // What runs once when a file is loaded cannot be told apart by test; each would cost a whole run.
  ignoreStatic: true,
  ignorePatterns: ["/artifacts", "/dist"],
  incremental: true,
  incrementalFile: "artifacts/mutation/incremental.json",
  reporters: ["clear-text", "progress-append-only", "html", "json"],
  htmlReporter: { fileName: "artifacts/mutation/index.html" },
  jsonReporter: { fileName: "artifacts/mutation/mutation.json" },
  clearTextReporter: { logTests: false, reportTests: false },
  thresholds: { high: 95, low: 85, break: 85 },
  timeoutMS: 5000,
  timeoutFactor: 2,
  concurrency: 2,
  // Not below node_modules: Jest looks for no tests there.
  tempDirName: "artifacts/mutation/sandbox",
};
