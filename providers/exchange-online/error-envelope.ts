import { bodyText, printable } from "../errors";
import { isRecord, parsed, textOf } from "../json";

/** The content of an Exchange error, from the different places in its envelope. */
export interface ExchangeReason {
  /** For example `Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException`; empty if there is none. */
  readonly exceptionType: string;
  /** The reason, cleaned for printing; empty if there is none. */
  readonly reason: string;
  /** Whether the body is in Exchange's own format, and not, for example, a proxy's page. */
  readonly isOwn: boolean;
}

/**
 * Reads an error body. Uses the most specific text that there is: the first detail, then the internal exception, then the outer
 * message (such as "Error executing cmdlet", which does not help), then the raw text. Details have the form `errorId|Type|text`, or
 * are JSON in a string (both observed).
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

/** Returns a member by its name, ignoring case: both `Message` and `message` were observed. */
function member(value: unknown, name: string): unknown {
  if (!isRecord(value)) return undefined;
  const key = Object.keys(value).find((k) => k.toLowerCase() === name);
  return key === undefined ? undefined : value[key];
}
