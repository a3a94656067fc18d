import { describeLanguage } from "../engine/harness";
import { applyIn } from "./example";
import { testsOfUseCase4 } from "./use-case-4-tests";

describeLanguage("yaml", "the example of use case 4 in YAML", () => {
  testsOfUseCase4(() => applyIn("yaml", "use-case-4-yaml"));
});
