/** The supported major versions of Node.js. The first is the one that the project is developed on. */
export const nodes: string[];
/** The cells of `npm run matrix`, by name. */
export const cells: Record<string, { node: string; sdk: string }>;
