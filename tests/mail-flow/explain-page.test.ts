import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { Browser, Page } from "puppeteer-core";
import { explanationOf, type Question } from "../../cli/explain/explanation";
import { asPage } from "../../cli/explain/page";
import type { Evidence } from "../../mail-flow/evidence";
import type { Snapshot } from "../../mail-flow/snapshot";
import { startBrowser, testInBrowser as test } from "../simulator/browser";
import { freshTenant } from "./fresh-tenant";
import {
  defeated,
  firstPreview,
  hostile,
  oddRules,
  sourceIp,
  useCase4,
} from "./tenants";

const artifacts = path.resolve(__dirname, "../../artifacts");
const axe = require.resolve("axe-core/axe.min.js");
let browser: Browser;
beforeAll(async () => {
  await mkdir(artifacts, { recursive: true });
  browser = await startBrowser();
});
afterAll(() => browser?.close());

const wrong: string[] = [];
afterEach(async () => {
  for (const page of await browser.pages()) await page.close();
  expect(wrong.splice(0)).toEqual([]);
});

/** Opens the page of a snapshot as a file would be; whatever it asks the network for, and every error, fails the test. */
async function opened(
  snapshot: Snapshot,
  {
    width = 1360,
    height = 900,
    dark = false,
    ...question
  }: Question & { width?: number; height?: number; dark?: boolean } = {},
): Promise<Page> {
  const page = await browser.newPage();
  await page.setViewport({ width, height });
  await page.emulateMediaFeatures([
    { name: "prefers-color-scheme", value: dark ? "dark" : "light" },
  ]);
  page.on("pageerror", (error) => wrong.push(String(error)));
  page.on("console", (message) => wrong.push(message.text()));
  page.on("request", (request) => {
    if (!/^(data|about):/.test(request.url()))
      wrong.push(`asked ${request.url()}`);
  });
  const html = asPage(
    explanationOf(snapshot, { rows: { sourceIp }, ...question }),
  );
  await page.goto(
    `data:text/html;base64,${Buffer.from(html).toString("base64")}`,
  );
  return page;
}

/** Keeps a picture of what the page shows, of very long ones the beginning. */
const picture = async (page: Page, name: string) => {
  const height = (await page.evaluate(`document.body.scrollHeight`)) as number;
  const { width = 0 } = page.viewport() ?? {};
  await page.screenshot({
    path: path.join(artifacts, `explain-${name}.png`),
    clip: { x: 0, y: 0, width, height: Math.min(height, 2400) },
    captureBeyondViewport: true,
  });
};

const text = async (page: Page, selector: string) =>
  (await page.evaluate(
    `[...document.querySelectorAll(${JSON.stringify(selector)})].map((one) => one.textContent.replace(/\\s+/g, " ").trim())`,
  )) as string[];

const evidence: Evidence = {
  takenAt: "2026-11-23T12:00:00Z",
  hitsSince: "2026-08-25T00:00:00Z",
  matchesSince: "2026-11-13T00:00:00Z",
  rules: [
    {
      rule: "Email Security User Quarantine Message",
      enabled: true,
      mode: "Enforce",
      header: "cloudflare",
      words: ["UCE", "SPAM", "SPOOF"],
      dispositions: ["Spam", "Spoof"],
      setScl: 5,
      matched: 71,
      perDay: [12, 9, 14, 8, 11, 17].map((messages, at) => ({
        date: `2026-11-${16 + at}`,
        messages,
      })),
      lookedAt: 40,
      expected: [],
      found: [
        {
          inQuarantine: true,
          policy: "Default",
          type: "Spam",
          quarantinePolicy: "UserNotifyUserRelease",
          messages: 38,
          released: 3,
          releasedByRecipient: 3,
          releasedByUnknown: 0,
          agrees: "yes",
          why: "",
        },
        {
          inQuarantine: false,
          policy: null,
          type: null,
          quarantinePolicy: null,
          messages: 2,
          released: 0,
          releasedByRecipient: 0,
          releasedByUnknown: 0,
          agrees: "unknown",
          why: "a recipient may have deleted it",
        },
      ],
    },
  ],
  findings: [
    {
      check: "rule-never-matches",
      status: "warning",
      object: 'TransportRule "Area 1 User Quarantine Message"',
      property: "headerContainsMessageHeader",
      reason: "It matched nothing in 90 days while its twin matched 71.",
      fix: 'Set `header: "cloudflare"`.',
      url: "",
      messages: 71,
    },
  ],
  couldNotLook: [{ part: "messages in quarantine", reason: "403" }],
  limits: ["Exchange names single messages for 10 days only"],
};

test("the page is a picture of the flow, wide and dark, on a phone and on paper", async () => {
  const wide = await opened(useCase4());
  expect(await text(wide, ".picture .heads text")).toEqual([
    "Cloudflare finds",
    "Mail flow rules",
    "Verdict",
    "Policy that applies",
    "Where it ends",
  ]);
  expect(
    await wide.evaluate(
      `document.querySelector(".line").getAttribute("aria-label")`,
    ),
  ).toBe(
    "Malicious: Area 1 User Quarantine Message Admin Release, Email Security User Quarantine Message Admin Release, sets SCL 9; then High confidence spam; then Anti-spam policy, Default, quarantines; then Quarantine, UserNotifyAdminRelease, the recipient asks, an administrator releases, the recipient is notified, kept 15 days",
  );
  await picture(wide, "wide");
  await picture(await opened(useCase4(), { dark: true }), "dark");
  await picture(await opened(defeated()), "defeated");
  await picture(await opened(oddRules()), "odd");
  const narrow = await opened(defeated(), { width: 390, height: 844 });
  expect(await overflowing(narrow)).toEqual([]);
  await picture(narrow, "narrow");
  const pdf = await wide.pdf({
    preferCSSPageSize: true,
    printBackground: true,
  });
  // A page in the background is not drawn.
  await wide.bringToFront();
  await wide.emulateMediaType("print");
  await wide.setViewport({ width: 1040, height: 720 });
  await picture(wide, "print");
  expect(
    Buffer.from(pdf)
      .toString("latin1")
      .match(/\/Type\s*\/Page\b/g)?.length,
  ).toBe(1);
});

/** What is wider than the window, by class. */
const overflowing = (page: Page) =>
  page.evaluate(
    `[...document.querySelectorAll("body *")].filter((one) => one.checkVisibility() && one.getBoundingClientRect().right > innerWidth + 0.5).map((one) => one.tagName + "." + one.getAttribute("class"))`,
  ) as Promise<string[]>;

test("texts of the picture stay inside their boxes, lines never cross and boxes never overlap", async () => {
  for (const snapshot of [useCase4(), defeated(), hostile(), oddRules()]) {
    const page = await opened(snapshot);
    const wrongs = (await page.evaluate(`(() => {
      const wrong = [];
      const inside = (a, b) => a.left >= b.left - 1 && a.right <= b.right + 1 && a.top >= b.top - 1 && a.bottom <= b.bottom + 1;
      for (const picture of document.querySelectorAll(".picture")) {
        const boxes = [...picture.querySelectorAll(".station rect, .chip")];
        for (const box of boxes)
          for (const one of box.parentElement.querySelectorAll("text"))
            if (!inside(one.getBoundingClientRect(), box.getBoundingClientRect())) wrong.push("outside: " + one.textContent);
        boxes.forEach((one, at) => boxes.slice(at + 1).forEach((other) => {
          const a = one.getBoundingClientRect(), b = other.getBoundingClientRect();
          if (a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom) wrong.push("over each other");
        }));
        const ways = [...picture.querySelectorAll(".way")];
        const heights = ways.map((way) => Array.from({ length: 240 }, (_, at) => way.getPointAtLength(way.getTotalLength() * at / 239)));
        const heightAt = (points, x) => points.reduce((best, point) => Math.abs(point.x - x) < Math.abs(best.x - x) ? point : best).y;
        for (let x = 150; x < 940; x += 10)
          for (let at = 1; at < ways.length; at++)
            if (heightAt(heights[at], x) < heightAt(heights[at - 1], x) - 6) wrong.push("crossing at " + x);
        if (picture.getBoundingClientRect().right > innerWidth) wrong.push("wider than the window");
      }
      return wrong;
    })()`)) as string[];
    expect(wrongs).toEqual([]);
  }
});

test("the keyboard moves from line to line, and each shows its route and its steps", async () => {
  const page = await opened(useCase4());
  const state = async () =>
    (await page.evaluate(`({
      focused: document.activeElement.querySelector?.(".disposition")?.textContent.trim(),
      on: [...document.querySelectorAll(".on .name, .on .says")].map((one) => one.textContent.trim()),
      card: [...document.querySelectorAll(".way-card")].filter((one) => one.checkVisibility()).map((one) => one.querySelector("h3").textContent.trim()),
    })`)) as { focused?: string; on: string[]; card: string[] };
  expect(await state()).toMatchObject({ on: [], card: ["Malicious"] });
  await page.keyboard.press("Tab");
  expect(await state()).toMatchObject({ focused: "Malicious" });
  await page.keyboard.press("ArrowDown");
  const spam = await state();
  expect(spam).toMatchObject({ focused: "Spam", card: ["Spam"] });
  expect(spam.on).toContain("UserNotifyUserRelease");
  expect(spam.on).not.toContain("UserNotifyAdminRelease");
  await page.keyboard.press("End");
  expect(await state()).toMatchObject({ focused: "Nothing found" });
  await page.keyboard.press("ArrowDown");
  expect(await state()).toMatchObject({ focused: "Malicious" });
  await page.keyboard.press("ArrowUp");
  expect((await state()).on).toContain("Inbox");
  await page.keyboard.press("Tab");
  expect(await state()).toMatchObject({ on: [], card: ["Nothing found"] });
});

test("pointing at a line highlights it, and a click keeps its steps", async () => {
  const page = await opened(useCase4());
  const chip = (await page.$$(".chip"))[2]!;
  await chip.hover();
  expect(await text(page, ".station.on .name")).toContain(
    "UserNotifyUserRelease",
  );
  await chip.click();
  await page.mouse.move(1, 1);
  expect(await text(page, "[aria-current] .disposition")).toEqual(["Spoof"]);
  expect(await text(page, ".way-card.shown h3")).toEqual(["Spoof"]);
});

test("without scripts every line leads to its steps", async () => {
  const page = await browser.newPage();
  await page.setJavaScriptEnabled(false);
  await page.setContent(
    asPage(explanationOf(useCase4(), { rows: { sourceIp } })),
  );
  const [shown, links] = [await page.$$(".way-card"), await page.$$(".line")];
  expect(shown).toHaveLength(6);
  expect(links).toHaveLength(6);
  for (const card of shown) expect(await card.isVisible()).toBe(true);
});

test("findings are shown next to the objects that they are about, and unread parts are named", async () => {
  const page = await opened(defeated());
  expect((await text(page, ".notice li"))[0]).toBe(
    "Not read: anti-phishing policies. Exchange Online answered 403 to Get-AntiPhishPolicy: the application needs the role Security Reader.",
  );
  const [first] = await text(page, ".findings h3");
  const flagged = (await text(page, ".station")).filter((words) =>
    words.includes("▲"),
  );
  expect(first).toMatch(/^1\. /);
  expect(flagged.join()).toContain("Bypass for the gateway");
  expect((await text(page, ".steps .finding")).length).toBeGreaterThan(0);
});

test("the changes of an up and the evidence have their own sections", async () => {
  const page = await opened(freshTenant(), {
    preview: JSON.parse(await readFile(firstPreview, "utf8")),
    beforeAfter: true,
    evidence,
  });
  expect(await page.title()).toBe(
    "What an up changes for mail: contoso.onmicrosoft.com",
  );
  const changes = await text(page, "[aria-labelledby=changes-title] tbody tr");
  expect(changes).toContain(
    "Malicious everybody else at example.com Dropped by Cloudflare Quarantine UserNotifyAdminRelease the recipient asks, an administrator releases, the recipient is notified, kept 15 days",
  );
  const [, happened] = await text(page, "[aria-labelledby=evidence-title] td");
  expect(happened).toBe("71");
  await picture(page, "changes");
});

test.each([
  ["light", false, 1360],
  ["dark", true, 1360],
  ["on a phone", false, 390],
] as const)(
  "contrast is at least 4.5 to 1 and everything has a name: %s",
  async (_, dark, width) => {
    for (const question of [
      { snapshot: defeated() },
      { snapshot: oddRules() },
      {
        snapshot: freshTenant(),
        preview: JSON.parse(await readFile(firstPreview, "utf8")) as unknown,
        beforeAfter: true,
        evidence,
      },
    ]) {
      const { snapshot, ...rest } = question;
      const page = await opened(snapshot, { dark, width, ...rest });
      // The page's own policy lets no script in, so the checker comes by way of the debugger.
      await page.evaluate(await readFile(axe, "utf8"));
      const violations = (await page.evaluate(
        `axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })
          .then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes.map(({ html, failureSummary }) => html.slice(0, 200) + failureSummary).join("; ")))`,
      )) as string[];
      expect(violations).toEqual([]);
      expect(await contrasts(page)).toEqual([]);
    }
  },
);

/** Texts of the picture, which axe does not judge: fill against the nearest box or the paper. */
const contrasts = (page: Page) =>
  page.evaluate(`(() => {
    const light = (colour) => {
      const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3).map((value) => {
        const part = value / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const paper = getComputedStyle(document.querySelector("section")).backgroundColor;
    return [...document.querySelectorAll(".picture text")].filter((one) => one.checkVisibility()).flatMap((one) => {
      const box = one.parentElement.querySelector("rect");
      const [a, b] = [getComputedStyle(one).fill, box ? getComputedStyle(box).fill : paper].map(light).sort((x, y) => y - x);
      const ratio = (a + 0.05) / (b + 0.05);
      return ratio < 4.5 ? [one.textContent + " " + ratio.toFixed(2)] : [];
    });
  })()`) as Promise<string[]>;

test("texts of the tenant are shown as texts, whatever they contain", async () => {
  const page = await opened(hostile());
  const shown = (await page.evaluate(`document.body.textContent`)) as string;
  for (const name of [
    `</script><script>document.title="taken"</script>"'\`#34;`,
    `<img src=x onerror="document.title='taken'">`,
    `"]; click n0 "https://elsewhere.example"\\u{202e}gnp.exe`,
    "\\u{1b}[31m\\u{1b}]0;taken\\u{7}<b>contoso</b>",
    `<script>1</script>\\u{202e}@example.com`,
  ])
    expect(shown).toContain(name);
  expect(await page.$$("img, main script, header script, header b")).toEqual(
    [],
  );
  expect(await page.title()).toContain("<b>contoso</b>");
  expect(await page.title()).not.toBe("taken");
});

test("the page's policy prevents loading or running anything, even if a text were inserted as markup", async () => {
  const page = await opened(useCase4());
  const refused: string[] = [];
  page.removeAllListeners("console");
  page.on("console", (message) => refused.push(message.text()));
  await page.evaluate(`(() => {
    document.body.insertAdjacentHTML("beforeend", "<img src='https://elsewhere.example/x.png' onerror='document.title=1'>");
    const script = document.createElement("script");
    script.textContent = "document.title = 'taken'";
    document.body.append(script);
  })()`);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(await page.title()).not.toBe("taken");
  expect(refused.join()).toMatch(/Content Security Policy/);
  wrong.length = 0;
});
