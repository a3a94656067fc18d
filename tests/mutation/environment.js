// Ends a mutant's run with its first failing test: Jest's own bail is not for programs, and the tests after it wait for what never comes.
const Environment = require("@stryker-mutator/jest-runner/jest-env/node");

module.exports = class extends Environment {
  #inner = this.handleTestEvent;
  #failed = false;

  handleTestEvent = async (event, state) => {
    await this.#inner?.(event, state);
    if (process.env.__STRYKER_ACTIVE_MUTANT__ === undefined) return;
    if (event.name === "test_done" && event.test.errors.length > 0)
      this.#failed = true;
    if (event.name === "test_start" && this.#failed) event.test.mode = "skip";
  };
};
