import { createHash } from "node:crypto";
import { json, type Answer } from "../answer";
import type { JsonObject } from "../json";
import type { Quirks } from "../quirks";

/** An error of a cmdlet or of its parameters, with the data for the service's answer. */
export class CmdletError extends Error {
  /**
   * @param type Full name of the exception's class.
   * @param text The message.
   * @param phase Whether the parameters could not be bound or the cmdlet failed. The service answers the two differently.
   * @param withDetails Whether the answer has a `details` member.
   */
  constructor(
    readonly type: string,
    readonly text: string,
    readonly phase: "binding" | "cmdlet" = "cmdlet",
    readonly withDetails = true,
  ) {
    super(text);
  }
}

const notFoundType =
  "Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException";

/** Returns the error for an object that does not exist. */
export function notFound(identity: string): CmdletError {
  return new CmdletError(
    notFoundType,
    `The operation couldn't be performed because object '${identity}' couldn't be found on 'AM0PR04A02DC001.EURPR04A002.PROD.OUTLOOK.COM'.`,
  );
}

/** Returns the error for a name that already exists. */
export function alreadyExists(text: string): CmdletError {
  return new CmdletError(
    "Microsoft.Exchange.Data.Directory.ADObjectAlreadyExistsException",
    text,
  );
}

/** Returns the error for values that the service rejects. */
export function invalid(text: string): CmdletError {
  return new CmdletError(
    "Microsoft.Exchange.Management.Tasks.ValidationException",
    text,
  );
}

/** Returns the error for values that contradict each other. */
export function badArgument(text: string): CmdletError {
  return new CmdletError("System.ArgumentException", text);
}

/** Returns the error for parameters that the cmdlet does not have. */
export function unknownParameters(names: string[]): CmdletError {
  return new CmdletError(
    "Microsoft.Exchange.AdminApi.CommandInvocation.AmbiguousParameterSetException",
    `Parameter set cannot be resolved using the specified named parameters. Invalid cmdlet parameters specified. ${names.join(", ")}`,
    "binding",
  );
}

/** Returns the error for a value of the wrong type. */
export function cannotTransform(
  parameter: string,
  value: string,
  type: string,
  reason: string,
): CmdletError {
  return new CmdletError(
    "Microsoft.Exchange.AdminApi.CommandInvocation.ParameterTransformationException",
    `Cannot process argument transformation on parameter '${parameter}'. Cannot convert value "${value}" to type "${type}". Error: "${reason}"`,
    "binding",
    false,
  );
}

/** Returns the error for a value that has the right type but is not allowed. */
export function cannotValidate(parameter: string, reason: string): CmdletError {
  return new CmdletError(
    "System.Management.Automation.ParameterBindingValidationException",
    `Cannot validate argument on parameter '${parameter}'. ${reason}`,
    "binding",
  );
}

/** Returns the error for missing required parameters. */
export function missingParameters(names: string[]): CmdletError {
  return new CmdletError(
    "System.Management.Automation.ParameterBindingException",
    `Cannot process command because of one or more missing mandatory parameters: ${names.join(" ")}.`,
    "binding",
  );
}

const oData = "Microsoft.Exchange.Admin.OData.Core.ODataServiceException";
const directInvoke =
  "Microsoft.Exchange.Management.PSDirectInvoke.DirectInvokeCmdletExecutionException";
const noWarnings = {
  "adminapi.warnings@odata.type": "#Collection(String)",
  "@adminapi.warnings": [],
};

/** Returns the answer for an error. */
export function errorAnswer(error: CmdletError, quirks: Quirks): Answer {
  const status = error.type === notFoundType ? quirks.notFoundStatus : 400;
  const code = {
    404: "NotFound",
    400: "BadRequest",
    500: "InternalServerError",
  }[status];
  const body =
    error.phase === "binding" ? bindingBody(error) : cmdletBody(error, quirks);
  return json(status, { error: { code, ...body } });
}

/** As captured: an unknown parameter has details and no warnings, a bad value has warnings and no details. */
function bindingBody(error: CmdletError): JsonObject {
  const message = "Invalid Operation";
  return {
    message,
    ...(error.withDetails
      ? {
          details: [
            {
              code: "Client",
              target: "",
              message: `|${error.type}|${error.text}`,
            },
          ],
        }
      : {}),
    innererror: {
      message,
      type: oData,
      stacktrace: "",
      internalexception: {
        message: error.text,
        type: error.type,
        stacktrace: "",
      },
    },
    ...(error.withDetails ? {} : noWarnings),
  };
}

function cmdletBody(error: CmdletError, quirks: Quirks): JsonObject {
  const message = "Error executing cmdlet";
  const id = quirks.errorIdEmpty
    ? ""
    : `Ex${createHash("sha256").update(error.type).digest("hex").slice(0, 6).toUpperCase()}`;
  const detail =
    quirks.errorDetails === "json"
      ? JSON.stringify({
          Message: error.text,
          TypeName: error.type,
          StackTrace: null,
          InnerError: null,
        })
      : `${id}|${error.type}|${error.text}`;
  return {
    message,
    details: [
      {
        code: quirks.errorDetails === "json" ? "Context" : "Client",
        target: "",
        message: detail,
      },
    ],
    innererror: {
      message,
      type: oData,
      stacktrace: "   at Microsoft.Exchange.Admin.OData.Core.InvokeCommand()",
      internalexception: {
        message: `Exception of type '${directInvoke}' was thrown.`,
        type: directInvoke,
        stacktrace: "   at Microsoft.Exchange.Management.PSDirectInvoke.Run()",
      },
    },
    ...noWarnings,
  };
}
