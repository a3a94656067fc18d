/** Returns the checksums that Pulumi publishes for a release, by archive. */
export function publishedChecksums(
  version: string,
  from?: string[],
): Promise<Record<string, string>>;
