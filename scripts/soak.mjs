// `npm run soak [seconds]`: runs the random tests with many more cases: the model of the mail flow against the simulator, the promises,
// stacks with random operations, and all parsers of vendors' texts. Then it tests the simulator with schemathesis (a property-based tester)
// and the vendor's OpenAPI description, and under load, with its memory watched. Not part of `npm test`: it takes hours, and schemathesis
// is installed from PyPI.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { run } from "./children.mjs";
import { cacheDirectory } from "./cache.mjs";
import { detail, step } from "./progress.mjs";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const seconds = Number(process.argv[2] ?? 120);
const schemathesis = "schemathesis==4.32.5";
const requests = 10_000;

const directory = await mkdtemp(path.join(os.tmpdir(), "area1-m365-soak-"));
let failed = 0;
const works = {
  start,
  schemathesis: fuzz,
  memory,
  mail,
  promises,
  exposure,
  lives,
  parsers,
};
try {
  for (const [name, work] of Object.entries(works))
    await step(name, work).catch((error) => {
      failed += 1;
      detail(error.message);
    });
} finally {
  await rm(directory, { recursive: true, force: true });
}
console.log(`\n${Object.keys(works).length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

/** Starts the simulator's command, runs the work with it, and stops it. */
async function withSimulator(work) {
  const child = spawn(
    process.execPath,
    [path.join(root, "dist/cli/index.js"), "simulate", "--json"],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  try {
    const line = await new Promise((resolve, reject) => {
      let out = "";
      child.once("exit", () => reject(new Error("the simulator ended")));
      child.stdout.on("data", (chunk) => {
        out += chunk;
        if (out.endsWith("\n")) resolve(out);
      });
    });
    const running = JSON.parse(line);
    // Turns the rate limits off.
    await ask(running.url, "PATCH", "/simulator/quirks", {
      rateLimit: 1e9,
      rateBurst: 1e9,
    });
    return await work(running);
  } finally {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    await ended;
  }
}

/** Measures the time until the command answers. */
async function start() {
  const times = [];
  for (let time = 0; time < 5; time += 1) {
    const begun = performance.now();
    await withSimulator(() => times.push(performance.now() - begun));
  }
  const median = times.sort((a, b) => a - b)[2];
  if (median > 1000) throw new Error(`${Math.round(median)} ms until ready`);
  return { remark: `${Math.round(median)} ms until ready` };
}

/** Tests the model of the mail flow against the simulator, with 100,000 random tenants. */
function mail(say) {
  return atLength(say, "mail-flow/against-the-simulator", 10);
}

/** Tests all promises that have random cases (errors, drift, previous values) with other seeds. */
function promises(say) {
  return atLength(say, "promises/0[135]", 20);
}

/** Tests in 50,000 random lives of stacks that no mail is exposed or lost. */
function exposure(say) {
  return atLength(say, "promises/06", 25);
}

/** Tests 10,000 stacks with random edits, updates, faults and kills. */
function lives(say) {
  return atLength(say, "promises/11-any-order-of-life", 20);
}

/** Tests all parsers of vendors' texts with a million inputs each. */
function parsers(say) {
  return atLength(say, "promises/12-parsers-hold", 100);
}

/** Runs a random test with a multiple of the cases of `npm run test:all`, which `AREA1_TIMES` overrides. `AREA1_SEED` repeats a run. */
async function atLength(say, test, usual) {
  const times = process.env.AREA1_TIMES ?? String(usual);
  const cases = `${times} times the random cases`;
  say(cases);
  const { code, output } = await run(
    process.execPath,
    [
      ...["--experimental-vm-modules", "--disable-warning=ExperimentalWarning"],
      path.join(root, "node_modules/jest/bin/jest.js"),
      ...[`tests/${test}`, "--maxWorkers=1", "--testTimeout=86400000"],
    ],
    {
      cwd: root,
      env: { AREA1_SEED: "random", ...process.env, AREA1_TIMES: times },
    },
  );
  if (code !== 0) throw new Error(output.trim());
  return { remark: `${cases}, ${/AREA1_SEED=\d+/.exec(output)?.[0]}` };
}

/** Tests every operation of the description with valid and invalid data, for the given time. */
async function fuzz(say) {
  const tool = await install(say);
  return withSimulator(async (running) => {
    const schema = path.join(directory, "openapi.json");
    const description = JSON.parse(
      await readFile(
        path.join(
          root,
          "tests/simulator/data/cloudflare-email-security-domains.openapi.json",
        ),
        "utf8",
      ),
    );
    description.components.parameters.account_id.schema = {
      type: "string",
      enum: [running.CLOUDFLARE_ACCOUNT_ID],
    };
    sharpen(description);
    await writeFile(schema, JSON.stringify(description));
    say(`${seconds} s with ${schemathesis}`);
    const { code, output } = await run(
      tool,
      [
        ...["run", schema, "--url", running.CLOUDFLARE_BASE_URL],
        ...[
          "--header",
          `Authorization: Bearer ${running.CLOUDFLARE_API_TOKEN}`,
        ],
        ...["--tls-verify", running.NODE_EXTRA_CA_CERTS],
        ...["--checks", "all", "--max-time", String(seconds)],
        ...["--generation-database", "none", "--no-color"],
        ...process.argv.slice(3),
      ],
      { cwd: directory },
    );
    if (code !== 0) throw new Error(output.trim());
    return { remark: /\d+ generated.*/.exec(output)?.[0] };
  });
}

/** Adds to the description what it says only in prose (the formats of domains and IPs), and links from a domain to its operations. */
function sharpen({ components, paths }) {
  const domain = {
    type: "string",
    pattern: "^([a-z0-9]{1,20}\\.){1,3}[a-z]{2,10}$",
  };
  const ip = { type: "string", enum: ["192.0.2.0/24", "2001:db8::/32"] };
  const { CreateDomain, ReplaceDomain, UpdateDomain } = components.schemas;
  CreateDomain.properties.domain = domain;
  for (const one of [CreateDomain, ReplaceDomain, UpdateDomain])
    one.properties.ip_restrictions.items = ip;
  const operations = Object.values(paths).flatMap((methods) =>
    Object.values(methods).filter(({ operationId }) => operationId),
  );
  const links = Object.fromEntries(
    operations
      .map(({ operationId }) => operationId)
      .filter((name) => /_(get|replace|update|delete)_domain(_|$)/.test(name))
      .map((operationId) => [
        operationId,
        {
          operationId,
          parameters: { domain_id: "$response.body#/result/id" },
        },
      ]),
  );
  const create = operations.find(({ operationId }) =>
    operationId.endsWith("create_domains"),
  );
  for (const status of ["200", "201"]) create.responses[status].links = links;
}

/** Installs schemathesis in a separate Python environment in the cache folder. */
async function install(say) {
  const home = path.join(cacheDirectory(), schemathesis.replace("==", "-"));
  const tool = path.join(home, "bin/schemathesis");
  if (existsSync(tool)) return tool;
  say(`installing ${schemathesis}`);
  for (const [command, ...args] of [
    ["python3", "-m", "venv", home],
    [path.join(home, "bin/pip"), "install", "--quiet", schemathesis],
  ]) {
    const { code, output } = await run(command, args, { cwd: directory });
    if (code !== 0)
      throw new Error(
        `schemathesis needs Python 3.10 with venv, and PyPI: ${output.trim()}`,
      );
  }
  return tool;
}

/** Measures the memory of the process before and after further requests, as many as fill the log. */
async function memory() {
  return withSimulator(async (running) => {
    const token = await signIn(running);
    const size = async () => {
      const { output } = await run(
        "ps",
        ["-o", "rss=", "-p", String(running.pid)],
        {
          cwd: directory,
        },
      );
      return Number(output.trim()) / 1024;
    };
    await sendLoad(running, token, 2 * requests);
    const before = await size();
    const begun = performance.now();
    await sendLoad(running, token, requests);
    const rate = requests / ((performance.now() - begun) / 1000);
    const grown = (await size()) - before;
    if (grown > 30) throw new Error(`grew by ${grown.toFixed(1)} MB`);
    return {
      remark: `${requests} requests, ${Math.round(rate)} a second, ${before.toFixed(0)} MB, then ${grown.toFixed(1)} MB more`,
    };
  });
}

async function signIn({
  url,
  AZURE_TENANT_ID,
  AZURE_CLIENT_ID,
  AZURE_CLIENT_SECRET,
}) {
  const response = await fetch(`${url}/${AZURE_TENANT_ID}/oauth2/v2.0/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: AZURE_CLIENT_ID,
      client_secret: AZURE_CLIENT_SECRET,
      scope: "https://outlook.office365.com/.default",
    }),
  });
  return (await response.json()).access_token;
}

/** Sends reads, writes, invalid requests to both vendors, and mail. Removes the created objects. */
async function sendLoad(running, token, count) {
  const domains = `/client/v4/accounts/${running.CLOUDFLARE_ACCOUNT_ID}/email-security/settings/domains`;
  const cmdlet = (CmdletName, Parameters) =>
    ask(
      running.url,
      "POST",
      `/adminapi/beta/${running.AZURE_TENANT_ID}/InvokeCommand`,
      { CmdletInput: { CmdletName, Parameters } },
      token,
    );
  const api = (method, where, body) =>
    ask(
      running.url,
      method,
      domains + where,
      body,
      running.CLOUDFLARE_API_TOKEN,
    );
  let done = 0;
  const worker = async (number) => {
    const Name = `soak ${number}`;
    while (done < count) {
      done += 8;
      await cmdlet("New-TransportRule", {
        Name,
        HeaderContainsMessageHeader: "X-CFEmailSecurity-Disposition",
        HeaderContainsWords: ["UCE"],
        SetSCL: 5,
      });
      await cmdlet("Get-TransportRule", {});
      await cmdlet("Get-QuarantinePolicy", { Identity: "nobody's" });
      await cmdlet("Remove-TransportRule", { Identity: Name });
      const made = await api("POST", "", {
        domain: `soak-${number}.example`,
        allowed_delivery_modes: ["DIRECT"],
        ip_restrictions: [],
        drop_dispositions: [],
        regions: ["GLOBAL"],
      });
      await api("GET", "?per_page=100");
      await api("PATCH", `/${made.result.id}`, { lookback_hops: 99 });
      await api("DELETE", `/${made.result.id}`);
    }
  };
  await Promise.all([0, 1, 2, 3].map(worker));
}

async function ask(url, method, where, body, token) {
  const response = await fetch(url + where, {
    method,
    headers: {
      "content-type": "application/json",
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return text === "" ? undefined : JSON.parse(text);
}
