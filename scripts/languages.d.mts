/** Finds the language host of a language, or builds it. */
export function ensureLanguageHost(
  language: "yaml" | "python" | "go",
  options: {
    binDirectory: string;
    log?: (line: string) => void;
    env?: NodeJS.ProcessEnv;
  },
): Promise<{ binDirectory: string; source: "engine" | "cache" | "build" }>;
/** Finds Pulumi's SDK for Python, or installs it. */
export function ensurePythonSdk(options?: {
  log?: (line: string) => void;
  env?: NodeJS.ProcessEnv;
}): Promise<{ packages: string; source: "cache" | "pip" }>;
/** Compiles Pulumi's SDK for Go into Go's own cache. */
export function ensureGoSdk(options?: {
  log?: (line: string) => void;
  env?: NodeJS.ProcessEnv;
}): Promise<{ modules: string; variables: Record<string, string> }>;
