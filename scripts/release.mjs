// Writes the provider `area1` as the Pulumi engine downloads it: a tarball for each platform, which contains everything but Node.js.
//
//   npm run release -- --server github://api.github.com/<owner>/<repository>
//
// --server URL  where the tarballs will be published; generated SDKs then download the provider from there
// --out FOLDER  default: release/v<version>
import { createHash } from "node:crypto";
import {
  chmod,
  copyFile,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rm,
  writeFile,
} from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { build } from "esbuild";
import { create } from "tar";

import { ensureBuild } from "./build.mjs";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const executable = "pulumi-resource-area1";

/** The platforms by the engine's names. All tarballs have the same content. */
const platforms = ["linux", "darwin", "windows"].flatMap((system) =>
  ["amd64", "arm64"].map((processor) => `${system}-${processor}`),
);

/**
 * Packages that are never used, and are replaced by empty modules: they would be half of the tarball. Pulumi's SDK stores functions of a
 * program in the state with the first three; `@azure/identity` opens a browser with the last.
 */
const unused = /^(typescript|@npmcli\/arborist|normalize-package-data|open)$/;

async function release() {
  const { version } = JSON.parse(
    await readFile(path.join(root, "package.json"), "utf8"),
  );
  const { values } = parseArgs({
    options: {
      server: { type: "string" },
      out: { type: "string", default: path.join(root, `release/v${version}`) },
    },
  });
  const { server, out } = values;
  if (server !== undefined) checkServer(server);
  await ensureBuild();
  const folder = await mkdtemp(path.join(os.tmpdir(), "area1-release-"));
  try {
    await fill(folder, server);
    await mkdir(out, { recursive: true });
    const sums = await writeTarballs(folder, out, version);
    console.log(`${out}:\n${sums}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  if (server === undefined)
    console.log(
      "Without --server URL the schema does not say where the provider is published. Programs must name the server themselves, with the option pluginDownloadURL or `pulumi plugin install resource area1 --server URL`.",
    );
}

/** @throws Error if the engine cannot download a plugin from there */
function checkServer(server) {
  const { protocol } = URL.canParse(server) ? new URL(server) : {};
  const supported = ["github:", "gitlab:", "https:", "http:"];
  if (!supported.includes(protocol))
    throw new Error(
      `--server must be a URL that begins with ${supported.join(", ")}, such as github://api.github.com/<owner>/<repository>, not ${server}.`,
    );
}

/** Writes the files of a tarball. */
async function fill(folder, server) {
  const files = await bundle(path.join(folder, "main.cjs"));
  const schema = JSON.parse(
    await readFile(path.join(root, "dist/plugin/schema.json"), "utf8"),
  );
  await Promise.all([
    writeFile(
      path.join(folder, "schema.json"),
      JSON.stringify({ ...schema, pluginDownloadURL: server }),
    ),
    copyFile(path.join(root, "LICENSE"), path.join(folder, "LICENSE")),
    writeFile(
      path.join(folder, "THIRD-PARTY-LICENSES.txt"),
      await licences(files),
    ),
    writeLauncher(path.join(folder, executable)),
    writeLauncher(path.join(folder, `${executable}.cmd`)),
  ]);
}

/**
 * Bundles the built provider with its packages, not minified.
 *
 * @returns the files that are in the bundle, from the repository's folder
 */
async function bundle(outfile) {
  const { metafile, warnings } = await build({
    absWorkingDir: root,
    entryPoints: ["dist/plugin/main.js"],
    outfile,
    platform: "node",
    target: "node20",
    // In one file in this format, what is loaded with `import()` is evaluated as late as in the npm package.
    format: "cjs",
    bundle: true,
    logLevel: "error",
    metafile: true,
    plugins: [
      {
        name: "unused",
        setup({ onResolve, onLoad }) {
          onResolve({ filter: unused }, ({ path: name }) => ({
            path: name,
            namespace: "unused",
          }));
          onLoad({ filter: /.*/, namespace: "unused" }, () => ({
            contents: "",
          }));
        },
      },
    ],
  });
  // For example of a module that needs `import.meta`.
  if (warnings.length > 0)
    throw new Error(warnings.map(({ text }) => text).join("\n"));
  await writeFile(outfile, inAscii(await readFile(outfile, "utf8")));
  return Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.keys(inputs).filter((file) => inputs[file].bytesInOutput > 0),
  );
}

/**
 * Escapes the characters that are not in ASCII: V8 keeps a file that has one in two bytes a character, 5 MiB more here. esbuild leaves them
 * in comments and regular expressions.
 */
const inAscii = (code) =>
  code.replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

/** Writes a launcher of the npm package that starts the bundle. */
async function writeLauncher(file) {
  const place = /\.\.([\\/])dist\1plugin\1main\.js/;
  const source = path.join(root, "plugin", path.basename(file));
  const text = await readFile(source, "utf8");
  if (!place.test(text)) throw new Error(`${source} does not start main.js.`);
  await writeFile(file, text.replace(place, "main.cjs"));
  await chmod(file, 0o755);
}

/** Returns the licence texts of the packages that these files belong to. */
async function licences(files) {
  const folders = new Set(
    files.flatMap(
      (file) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? [],
    ),
  );
  const texts = await Promise.all([...folders].sort().map(licenceOf));
  return [
    "The provider area1 contains the following packages.\n",
    ...texts,
  ].join(`\n${"-".repeat(80)}\n\n`);
}

/** @throws Error if a package has no licence text */
async function licenceOf(folder) {
  const read = (file) => readFile(path.join(root, folder, file), "utf8");
  const names = (await readdir(path.join(root, folder))).sort();
  const { name, version, license } = JSON.parse(await read("package.json"));
  const found = (pattern) =>
    Promise.all(names.filter((file) => pattern.test(file)).map(read));
  const texts = await found(/^(licen[cs]e|copying)/i);
  if (texts.length === 0)
    texts.push(
      ...(await found(/^readme/i)).flatMap(
        (text) => /^#*\s*Licen[cs]e\s.*WARRANT.*/ims.exec(text) ?? [],
      ),
    );
  if (texts.length === 0)
    throw new Error(
      `${name} ${version} is in the bundle and has no licence text.`,
    );
  texts.push(...(await found(/^notice/i)));
  return [`${name} ${version} (${license})\n`, ...texts].join("\n");
}

/** Writes the tarballs, and their SHA-256 sums in the format of `sha256sum`, which are returned. */
async function writeTarballs(folder, out, version) {
  const [first, ...others] = platforms.map(
    (platform) => `${executable}-v${version}-${platform}.tar.gz`,
  );
  // The same sources give the same bytes: without owners, and with the date that npm uses.
  await create(
    {
      cwd: folder,
      file: path.join(out, first),
      gzip: { level: 9 },
      portable: true,
      mtime: new Date("1985-10-26T08:15:00Z"),
    },
    (await readdir(folder)).sort(),
  );
  await Promise.all(
    others.map((name) => copyFile(path.join(out, first), path.join(out, name))),
  );
  const sum = createHash("sha256")
    .update(await readFile(path.join(out, first)))
    .digest("hex");
  const sums = [first, ...others].map((name) => `${sum}  ${name}\n`).join("");
  await writeFile(path.join(out, "SHA256SUMS"), sums);
  return sums;
}

await release().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
