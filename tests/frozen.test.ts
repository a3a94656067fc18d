import { loader } from "../lib/loader";
import { checks } from "../mail-flow/findings";
import { provider } from "../providers";
import { readingForms } from "../providers/forms";
import { kinds } from "../providers/kinds";
import { mailFlowCheckForm } from "../providers/mail-flow-check/check-inputs";
import { markFor } from "../providers/mark";

// These values are in users' states and tenants. If a test fails, existing stacks would break: the change is wrong, not the test.

test("the text of __provider in the state", () => {
  expect(loader("TransportRule")).toBe(
    'exports.handler=()=>{const r=f=>require("module").createRequire(f)("pulumi-area1-m365/provider").provider("TransportRule");try{return r(process.cwd()+"/_")}catch(e){if(e.code!="MODULE_NOT_FOUND")throw e;return r(process.argv[1])}}',
  );
});

test("the names of the kinds, which this text contains", () => {
  const names = [
    "AntiSpamPolicy",
    "Area1Domain",
    "QuarantineNotification",
    "QuarantinePolicy",
    "TransportRule",
  ];
  // A release adds the kinds that are new in it.
  expect(Object.keys(kinds)).toEqual(expect.arrayContaining(names));
  for (const [name, kind] of Object.entries(kinds))
    expect(kind.name).toBe(name);
  for (const name of Object.keys({ ...kinds, ...readingForms })) {
    expect(Buffer.byteLength(loader(name))).toBeLessThanOrEqual(250);
    expect(Object.keys(provider(name)).sort()).toEqual([
      "check",
      "configure",
      "create",
      "delete",
      "diff",
      "read",
      "update",
    ]);
  }
  expect(() => provider("Mailbox")).toThrow(
    /has no kind Mailbox: a newer version of it wrote this state/,
  );
});

test("the entry that this text requires", () => {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { exports } = require("../package.json") as {
    exports: Record<string, unknown>;
  };
  expect(exports["./provider"]).toBe("./dist/providers/index.js");
});

test("the names of the inputs of the check, and the form of its id", async () => {
  expect(Object.keys(mailFlowCheckForm.fields).sort()).toEqual([
    "accountId",
    "adminQuarantineName",
    "digest",
    "domains",
    "domainsWithTransport",
    "failOn",
    "findings",
    "headers",
    "ruleNames",
    "senderIpRanges",
    "useCase",
    "userQuarantineName",
  ]);
  await expect(provider("MailFlowCheck").read("another", {})).rejects.toThrow(
    /its id is mail-flow-check\./,
  );
});

test("the names of the findings of a stack, which programs use to accept them", () => {
  expect(
    checks
      .filter(({ appliesTo }) => appliesTo === "stack")
      .map(({ name }) => name)
      .sort(),
  ).toEqual(
    `
domain-missing domain-status domain-delivery-mode domain-drop-dispositions domain-transport domain-ip-restrictions
ip-allow-list ip-block-list connector-rejects connector-treats-as-internal rule-missing header-word-never-stamped rule-disabled
rule-audit-only rule-schedule rule-narrowed rule-scl rule-matches-all-mail egress-ranges-missing scl-overridden
rule-stops-processing header-changed rule-diverts-mail preset-in-force custom-policy-in-force anti-spam-action
malicious-self-release spam-not-releasable allowed-senders default-policy quarantine-tag-missing`
      .trim()
      .split(/\s+/)
      .sort(),
  );
});

test("the mark on objects", () => {
  expect(markFor("ops", "dev", "mail-area1-user")).toBe(
    "Managed by Pulumi: ops/dev/mail-area1-user",
  );
});
