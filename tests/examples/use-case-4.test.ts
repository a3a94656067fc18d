import { apply } from "./example";
import { testsOfUseCase4 } from "./use-case-4-tests";

describe("the example of use case 4", () => {
  testsOfUseCase4(() => apply("use-case-4"));
});
