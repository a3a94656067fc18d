import { readFile } from "node:fs/promises";
import path from "node:path";
import { history, hour } from "./evidence-tenant";

const document = () =>
  readFile(path.resolve(__dirname, "../../docs/evidence.md"), "utf8");

/** The first column of the table under a heading. */
async function column(heading: string): Promise<string[]> {
  const text = await document();
  const section = text.slice(text.indexOf(`## ${heading}`)).split("\n## ")[0];
  return [...(section ?? "").matchAll(/^\| `([^`]+)`/gm)].map(
    ([, name = ""]) => name,
  );
}

test("every key of --json is documented, and no other", async () => {
  const { mail, pass, simulator, look } = await history({
    quirks: { sclRequest: "ignored" },
  });
  mail(6);
  pass(2);
  simulator.faults.add({
    match: { cmdlet: "Get-MailTrafficPolicyReport", times: "always" },
    kind: "status",
    status: 403,
  });
  const partly = keysOf(await look({ details: true }));
  simulator.faults.clear();
  const whole = keysOf(await look({ details: true }));
  const keys = [...new Set([...whole, ...partly])];
  // A list that was empty once shows its own name only.
  const ends = keys.filter(
    (key) => !keys.some((other) => other.startsWith(`${key}[]`)),
  );
  expect(ends.sort()).toEqual((await column("`--json`")).sort());
});

test("the checks that are documented are those that the tenants with odd histories have", async () => {
  const tests = await readFile(
    path.resolve(__dirname, "evidence.test.ts"),
    "utf8",
  );
  const [, listed = ""] =
    /found\]\.sort\(\)\)\.toEqual\(\[([^\]]+)\]/.exec(tests) ?? [];
  expect((await column("What it finds")).sort()).toEqual(
    [...listed.matchAll(/"([^"]+)"/g)].map(([, name]) => name),
  );
});

test("the time limits and numbers in the document are those of the code", async () => {
  const said = await document();
  expect(said).toContain("at least 5 messages to at least 3 recipients");
  const found = async (messages: number, hours: number) => {
    const { mail, clock, look } = await history({
      quirks: { sclRequest: "ignored" },
    });
    mail(messages, {}, 1000);
    clock.now += hours * hour;
    return (await look()).findings.length;
  };
  expect(said).toContain("younger than a day");
  expect(await found(5, 23)).toBe(0);
  expect(await found(5, 25)).toBe(1);
  expect(await found(4, 25)).toBe(0);
});

/** All keys of a JSON value, with `[]` behind a list of objects. */
function keysOf(value: unknown, before = ""): string[] {
  if (Array.isArray(value) && value.some((one) => typeof one === "object"))
    return value.flatMap((one) => keysOf(one, `${before}[]`));
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return [before];
  return Object.entries(value).flatMap(([key, one]) =>
    keysOf(one, before === "" ? key : `${before}.${key}`),
  );
}
