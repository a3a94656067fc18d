import { headerWords } from "./cloudflare";
import { asDelivered } from "./delivered";
import { domainOf } from "./mail";
import {
  dispositionHeaders,
  dispositions,
  headers,
  type Disposition,
  type Header,
} from "./message";
import type { Path } from "./path";
import { recipientClasses, type RecipientClass } from "./recipients";
import { mailFlow } from "./route";
import type { Snapshot } from "./snapshot";

/** One message of a test plan, and what the model says of it. */
export interface TestCase {
  /** A file name: lower case letters, digits, hyphens, `.eml`. */
  file: string;
  disposition: Disposition;
  /** Which generation of headers it carries; null for clean mail, which carries none. */
  header: Header | null;
  /** The class of recipients, in words, or the address that was asked for. */
  recipients: string;
  /** The address that it is for: a sample of the class. */
  recipient: string;
  /** Groups that a recipient of the class is a member of. */
  groups: string[];
  sender: string;
  /** The rules that match it, in order, as `Test-Message` should report them. */
  rules: string[];
  /** The same where a condition on the sender's IP address does not match: a test has no such address. */
  rulesWithoutAddress: string[];
  /** Where it ends in life, coming from Cloudflare. */
  expected: Omit<Path, "steps">;
  /** The message by RFC 5322, with CRLF. */
  eml: string;
}

/** What a test plan is made for. */
export interface TestPlanOptions {
  /** Addresses instead of a sample of each class; they are taken to be in no group. */
  recipients?: readonly string[];
}

/** An address of a domain that is set aside for examples: no rule of anybody's is about it. */
const sender = "test-plan@sender.example";

/** A message for each disposition, header and class of recipients that the snapshot treats differently. */
export function testPlan(
  snapshot: Snapshot,
  { recipients }: TestPlanOptions = {},
): TestCase[] {
  const classes: RecipientClass[] = recipients
    ? recipients.map((recipient) => ({
        label: recipient,
        recipient,
        groups: [],
      }))
    : recipientClasses(snapshot);
  const kinds = dispositions.flatMap(
    (disposition): Pick<TestCase, "disposition" | "header">[] =>
      headerWords[disposition] === undefined
        ? [{ disposition, header: null }]
        : headers.map((header) => ({ disposition, header })),
  );
  const inLife = mailFlow(snapshot);
  // A test meets the rules alone, and comes by no connection.
  const inTest = mailFlow({
    ...asDelivered(
      snapshot,
      classes.map(({ recipient }) => recipient),
    ),
    inboundConnectors: { value: [] },
    connectionFilters: { value: [] },
  });
  return classes.flatMap(({ label, recipient, groups }, at) =>
    kinds.map(({ disposition, header }): TestCase => {
      const message = {
        disposition,
        header: header ?? "cloudflare",
        recipient,
        recipientGroups: groups,
        sender,
      };
      const { steps: _, ...expected } = inLife(message).path;
      const stem = [
        String(at + 1).padStart(2, "0"),
        disposition.toLowerCase(),
        header,
        slug(label),
      ]
        .filter(Boolean)
        .join("-");
      const withoutAddress = { ...message, sourceIp: noAddress };
      return {
        file: `${stem}.eml`,
        disposition,
        header,
        recipients: label,
        recipient,
        groups: [...groups],
        sender,
        rules: rulesIn(inTest(message).path),
        rulesWithoutAddress: rulesIn(inTest(withoutAddress).path),
        expected,
        eml: eml(disposition, header, recipient, stem),
      };
    }),
  );
}

/** An address that is set aside for documentation: in nobody's ranges. */
const noAddress = "192.0.2.1";

/** The rules that matched for sure. */
const rulesIn = ({ steps }: Path): string[] => [
  ...new Set(
    steps.flatMap(({ object, property }) => {
      const name = /^TransportRule "(.*)"$/s.exec(object)?.[1];
      return name === undefined || property === "conditions" ? [] : [name];
    }),
  ),
];

/** What is left of a text in a file name on any system: lower case letters and digits, words parted by hyphens. */
const slug = (text: string): string =>
  text
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 40)
    .replace(/^-+|-+$/g, "");

/**
 * Written by hand, without a library: every header is a fixed ASCII text but the recipient's, the body is one plain text, and
 * nothing needs folding or encoding. The same plan gives the same bytes, so that a second run finds nothing to overwrite.
 */
function eml(
  disposition: Disposition,
  header: Header | null,
  recipient: string,
  stem: string,
): string {
  const word = headerWords[disposition];
  return [
    `From: <${sender}>`,
    `To: <${oneLine(recipient)}>`,
    `Subject: Test of the mail flow: ${disposition}`,
    "Date: Thu, 01 Jan 2026 00:00:00 +0000",
    `Message-ID: <${stem}@${domainOf(sender)}>`,
    ...(header && word !== undefined
      ? [`${dispositionHeaders[header]}: ${word}`]
      : []),
    "MIME-Version: 1.0",
    "Content-Type: text/plain; charset=us-ascii",
    "Content-Transfer-Encoding: 7bit",
    "",
    "This message was made by area1-m365 test-plan to try mail flow rules.",
    "It was written by nobody, and may be deleted.",
    "",
  ].join("\r\n");
}

/** An address cannot bring a header of its own. */
const oneLine = (address: string): string =>
  // eslint-disable-next-line no-control-regex
  address.replace(/[\u0000-\u0020\u007f<>]+/g, "");
