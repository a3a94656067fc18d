/** Builds `dist/` unless it already is what the sources say; answers whether there was something to do. */
export function ensureBuild(): Promise<boolean>;
