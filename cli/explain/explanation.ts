import type { Evidence } from "../../mail-flow/evidence";
import type { Finding } from "../../mail-flow/finding";
import { contextOf, examine } from "../../mail-flow/findings";
import { unavailableIn, type PartName } from "../../mail-flow/part";
import type { Row } from "../../mail-flow/path";
import { plan } from "../../mail-flow/plan";
import {
  rowPairs,
  rows,
  type RowOptions,
  type RowPair,
} from "../../mail-flow/rows";
import type { Snapshot } from "../../mail-flow/snapshot";
import {
  judgedUseCase,
  useCaseOf,
  useCaseSentence,
} from "../../mail-flow/use-case";
import { endKey } from "./lines";

/** The content of `area1-m365 explain`, independent of the format. */
export interface Explanation {
  /** The tenant's name, if it was read. */
  tenant?: string;
  tenantId?: string;
  accountId?: string;
  /** When the tenant was read, as an ISO 8601 date. */
  takenAt: string;
  /** Whether it shows the state after a program's preview. */
  planned: boolean;
  /** The use case of Cloudflare's tutorials that the tenant is in, as a sentence. */
  useCase: string;
  rows: Row[];
  /** With `--before-after`: the rows that would end differently. */
  changes?: RowPair[];
  /** What defeats or weakens the routes. */
  findings: Finding[];
  /** What happened to mail, if evidence was given. */
  evidence?: Evidence;
  /** What the preview does not show, a sentence each without a full stop. */
  notes: string[];
  /** The parts that could not be read. */
  unread: { part: string; reason: string }[];
}

/** What to explain of a snapshot. */
export interface Question {
  /** The output of `pulumi preview --json`, to apply to the snapshot. */
  preview?: unknown;
  /** Whether to show only mail that ends differently. @default false */
  beforeAfter?: boolean;
  /** The output of `area1-m365 evidence --json`. */
  evidence?: unknown;
  /** The cases. @default every class of recipients */
  rows?: RowOptions;
}

/** Explains a snapshot, or its state after a preview. @throws Error if the preview or the evidence is not valid */
export function explanationOf(
  before: Snapshot,
  { preview, beforeAfter = false, evidence, rows: which = {} }: Question,
): Explanation {
  const { snapshot, notes } =
    preview === undefined
      ? { snapshot: before, notes: [] }
      : plan(before, preview);
  const useCase = useCaseOf(snapshot);
  const { organization, tenantId, accountId, takenAt } = before;
  return {
    ...("value" in organization && { tenant: organization.value.name }),
    ...(tenantId !== undefined && { tenantId }),
    ...(accountId !== undefined && { accountId }),
    takenAt,
    planned: preview !== undefined,
    useCase: useCaseSentence(useCase),
    rows: rows(snapshot, which),
    ...(beforeAfter && {
      changes: rowPairs(before, snapshot, which).filter(
        (pair) => endKey(pair.before) !== endKey(pair.after),
      ),
    }),
    findings: examine(
      snapshot,
      contextOf({ purpose: "stack", useCase: judgedUseCase(useCase) }),
    ),
    ...(evidence !== undefined && { evidence: evidenceIn(evidence) }),
    notes,
    unread: unavailableIn(snapshot, parts),
  };
}

function evidenceIn(document: unknown): Evidence {
  const lists = ["rules", "findings", "couldNotLook", "limits"];
  const found = document as Record<string, unknown> | null;
  if (!lists.every((list) => Array.isArray(found?.[list])))
    throw new Error(
      "This is not evidence. Give the output of area1-m365 evidence --json.",
    );
  return document as Evidence;
}

/** The names of a snapshot's parts in texts. */
const parts: Readonly<Record<PartName, string>> = {
  domains: "Cloudflare's domains",
  acceptedDomains: "accepted domains",
  inboundConnectors: "inbound connectors",
  connectionFilters: "the connection filter",
  transportRules: "mail flow rules",
  antiSpamPolicies: "anti-spam policies",
  antiSpamRules: "the rules of anti-spam policies",
  presetRules: "preset security policies",
  antiPhishPolicies: "anti-phishing policies",
  malwarePolicies: "anti-malware policies",
  quarantinePolicies: "quarantine policies",
  quarantineNotification: "quarantine notification settings",
  organization: "the organization's settings",
  mailExchanges: "the MX records that Microsoft 365 expects",
};
