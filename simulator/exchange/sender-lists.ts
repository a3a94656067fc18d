import { isObject, type Json, type JsonObject } from "../json";
import type { Quirks } from "../quirks";

/** The properties of an anti-spam policy that are lists of senders, with the service's name for an entry's value. */
const senderLists: Readonly<Record<string, "Sender" | "Domain">> = {
  AllowedSenders: "Sender",
  BlockedSenders: "Sender",
  AllowedSenderDomains: "Domain",
  BlockedSenderDomains: "Domain",
};

/** Whether a property of an anti-spam policy is a list of senders. */
export function isSenderList(property: string): boolean {
  return property in senderLists;
}

/** Returns the addresses or domains of a list of senders, in any of its formats. */
export function sendersIn(list: Json | undefined): string[] {
  const entries = Array.isArray(list) ? list : [list ?? null];
  return entries.flatMap((entry) => {
    const value = isObject(entry)
      ? (entry["Sender"] ?? entry["Address"] ?? entry["Domain"])
      : entry;
    const text = isObject(value) ? value["Address"] : value;
    return typeof text === "string" ? [text] : [];
  });
}

/** Returns a policy with its lists of senders in the format of the switch `senderListForm`. `asKept` leaves them unchanged. */
export function withSenderLists(
  policy: JsonObject,
  form: Quirks["senderListForm"],
): JsonObject {
  if (form === "asKept") return policy;
  const lists = Object.entries(senderLists).map(([property, name]) => [
    property,
    sendersIn(policy[property]).map((text) => entryOf(name, text, form)),
  ]);
  return { ...policy, ...(Object.fromEntries(lists) as JsonObject) };
}

function entryOf(
  name: "Sender" | "Domain",
  text: string,
  form: Exclude<Quirks["senderListForm"], "asKept">,
): Json {
  switch (form) {
    case "typeNotes":
      return name === "Domain"
        ? { "Domain@data.type": "System.String", Domain: text }
        : {
            Sender: {
              "@odata.type": "#Exchange.GenericHashTable",
              Address: text,
            },
          };
    case "smtpAddress": {
      const at = text.lastIndexOf("@");
      return name === "Domain"
        ? { Domain: text, IncludeSubDomains: false }
        : {
            Sender: {
              Length: text.length,
              IsUTF8: false,
              Local: text.slice(0, at),
              Domain: text.slice(at + 1),
              IsValidAddress: true,
              Address: text,
            },
          };
    }
    case "objects":
      return { [name]: name === "Domain" ? text : { Address: text } };
  }
}
