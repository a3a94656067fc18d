import { X509Certificate, createPrivateKey } from "node:crypto";
import {
  mkdir,
  mkdtemp,
  readFile,
  rename,
  rm,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";

/** A server certificate and the file that clients read it from. */
export interface Certificate {
  /** The certificate's file, for NODE_EXTRA_CA_CERTS. */
  certFile: string;
  /** The certificate, PEM. */
  cert: string;
  /** Its private key, PEM. */
  key: string;
}

const day = 24 * 60 * 60 * 1000;
const names = ["localhost", "eur01.localhost", "nam01.localhost"];

/** Returns the default directory: AREA1_CERTIFICATE_DIRECTORY, or else a directory in the user's cache. */
export async function defaultCertificateDirectory(): Promise<string> {
  const named = process.env["AREA1_CERTIFICATE_DIRECTORY"];
  if (named) return named;
  // env-paths 2 has a default export under CommonJS.
  const { default: envPaths } = await import("env-paths");
  return join(envPaths("area1-m365", { suffix: "" }).cache, "certificate");
}

/**
 * Returns the certificate for 127.0.0.1 and localhost in a directory. Creates a new one if there is none that is valid for
 * another day. One rename puts certificate and key in place together, so that processes that start at the same time never
 * mix two pairs.
 */
export async function ensureCertificate(
  directory: string,
): Promise<Certificate> {
  const pair = join(directory, "pair");
  return (await usable(pair)) ?? (await create(directory, pair));
}

async function usable(pair: string): Promise<Certificate | undefined> {
  const certFile = join(pair, "certificate.pem");
  try {
    const cert = await readFile(certFile, "utf8");
    const key = await readFile(join(pair, "key.pem"), "utf8");
    const x509 = new X509Certificate(cert);
    const fresh = Date.parse(x509.validTo) - Date.now() > day;
    const complete = names.every((name) => x509.checkHost(name));
    return fresh && complete && x509.checkPrivateKey(createPrivateKey(key))
      ? { certFile, cert, key }
      : undefined;
  } catch {
    // Missing, incomplete or not created by the simulator: it is replaced.
    return undefined;
  }
}

async function create(directory: string, pair: string): Promise<Certificate> {
  const { generate } = await import("selfsigned");
  const made = await generate([{ name: "commonName", value: "localhost" }], {
    keyType: "ec",
    algorithm: "sha256",
    notAfterDate: new Date(Date.now() + 365 * day),
    extensions: [
      { name: "basicConstraints", cA: false },
      { name: "keyUsage", digitalSignature: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: [
          ...names.map((value) => ({ type: 2 as const, value })),
          { type: 7 as const, ip: "127.0.0.1" },
        ],
      },
    ],
  });
  const draft = await emptyDirectory(directory);
  await writeFile(join(draft, "certificate.pem"), made.cert);
  await writeFile(join(draft, "key.pem"), made.private, { mode: 0o600 });
  // Renaming onto a directory that is not empty fails: another process was first. Its pair is used if it is valid.
  for (;;) {
    try {
      await rename(draft, pair);
      break;
    } catch (error) {
      const theirs = await usable(pair);
      if (theirs) {
        await rm(draft, { recursive: true });
        return theirs;
      }
      if (!isTaken(error)) throw error;
      await rm(pair, { recursive: true, force: true });
    }
  }
  return {
    certFile: join(pair, "certificate.pem"),
    cert: made.cert,
    key: made.private,
  };
}

/** @throws Error that says how to choose another directory. */
async function emptyDirectory(parent: string): Promise<string> {
  try {
    await mkdir(parent, { recursive: true });
    return await mkdtemp(join(parent, ".draft-"));
  } catch (error) {
    throw new Error(
      `Cannot keep the simulator's certificate in ${parent}: ${(error as Error).message}. Set AREA1_CERTIFICATE_DIRECTORY to a directory that you can write to.`,
      { cause: error },
    );
  }
}

function isTaken(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === "ENOTEMPTY" || code === "EEXIST" || code === "ENOTDIR";
}
