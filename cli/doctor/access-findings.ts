import type { Finding } from "../../mail-flow/finding";
import {
  isFault,
  reasonOf,
  sentence,
  VendorError,
} from "../../providers/errors";
import { isRefusal, type Access } from "../../providers/snapshot/access";

/** Who looks, and where, such as `application 6f1f1b9e-…` and `account 023e105f…`. */
export type Looking = Readonly<Record<"identity" | "account", string>>;

/** What a check of the access says; without a status it is fine. */
type Said = Pick<Finding, "reason"> &
  Partial<Pick<Finding, "status" | "property" | "fix">>;

/** The names of the checks of access, as the documentation lists them, with what each asks. */
export const accessChecks: readonly {
  readonly name: string;
  readonly title: string;
  readonly url: string;
  readonly object: keyof Looking;
  look(access: Access): Said;
}[] = [
  {
    name: "sign-in",
    title: "The credentials sign in to Microsoft",
    url: "https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow",
    object: "identity",
    look: ({ tokens }) =>
      "error" in tokens.exchange
        ? notLearnt(tokens.exchange.error)
        : { reason: "Microsoft issued a token." },
  },
  {
    name: "exchange-permission",
    title: "The application may use Exchange Online",
    url: "https://learn.microsoft.com/powershell/exchange/app-only-auth-powershell-v2",
    object: "identity",
    look({ tokens, cmdlets }) {
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
    look: (access) =>
      ofCmdlets(access, reads, (missing) => ({
        status: missing.every((one) => forGlobalReaders.has(one))
          ? "warning"
          : "failed",
        reason: `No role allows ${missing.join(", ")}, so that what they tell cannot be looked at.`,
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
    look: (access) =>
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
    look({ tokens }) {
      if ("error" in tokens.graph) return withoutToken;
      const roles = tokens.graph.value;
      if (roles === undefined || roles.some((role) => readsDomains.has(role)))
        return { reason: "The token is for reading domains." };
      return {
        status: "failed",
        property: "roles",
        reason: `The token for Microsoft Graph lacks Domain.Read.All (it has ${roles.join(", ") || "no permission"}), so that nobody can tell the MX that Microsoft expects.`,
        fix: "Give the application that permission in Entra, with admin consent; or give transport of every domain in the program.",
      };
    },
  },
  {
    name: "cloudflare-token",
    title: "The API token reads the account's domains",
    url: "https://developers.cloudflare.com/fundamentals/api/reference/permissions/",
    object: "account",
    look({ domains }) {
      if ("value" in domains || isFault(domains.error, "notEntitled"))
        return {
          reason:
            "The token reads the account; whether it may write, no request tells without writing.",
        };
      return notLearnt(
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
    look({ domains }) {
      if ("value" in domains)
        return { reason: "The account has Email Security." };
      return isFault(domains.error, "notEntitled")
        ? notLearnt(domains.error)
        : skipped(domains.error);
    },
  },
];

/** Every finding about access, also those that say that all is well. */
export const accessFindings = (access: Access, looking: Looking): Finding[] =>
  accessChecks.map((check) => ({
    check: check.name,
    status: "ok",
    object: looking[check.object],
    property: "",
    fix: "",
    url: check.url,
    ...check.look(access),
  }));

/** Whether something was not learnt for another reason than a refusal: then there is no answer. */
export const couldNotAsk = ({ tokens, domains }: Access): boolean =>
  [tokens.exchange, tokens.graph, domains].some(
    (one) => "error" in one && !isRefusal(one.error),
  );

/** What readers of the whole configuration need, and Security Readers may not run (observed). */
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
  lacking: (missing: readonly string[]) => Said,
): Said {
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

/** A refusal has failed; whatever else went wrong says nothing. */
const notLearnt = (error: unknown, fix = "See docs/configuration.md."): Said =>
  isRefusal(error) ? { ...told(error, fix), status: "failed" } : skipped(error);

const skipped = (error: unknown): Said => ({
  ...told(error, "Mend the failure before, and look again."),
  status: "skipped",
});

function told(error: unknown, fix: string): Said {
  const reason = sentence(reasonOf(error));
  const advice = error instanceof VendorError && error.details.advice;
  return {
    reason: reason.charAt(0).toUpperCase() + reason.slice(1),
    fix: advice || fix,
  };
}

const withoutToken: Said = {
  status: "skipped",
  reason: "Without a token there is nothing to ask with: see sign-in.",
  fix: "Mend the sign-in, and look again.",
};
