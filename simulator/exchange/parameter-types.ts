/** How the text of a parameter is read and checked. */
export type ParameterType =
  | "text"
  | "flag"
  | "integer"
  | "scl"
  | "texts"
  | "words"
  | "ipRanges"
  | "headerName"
  | "timeSpan"
  | "dateTime"
  | "tables"
  | "notOverRest"
  | { enumeration: string; values: readonly string[]; many?: true };

/** What is known of one parameter of a cmdlet. */
export interface Parameter {
  /** Its type. */
  type: ParameterType;
  /** Whether the cmdlet refuses to run without it. */
  required?: true;
  /** Most characters of a text. */
  maxLength?: number;
  /** Least and greatest value of a number. */
  range?: readonly [number, number];
}

/** The parameters of a cmdlet, by name. */
export type Parameters = Readonly<Record<string, Parameter>>;
