import { readFileSync } from "node:fs";
import { explanationOf } from "../../cli/explain/explanation";
import { asMermaid } from "../../cli/explain/mermaid";
import { asText } from "../../cli/explain/text";
import type { Snapshot } from "../../mail-flow/snapshot";
import { startBrowser, testInBrowser } from "../simulator/browser";
import { freshTenant, valueOf } from "./fresh-tenant";
import {
  defeated,
  firstPreview,
  hostile,
  oddRules,
  sourceIp,
  useCase4,
} from "./tenants";

const told = (snapshot: Snapshot, options = {}): string =>
  asText(explanationOf(snapshot, { rows: { sourceIp } }), {
    colours: false,
    steps: false,
    ...options,
  });

test("the use case is that of the tenant, and findings are those of its use case", () => {
  const five = useCase4();
  for (const rule of valueOf(five.transportRules)) {
    const { setScl, ...actions } = rule.actions;
    rule.actions = { ...actions, quarantine: true };
  }
  const { useCase, findings } = explanationOf(five, {});
  expect(useCase).toMatch(/^The tenant is in use case 5: /);
  expect(findings.map(({ check }) => check)).not.toContain("rule-scl");
});

test("use case 4 needs only a few lines, because rows with the same destination are merged", () => {
  expect(told(useCase4())).toBe(
    `Where mail goes: contoso.onmicrosoft.com, read 2026-11-23 12:00 UTC. Assumes that Microsoft has no
verdict of its own. The tenant is in use case 4: Spam and Spoof go to a quarantine that the
recipient manages, Malicious to one that only an administrator releases from.

To everybody, from 35.157.195.63
Cloudflare finds    SCL  Verdict               Policy           Where it ends
Malicious           9    High confidence spam  Default          Quarantine UserNotifyAdminRelease
                                               quarantines      the recipient asks, an
                                                                administrator releases; the
                                                                recipient is notified; kept 15
                                                                days
Spam, Spoof         5    Spam                  Default          Quarantine UserNotifyUserRelease
                                               quarantines      the recipient releases; the
                                                                recipient is notified; kept 15
                                                                days
Suspicious, Bulk,   –    Not spam              –                Inbox
Nothing found
`,
  );
});

test("rows that differ by the generation of headers name it, unread parts are named, findings are counted", () => {
  const text = told(defeated());
  expect(text).toContain(
    "Not read: anti-phishing policies. Exchange Online answered 403",
  );
  expect(text).toMatch(/\nMalicious {11}9 .*\nX-Area1Security /);
  expect(text).toMatch(/\nMalicious {11}– .*Inbox\nX-CFEmailSecurity\n/);
  expect(text).toMatch(/\nTo ceo@example\.com, from 35\.157\.195\.63\n/);
  expect(text).toMatch(/\n\d+ findings: area1-m365 doctor shows /);
});

test("a rule that decides the destination is named, and an undocumented destination says why", () => {
  const text = told(oddRules()).replace(/\s+/g, " ");
  expect(text).toContain("Delete bulk Deleted");
  expect(text).toMatch(/Redirect what Redirected .*redirectMessage ?To/);
  expect(text).toMatch(
    /Malicious 9 – – Not documented X-CFEmailSecurity [^.]*in the hosted quarantine, or in quarantine under UserNotifyAdminRelease/,
  );
});

test("mail that Cloudflare drops is shown with the other mail to the same recipients", () => {
  const one = useCase4();
  valueOf(one.domains)[0]!.dropDispositions = ["MALICIOUS"];
  const text = asText(explanationOf(one, {}), { colours: false, steps: false });
  expect(text.match(/^To everybody else at example.com.*$/gm)).toEqual([
    "To everybody else at example.com, from 52.11.209.211",
  ]);
  expect(text).toContain("Dropped by Cloudflare");
});

test("steps name the object, the property and its value, and why", () => {
  const text = told(useCase4(), { steps: true });
  expect(text).toContain(
    `
Malicious in X-CFEmailSecurity-Disposition
1.  Domain "example.com"                      Cloudflare processes its mail
    status: ACTIVE
`,
  );
  expect(text).toContain(
    `3.  TransportRule "Email Security User        it asks for the verdict high confidence spam
    Quarantine Message Admin Release"
    setScl: 9
`,
  );
  // The same for both generations of headers: told once.
  expect(text).toMatch(/\nSuspicious\n1\. /);
});

test("the changes of an up are a table of today and afterwards, and no changes are reported as none", () => {
  const preview: unknown = JSON.parse(readFileSync(firstPreview, "utf8"));
  const of = (snapshot: Snapshot, preview: unknown) =>
    asText(
      explanationOf(snapshot, {
        preview,
        beforeAfter: true,
        rows: { sourceIp },
      }),
      { colours: false, steps: false },
    );
  expect(of(freshTenant(), preview)).toContain(
    `To everybody else at example.com
Cloudflare finds    Today                                   After the up
Malicious           Dropped by Cloudflare                   Quarantine UserNotifyAdminRelease
                                                            the recipient asks, an administrator
                                                            releases; the recipient is notified;
                                                            kept 15 days
Spam, Spoof         Inbox                                   Quarantine UserNotifyUserRelease
`,
  );
  expect(of(useCase4(), { steps: [] })).toContain(
    "Nothing: all mail ends where it ends today.",
  );
});

test("every line fits in 100 columns, with names of any length and script", () => {
  const long = useCase4();
  valueOf(long.transportRules)[0]!.name = "n".repeat(64);
  valueOf(long.antiSpamPolicies)[0]!.name = "隔離".repeat(30);
  for (const snapshot of [defeated(), hostile(), oddRules(), long])
    for (const steps of [false, true])
      for (const line of told(snapshot, { steps }).split("\n"))
        expect(widthOf(line)).toBeLessThanOrEqual(100);
});

/** Columns in a terminal: signs of East Asia take two. */
const widthOf = (line: string): number =>
  [...line].reduce(
    (sum, sign) => sum + (/\p{Script=Han}/u.test(sign) ? 2 : 1),
    0,
  );

test("names cannot control the terminal, and colours are printed only if enabled", () => {
  const text = told(hostile(), { steps: true });
  // eslint-disable-next-line no-control-regex -- control characters are what must not be there
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  expect(text).toContain("\\u{1b}[31m");
  expect(told(useCase4(), { colours: true })).toContain("\u001b[3");
});

test("every part that was not read is named", () => {
  const unread = Object.fromEntries(
    Object.entries(freshTenant()).map(([name, part]) => [
      name,
      typeof part === "object" ? { unavailable: `no right for ${name}` } : part,
    ]),
  ) as unknown as Snapshot;
  expect(explanationOf(unread, {}).unread).toHaveLength(14);
  expect(told(unread)).toContain("No recipients: ");
  const one = asText(
    explanationOf(unread, { rows: { recipients: ["a@example.com"] } }),
    { colours: false, steps: false },
  );
  expect(one).toContain("Not documented");
});

testInBrowser(
  "Mermaid parses the flowchart, and names in it are only text",
  async () => {
    const browser = await startBrowser();
    try {
      const page = await browser.newPage();
      await page.goto("about:blank");
      await page.evaluate(
        readFileSync(require.resolve("@mermaid-js/tiny"), "utf8"),
      );
      const drawn = async (snapshot: Snapshot) =>
        (await page.evaluate(
          `mermaid.initialize({ startOnLoad: false, securityLevel: "strict" });
           mermaid.render("picture" + ${JSON.stringify(valueOf(snapshot.transportRules).length)}, ${JSON.stringify(
             asMermaid(explanationOf(snapshot, { rows: { sourceIp } })),
           )}).then(({ svg }) => {
             document.body.innerHTML = svg;
             return {
               labels: [...document.querySelectorAll(".nodeLabel, .cluster-label")].map((one) => one.textContent),
               foreign: document.querySelectorAll("script, img, a").length,
             };
           })`,
        )) as { labels: string[]; foreign: number };
      const plain = await drawn(useCase4());
      expect(plain.labels).toEqual(
        expect.arrayContaining([
          "Malicious",
          "High confidence spam",
          "Anti-spam policyDefaultquarantines",
          "To everybody",
        ]),
      );
      await drawn(defeated());
      const odd = await drawn(hostile());
      expect(odd.foreign).toBe(0);
      expect(odd.labels.join("\n")).toContain(
        `<img src=x onerror="document.title='taken'">`,
      );
      expect(await page.title()).toBe("");
    } finally {
      await browser.close();
    }
  },
);
