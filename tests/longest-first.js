// On a machine that has not run the tests yet jest begins with the largest files; the longest ones would then be left for the end,
// when one processor has nothing else to do.
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
