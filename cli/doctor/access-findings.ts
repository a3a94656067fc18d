import type { Finding } from "../../mail-flow/finding";
import {
  isFault,
  reasonOf,
  sentence,
  VendorError,
} from "../../providers/errors";
import { isRefusal, type Access } from "../../providers/snapshot/access";

/** The identity that reads and the account that it reads, such as `application 6f1f1b9e-…` and `account 023e105f…`. */
export type AccessObjects = Readonly<Record<"identity" | "account", string>>;

/** The result of an access check. Without a status, the check passed. */
type CheckResult = Pick<Finding, "reason"> &
  Partial<Pick<Finding, "status" | "property" | "fix">>;

/** The access checks, in the order of the documentation. */
export const accessChecks: readonly {
  readonly name: string;
  readonly title: string;
  readonly url: string;
  readonly object: keyof AccessObjects;
  run(access: Access): CheckResult;
}[] = [
  {
    name: "sign-in",
    title: "The credentials sign in to Microsoft",
    url: "https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow",
    object: "identity",
    run: ({ tokens }) =>
      "error" in tokens.exchange
        ? failedBy(tokens.exchange.error)
        : { reason: "Microsoft issued a token." },
  },
  {
    name: "exchange-permission",
    title: "The application may use Exchange Online",
    url: "https://learn.microsoft.com/powershell/exchange/app-only-auth-powershell-v2",
    object: "identity",
    run({ tokens, cmdlets }) {
      if ("error" in tokens.exchange) return withoutToken;
      const roles = tokens.exchange.value;
      if (roles?.includes("Exchange.ManageAsApp") || "value" in cmdlets)
        return { reason: "The token is for Exchange.ManageAsApp." };
      return {
        status: "failed",
        property: "roles",
        reason: `The token lacks Exchange.ManageAsApp of Office 365 Exchange Online (it has ${roles?.join(", ") || "no permission"}), so that Exchange answers nothing.`,
        fix: "Give the application that permission in Entra, with admin consent; Exchange.ManageAsAppV2 is another one.",
      };
    },
  },
  {
    name: "exchange-read-role",
    title: "A role lets it read everything that decides mail",
    url: "https://learn.microsoft.com/powershell/exchange/app-only-auth-powershell-v2#step-5-assign-microsoft-entra-roles-to-the-application",
    object: "identity",
    run: (access) =>
      ofCmdlets(access, reads, (missing) => ({
        status: missing.every((one) => forGlobalReaders.has(one))
          ? "warning"
          : "failed",
        reason: `No role allows ${missing.join(", ")}, so that what they return cannot be checked.`,
        fix: missing.every((one) => forGlobalReaders.has(one))
          ? "Give the application the Entra role Global Reader, or the Exchange role View-Only Configuration."
          : "Give the application the Entra role Global Reader, or Exchange Administrator to write as well.",
      })),
  },
  {
    name: "exchange-write-role",
    title: "A role lets it write what use case 4 needs",
    url: "https://learn.microsoft.com/exchange/permissions-exo/feature-permissions",
    object: "identity",
    run: (access) =>
      ofCmdlets(access, writes, (missing) => ({
        status: "warning",
        reason: `No role allows ${missing.join(", ")}, so that \`pulumi up\` with these credentials fails.`,
        fix: missing.every((one) => one.endsWith("-TransportRule"))
          ? "Give the application the Entra role Exchange Administrator: Security Administrator is not enough for transport rules."
          : "Give the application the Entra role Exchange Administrator, if it is to write.",
      })),
  },
  {
    name: "graph-permission",
    title: "The application may read domains of Microsoft Graph",
    url: "https://learn.microsoft.com/graph/permissions-reference#domainreadall",
    object: "identity",
    run({ tokens }) {
      if ("error" in tokens.graph) return withoutToken;
      const roles = tokens.graph.value;
      if (roles === undefined || roles.some((role) => readsDomains.has(role)))
        return { reason: "The token is for reading domains." };
      return {
        status: "failed",
        property: "roles",
        reason: `The token for Microsoft Graph lacks Domain.Read.All (it has ${roles.join(", ") || "no permission"}), so that the MX that Microsoft expects is unknown.`,
        fix: "Give the application that permission in Entra, with admin consent; or give transport of every domain in the program.",
      };
    },
  },
  {
    name: "cloudflare-token",
    title: "The API token reads the account's domains",
    url: "https://developers.cloudflare.com/fundamentals/api/reference/permissions/",
    object: "account",
    run({ domains }) {
      if ("value" in domains || isFault(domains.error, "notEntitled"))
        return {
          reason:
            "The token can read the account; whether it can write is only known after a write.",
        };
      return failedBy(
        domains.error,
        "Give the token the account permission Cloud Email Security: Read (Write for `pulumi up`), and check CLOUDFLARE_ACCOUNT_ID.",
      );
    },
  },
  {
    name: "cloudflare-entitled",
    title: "The account has bought Email Security",
    url: "https://developers.cloudflare.com/cloudflare-one/email-security/",
    object: "account",
    run({ domains }) {
      if ("value" in domains)
        return { reason: "The account has Email Security." };
      return isFault(domains.error, "notEntitled")
        ? failedBy(domains.error)
        : skipped(domains.error);
    },
  },
];

/** Returns a finding for each access check, also for those that passed. */
export const accessFindings = (
  access: Access,
  objects: AccessObjects,
): Finding[] =>
  accessChecks.map((check) => ({
    check: check.name,
    status: "ok",
    object: objects[check.object],
    property: "",
    fix: "",
    url: check.url,
    ...check.run(access),
  }));

/** Whether a token or the domains could not be read for another reason than a refusal. */
export const couldNotRead = ({ tokens, domains }: Access): boolean =>
  [tokens.exchange, tokens.graph, domains].some(
    (one) => "error" in one && !isRefusal(one.error),
  );

/** Cmdlets that Global Readers may run, and Security Readers may not (observed). */
const forGlobalReaders = new Set([
  "Get-OrganizationConfig",
  "Get-InboundConnector",
]);

const reads = [
  "Get-TransportRule",
  "Get-HostedContentFilterPolicy",
  "Get-HostedContentFilterRule",
  "Get-HostedConnectionFilterPolicy",
  "Get-EOPProtectionPolicyRule",
  "Get-AntiPhishPolicy",
  "Get-MalwareFilterPolicy",
  "Get-QuarantinePolicy",
  "Get-AcceptedDomain",
  ...forGlobalReaders,
];

const writes = [
  ...["New", "Set", "Remove"].map((verb) => `${verb}-QuarantinePolicy`),
  "Set-HostedContentFilterPolicy",
  ...["New", "Set", "Enable", "Disable", "Remove"].map(
    (verb) => `${verb}-TransportRule`,
  ),
];

const readsDomains = new Set([
  "Domain.Read.All",
  "Domain.ReadWrite.All",
  "Directory.Read.All",
  "Directory.ReadWrite.All",
]);

function ofCmdlets(
  { tokens, cmdlets }: Access,
  wanted: readonly string[],
  lacking: (missing: readonly string[]) => CheckResult,
): CheckResult {
  if ("error" in tokens.exchange) return withoutToken;
  if ("error" in cmdlets)
    return isFault(cmdlets.error, "forbidden")
      ? lacking(wanted)
      : skipped(cmdlets.error);
  const allowed = new Set(cmdlets.value.map((name) => name.toLowerCase()));
  const missing = wanted.filter((name) => !allowed.has(name.toLowerCase()));
  return missing.length > 0
    ? lacking(missing)
    : {
        reason: `The roles allow ${wanted.length} cmdlets of ${wanted.length}.`,
      };
}

/** Returns the result for an error: `failed` if the vendor refused, or else `skipped`. */
const failedBy = (
  error: unknown,
  fix = "See docs/configuration.md.",
): CheckResult =>
  isRefusal(error)
    ? { ...resultOf(error, fix), status: "failed" }
    : skipped(error);

const skipped = (error: unknown): CheckResult => ({
  ...resultOf(error, "Fix the preceding failure, and run the command again."),
  status: "skipped",
});

function resultOf(error: unknown, fix: string): CheckResult {
  const reason = sentence(reasonOf(error));
  const advice = error instanceof VendorError && error.details.advice;
  return {
    reason: reason.charAt(0).toUpperCase() + reason.slice(1),
    fix: advice || fix,
  };
}

const withoutToken: CheckResult = {
  status: "skipped",
  reason: "Without a token nothing can be read: see sign-in.",
  fix: "Fix the sign-in, and run the command again.",
};
