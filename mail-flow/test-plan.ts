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

/** A message of a test plan, with the result of the model. */
export interface TestCase {
  /** The file name: lower case letters, digits, hyphens, `.eml`. */
  file: string;
  disposition: Disposition;
  /** The generation of headers that it carries; null for clean mail, which carries none. */
  header: Header | null;
  /** A description of the class of recipients, or the requested address. */
  recipients: string;
  /** The recipient's address: a sample of the class. */
  recipient: string;
  /** The groups that a recipient of the class is a member of. */
  groups: string[];
  sender: string;
  /** The matching rules, in order, as `Test-Message` should report them. */
  rules: string[];
  /** The matching rules without those whose condition on the sender's IP address does not match: a test has no such address. */
  rulesWithoutAddress: string[];
  /** The result for the same message when Cloudflare delivers it. */
  expected: Omit<Path, "steps">;
  /** The message in the format of RFC 5322, with CRLF. */
  eml: string;
}

/** Options of {@link testPlan}. */
export interface TestPlanOptions {
  /** Addresses instead of a sample of each class. They are assumed to be in no group. */
  recipients?: readonly string[];
}

/** An address in a domain reserved for examples, so that no rule applies to it. */
const sender = "test-plan@sender.example";

/** Returns a message for each disposition, header, and class of recipients that the snapshot treats differently. */
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
  // `Test-Message` tests only rules, without a connection.
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

/** An address reserved for documentation, which is in nobody's ranges. */
const noAddress = "192.0.2.1";

/** Returns the rules that certainly matched. */
const rulesIn = ({ steps }: Path): string[] => [
  ...new Set(
    steps.flatMap(({ object, property }) => {
      const name = /^TransportRule "(.*)"$/s.exec(object)?.[1];
      return name === undefined || property === "conditions" ? [] : [name];
    }),
  ),
];

/** Returns a text as part of a file name for any system: lower case letters and digits, with hyphens between words. */
const slug = (text: string): string =>
  text
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 40)
    .replace(/^-+|-+$/g, "");

/**
 * Returns the text of a message. No library is needed: every header except the recipient's is fixed ASCII text, the body is plain text, and
 * nothing needs folding or encoding. The same plan always gives the same bytes, so that a second run changes no file.
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

/** Returns an address without line breaks, other control characters, spaces and angle brackets, so that it cannot add a header. */
const oneLine = (address: string): string =>
  // eslint-disable-next-line no-control-regex
  address.replace(/[\u0000-\u0020\u007f<>]+/g, "");
