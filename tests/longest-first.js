// Runs the slowest test files first. On a new machine, jest starts with the largest files, and the slowest ones would run alone at the end.
const { default: Sequencer } = require("@jest/test-sequencer");

const longest = [
  /promises\/06-random-lives/,
  /promises\/01-/,
  /promises\/\d\d-/,
  /tests\/engine\//,
];

module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    const rank = ({ path }) => {
      const at = longest.findIndex((pattern) => pattern.test(path));
      return at < 0 ? longest.length : at;
    };
    return [...super.sort(tests)].sort((a, b) => rank(a) - rank(b));
  }
};
