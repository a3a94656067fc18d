// `npm run demo`: use case 4 from the first preview to the destroy, with the real Pulumi engine, on a simulated tenant with existing
// objects; then the whole inline deployment on an empty one. It fails if a step does. `npm run demo -- --stay` keeps running after `up`.
import assert from "node:assert/strict";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

import { endChildrenOnSignals } from "./children.mjs";
import { drift, outcome, warnings } from "./demo/engine-events.mjs";
import {
  line,
  paint,
  paragraph,
  shown,
  step,
  table,
} from "./demo/narration.mjs";
import { onboarded } from "./demo/onboarding.mjs";
import { opsFolder } from "./demo/ops-folder.mjs";
import { play } from "./demo/play.mjs";
import {
  changes,
  difference,
  domains,
  expectedRules,
  inventory,
  make,
  preset,
  rulesIn,
  seed,
} from "./demo/tenant.mjs";
import { vendorRequests } from "./demo/vendor-requests.mjs";

const check = "mail-mail-flow-check";
const repository = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const program = `import { UseCase4 } from "pulumi-area1-m365";

const domains = ${JSON.stringify(domains).replaceAll(",", ", ")};
const mail = new UseCase4("mail", { domains });
export const routes = mail.routes;
`;

/** The purposes of resources that write nothing. */
const readers = {
  RestorePoint: "what everything was",
  MailFlowCheck: "what really happens to mail",
};

endChildrenOnSignals();
const { stay } = options();
if (!process.env.AREA1_ENGINE_DIRECTORY) {
  console.error("Start it with npm run demo, which prepares the engine.");
  process.exit(2);
}
const simulator = await simulated({ seed });
const vendorLog = vendorRequests(simulator);
const before = simulator.snapshot();
const started = performance.now();
let ops;
try {
  introduce();
  ops = await opsFolder({
    repository,
    program,
    environment: environment(simulator),
  });
  await applied();
  if (stay) await play({ ops, simulator });
  await driftedAndRepaired();
  await defeatedByOthers();
  await destroyed();
  const fresh = await simulated({});
  try {
    await onboarded({
      repository,
      simulator: fresh,
      environment: environment(fresh),
    });
  } finally {
    await fresh.close();
  }
  const seconds = Math.round((performance.now() - started) / 1000);
  line(
    `\nEvery step held, in ${seconds} s. To look around yourself: npm run demo -- --stay`,
    paint.bold,
  );
} catch (error) {
  explain(error);
  process.exitCode = 1;
} finally {
  await simulator.close();
}

function introduce() {
  line("Cloudflare Email Security in front of Microsoft 365", paint.bold);
  paragraph(
    "Spam and Spoof go to a quarantine that the recipient manages, Malicious to one that only an administrator releases. The vendors are simulated on this machine; the Pulumi engine and the library are real.",
    { first: "" },
  );
  line(`\nIn tenant ${simulator.tenant.name} and its Cloudflare account:`);
  for (const text of inventory(simulator)) paragraph(text, { first: "    - " });
  line("\nThe program, index.ts:\n");
  for (const text of program.trim().split("\n"))
    line(text && `    ${text}`, paint.cyan);
}

async function applied() {
  await step(
    "pulumi preview",
    "what would change; sends no request",
    async () => {
      const { events } = await ops.pulumi(["preview"]);
      const planned = Object.values(outcome(events));
      const types = new Set(planned.map(({ type }) => type));
      for (const type of types) {
        const names = planned
          .filter((resource) => resource.type === type)
          .map(({ inputs }) => inputs.name ?? inputs.domain);
        paragraph(readers[type] ?? names.sort().join(", "), {
          first: `    + ${type.padEnd(18)}`,
        });
      }
      assert.deepEqual(
        planned.map(({ op }) => op),
        Array(12).fill("create"),
        "Not 12 resources are to be created.",
      );
      const { requests } = vendorLog.next();
      assert.equal(requests, 0, "The preview sent requests.");
      return `${planned.length} resources to create, no request sent`;
    },
  );

  await step(
    "pulumi up",
    "reads all of it, then writes in safe order",
    async () => {
      const { events } = await ops.pulumi(["up", "--yes", "--skip-preview"]);
      const { requests, writes } = vendorLog.next();
      printWrites(writes, (verb) =>
        /^(Set|PATCH)/.test(verb) ? "adopted" : "new",
      );
      assert.equal(
        Object.keys(outcome(events)).length,
        12,
        "Not 12 resources were made.",
      );
      assert.equal(writes.length, 10, "Not one write for each object.");
      assert.deepEqual(
        rulesIn(simulator),
        expectedRules,
        "The rules in the tenant are not those of use case 4.",
      );
      assert.deepEqual(
        warnings(events).filter((text) => text.startsWith("Mail flow")),
        [],
        "The check has found something.",
      );
      const waiting = simulator.account.domains
        .filter(({ status }) => status === "PENDING")
        .map(({ domain }) => domain);
      paragraph(
        `${waiting.join(" and ")} are new at Cloudflare and wait for a TXT record, which output verification names if readVerification is true.`,
        { colour: paint.dim },
      );
      return `${requests} requests; each of the ${writes.length} objects written once`;
    },
  );

  await step("pulumi stack output routes", "where mail goes now", async () => {
    const { output } = await ops.pulumi([
      "stack",
      "output",
      "routes",
      "--json",
    ]);
    const routes = JSON.parse(output);
    for (const header of new Set(routes.map((route) => route.header))) {
      line(`    ${header}`);
      table(
        {
          disposition: "disposition",
          word: "word",
          scl: "SCL",
          verdict: "verdict",
          quarantinePolicy: "quarantine policy",
          release: "release",
          retentionDays: "days",
        },
        routes.filter((route) => route.header === header),
      );
    }
    const ways = routes.map(({ word, release, quarantinePolicy }) =>
      [word, release, quarantinePolicy].join(" "),
    );
    assert.deepEqual(
      [...new Set(ways)].sort(),
      [
        "MALICIOUS request UserNotifyAdminRelease",
        "SPAM self UserNotifyUserRelease",
        "SPOOF self UserNotifyUserRelease",
        "UCE self UserNotifyUserRelease",
      ],
      "The routes are not those of use case 4.",
    );
    return "Spam, Spoof: the recipient releases. Malicious: the recipient asks an administrator";
  });
}

async function driftedAndRepaired() {
  await step("Somebody changes four things in the portals", "", async () => {
    for (const change of changes) {
      make(change, simulator);
      line(`    ${change.object}:`);
      line(`        ${change.description}`, paint.yellow);
    }
    return "Pulumi does not know yet";
  });

  await step(
    "pulumi refresh --preview-only --diff",
    "drift, property by property",
    async () => {
      // A pipeline checks for exit code 7.
      const { events } = await ops.pulumi(
        ["refresh", "--preview-only", "--diff", "--expect-no-changes"],
        7,
      );
      const { [check]: follows, ...found } = drift(events);
      for (const name of Object.keys(found).sort())
        if (found[name] === "deleted")
          line(`    - ${name}: deleted`, paint.red);
        else
          for (const [property, [state, live]] of Object.entries(found[name]))
            line(
              `    ~ ${name}: ${property}: ${shown(state)} => ${shown(live)}`,
              paint.yellow,
            );
      paragraph(`What follows for mail: ${findingsIn(follows).join(", ")}.`, {
        colour: paint.yellow,
      });
      assert.deepEqual(
        findingsIn(follows),
        changes.map(({ follows: name }) => name).sort(),
        "Not every change has the consequence that it has for mail.",
      );
      const expected = changes.map(({ resource, shows }) => [resource, shows]);
      assert.deepEqual(
        found,
        Object.fromEntries(expected),
        "Not exactly the four changes are shown.",
      );
      const { requests, writes } = vendorLog.next();
      assert.equal(writes.length, 0, "The refresh has written.");
      return `these four, nothing else; ${requests} requests; with --expect-no-changes: exit code 7`;
    },
  );

  await step("pulumi up --refresh", "repairs", async () => {
    await ops.pulumi(["up", "--refresh", "--yes", "--skip-preview"]);
    const { writes } = vendorLog.next();
    printWrites(writes);
    assert.equal(writes.length, 4, "Not one write for each change.");
    assert.deepEqual(
      rulesIn(simulator),
      expectedRules,
      "The rules in the tenant are not those of use case 4.",
    );
    return "one write for each change";
  });

  await step("pulumi preview --refresh --expect-no-changes", "", async () => {
    await ops.pulumi(["preview", "--refresh", "--expect-no-changes"]);
    assert.equal(vendorLog.next().writes.length, 0, "The preview has written.");
    return "nothing to do: exit code 0";
  });
}

async function defeatedByOthers() {
  await step(
    "Somebody switches on the Strict preset",
    "which the stack does not manage",
    async () => {
      const { object, description } = preset;
      make(preset, simulator);
      line(`    ${object}:`);
      line(`        ${description}`, paint.yellow);
      return "every rule and policy of the stack is still right, and has no effect";
    },
  );

  await step(
    "pulumi refresh --preview-only --diff",
    "what defeats the stack is drift, too",
    async () => {
      const { events } = await ops.pulumi([
        "refresh",
        "--preview-only",
        "--diff",
      ]);
      const { [check]: found, ...others } = drift(events);
      line(
        `    ~ ${check}: findings: [] => ${shown(findingsIn(found))}`,
        paint.yellow,
      );
      for (const text of warnings(events))
        paragraph(text, { first: "    ! ", colour: paint.yellow });
      assert.deepEqual(others, {}, "Something else has drifted.");
      assert.deepEqual(findingsIn(found), [preset.follows]);
      assert.equal(
        vendorLog.next().writes.length,
        0,
        "The refresh has written.",
      );
      return "it shows until it is mended, or accepted in the program";
    },
  );

  // Queries no real name server: nothing listens on that port.
  const doctor = ["doctor", "--resolver", "127.0.0.1:9"];
  await step(`area1-m365 ${doctor.join(" ")}`, "names it", async () => {
    const { code, output } = await ops.area1(doctor);
    const at = output.indexOf(preset.follows);
    for (const text of output
      .slice(at)
      .split(/\n\s*\n/, 1)[0]
      .split("\n"))
      line(`    ${text}`, paint.yellow);
    assert.equal(code, 1, "The doctor has found no failure.");
    assert.notEqual(at, -1, "The doctor does not name it.");
    assert.equal(vendorLog.next().writes.length, 0, "The doctor has written.");
    return "exit code 1";
  });

  await step("Somebody switches it off again", "", async () => {
    simulator.tenant.edit(preset.request.kind, preset.request.name, {
      Enabled: false,
    });
    await ops.pulumi(["preview", "--refresh", "--expect-no-changes"]);
    vendorLog.next();
    return "nothing to do: exit code 0";
  });
}

/** Returns the names of the findings that a refresh shows. */
function findingsIn(properties) {
  return Object.values(properties ?? {})
    .map(([, live]) => live)
    .sort();
}

async function destroyed() {
  await step("pulumi destroy", "restores what was there before", async () => {
    const { events } = await ops.pulumi(["destroy", "--yes", "--skip-preview"]);
    printWrites(vendorLog.next().writes, (verb) =>
      /^(Set|PATCH)/.test(verb) ? "restored" : "removed",
    );
    for (const text of warnings(events))
      paragraph(text, { first: "    ! ", colour: paint.yellow });
    const { output } = await ops.pulumi(["stack", "export"]);
    assert.deepEqual(
      JSON.parse(output).deployment.resources ?? [],
      [],
      "Resources are left in the state.",
    );
    return "the stack is empty";
  });

  await step(
    "Is everything what it was?",
    "every object, every property",
    async () => {
      const { added, removed, changed } = difference(
        before,
        simulator.snapshot(),
      );
      for (const text of [...removed, ...changed])
        line(`    ${text}`, paint.red);
      assert.deepEqual([...removed, ...changed], [], "It is not what it was.");
      assert.deepEqual(
        added.sort(),
        domains
          .slice(1)
          .sort()
          .map((name) => `Cloudflare: domains "${name}"`),
        "Not exactly the two domains have come.",
      );
      paragraph(
        "Every rule and policy, the tenant's settings and example.com: yes, but for dates of change.",
      );
      paragraph(
        "Left on purpose: example.org and example.net, which the stack made, stay at Cloudflare, since mail whose MX points there would be lost. Without the rules only Microsoft's own verdicts stop their Malicious mail: give them dropDispositions, or move their MX, before you destroy.",
        { colour: paint.yellow },
      );
      return "yes, and what stays is said";
    },
  );
}

/** Prints each write as a line, with a remark that depends on the verb. */
function printWrites(writes, remark = () => "") {
  for (const { verb, name } of writes)
    line(`    ${verb.padEnd(31)}${name.padEnd(53)} ${remark(verb)}`.trimEnd());
}

/** Prints why a step failed: what it found instead, and the last output of the engine. */
function explain(error) {
  if (error instanceof assert.AssertionError)
    console.log(`\nFound: ${JSON.stringify(error.actual, null, 2)}`);
  else console.log(`\n${error.output ? error.message : error.stack}`);
  const output = (error.output ?? ops?.output ?? "").trim();
  if (output) console.log(`\nWhat the engine printed last:\n\n${output}`);
}

async function simulated(options) {
  const { startSimulator } = await import(
    pathToFileURL(path.join(repository, "simulator/dist/index.js")).href
  );
  const certificateDirectory = process.env.AREA1_CERTIFICATE_DIRECTORY;
  return startSimulator({
    ...options,
    ...(certificateDirectory && { certificateDirectory }),
  });
}

function environment(of) {
  const trusted = process.env.NODE_EXTRA_CA_CERTS;
  return {
    ...of.environment,
    // The simulator's certificate, and the certificates that the user trusts already.
    ...(trusted && { NODE_EXTRA_CA_CERTS: trusted }),
  };
}

function options() {
  try {
    return parseArgs({ options: { stay: { type: "boolean", default: false } } })
      .values;
  } catch (error) {
    console.error(`${error.message}\nUsage: npm run demo [-- --stay]`);
    process.exit(2);
  }
}
