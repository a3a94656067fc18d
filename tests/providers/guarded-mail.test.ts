import { reasonAgainstMail } from "../../providers/exposure-guard/guarded-mail";

describe("The mail that a program guards", () => {
  test.each([
    [{}],
    [{ words: ["MALICIOUS"] }],
    [{ headers: ["area1"] }],
    [{ verdicts: ["phish", "highConfidencePhish"] }],
    [{ verdicts: [] }],
    [{ headers: ["cloudflare", "area1"] }],
    [{ senderIpRanges: ["192.0.2.0/24", "198.51.100.1-198.51.100.9"] }],
    [
      {
        words: ["MALICIOUS", "SPOOF"],
        headers: ["cloudflare"],
        senderIpRanges: ["192.0.2.1"],
      },
    ],
  ])("may be %j", (given) => {
    expect(reasonAgainstMail(given)).toBeUndefined();
  });

  const noObject =
    "must be an object with words, headers, senderIpRanges, verdicts";
  const noWords = "words must be a list of words, and not empty";
  const noVerdicts =
    "verdicts must be a list of highConfidenceSpam, phish, highConfidencePhish";
  const noHeaders =
    "headers must be a list of area1 and cloudflare, and not empty";

  test.each<[unknown, string]>([
    ["MALICIOUS", noObject],
    [["MALICIOUS"], noObject],
    [null, noObject],
    [undefined, noObject],
    [
      { word: ["A"] },
      "has no word, but words, headers, senderIpRanges, verdicts",
    ],
    [
      { words: ["A"], toString: ["A"] },
      "has no toString, but words, headers, senderIpRanges, verdicts",
    ],
    [{ words: [] }, noWords],
    [{ words: "A" }, noWords],
    [{ words: null }, noWords],
    [{ words: ["A", 1] }, noWords],
    [{ words: ["A", " "] }, noWords],
    [{ headers: [] }, noHeaders],
    [{ headers: "area1" }, noHeaders],
    [{ headers: ["area1", "Area1"] }, noHeaders],
    [
      { senderIpRanges: "192.0.2.1" },
      "senderIpRanges must be a list, not a string",
    ],
    [
      { words: ["A"], headers: ["area1"], senderIpRanges: [] },
      "senderIpRanges must not be empty; leave it out for the published list",
    ],
    [{ words: [], headers: [] }, noWords],
    [{ verdicts: ["spam"] }, noVerdicts],
    [{ verdicts: "phish" }, noVerdicts],
  ])("is not %j", (given, reason) => {
    expect(reasonAgainstMail(given)).toBe(reason);
  });
});
