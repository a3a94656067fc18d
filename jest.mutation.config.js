// How Stryker runs the tests; see stryker.config.mjs.
const { projects } = require("./jest.config.js");

/** @type {import("jest").Config} */
module.exports = {
  ...projects[0],
  // Its own resolver runs elsewhere, where <rootDir> means nothing.
  testEnvironment: require.resolve("./tests/mutation/environment.js"),
  testTimeout: 20_000,
  testMatch: ["<rootDir>/tests/mutation/all.ts"],
};
