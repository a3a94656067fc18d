/** Builds `dist/` unless it is up to date. Resolves to whether it was built. */
export function ensureBuild(): Promise<boolean>;
