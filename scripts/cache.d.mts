/** Returns this project's cache folder, in `$XDG_CACHE_HOME` or `~/.cache`. */
export function cacheDirectory(env?: NodeJS.ProcessEnv): string;
/** Fills a folder of the cache unless it is complete; see cache.mjs. */
export function fillOnce<T>(
  directory: string,
  options: {
    what: string;
    isComplete: () => boolean | Promise<boolean>;
    fill: (building: string) => Promise<T>;
    log: (line: string) => void;
  },
): Promise<T | undefined>;
