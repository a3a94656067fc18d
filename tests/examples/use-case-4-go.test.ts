import { describeLanguage } from "../engine/harness";
import { applyIn } from "./example";
import { testsOfUseCase4 } from "./use-case-4-tests";

describeLanguage("go", "the example of use case 4 in Go", () => {
  testsOfUseCase4(() => applyIn("go", "use-case-4-go"));
});
