import { describeLanguage } from "../engine/harness";
import { applyIn } from "./example";
import { testsOfUseCase4 } from "./use-case-4-tests";

describeLanguage("python", "the example of use case 4 in Python", () => {
  const snakeCase = (name: string) =>
    name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  testsOfUseCase4(() => applyIn("python", "use-case-4-python"), snakeCase);
});
