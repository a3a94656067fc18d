// How `npm run mutation` (scripts/mutation.mjs) has Stryker work.
/** @type {import("@stryker-mutator/api/core").PartialStrykerOptions} */
export default {
  testRunner: "mocha",
  mochaOptions: { spec: ["tests/mutation/all.js"] },
  buildCommand:
    "esbuild cli/**/*.ts lib/**/*.ts mail-flow/**/*.ts providers/**/*.ts simulator/**/*.ts tests/**/*.ts --outdir=. --outbase=. --platform=node --format=cjs --target=node20 --log-level=warning",
  coverageAnalysis: "perTest",
  // What runs once when a file is loaded cannot be told apart by test; each would cost a whole run.
  ignoreStatic: true,
  ignorePatterns: ["/artifacts", "/dist", "/simulator/dist"],
  reporters: ["progress-append-only"],
  timeoutMS: 5000,
  timeoutFactor: 2,
  // The tests wait more than they work.
  concurrency: 4,
};
