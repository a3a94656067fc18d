// The second part of the demo: the whole inline deployment, from a tenant without any of it to the lock-down, and back.
import assert from "node:assert/strict";

import { dnsServer } from "../dns-server.mjs";
import { warnings } from "./engine-events.mjs";
import { line, paint, paragraph, step, table } from "./narration.mjs";
import { opsFolder } from "./ops-folder.mjs";
import { vendorRequests } from "./vendor-requests.mjs";

const domains = ["example.com", "example.net", "example.org"];
const cloudflares = [
  "mxa.global.inbound.cf-emailsecurity.net",
  "mxb.global.inbound.cf-emailsecurity.net",
];

/** The ways of a message to example.com and to the tenant's own domain, and what each shows. */
const ways = {
  "Malicious, through Cloudflare": {
    recipient: "someone@example.com",
    disposition: "MALICIOUS",
  },
  "Spam, through Cloudflare": {
    recipient: "someone@example.com",
    disposition: "SPAM",
  },
  "clean, through Cloudflare": { recipient: "someone@example.com" },
  "to Microsoft directly, past Cloudflare": {
    recipient: "someone@example.com",
    path: "direct",
  },
  "to an onmicrosoft.com address": {
    recipient: "someone@contoso.onmicrosoft.com",
    path: "direct",
  },
};

/**
 * Runs it.
 *
 * @param {{repository: string, simulator: object, environment: Record<string, string>}} options
 *   `simulator`: a tenant and an account in which nothing is set up.
 */
export async function onboarded({ repository, simulator, environment }) {
  const zone = Object.fromEntries(
    domains.map((domain) => [
      domain,
      [`${domain.replace(".", "-")}.mail.protection.outlook.com`],
    ]),
  );
  const dns = await dnsServer(zone);
  const vendorLog = vendorRequests(simulator);
  const program = `import { InlineDeployment } from "pulumi-area1-m365";

const domains = ${JSON.stringify(domains).replaceAll(",", ", ")};
const mail = new InlineDeployment("mail", {
  domains,
  lockDown: true,
  lockDownAfterHours: 0, // 72 by default; here nobody wants to wait
  dnsServer: ${JSON.stringify(dns.address)}, // this demo's own
});
export const { dnsRecords, nextSteps } = mail;
`;
  line(
    "\nThe whole inline deployment: a tenant in which nothing is set up",
    paint.bold,
  );
  paragraph(
    "The connector with Enhanced Filtering, use case 4, the domains at Cloudflare, DNS, and last the lock-down: Microsoft 365 then refuses what does not come from Cloudflare.",
    { first: "" },
  );
  line("\nThe program, index.ts:\n");
  for (const text of program.trim().split("\n"))
    line(text && `    ${text}`, paint.cyan);
  const ops = await opsFolder({ repository, program, environment });
  const pictures = { before: picture() };

  await step("pulumi up", "everything but DNS", async () => {
    const { events } = await ops.pulumi(["up", "--yes", "--skip-preview"]);
    for (const { verb, name } of vendorLog.next().writes)
      line(`    ${verb.padEnd(31)}${name}`);
    tell(events);
    assert.equal(isLocked(), false, "It is locked too early.");
    return `${(await nextSteps()).length} steps are left, for DNS`;
  });

  await step("You publish the TXT records of dnsRecords", "", async () => {
    for (const { type, name, content } of await output("dnsRecords")) {
      assert.equal(type, "TXT", "MX records come before the verification.");
      simulator.account.publishTxt(name, content);
      line(`    ${name}  TXT  ${content}`, paint.yellow);
    }
    return "Cloudflare verifies the domains";
  });

  await step(
    "pulumi up --refresh",
    "now MX records may point there",
    async () => {
      await ops.pulumi(["up", "--refresh", "--yes", "--skip-preview"]);
      for (const text of await nextSteps()) paragraph(text);
      pictures["DNS to do"] = picture();
      return "dnsRecords has the MX records now";
    },
  );

  await step("You replace the MX records", "", async () => {
    const records = await output("dnsRecords");
    for (const { type, name, content, priority } of records)
      if (type === "MX")
        line(`    ${name}  MX  ${priority} ${content}`, paint.yellow);
    for (const domain of domains) zone[domain] = cloudflares;
    return "mail comes through Cloudflare";
  });

  await step("pulumi preview", "the lock-down is announced", async () => {
    const { events } = await ops.pulumi(["preview"]);
    tell(events);
    assert.equal(vendorLog.next().writes.length, 0, "The preview has written.");
    return "nothing is written yet";
  });

  await step("pulumi up", "locks down", async () => {
    await ops.pulumi(["up", "--yes", "--skip-preview"]);
    for (const { verb, name } of vendorLog.next().writes)
      line(`    ${verb.padEnd(31)}${name}`);
    assert.equal(isLocked(), true, "It is not locked.");
    assert.deepEqual(await nextSteps(), [], "A step is left.");
    pictures["locked down"] = picture();
    return "no step is left";
  });

  await step("Where mail goes", "before, and after", async () => {
    table(
      {
        way: "mail",
        ...Object.fromEntries(
          Object.keys(pictures).map((name) => [name, name]),
        ),
      },
      Object.keys(ways).map((way) => ({
        way,
        ...Object.fromEntries(
          Object.entries(pictures).map(([name, ends]) => [name, ends[way]]),
        ),
      })),
    );
    assert.deepEqual(Object.values(pictures["locked down"]), [
      "held for admin",
      "held for recipient",
      "inbox",
      "rejected",
      "rejected",
    ]);
    return "nobody delivers past Cloudflare";
  });

  await step("pulumi destroy", "the lock-down goes first", async () => {
    await ops.pulumi(["destroy", "--yes", "--skip-preview"]);
    const { writes } = vendorLog.next();
    for (const { verb, name } of writes.slice(0, 2))
      line(`    ${verb.padEnd(31)}${name}`);
    line(`    and ${writes.length - 2} more`);
    assert.deepEqual(
      writes.slice(0, 2).map(({ verb }) => verb),
      ["Set-OrganizationConfig", "Remove-InboundConnector"],
      "The lock-down does not go first.",
    );
    assert.equal(isLocked(), false, "It is locked.");
    return "mail is delivered as before";
  });
  await dns.close();

  /** Returns where mail goes, by way. */
  function picture() {
    return Object.fromEntries(
      Object.entries(ways).map(([way, message]) => [
        way,
        place(simulator.mail.where(message)),
      ]),
    );
  }

  function isLocked() {
    return simulator.tenant.inboundConnectors.some(
      (connector) =>
        connector.RestrictDomainsToIPAddresses === true && connector.Enabled,
    );
  }

  async function output(name) {
    const { output } = await ops.pulumi(["stack", "output", name, "--json"]);
    return JSON.parse(output);
  }

  function nextSteps() {
    return output("nextSteps");
  }
}

/** Returns where a message ends, in words. */
function place({ outcome, release }) {
  if (outcome !== "quarantine") return outcome;
  return release === "recipient" ? "held for recipient" : "held for admin";
}

/** Prints what the engine says about the lock-down. */
function tell(events) {
  for (const text of warnings(events).filter((one) =>
    one.startsWith("Lock-down"),
  ))
    paragraph(text, { first: "    ! ", colour: paint.yellow });
}
