import { handlersInProcess, type Platform } from "./platform";

/**
 * Returns the platform that the tests of this run use: the handlers, or with `AREA1_PLATFORM=area1` the service of the provider `area1`.
 *
 * @param given see {@link handlersInProcess}.
 */
export const platformInProcess = (
  ...given: Parameters<typeof handlersInProcess>
): Platform => {
  if (process.env["AREA1_PLATFORM"] !== "area1")
    return handlersInProcess(...given);
  // Loaded only if it is used, because gRPC takes long to load.
  const { area1Provider } =
    jest.requireActual<typeof import("./area1-provider")>("./area1-provider");
  return area1Provider(...given);
};

/** {@link platformInProcess} that discards messages and has no stored configuration. */
export const inProcess: Platform = platformInProcess();
