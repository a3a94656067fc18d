import { readFileSync, readdirSync } from "node:fs";
import { builtinModules } from "node:module";
import path from "node:path";

import ts from "typescript";

const root = path.resolve(__dirname, "..");

interface Import {
  /** The specifier in the source. */
  specifier: string;
  /** Whether it is a type import, which the compiler removes. */
  typeOnly: boolean;
}

interface SourceFile {
  /** Path from the root, such as `providers/field.ts`. */
  name: string;
  imports: Import[];
}

/** The imports that each top-level folder ("room") may have besides itself: rooms, and packages by name or scope. */
const rooms: Record<
  string,
  { rooms: string[]; packages: "declared" | "any" | string[]; not?: RegExp }
> = {
  lib: { rooms: ["providers", "mail-flow"], packages: "declared" },
  "mail-flow": { rooms: [], packages: ["ipaddr.js", "re2js"] },
  providers: {
    rooms: ["mail-flow"],
    packages: "declared",
    not: /^@pulumi\//,
  },
  plugin: { rooms: ["lib", "providers"], packages: "declared" },
  simulator: {
    rooms: [],
    packages: "declared",
    not: /^@pulumi\/|^pulumi-area1-m365/,
  },
  cli: {
    // The simulator is a separate package, which may not be installed.
    rooms: ["providers", "mail-flow"],
    packages: "declared",
    not: /^@pulumi\/|^pulumi-area1-m365/,
  },
  scripts: { rooms: [], packages: "any" },
  examples: {
    rooms: [],
    packages: [
      "@pulumi/pulumi",
      "pulumi-area1-m365",
      // tests/examples/dns.test.ts installs them.
      "@pulumi/aws",
      "@pulumi/cloudflare",
    ],
  },
};

/** Files that run when the package is built and are not published, so that they may use any package. */
const buildSteps = /^plugin\/schema(\.ts$|\/)/;

/** Forbidden imports inside `providers/`, by path within the room. */
const forbidden: { who: RegExp; whom: RegExp; why: string }[] = [
  {
    who: /^errors\.ts$/,
    whom: /./,
    why: "errors know nobody",
  },
  {
    who: /^http\//,
    whom: /^(?!errors\.ts$|http\/)/,
    why: "http knows nothing of vendors, kinds and sessions",
  },
  {
    who: /^lifecycle\/|^(kind|field|codecs)\.ts$/,
    whom: /^(cloudflare|exchange-online|graph)\//,
    why: "the lifecycle knows kinds only through kind.ts",
  },
  {
    who: /^(cloudflare|exchange-online|graph)\/client\.ts$/,
    whom: /^(lifecycle|process|restore-point)\/|^session\/session\.ts$|^(kind|field|codecs)\.ts$/,
    why: "a client knows http and errors, and nothing of kinds",
  },
  {
    who: /^(cloudflare|exchange-online|graph)\/(?!client\.ts|error-envelope\.ts)/,
    whom: /^(lifecycle|process|restore-point)\/|^http\/http\.ts$/,
    why: "a kind knows its vendor's client, field and codecs",
  },
  ...["cloudflare", "exchange-online", "graph"].map((vendor) => ({
    who: new RegExp(`^${vendor}/`),
    whom: new RegExp(`^(?!${vendor}/)(cloudflare|exchange-online|graph)/`),
    why: "a vendor's folder knows no other vendor",
  })),
  {
    who: /./,
    whom: /^index\.ts$/,
    why: "the entry is for the engine",
  },
];

const files = Object.keys(rooms).flatMap(readRoom);

test("every room imports only the rooms that ARCHITECTURE.md allows", () => {
  const wrong = files.flatMap(({ name, imports }) => {
    const room = roomOf(name);
    const allowed = [room, ...(rooms[room]?.rooms ?? [])];
    return imports
      .map(({ specifier }) => target(name, specifier))
      .filter((file): file is string => file !== undefined)
      .filter((file) => !allowed.includes(roomOf(file)))
      .map((file) => `${name} imports ${file}`);
  });
  expect(wrong).toEqual([]);
});

test("every room imports only allowed packages: providers/ none of Pulumi's, published code only declared dependencies", () => {
  const library = declaredIn("package.json");
  const simulator = declaredIn("simulator/package.json");
  const wrong = files.flatMap(({ name, imports }) => {
    const rule = rooms[roomOf(name)];
    if (buildSteps.test(name)) return [];
    const declared = roomOf(name) === "simulator" ? simulator : library;
    return imports
      .filter(({ specifier }) => isPackage(specifier))
      .filter(({ specifier, typeOnly }) => {
        if (rule?.not?.test(specifier)) return true;
        if (rule?.packages === "any") return false;
        // Users do not need packages of which only types are imported, unless the published declarations contain them.
        if (rule?.packages === "declared")
          return !typeOnly && !declared.includes(packageName(specifier));
        return !rule?.packages.includes(packageName(specifier));
      })
      .map(({ specifier }) => `${name} imports ${specifier}`);
  });
  expect(wrong).toEqual([]);
});

test("both packages depend on exactly the packages that they import", () => {
  const imported = (names: string[]) =>
    [
      ...new Set(
        files
          .filter(
            ({ name }) =>
              names.includes(roomOf(name)) && !buildSteps.test(name),
          )
          .flatMap(({ imports }) => imports)
          .filter(
            ({ specifier, typeOnly }) => !typeOnly && isPackage(specifier),
          )
          .map(({ specifier }) => packageName(specifier)),
      ),
    ]
      // The command line reads its own version.
      .filter((name) => name !== "pulumi-area1-m365")
      .sort();
  expect(imported(["lib", "mail-flow", "providers", "plugin", "cli"])).toEqual(
    declaredIn("package.json").sort(),
  );
  expect(imported(["simulator"])).toEqual(
    declaredIn("simulator/package.json").sort(),
  );
});

test("inside providers/, files import only what ARCHITECTURE.md allows", () => {
  const wrong = files
    .filter(({ name }) => roomOf(name) === "providers")
    .flatMap(({ name, imports }) => {
      const who = within(name);
      return imports
        .map(({ specifier }) => target(name, specifier))
        .filter(
          (file): file is string =>
            file !== undefined && roomOf(file) === "providers",
        )
        .flatMap((file) =>
          forbidden
            .filter(
              (rule) => rule.who.test(who) && rule.whom.test(within(file)),
            )
            .map(({ why }) => `${name} imports ${file}: ${why}`),
        );
    });
  expect(wrong).toEqual([]);
});

test("the code that decides whether mail is exposed does not import the ledger", () => {
  const judges = files.filter(({ name }) =>
    /^mail-flow\/|^providers\/(cloudflare|exchange-online|graph)\//.test(name),
  );
  expect(judges.length).toBeGreaterThan(50);
  expect(
    judges
      .filter(({ name }) =>
        /ledger/i.test(readFileSync(path.join(root, name), "utf8")),
      )
      .map(({ name }) => name),
  ).toEqual([]);
});

test("check and diff do not import the session, not even its type", () => {
  const handlers = files.filter(({ name }) =>
    /^providers\/lifecycle\/(check|diff)\.ts$/.test(name),
  );
  expect(handlers).toHaveLength(2);
  expect(
    handlers.flatMap(({ name, imports }) =>
      imports
        .map(({ specifier }) => target(name, specifier))
        .filter((file) => file === "providers/session/session.ts")
        .map((file) => `${name} imports ${file}`),
    ),
  ).toEqual([]);
});

test("there are no import cycles, not even of types", () => {
  const graph = new Map(
    files.map(({ name, imports }) => [
      name,
      imports
        .map(({ specifier }) => target(name, specifier))
        .filter((file): file is string => file !== undefined),
    ]),
  );
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (file: string, trail: string[]) => {
    const seen = trail.indexOf(file);
    if (seen >= 0) circles.push([...trail.slice(seen), file].join(" → "));
    if (seen >= 0 || done.has(file)) return;
    for (const next of graph.get(file) ?? []) visit(next, [...trail, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  expect(circles).toEqual([]);
});

test("the lock file lists the packages for every platform, as npm ci requires", () => {
  const { packages } = JSON.parse(
    readFileSync(path.join(root, "package-lock.json"), "utf8"),
  ) as { packages: Record<string, { optionalDependencies?: object }> };
  const missing = Object.entries(packages).flatMap(([name, entry]) =>
    Object.keys(entry.optionalDependencies ?? {}).filter(
      (wanted) =>
        !(`node_modules/${wanted}` in packages) &&
        !(`${name}/node_modules/${wanted}` in packages),
    ),
  );
  expect(missing).toEqual([]);
});

test("these tests find all rooms and all forms of imports", () => {
  for (const room of ["lib", "providers", "plugin", "simulator", "scripts"]) {
    expect(
      files.filter(({ name }) => roomOf(name) === room).length,
    ).toBeGreaterThan(0);
  }
  const source = `
    import a from "./a"; import type { B } from "./b"; import { type C } from "./c"; import "./d";
    export * from "./e"; export type { F } from "./f"; import g = require("./g");
    const h = require("./h"), i = await import("./i"); type J = import("./j").J; // import "./no"
    import { type K, k } from "./k";
  `;
  expect(
    importsOf("x.ts", source).map(
      ({ specifier, typeOnly }) => specifier + (typeOnly ? " type" : ""),
    ),
  ).toEqual([
    "./a",
    "./b type",
    "./c type",
    "./d",
    "./e",
    "./f type",
    "./g",
    "./h",
    "./i",
    "./j type",
    "./k",
  ]);
  expect(target("providers/cloudflare/client.ts", "../field")).toBe(
    "providers/field.ts",
  );
  expect(target("lib/index.ts", "../providers")).toBe("providers/index.ts");
});

function declaredIn(manifest: string): string[] {
  const { dependencies, peerDependencies } = JSON.parse(
    readFileSync(path.join(root, manifest), "utf8"),
  ) as {
    dependencies: Record<string, string>;
    peerDependencies?: Record<string, string>;
  };
  return Object.keys({ ...dependencies, ...peerDependencies });
}

function readRoom(room: string): SourceFile[] {
  let names: string[];
  try {
    names = readdirSync(path.join(root, room), {
      recursive: true,
      encoding: "utf8",
    });
  } catch {
    return []; // The room does not exist.
  }
  return names
    .map((name) => `${room}/${name.split(path.sep).join("/")}`)
    .filter(
      (name) =>
        /\.(ts|mts|mjs|js|cjs)$/.test(name) &&
        !/\/(node_modules|dist)\//.test(name) &&
        roomOf(name) === room,
    )
    .map((name) => ({
      name,
      imports: importsOf(name, readFileSync(path.join(root, name), "utf8")),
    }));
}

function importsOf(name: string, text: string): Import[] {
  const found: Import[] = [];
  const add = (node: ts.Node | undefined, typeOnly: boolean) => {
    if (node && ts.isStringLiteralLike(node))
      found.push({ specifier: node.text, typeOnly });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node))
      add(node.moduleSpecifier, isTypeImport(node.importClause));
    else if (ts.isExportDeclaration(node))
      add(node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isExternalModuleReference(node)) add(node.expression, false);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
      add(node.argument.literal, true);
    else if (ts.isCallExpression(node) && loads(node.expression))
      add(node.arguments[0], false);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(name, text, ts.ScriptTarget.ES2022, true));
  return found;
}

function isTypeImport(clause: ts.ImportClause | undefined): boolean {
  if (!clause) return false;
  const { namedBindings } = clause;
  return (
    clause.isTypeOnly ||
    (!clause.name &&
      namedBindings !== undefined &&
      ts.isNamedImports(namedBindings) &&
      namedBindings.elements.every(({ isTypeOnly }) => isTypeOnly))
  );
}

function loads(callee: ts.Expression): boolean {
  return (
    callee.kind === ts.SyntaxKind.ImportKeyword ||
    (ts.isIdentifier(callee) && callee.text === "require")
  );
}

/** Returns the file of this repository that a specifier resolves to, relative to the root. */
function target(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  const file = path.posix.join(path.posix.dirname(from), specifier);
  const known = new Set(files.map(({ name }) => name));
  const candidates = [
    file,
    `${file}.ts`,
    `${file}/index.ts`,
    file.replace(/\.js$/, ".ts"),
  ];
  return candidates.find((candidate) => known.has(candidate)) ?? file;
}

function roomOf(file: string): string {
  return file.split("/")[0] ?? "";
}

function within(file: string): string {
  return file.slice(roomOf(file).length + 1);
}

function isPackage(specifier: string): boolean {
  return (
    !specifier.startsWith(".") &&
    !specifier.startsWith("node:") &&
    !builtinModules.includes(specifier)
  );
}

function packageName(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}
