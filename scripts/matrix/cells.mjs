// The cells of `npm run matrix`: every value of every axis at least once, and the important pairs.

/** The major versions of Node.js. The first is the one that the project is developed on. */
export const nodes = ["20", "22", "24"];

/** Versions of `@pulumi/pulumi`. The first two are in package.json, the last comes from npm. */
const sdks = ["lowest", "developed", "newest"];

/** Package managers. npm is the installed one; Yarn 4 uses the `node-modules` linker. */
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
  /** `none`: the version within `@pulumi/pulumi`; `accepted`: the newest that `@pulumi/pulumi` accepts. */
  typescript: "developed",
};

/** Every cell by its name, with its differences from `base`, with which the project is developed. */
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
      // Equals one of the cells above.
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
