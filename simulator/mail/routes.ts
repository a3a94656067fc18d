import { json, type Answer, type VendorRequest } from "../answer";
import { isObject, parseJson, type Json, type JsonObject } from "../json";
import type { Route } from "../server";
import type { Mail } from "./mail";
import type { Message } from "./message";
import {
  quarantineActions,
  Refusal,
  type QuarantineAction,
} from "./quarantine";

/** Creates a route of the control API. */
type MakeRoute = (
  method: "GET" | "POST",
  path: string,
  handle: (holder: { mail: Mail }, request: VendorRequest) => Answer,
) => Route;

/** Returns the routes for mail, quarantine and notifications. */
export function mailRoutes(make: MakeRoute): Route[] {
  const route = (
    method: "GET" | "POST",
    path: string,
    handle: (mail: Mail, request: VendorRequest) => unknown,
    status = 200,
  ): Route =>
    make(method, `/simulator${path}`, ({ mail }, request) => {
      try {
        return json(status, handle(mail, request) as Json);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        return json(error.status, { error: error.message });
      }
    });
  return [
    route("POST", "/mail", (mail, one) => mail.send(messageOf(one)), 201),
    route("POST", "/mail/where", (mail, one) => mail.where(messageOf(one))),
    route("GET", "/mail", ({ messages, mailboxes }) => ({
      messages,
      mailboxes,
    })),
    route("GET", "/quarantine", ({ quarantine }, { query }) =>
      quarantine.list(query.get("as") ?? "administrator"),
    ),
    route("POST", "/quarantine/:id/:action", ({ quarantine }, request) => {
      const action = request.params["action"] ?? "";
      if (!isAction(action))
        throw new Refusal(
          `One of ${quarantineActions.join(", ")}, not "${action}"`,
          404,
        );
      const as = request.body === "" ? undefined : object(request)["as"];
      if (as !== undefined && typeof as !== "string")
        throw new Error('as is "administrator" or a recipient\'s address');
      return quarantine[action](
        request.params["id"] ?? "",
        as ?? "administrator",
      );
    }),
    route("GET", "/notifications", (mail, { query }) => {
      const now = query.get("now");
      const at = now === null ? undefined : Date.parse(now);
      if (Number.isNaN(at)) throw new Error("now is no time in ISO 8601");
      return mail.notifications(at);
    }),
  ];
}

function isAction(text: string): text is QuarantineAction {
  return (quarantineActions as readonly string[]).includes(text);
}

function messageOf(request: VendorRequest): Message {
  return object(request) as unknown as Message;
}

function object(request: VendorRequest): JsonObject {
  const body = parseJson(request.body);
  if (!isObject(body)) throw new Error("The body is not a JSON object");
  return body;
}
