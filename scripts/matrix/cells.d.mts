/** The major versions of Node.js that are supported, the one that is developed on first. */
export const nodes: string[];
/** What `npm run matrix` tries, by name. */
export const cells: Record<string, { node: string; sdk: string }>;
