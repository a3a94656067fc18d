// For whoever raises the engine's version in go.mod: writes the checksums of that release into checksums.json. It takes
// the list that Pulumi publishes with a release, from every place that has the release, and they must say the same.
import { readFile, writeFile } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import { pathToFileURL } from "node:url";

import { engineVersion } from "../engine.mjs";
import { CHECKSUMS, RELEASES, request } from "./download.mjs";

/**
 * Returns the checksums of a release's archives, as checksums.json holds them.
 *
 * @throws Error when a place cannot be asked, lists no archive, or says something else than the first
 */
export async function publishedChecksums(version, from = RELEASES) {
  const lists = await Promise.all(
    from.map(async (template) => {
      const url = `${template.replace("{version}", version)}pulumi-${version}-checksums.txt`;
      return { url, checksums: parse(await (await request(url)).text()) };
    }),
  );
  for (const { url, checksums } of lists) {
    if (Object.keys(checksums).length === 0) {
      throw new Error(`${url} lists no archive of Pulumi's.`);
    }
    if (!isDeepStrictEqual(checksums, lists[0].checksums)) {
      throw new Error(
        `${url} and ${lists[0].url} list different checksums: use neither.`,
      );
    }
  }
  return lists[0].checksums;
}

function parse(text) {
  const archive =
    /^([0-9a-f]{64}) [ *](pulumi-v\S+-(?:linux|darwin|windows)-(?:x64|arm64)\.(?:tar\.gz|zip))$/gim;
  return Object.fromEntries(
    [...text.replaceAll("\r", "").matchAll(archive)]
      .map(([, sum, name]) => [name, `sha256:${sum.toLowerCase()}`])
      .sort(([one], [other]) => one.localeCompare(other)),
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const checksums = await publishedChecksums(await engineVersion());
  await writeFile(CHECKSUMS, `${JSON.stringify(checksums, undefined, 2)}\n`);
  console.log(await readFile(CHECKSUMS, "utf8"));
}
