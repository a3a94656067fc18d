// What `npm run matrix` tries: every value of every axis at least once, and the pairs that matter.

/** The major versions of Node.js. The first is the one that the project is developed on. */
export const nodes = ["20", "22", "24"];

/** Versions of `@pulumi/pulumi`: package.json names the first two, npm the last. */
const sdks = ["lowest", "developed", "newest"];

/** Package managers by the package that holds them; npm is the one that is installed. Yarn 4 with `node-modules`. */
const managers = ["npm", "pnpm", "yarn1", "yarn4"];

/**
 * How the program is written:
 *
 * - `ts`: TypeScript as Pulumi runs it, with types checked
 * - `ts-module`: the same with `"type": "module"`, where Pulumi uses the ts-node of the ops folder
 * - `esm`: an ES module, compiled from TypeScript
 * - `cjs`: CommonJS
 */
const programs = ["ts", "esm", "cjs"];

const base = {
  node: nodes[0],
  sdk: "developed",
  manager: "npm",
  program: "ts",
  /** `none`: the version that is a part of `@pulumi/pulumi`; `accepted`: the newest that `@pulumi/pulumi` accepts. */
  typescript: "developed",
};

/** Every cell by its name, with what it differs in from the way that the project is developed. */
export const cells = Object.fromEntries(
  [
    ...nodes.flatMap((node) =>
      sdks.map((sdk) => [`node${node}-${sdk}`, { node, sdk }]),
    ),
    ...managers
      .flatMap((manager) =>
        programs.map((program) => [
          `${manager}-${program}`,
          { manager, program },
        ]),
      )
      // It is one of those above.
      .filter(([name]) => name !== "npm-ts"),
    ["typescript-none", { typescript: "none" }],
    ["typescript-accepted", { typescript: "accepted" }],
    [
      "typescript-module",
      {
        node: "24",
        sdk: "newest",
        program: "ts-module",
        typescript: "accepted",
      },
    ],
    [
      "typescript-today",
      { node: "24", sdk: "newest", program: "esm", typescript: "today" },
    ],
  ].map(([name, differences]) => [name, { ...base, ...differences }]),
);
