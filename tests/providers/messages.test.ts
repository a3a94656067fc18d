import fc from "fast-check";

import {
  bodyText,
  isFault,
  PartialFailure,
  printable,
  reasonOf,
  sentence,
  UserError,
  VendorError,
} from "../../providers/errors";
import { readError } from "../../providers/exchange-online/error-envelope";
import {
  isMark,
  markFor,
  markOfState,
  nameIn,
  ownerOf,
} from "../../providers/mark";
import { scrub } from "../../providers/session/session";

const notFound =
  "Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException";

describe("An error of Exchange Online", () => {
  const envelope = (error: object) => JSON.stringify({ error });

  test.each([
    [
      "its first detail, in bars",
      envelope({
        code: "NotFound",
        message: "Error executing cmdlet",
        details: [
          {
            code: "Context",
            target: "",
            message: `Ex123|${notFound}|It is gone | really.`,
          },
        ],
      }),
      { exceptionType: notFound, reason: "It is gone | really." },
    ],
    [
      "its first detail, in bars with an empty id",
      envelope({ details: [{ message: `|${notFound}|It is gone.` }] }),
      { exceptionType: notFound, reason: "It is gone." },
    ],
    [
      "its internal exception",
      envelope({
        message: "outer",
        innererror: {
          internalexception: { message: "It is gone.", type: notFound },
        },
      }),
      { exceptionType: notFound, reason: "It is gone." },
    ],
    [
      "its outer message, where the inner one says nothing",
      envelope({
        message: "outer",
        innererror: {
          internalexception: {
            message: "DirectInvokeCmdletExecutionException",
            type: "T",
          },
        },
      }),
      { exceptionType: "T", reason: "outer" },
    ],
    [
      "its text, where it is no JSON",
      "Too many.",
      { exceptionType: "", reason: "Too many." },
    ],
    [
      "the word for a page",
      "<!DOCTYPE html><p>No",
      { exceptionType: "", reason: "an HTML page" },
    ],
    [
      "nothing, for NUL bytes",
      "\0".repeat(4096),
      { exceptionType: "", reason: "" },
    ],
    ["nothing, for nothing", "", { exceptionType: "", reason: "" }],
  ])("says %s", (_, text, expected) => {
    expect(readError(text)).toEqual({
      ...expected,
      isOwn: text.startsWith('{"error":{'),
    });
  });

  test("is read without failing, whatever it is", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const { reason } = readError(text);
        expect(reason.length).toBeLessThanOrEqual(801);
      }),
    );
    fc.assert(
      fc.property(fc.jsonValue(), (error) => {
        readError(JSON.stringify({ error }));
      }),
    );
  });
});

test("A printable text has no control characters, one line, and an end", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 2000 }), (text) => {
      const clean = printable(text);
      // eslint-disable-next-line no-control-regex
      expect(clean).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
      expect(clean.length).toBeLessThanOrEqual(801);
    }),
  );
});

test("A printable text is one line with single spaces, of 800 characters at most", () => {
  expect(printable(" a\u0000\u0000b \r\n  c\u2028 \u0085d  e ")).toBe(
    "a b c d e",
  );
  expect(printable("x".repeat(800))).toBe("x".repeat(800));
  expect(printable("x".repeat(801))).toBe(`${"x".repeat(800)}…`);
});

test("A page of HTML is reported as such, wherever it begins", () => {
  expect(bodyText("\n <html>")).toBe("an HTML page");
  expect(bodyText("<html>")).toBe("an HTML page");
  expect(bodyText("1 < 2")).toBe("1 < 2");
});

test("Errors have the names of their classes and keep what caused them", () => {
  const cause = new Error("why");
  const vendor = new VendorError("refused", "no", { cause });
  const partial = new PartialFailure("id", { a: 1 }, ["one", "two"], cause);
  expect([vendor.name, vendor.message, vendor.cause]).toEqual([
    "VendorError",
    "no",
    cause,
  ]);
  expect([partial.name, partial.message, partial.cause]).toEqual([
    "PartialFailure",
    "one; two",
    cause,
  ]);
  expect(new UserError("do it").name).toBe("UserError");
  expect(isFault(vendor, "notFound", "refused")).toBe(true);
  expect(isFault(vendor, "notFound")).toBe(false);
  expect(isFault(cause, "refused")).toBe(false);
});

test("The reason of whatever was thrown is its message, else its name, else its text", () => {
  expect(reasonOf(new TypeError("no"))).toBe("no");
  expect(reasonOf(new TypeError())).toBe("TypeError");
  expect(reasonOf("no")).toBe("no");
});

test("A sentence ends once", () => {
  expect(sentence("Gone")).toBe("Gone.");
  expect(sentence("Gone. Or not")).toBe("Gone. Or not.");
  for (const ended of ["Gone.", "Gone!", "Gone?", "Gone…"])
    expect(sentence(ended)).toBe(ended);
});

describe("Scrubbing", () => {
  test("removes a secret in every form in which a vendor may quote it", () => {
    fc.assert(
      fc.property(
        fc
          .string({ minLength: 4, maxLength: 40 })
          .filter((s) => !/^[\][secrt.]*$/.test(s)),
        fc.string(),
        fc.string(),
        (secret, before, after) => {
          const forms = [
            secret,
            encodeURIComponent(secret),
            Buffer.from(secret).toString("base64"),
          ];
          for (const form of forms) {
            const clean = scrub(`${before}|${form}|${after}`, [secret]);
            expect(clean).toContain("[secret]");
          }
          expect(scrub(forms.join("|"), [secret])).not.toContain(secret);
        },
      ),
    );
  });

  test("removes longer secrets before those that are part of them", () => {
    const clean = scrub("the password-and-more", [
      "password",
      "password-and-more",
    ]);
    expect(clean).not.toContain("and-more");
  });

  test("removes all texts that look like a token", () => {
    const jwt = "eyJ0eXAiOiJKV1QifQ.eyJ0aWQiOiJjb250b3NvIn0.c2ln";
    expect(scrub(`Bearer ${jwt}, twice ${jwt}`, [])).toBe(
      "Bearer [secret], twice [secret]",
    );
  });

  test("does not change other texts", () => {
    expect(scrub('the rule "eyJ" is fine', ["unrelated secret"])).toBe(
      'the rule "eyJ" is fine',
    );
  });
});

describe("A mark", () => {
  const ours = markFor("ops", "dev", "mail");

  test("contains project, stack and resource", () => {
    expect(ours).toBe("Managed by Pulumi: ops/dev/mail");
    expect(nameIn(ours)).toBe("ops/dev/mail");
    expect(isMark(ours)).toBe(true);
    expect(isMark("managed by somebody")).toBe(false);
    expect(isMark(undefined)).toBe(false);
  });

  test.each([
    ["Managed by Pulumi: ops/dev/mail", "us"],
    ["Managed by Pulumi: ops/dev/mail/x", "thisStack"],
    ["Managed by Pulumi: ops/dev/other", "thisStack"],
    ["Managed by Pulumi: ops/prod/mail", "anotherStack"],
    ["Managed by Pulumi: opsdev/mail", "anotherStack"],
    ["Managed by Pulumi: op/sdev/mail", "anotherStack"],
    ["Managed by Pulumi: ", "anotherStack"],
    ["made by hand", "nobody"],
    ["", "nobody"],
    [null, "nobody"],
    [undefined, "nobody"],
  ])("%p is %s to us", (found, owner) => {
    expect(ownerOf(found, ours)).toBe(owner);
  });

  test.each([
    ["Managed by Pulumi: ops/dev/mail (0123456789ab)", "us"],
    ["Managed by Pulumi: ops/dev/mail (ba9876543210)", "namesake"],
    ["Managed by Pulumi: ops/dev/mail", "namesake"],
    ["Managed by Pulumi: ops/dev/other", "thisStack"],
    ["Managed by Pulumi: ops/dev/other (ba9876543210)", "thisStack"],
    ["Managed by Pulumi: ops/dev/renamed (0123456789ab)", "us"],
    ["Managed by Pulumi: ops/renamed/mail (0123456789ab)", "us"],
    ["Managed by Pulumi: ops/prod/mail (ba9876543210)", "anotherStack"],
  ])("%p is %s to one with a restore point", (found, owner) => {
    const own = markOfState(ours, "restore-point-0123456789ab");
    expect(own).toBe(`${ours} (0123456789ab)`);
    expect(nameIn(own)).toBe("ops/dev/mail");
    expect(ownerOf(found, own)).toBe(owner);
  });

  test("with a long name is cut, so that the id fits into the description of a policy", () => {
    const long = markFor("ops", "dev", "x".repeat(300));
    const own = markOfState(long, "restore-point-0123456789ab");
    expect(own).toHaveLength(255);
    expect(own).toMatch(/^Managed by Pulumi: ops\/dev\/x+ \(0123456789ab\)$/);
  });

  test("does not change with a restore point of an earlier version", () => {
    expect(markOfState(ours, "restore-point")).toBe(ours);
    expect(ownerOf(markOfState(ours, "restore-point-0123456789ab"), ours)).toBe(
      "namesake",
    );
  });

  test("counts as another stack's for a resource with its own description", () => {
    expect(ownerOf(ours, "for people")).toBe("anotherStack");
  });
});
