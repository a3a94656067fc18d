/** The folder of an engine, and where it came from. */
export interface Engine {
  binDirectory: string;
  version: string;
  source: "PATH" | "cache" | "download" | "build";
}
/** Returns the engine's version that the project is developed with. */
export function engineVersion(): Promise<string>;
/** Finds, downloads or builds the Pulumi engine. */
export function ensureEngine(options?: {
  log?: (line: string) => void;
  env?: NodeJS.ProcessEnv;
  downloads?: string[];
  checksums?: Record<string, string>;
}): Promise<Engine>;
