// The tests of a group of groups.mjs under mocha, which unlike jest loads them once for all mutants.
import "./jest-globals";

// A suite each: jest's hooks at the top of a file are for that file alone.
for (const file of (process.env["AREA1_MUTATION_TESTS"] ?? "").split(","))
  describe(file, () => {
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    require(`../${file}.test`);
  });
