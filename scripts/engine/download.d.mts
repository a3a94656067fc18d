/** The file that records the checksums of releases. */
export const CHECKSUMS: URL;
