/** What a spam confidence level requests from Microsoft's filter. */
export type RequestedVerdict =
  "bypass" | "nothing" | "spam" | "highConfidenceSpam" | "notDocumented";

/** The request by level. Microsoft's documentation of 2026-08-11 no longer names 7 and 8. */
const requestedVerdicts: Readonly<Record<number, RequestedVerdict>> = {
  [-1]: "bypass",
  5: "spam",
  6: "spam",
  7: "notDocumented",
  8: "notDocumented",
  9: "highConfidenceSpam",
};

/** Returns what a level from -1 to 9 requests; `nothing` if none is set. */
export const requestedVerdict = (
  scl: number | null | undefined,
): RequestedVerdict => requestedVerdicts[scl ?? 0] ?? "nothing";
