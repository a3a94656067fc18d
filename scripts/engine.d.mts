/** Where an engine was found, and where it came from. */
export interface Engine {
  binDirectory: string;
  version: string;
  source: "PATH" | "cache" | "download" | "build";
}
/** Which version the project is developed on. */
export function engineVersion(): Promise<string>;
/** The project's folder for what is worth keeping between runs. */
export function cacheDirectory(env?: NodeJS.ProcessEnv): string;
/** Finds, downloads or builds the Pulumi engine. */
export function ensureEngine(options?: {
  log?: (line: string) => void;
  env?: NodeJS.ProcessEnv;
  downloads?: string[];
  checksums?: Record<string, string>;
}): Promise<Engine>;
