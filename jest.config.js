// Two projects: "library" imports sources by relative paths and needs no engine; "engine" (tests/engine, tests/plugin/yaml) runs the
// packed build on the real Pulumi engine. `npm test -- PATH --selectProjects library` runs the first alone.

/**
 * Files that `npm test` without arguments leaves to `npm run test:all`, so that it ends within five minutes: most commands on a
 * real engine, whole programs of the examples and the documentation, real browsers. Others try a sample: tests/sample.ts.
 */
const onlyInTestAll = [
  "engine/",
  "plugin/yaml",
  "examples/(?!use-case-4)",
  "examples/use-case-4-(python|go)",
  "readme/(blocks|importing|languages)",
  "conformance/(genuine|provider)-process",
  "mail-flow/explain-page",
  "simulator/(command|page)",
  "published-code",
].map((file) => `<rootDir>/tests/${file}`);
const quick = process.env.AREA1_QUICK === "1";
const ignored = quick ? onlyInTestAll : [];

const shared = {
  rootDir: __dirname,
  testEnvironment: "node",
  // Types are checked by tsc, once, for everything; here files are only transpiled.
  transform: {
    "^.+\\.ts$": ["ts-jest", { tsconfig: "<rootDir>/tsconfig.json" }],
  },
  // What is loaded late is named as it is called once it is built.
  moduleNameMapper: { "^(\\.{1,2}/.+)\\.js$": "$1" },
};

/** What holds for the handlers also holds over the provider `area1`: a sample. AREA1_PLATFORM=area1 runs all of any file over it. */
const overArea1 = {
  ...shared,
  displayName: "area1",
  setupFiles: ["<rootDir>/tests/conformance/over-area1.ts"],
  roots: ["<rootDir>/tests"],
  testRegex: [
    "tests/conformance/(?!genuine|provider-process|kinds).*\\.test\\.ts$",
    "tests/mail-flow/mail-flow-check.*\\.test\\.ts$",
    "tests/promises/(0[1-79]|10|11|06-random-lives-1)[^/]*\\.test\\.ts$",
  ],
};

/** @type {import("jest").Config} */
module.exports = {
  // Generous: several engine commands in one test on a machine whose cores others use too.
  testTimeout: 180_000,
  // In a quick run one more than two processors: many of its tests wait.
  maxWorkers: quick ? 3 : 2,
  // A worker that has run long tests begins anew: what those left going on would meet modules that are no longer there.
  workerIdleMemoryLimit: "512MB",
  testSequencer: "<rootDir>/tests/longest-first.js",
  reporters: ["default", "<rootDir>/tests/promises/table.js"],
  projects: [
    {
      ...shared,
      displayName: "library",
      roots: ["<rootDir>/tests"],
      testPathIgnorePatterns: [
        "/node_modules/",
        "<rootDir>/tests/engine/",
        "<rootDir>/tests/plugin/yaml",
        ...ignored,
      ],
    },
    {
      ...shared,
      displayName: "engine",
      roots: ["<rootDir>/tests"],
      testMatch: ["<rootDir>/tests/{engine/*,plugin/yaml}.test.ts"],
      testPathIgnorePatterns: ["/node_modules/", ...ignored],
    },
    ...(quick ? [] : [overArea1]),
  ],
};
