import { bodyText, printable } from "../errors";
import { isRecord, parsed, textOf } from "../json";

/** What an error of Exchange says, wherever in the envelope it stands. */
export interface ExchangeReason {
  /** For example `Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException`; empty where none is given. */
  readonly exceptionType: string;
  /** Ready to print; empty where none is given. */
  readonly reason: string;
  /** False where the body is not Exchange's own form, but a proxy's page, say. */
  readonly isOwn: boolean;
}

/**
 * Reads an error body in the order in which it is of use: the first detail, the internal exception, the outer message
 * ("Error executing cmdlet" and the like, useless), the raw text. Details come as `errorId|Type|text`, or as JSON in a
 * string (both observed).
 */
export function readError(text: string): ExchangeReason {
  const error = member(parsed(text), "error");
  if (!isRecord(error))
    return { exceptionType: "", reason: bodyText(text), isOwn: false };
  const internal = member(member(error, "innererror"), "internalexception");
  const internalType = textOf(member(internal, "type"));
  const details = member(error, "details");
  const detail = fromDetail(
    textOf(member(Array.isArray(details) ? details[0] : undefined, "message")),
  );
  const internalText = textOf(member(internal, "message"));
  const reason =
    detail.reason ||
    (/DirectInvokeCmdletExecutionException/.test(internalText)
      ? ""
      : internalText) ||
    textOf(member(error, "message"));
  return {
    exceptionType: detail.exceptionType || internalType,
    reason: printable(reason),
    isOwn: true,
  };
}

function fromDetail(message: string): Omit<ExchangeReason, "isOwn"> {
  const json = parsed(message);
  if (isRecord(json))
    return {
      exceptionType: textOf(member(json, "typename")),
      reason: textOf(member(json, "message")),
    };
  const bar = message.indexOf("|");
  const second = message.indexOf("|", bar + 1);
  return bar < 0 || second < 0
    ? { exceptionType: "", reason: message }
    : {
        exceptionType: message.slice(bar + 1, second),
        reason: message.slice(second + 1),
      };
}

/** A member by its name in any case: `Message` and `message` are both seen. */
function member(value: unknown, name: string): unknown {
  if (!isRecord(value)) return undefined;
  const key = Object.keys(value).find((k) => k.toLowerCase() === name);
  return key === undefined ? undefined : value[key];
}
