/** The entry of a package in `package-lock.json`. */
export interface LockedPackage {
  version?: string;
  license?: string;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
}

/** The packages of a lock file by their folder, such as `node_modules/open`. */
export type Lock = Record<string, LockedPackage>;

/** Returns the folders of all packages that npm installs for these direct dependencies, including themselves. */
export function installedFor(lock: Lock, names: string[]): Set<string> {
  const found = new Set<string>();
  const waiting = names.map((name) => resolve(lock, "", name));
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    if (found.has(at)) continue;
    found.add(at);
    for (const name of needsOf(lock[at] ?? {}))
      if (isInstalled(lock, at, name)) waiting.push(resolve(lock, at, name));
  }
  return found;
}

/** Returns the folders of all packages that the library adds: without itself, Pulumi's SDK, and the SDK's dependencies. */
export function addedBy(lock: Lock, dependencies: string[]): string[] {
  const pulumi = installedFor(lock, ["@pulumi/pulumi"]);
  return [...installedFor(lock, dependencies)]
    .filter((folder) => !pulumi.has(folder))
    .sort();
}

function needsOf(one: LockedPackage): string[] {
  const peers = Object.keys(one.peerDependencies ?? {}).filter(
    (name) => !one.peerDependenciesMeta?.[name]?.optional,
  );
  return [
    ...Object.keys({ ...one.dependencies, ...one.optionalDependencies }),
    ...peers,
  ];
}

/** Returns the folders in which Node.js searches for a package, the nearest first. */
function placesOf(from: string, name: string): string[] {
  const nested = from.lastIndexOf("/node_modules/");
  const above = nested < 0 ? "" : from.slice(0, nested);
  const here = `${from === "" ? "" : `${from}/`}node_modules/${name}`;
  return from === "" ? [here] : [here, ...placesOf(above, name)];
}

const isInstalled = (lock: Lock, from: string, name: string): boolean =>
  placesOf(from, name).some((place) => place in lock);

function resolve(lock: Lock, from: string, name: string): string {
  const found = placesOf(from, name).find((place) => place in lock);
  if (found === undefined) throw new Error(`${name} is not in the lock file`);
  return found;
}
