import { isObject, isTexts, refuseUnknownKeys } from "../json";

/** What Cloudflare finds a message to be; `UCE` is the header's word for Spam, `NONE` mail without a disposition. */
export const dispositions = [
  "MALICIOUS",
  "SPAM",
  "UCE",
  "SPOOF",
  "SUSPICIOUS",
  "BULK",
  "NONE",
] as const;

/** What Microsoft finds a message to be by itself, in the order in which one goes before the other; `none` last. */
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

/** A verdict on a message. */
export type Verdict = (typeof verdicts)[number];

/** Which generation of headers Cloudflare stamps. */
export const headerGenerations = ["area1", "cloudflare", "both"] as const;

/** A message from the internet, and the one of its recipients whose copy is followed. */
export interface Message {
  /** The address that the copy is for. */
  recipient: string;
  /** The other addresses that the message is for. @default [] */
  otherRecipients?: string[];
  /** The address that it is from, in envelope and header. @default "sender@sender.example" */
  sender?: string;
  /** What Cloudflare finds it to be. @default "NONE" */
  disposition?: (typeof dispositions)[number];
  /** Cloudflare's attributes of it, such as `BEC`. @default [] */
  attributes?: string[];
  /** Which headers Cloudflare stamps. @default the switch `headerGeneration` */
  headers?: (typeof headerGenerations)[number];
  /** Headers that it came with. @default [] */
  ownHeaders?: { name: string; value: string }[];
  /** `mx`: by way of Cloudflare where the domain is protected. `direct`: straight to Microsoft. @default "mx" */
  path?: "mx" | "direct";
  /** The address that hands it in. @default "198.51.100.25" */
  sourceIp?: string;
  /** The last hop before Microsoft. @default the switch `egressAddress` after Cloudflare, else `sourceIp` */
  senderIp?: string;
  /** Whether it is handed in over TLS. @default true */
  tls?: boolean;
  /** The name on the certificate of the last hop before Microsoft; empty: it shows none. @default not known */
  senderCertificate?: string;
  /** Whether it passes email authentication: SPF, DKIM, DMARC. @default true */
  passesAuthentication?: boolean;
  /** What Microsoft finds it to be by itself. @default "none" */
  microsoftVerdict?: Verdict;
  /** Its bulk complaint level, 0 to 9; for `bulk` without a level it is above every threshold. */
  bcl?: number;
  /** @default "Hello" */
  subject?: string;
  /** @default "" */
  body?: string;
  /** Groups that the recipient is a member of, by address. @default [] */
  recipientGroups?: string[];
  /** Groups that the sender is a member of, by address. @default [] */
  senderGroups?: string[];
  /** Whose mailbox the recipient's is; nobody is notified of what lies in quarantine for a shared one. @default "user" */
  mailbox?: "user" | "shared";
}

type Open = "headers" | "senderIp" | "senderCertificate" | "bcl";

/** A message with nothing left open but what the switches decide. */
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

/** Fills in what a message leaves out. @throws Error that names what is wrong with it. */
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

/** The part of an address behind the `@`, in lower case. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf("@") + 1).toLowerCase();
}
