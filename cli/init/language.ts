/** The languages of the programs that `init` writes. */
export const languages = ["typescript", "yaml", "python"] as const;

/** One of {@link languages}. */
export type Language = (typeof languages)[number];
