import { isObject, isTexts, refuseUnknownKeys } from "../json";

/** Cloudflare's dispositions. `UCE` is the header's word for Spam. `NONE` is mail without a disposition. */
export const dispositions = [
  "MALICIOUS",
  "SPAM",
  "UCE",
  "SPOOF",
  "SUSPICIOUS",
  "BULK",
  "NONE",
] as const;

/** Microsoft's verdicts, in their order of precedence. `none` is last. */
export const verdicts = [
  "malware",
  "highConfidencePhish",
  "phish",
  "highConfidenceSpam",
  "spoof",
  "userImpersonation",
  "domainImpersonation",
  "mailboxIntelligence",
  "spam",
  "bulk",
  "none",
] as const;

/** A verdict of Microsoft's. */
export type Verdict = (typeof verdicts)[number];

/** The generations of headers that Cloudflare can add. */
export const headerGenerations = ["area1", "cloudflare", "both"] as const;

/** A message from the internet, and the recipient whose copy is simulated. */
export interface Message {
  /** The address of this recipient. */
  recipient: string;
  /** The addresses of the other recipients. @default [] */
  otherRecipients?: string[];
  /** The sender's address, in envelope and header. @default "sender@sender.example" */
  sender?: string;
  /** Cloudflare's disposition. @default "NONE" */
  disposition?: (typeof dispositions)[number];
  /** Cloudflare's attributes, such as `BEC`. @default [] */
  attributes?: string[];
  /** The headers that Cloudflare adds. @default the switch `headerGeneration` */
  headers?: (typeof headerGenerations)[number];
  /** Headers that the sender set. @default [] */
  ownHeaders?: { name: string; value: string }[];
  /** `mx`: through Cloudflare if the domain is protected. `direct`: directly to Microsoft. @default "mx" */
  path?: "mx" | "direct";
  /** The address of the server that sends it. @default "198.51.100.25" */
  sourceIp?: string;
  /** The last hop before Microsoft. @default the switch `egressAddress` after Cloudflare, else `sourceIp` */
  senderIp?: string;
  /** Whether it is sent over TLS. @default true */
  tls?: boolean;
  /** The name on the certificate of the last hop before Microsoft; empty: no certificate. @default unknown */
  senderCertificate?: string;
  /** Whether it passes email authentication: SPF, DKIM, DMARC. @default true */
  passesAuthentication?: boolean;
  /** Microsoft's own verdict. @default "none" */
  microsoftVerdict?: Verdict;
  /** Its bulk complaint level, 0 to 9. @default for the verdict `bulk`, above every threshold */
  bcl?: number;
  /** @default "Hello" */
  subject?: string;
  /** @default "" */
  body?: string;
  /** Groups that the recipient is a member of, by address. @default [] */
  recipientGroups?: string[];
  /** Groups that the sender is a member of, by address. @default [] */
  senderGroups?: string[];
  /** The type of the recipient's mailbox. Shared mailboxes get no quarantine notifications. @default "user" */
  mailbox?: "user" | "shared";
}

type Open = "headers" | "senderIp" | "senderCertificate" | "bcl";

/** A message with defaults for everything except what the switches decide. */
export type CompleteMessage = Required<Omit<Message, Open>> &
  Pick<Message, Open>;

const texts = [
  "recipient",
  "sender",
  "sourceIp",
  "senderIp",
  "senderCertificate",
] as const;
const chosen = {
  disposition: dispositions,
  headers: headerGenerations,
  path: ["mx", "direct"],
  microsoftVerdict: verdicts,
  mailbox: ["user", "shared"],
} as const;

/** Adds the defaults to a message. @throws Error that names what is wrong with it. */
export function complete(message: Message): CompleteMessage {
  const whole = {
    sender: "sender@sender.example",
    disposition: "NONE" as const,
    otherRecipients: [],
    attributes: [],
    ownHeaders: [],
    path: "mx" as const,
    sourceIp: "198.51.100.25",
    tls: true,
    passesAuthentication: true,
    microsoftVerdict: "none" as const,
    subject: "Hello",
    body: "",
    recipientGroups: [],
    senderGroups: [],
    mailbox: "user" as const,
    ...message,
  };
  check(whole);
  return whole;
}

function check(message: CompleteMessage): void {
  refuseUnknownKeys("message", message, [
    ...texts,
    ...Object.keys(chosen),
    "otherRecipients",
    "attributes",
    "ownHeaders",
    "tls",
    "passesAuthentication",
    "bcl",
    "subject",
    "body",
    "recipientGroups",
    "senderGroups",
  ]);
  for (const name of ["recipient", "sender"] as const)
    if (
      typeof message[name] !== "string" ||
      !/^[^@\s]+@[^@\s]+$/.test(message[name])
    )
      throw new Error(`message.${name} is not an address`);
  for (const [name, values] of Object.entries(chosen)) {
    const value = message[name as keyof typeof chosen];
    if (value !== undefined && !(values as readonly string[]).includes(value))
      throw new Error(
        `message.${name} is one of ${values.join(", ")}, not ${JSON.stringify(value)}`,
      );
  }
  for (const name of [
    "otherRecipients",
    "attributes",
    "recipientGroups",
    "senderGroups",
  ] as const)
    if (!isTexts(message[name]))
      throw new Error(`message.${name} is not an array of texts`);
  const { ownHeaders, bcl, subject, body, tls } = message;
  if (
    !Array.isArray(ownHeaders) ||
    !ownHeaders.every(
      (one) =>
        isObject(one) &&
        typeof one.name === "string" &&
        typeof one.value === "string",
    )
  )
    throw new Error("message.ownHeaders is not an array of {name, value}");
  if (bcl !== undefined && !(Number.isInteger(bcl) && bcl >= 0 && bcl <= 9))
    throw new Error("message.bcl is a whole number from 0 to 9");
  if (typeof subject !== "string" || typeof body !== "string")
    throw new Error("message.subject and message.body are texts");
  if (typeof tls !== "boolean") throw new Error("message.tls is true or false");
  if (typeof message.passesAuthentication !== "boolean")
    throw new Error("message.passesAuthentication is true or false");
}

/** Returns the domain of an address, in lower case. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf("@") + 1).toLowerCase();
}
