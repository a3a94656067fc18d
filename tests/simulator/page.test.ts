import { mkdir } from "node:fs/promises";
import path from "node:path";
import type { Browser, Page } from "puppeteer-core";
import { startBrowser, testInBrowser as test } from "./browser";
import { newDomain, newRule, simulated, type Simulated } from "./simulated";

const artifacts = path.resolve(__dirname, "../../artifacts");
let browser: Browser;
beforeAll(async () => {
  await mkdir(artifacts, { recursive: true });
  browser = await startBrowser();
});
afterAll(() => browser?.close());

/** Opens the page and waits until it shows what there is; a request to anywhere else, or an error, fails the test. */
async function opened(
  { simulator }: Simulated,
  { part = "", width = 1440, height = 1000 } = {},
): Promise<Page> {
  const page = await browser.newPage();
  await page.setViewport({ width, height });
  page.on("pageerror", (error) => wrong.push(String(error)));
  page.on("console", (message) => {
    // The stream of events ends with the simulator, which may end before the page.
    if (message.type() === "error" && !message.text().includes("net::"))
      wrong.push(message.text());
  });
  page.on("request", (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol !== "data:" && origin !== simulator.url)
      wrong.push(`asked ${request.url()}`);
  });
  await page.goto(`${simulator.url}/simulator${part}`);
  await page.waitForSelector("body[data-ready]");
  return page;
}
/** The page shows a change when it is sent; the simulator has it when the request has arrived. */
async function eventually(holds: () => void): Promise<void> {
  for (let left = 50; ; left--)
    try {
      holds();
      return;
    } catch (error) {
      if (left === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
}

const wrong: string[] = [];
afterEach(async () => {
  for (const page of await browser.pages()) await page.close();
  expect(wrong.splice(0)).toEqual([]);
});

/** What one sees of an element. */
const text = async (page: Page, selector: string) =>
  (await page.evaluate(
    `document.querySelector(${JSON.stringify(selector)}).innerText`,
  )) as string;

/** Clicks the button, link or choice with these words. */
async function click(page: Page, words: string, within = "body") {
  await page
    .locator(
      `${within} ::-p-xpath(.//*[self::button or self::a or self::label][normalize-space()="${words}"])`,
    )
    .click();
}

/** Waits until an element that the selector finds shows these words. */
const until = (page: Page, selector: string, words: string) =>
  page.waitForFunction(
    `[...document.querySelectorAll(${JSON.stringify(selector)})]
      .some((one) => one.innerText.includes(${JSON.stringify(words)}))`,
    { timeout: 10_000 },
  );

const parts = [
  "objects",
  "changes",
  "log",
  "mail",
  "quarantine",
  "faults",
  "switches",
];

/** Use case 4, as somebody applies it by hand. */
async function useCase4(one: Simulated): Promise<void> {
  const { run, domains } = one;
  for (const [Name, value] of [
    ["UserNotifyUserRelease", 7],
    ["UserNotifyAdminRelease", 11],
  ] as const)
    await run("New-QuarantinePolicy", {
      Name,
      EndUserQuarantinePermissionsValue: value,
      ESNEnabled: true,
    });
  await run("Set-HostedContentFilterPolicy", {
    Identity: "Default",
    SpamAction: "Quarantine",
    SpamQuarantineTag: "UserNotifyUserRelease",
    HighConfidenceSpamAction: "Quarantine",
    HighConfidenceSpamQuarantineTag: "UserNotifyAdminRelease",
    PhishSpamAction: "Quarantine",
    PhishQuarantineTag: "UserNotifyAdminRelease",
    HighConfidencePhishQuarantineTag: "UserNotifyAdminRelease",
    QuarantineRetentionPeriod: 30,
  });
  const SenderIpRanges = ["158.51.64.0/26", "158.51.65.0/26", "52.11.209.211"];
  await run(
    "New-TransportRule",
    newRule("Email Security User Quarantine Message", { SenderIpRanges }),
  );
  await run(
    "New-TransportRule",
    newRule("Email Security User Quarantine Message Admin Release", {
      HeaderContainsWords: ["MALICIOUS"],
      SenderIpRanges,
      SetSCL: 9,
    }),
  );
  for (const [name, transport] of [
    ["example.com", "example-com.mail.protection.outlook.com"],
    ["example.net", "example-net.k-v1.mx.microsoft"],
  ] as const)
    await domains(
      "POST",
      "",
      newDomain(name, { transport, require_tls_outbound: true }),
    );
  one.simulator.account.edit("example.com", { status: "ACTIVE" });
}

/** Keeps a picture of what the page shows. */
const picture = (page: Page, name: string, fullPage = false) =>
  page.screenshot({ path: path.join(artifacts, `${name}.png`), fullPage });

const dark = [{ name: "prefers-color-scheme", value: "dark" }];

test("the page shows the objects and no secret, wide and narrow, light and dark", async () => {
  const one = await simulated();
  await useCase4(one);
  await one.invoke("Get-TransportRule", { Identity: "Nobody's rule" });
  const page = await opened(one);
  await until(page, "#objects", "Email Security User Quarantine Message");
  const objects = await text(page, "#objects");
  expect(objects).toContain(
    "X-CFEmailSecurity-Disposition has UCE, SPOOF and last hop in 3 address ranges",
  );
  expect(objects).toContain("release, delete, preview");
  expect(objects).toContain("example-com.mail.protection.outlook.com");
  expect(await text(page, "#log-list")).toContain("couldn't be found");
  await picture(page, "page-wide");
  await page.emulateMediaFeatures(dark);
  await picture(page, "page-dark");
  await click(page, "mail as code");
  expect(await text(page, "#details")).toContain("clientSecrets");
  expect(await page.content()).not.toMatch(
    /simulated-(client-secret|cloudflare-token)/,
  );
  const narrow = await opened(one, { width: 390, height: 844 });
  await picture(narrow, "page-narrow", true);
});

test("names and answers are shown as text, whatever they contain", async () => {
  const one = await simulated();
  const hostile = `<img src=x onerror="document.title='taken'">`;
  await one.run("New-TransportRule", newRule(hostile));
  await one.run("New-QuarantinePolicy", { Name: "</script><b>q</b>" });
  one.simulator.account.add({
    domain: "example.com",
    transport: "<iframe src='https://elsewhere.example'>",
  });
  one.simulator.faults.add({
    id: "<i>f</i>",
    kind: "status",
    status: 500,
    match: { path: "<u>p" },
  });
  await one.invoke("Get-TransportRule", { Identity: "<script>1</script>" });
  const page = await opened(one);
  expect(await text(page, "#objects")).toContain(hostile);
  expect(await text(page, "#objects")).toContain("</script><b>q</b>");
  expect(await text(page, "#log-list")).toContain("<script>1</script>");
  await page.click("#objects button.name");
  expect(await text(page, "#details-title")).toContain(hostile);
  await page.keyboard.press("Escape");
  await click(page, "Changes 3");
  expect(await text(page, "#changes")).toContain('QuarantinePolicy "</script>');
  expect(
    await page.$$("main img, main iframe, main i, main u, li script"),
  ).toEqual([]);
  expect(await page.title()).toBe("area1-m365 simulator");
});

test("the log shows requests live, and why they were refused", async () => {
  const one = await simulated();
  const page = await opened(one);
  await one.run("Get-TransportRule");
  await until(page, "#log-list li:first-child", "Get-TransportRule");
  await one.invoke("Remove-TransportRule", { Identity: "gone" });
  await until(page, "#log-list li:first-child", "couldn't be found");
  await click(page, "refused only");
  expect(await page.$$("#log-list li")).toHaveLength(1);
  await page.click("#log-list button");
  expect(JSON.parse(await text(page, "#details pre"))).toMatchObject({
    cmdlet: "Remove-TransportRule",
    parameters: { Identity: "gone" },
    status: 404,
  });
  await page.keyboard.press("Escape");
  await click(page, "Empty");
  await page.waitForSelector("#log-list:empty");
  expect(one.simulator.log).toEqual([]);
});

test("an object is changed as another administrator would, and the change is described", async () => {
  const one = await simulated();
  await one.run("New-TransportRule", newRule("r"));
  const page = await opened(one);
  await click(page, "r", "#objects");
  await page.type("input[name=property]", "SetSCL");
  await page.keyboard.press("Tab");
  await page.click("input[name=value]", { count: 3 });
  await page.type("input[name=value]", "6");
  await click(page, "Change it, as somebody else would");
  await until(page, "#objects", "SCL 6");
  expect(one.simulator.tenant.transportRules[0]).toMatchObject({ SetSCL: 6 });
  const before = one.simulator.snapshot();
  one.simulator.tenant.edit("TransportRule", "r", { SetSCL: 9 });
  expect(one.simulator.diff(before)).toEqual([
    'TransportRule "r": SetSCL 6 -> 9',
  ]);
});

test("a message is sent, quarantined, and released by those whom the policy permits", async () => {
  const one = await simulated();
  await useCase4(one);
  const page = await opened(one, { part: "#mail" });
  await click(page, "Only tell where it would end");
  await until(page, "#mail-answer", "Quarantine");
  expect(one.simulator.mail.messages).toHaveLength(0);
  await click(page, "Send");
  await page.waitForFunction(
    `document.querySelector("#quarantine-count").innerText === "1"`,
  );
  const answer = await text(page, "#mail-answer");
  expect(answer).toContain("SCL 5");
  expect(answer).toContain("the recipient may release it");
  expect(answer).toContain('TransportRule "Email Security User Quarantine');
  await picture(page, "mail-wide");
  await click(page, "Quarantine 1");
  await picture(page, "quarantine-wide");
  const enabled = async () =>
    (await page.evaluate(
      `[...document.querySelectorAll("#quarantine-list button:enabled")].map((one) => one.innerText)`,
    )) as string[];
  expect(await enabled()).toEqual(["preview", "release", "delete"]);
  await click(page, "release", "#quarantine-list");
  await until(page, "#quarantine", "eleased");
  expect(one.simulator.mail.mailboxes).toBeDefined();
});

test("faults are set and removed", async () => {
  const one = await simulated();
  const page = await opened(one, { part: "#faults" });
  await page.select("#faults-form [name=kind]", "status");
  await page.type("#faults-form [name=cmdlet]", "Get-TransportRule");
  await page.type("#faults-form [name=retryAfter]", "2");
  await click(page, "Set");
  await until(page, "#faults-list", "Get-TransportRule");
  await picture(page, "faults-wide");
  const refused = await one.invoke("Get-TransportRule");
  expect(refused.status).toBe(503);
  expect(refused.headers.get("retry-after")).toBe("2");
  await until(page, "#log-list", "fault fault-1");
  await click(page, "Remove");
  await until(page, "#faults-list", "none");
  expect(one.simulator.faults.list()).toEqual([]);
});

test("switches are set, and those that differ from the default are marked", async () => {
  const one = await simulated();
  const page = await opened(one, { part: "#switches" });
  await page.select("select[name=sclType]", "string");
  await page.waitForSelector("label.changed select[name=sclType]");
  await eventually(() => expect(one.simulator.quirks.sclType).toBe("string"));
  await page.select("select[name=notFoundStatus]", "500");
  await page.select("select[name=flap]", "yes");
  await page.click("input[name=latencyMs]", { count: 3 });
  await page.type("input[name=latencyMs]", "7\n");
  await page.waitForFunction(
    `document.querySelector("#switches-count").innerText === "4"`,
  );
  await eventually(() =>
    expect(one.simulator.quirks).toMatchObject({
      notFoundStatus: 500,
      flap: true,
      latencyMs: 7,
    }),
  );
  await picture(page, "switches-wide");
  await page.type("input[name=omittedFields]", "folder, status\n");
  await page.waitForSelector("label.changed input[name=omittedFields]");
  await eventually(() =>
    expect(one.simulator.quirks.omittedFields).toEqual(["folder", "status"]),
  );
});

test("every control is reachable with the keyboard alone, and has a name", async () => {
  const one = await simulated();
  await one.run("New-TransportRule", newRule("r"));
  const page = await opened(one);
  const focused = async () =>
    (await page.evaluate(
      `(document.activeElement.innerText || document.activeElement.id).trim()`,
    )) as string;
  const order: string[] = [];
  for (let press = 0; press < 12; press += 1) {
    await page.keyboard.press("Tab");
    order.push(await focused());
  }
  expect(order).toEqual([
    ...["Skip to the content", "Save state", "Load state", "Reset"],
    ...["Objects", "Changes 1", "Send mail", "Quarantine", "Faults"],
    ...["Switches", "r", "Default"],
  ]);
  await page.keyboard.down("Shift");
  await page.keyboard.press("Tab");
  await page.keyboard.up("Shift");
  await page.keyboard.press("Enter");
  expect(await text(page, "#details-title")).toBe("TransportRule r");
  await page.keyboard.press("Escape");
  expect(await focused()).toBe("r");
  for (const part of parts) {
    await page.goto(`${one.simulator.url}/simulator#${part}`);
    const nameless = await page.evaluate(`
      [...document.querySelectorAll("button, input, select, textarea, a")]
        .filter((one) => one.checkVisibility())
        .filter((one) => !(one.innerText?.trim() || one.ariaLabel || one.labels?.[0]?.innerText.trim() || one.tagName === "SELECT" && one.labels.length > 0))
        .map((one) => one.outerHTML)`);
    expect([part, nameless]).toEqual([part, []]);
  }
});

test("every part is legible in both colour schemes and fits a narrow screen", async () => {
  const one = await simulated();
  await useCase4(one);
  one.simulator.faults.add({ kind: "html", match: { cmdlet: "None" } });
  one.simulator.quirks.sclType = "string";
  await one.invoke("Get-TransportRule", { Identity: "gone" });
  for (const width of [1440, 390, 320]) {
    const page = await opened(one, { width, height: 800 });
    for (const part of parts) {
      await page.goto(`${one.simulator.url}/simulator#${part}`);
      const overflow = await page.evaluate(
        `document.documentElement.scrollWidth - innerWidth`,
      );
      expect([width, part, overflow]).toEqual([width, part, 0]);
      for (const features of [[], dark]) {
        await page.emulateMediaFeatures(features);
        expect([part, await page.evaluate(illegible)]).toEqual([part, []]);
      }
    }
    await page.close();
  }
});

/** In the page: texts whose contrast is below the 4.5 that WCAG 2.2 asks for. */
const illegible = `(() => {
  const parse = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const luminance = (colour) => {
    const [r, g, b] = parse(colour).slice(0, 3).map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    const colour = getComputedStyle(element).backgroundColor;
    return parse(colour)[3] === 0 ? ground(element.parentElement) : colour;
  };
  const found = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!own || !element.checkVisibility() || element.matches("script, style, .unseen, option, :disabled")) continue;
    const pair = [getComputedStyle(element).color, ground(element)].map(luminance);
    const contrast = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    if (contrast < 4.5) found.push(element.innerText.slice(0, 40) + " " + contrast.toFixed(2));
  }
  return found;
})()`;

test("the page loads nothing from other hosts, and pages of other origins cannot use the control paths", async () => {
  const { request, simulator } = await simulated();
  const { text: html, headers } = await request("/simulator");
  expect(headers.get("content-type")).toContain("text/html");
  expect(headers.get("content-security-policy")).toContain(
    "default-src 'none'",
  );
  expect(html).not.toMatch(/\b(src|href)="(?!#|data:)/);
  expect(html).not.toMatch(/@import|url\(/);
  const reset = (origin: string) =>
    request("/simulator/reset", { method: "POST", headers: { origin } });
  expect((await reset("https://elsewhere.example")).status).toBe(403);
  expect((await reset(simulator.url)).status).toBe(204);
  expect((await request("/")).text).toBe(html);
});
