/**
 * Who is to notice mutants of which files: the tests that are about them, and no others. Tests of everything would notice a little
 * more, and take days. Files are below providers/, tests below tests/ and without `.test.ts`; what is quick stands first, as a
 * mutant's run ends with its first failure.
 *
 * @type {Record<string, { files: string[]; tests: string[] }>}
 */
export const groups = {
  values: {
    files: [
      "codecs",
      "configuration",
      "field",
      "json",
      "mark",
      "unknown",
      "exchange-online/ip-ranges",
      "exchange-online/quarantine-permissions",
      "exchange-online/time-span",
    ],
    tests: [
      "providers/texts-and-numbers",
      "providers/ip-ranges",
      "providers/quarantine-permissions",
      "providers/time-span",
      "providers/field",
      "providers/configuration",
      "providers/messages",
      "providers/codecs",
      "golden/messages",
    ],
  },
  guard: {
    files: ["engine", "guard"],
    tests: [
      "providers/engine",
      "providers/guard",
      "conformance/restore-point",
      "golden/messages",
    ],
  },
  transcript: {
    files: ["transcript", "pseudonyms"],
    tests: ["providers/pseudonyms", "providers/transcript", "transcript"],
  },
  http: {
    files: ["http", "patience", "status-line", "errors"],
    tests: [
      "providers/messages",
      "providers/status-line",
      "providers/http",
      "conformance/transport-rule",
      "golden/messages",
    ],
  },
  credentials: {
    files: ["credentials", "entra", "session", "shared-list"],
    tests: [
      "providers/shared-list",
      "providers/entra",
      "providers/messages",
      "providers/session",
      "providers/credentials",
      "conformance/restore-point",
      "conformance/quarantine-notification",
      "golden/messages",
    ],
  },
  lifecycle: {
    files: [
      "handlers",
      "kind",
      "lifecycle/check",
      "lifecycle/claim",
      "lifecycle/create",
      "lifecycle/delete",
      "lifecycle/diff",
      "lifecycle/home",
      "lifecycle/index",
      "lifecycle/locate",
      "lifecycle/read",
      "lifecycle/state",
      "lifecycle/trying",
      "lifecycle/update",
      "lifecycle/write",
    ],
    tests: [
      "providers/lifecycle/check",
      "providers/lifecycle/create",
      "providers/lifecycle/update",
      "providers/lifecycle/read",
      "providers/lifecycle/delete",
      "conformance/home",
      "conformance/restore-point-refusals",
      "conformance/restore-point",
      "conformance/area1-domain-leaving",
      "conformance/area1-domain-mail-exchange",
      "conformance/transport-rule",
      "golden/messages",
    ],
  },
  transportRule: {
    files: [
      "exchange-online/client",
      "exchange-online/error-envelope",
      "exchange-online/identity",
      "exchange-online/transport-rule",
      "exchange-online/transport-rule-conditions",
      "exchange-online/transport-rule-properties",
    ],
    tests: [
      "providers/messages",
      "providers/transport-rule",
      "providers/exchange-online",
    ],
  },
  antiSpam: {
    files: [
      "exchange-online/anti-spam-policy",
      "exchange-online/anti-spam-verdicts",
    ],
    tests: ["providers/anti-spam-policy"],
  },
  quarantine: {
    files: [
      "exchange-online/quarantine-notification",
      "exchange-online/quarantine-policy",
      "exchange-online/quarantine-tags",
    ],
    tests: ["providers/quarantine"],
  },
  domains: {
    files: [
      "cloudflare/area1-domain",
      "cloudflare/client",
      "cloudflare/networks",
      "graph/client",
    ],
    tests: [
      "providers/networks",
      "providers/cloudflare-client",
      "providers/graph-client",
      "providers/area1-domain",
      "conformance/area1-domain-leaving",
      "conformance/area1-domain-mail-exchange",
      "conformance/area1-domain",
      "conformance/restore-point-refusals",
      "golden/messages",
    ],
  },
  restorePoint: {
    files: [
      "restore-point",
      "restore-point-refusals",
      "restored-object",
      "exchange-online/malicious-as-spam",
      "mail-flow/exposing",
    ],
    tests: [
      "providers/malicious-as-spam",
      "conformance/restore-point-objects",
      "conformance/restore-point-refusals",
      "conformance/restore-point",
      "golden/messages",
    ],
  },
  mailFlow: {
    files: [
      "index",
      "mail-flow-check",
      "mail-flow/accepted",
      "mail-flow/access",
      "mail-flow/check-inputs",
      "mail-flow/exchange-objects",
      "mail-flow/looking",
      "mail-flow/mail-exchangers",
      "mail-flow/snapshot",
      "mail-flow/transport-rule",
    ],
    tests: [
      "providers/accepted",
      "providers/kinds",
      "providers/exchange-objects",
      "mail-flow/wire-rule",
      "providers/access",
      "providers/mail-exchangers",
      "mail-flow/snapshot",
      "mail-flow/mail-flow-check-given",
      "mail-flow/mail-flow-check",
      "mail-flow/doctor",
      "golden/messages",
    ],
  },
  reports: {
    files: ["mail-flow/report-rows", "mail-flow/reports"],
    tests: ["mail-flow/evidence-rows", "mail-flow/evidence"],
  },
};
