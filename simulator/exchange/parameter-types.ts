/** How a parameter's value is parsed and checked. */
export type ParameterType =
  | "text"
  | "flag"
  | "integer"
  | "scl"
  | "texts"
  | "words"
  | "ipRanges"
  | "headerName"
  | "size"
  | "timeSpan"
  | "dateTime"
  | "tables"
  | "notOverRest"
  | { enumeration: string; values: readonly string[]; many?: true };

/** The definition of a parameter of a cmdlet. */
export interface Parameter {
  /** Its type. */
  type: ParameterType;
  /** Whether it is required. */
  required?: true;
  /** Greatest length of a text in characters. */
  maxLength?: number;
  /** Matches the valid values of a text. */
  pattern?: RegExp;
  /** Least and greatest value of a number. */
  range?: readonly [number, number];
}

/** The parameters of a cmdlet, by name. */
export type Parameters = Readonly<Record<string, Parameter>>;
