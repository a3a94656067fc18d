import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import { defaultQuirks } from "../../simulator/quirks";

const root = path.resolve(__dirname, "../..");
const readme = readFileSync(path.join(root, "simulator/README.md"), "utf8");

interface Behaviour {
  vendor: "exchange" | "cloudflare";
  number: number;
  marks: string[];
  source: string;
  switches: string;
}

/** The rows of a section's table that have a number. */
function rows(vendor: Behaviour["vendor"], heading: string): Behaviour[] {
  const [, rest = ""] = readme.split(`### ${heading}\n`);
  const [section = ""] = rest.split(/^#{2,3} /m);
  return [...section.matchAll(/^\| (\d+) .*\|$/gm)].map(([line, number]) => {
    const cells = line.split("|").map((cell) => cell.trim());
    return {
      vendor,
      number: Number(number),
      marks: (cells[3] ?? "").split(", "),
      source: cells[4] ?? "",
      switches: cells[5] ?? "",
    };
  });
}

const behaviours = [
  ...rows("exchange", "Exchange Online, Entra and Graph"),
  ...rows("cloudflare", "Cloudflare"),
];

/** What the titles of tests begin with, such as `exchange 31`. */
const tested = new Set(
  readdirSync(__dirname)
    .filter((name) => name.endsWith(".test.ts"))
    .flatMap((name) => [
      ...readFileSync(path.join(__dirname, name), "utf8").matchAll(
        /(?:^|\()\s*["'`]((?:exchange|cloudflare) \d+): /gm,
      ),
    ])
    .map(([, title]) => title),
);

test("all 90 behaviours are in the table, each once", () => {
  const numbers = (vendor: Behaviour["vendor"]) =>
    behaviours.filter((one) => one.vendor === vendor).map((one) => one.number);
  const upTo = (last: number) =>
    Array.from({ length: last }, (_, at) => at + 1);
  expect(numbers("exchange")).toEqual(upTo(60));
  expect(numbers("cloudflare")).toEqual(upTo(30));
});

test("every behaviour has a mark, a source and a test", () => {
  const marks = /^(doc|live|code|measured|text|assumed|unknown)$/;
  const lacking = behaviours.flatMap(({ vendor, number, ...behaviour }) => {
    const name = `${vendor} ${number}`;
    return [
      ...(behaviour.marks.every((mark) => marks.test(mark))
        ? []
        : [`${name}: no mark in "${behaviour.marks.join(" ")}"`]),
      ...(behaviour.source === "" ? [`${name}: no source`] : []),
      ...(tested.has(name) ? [] : [`${name}: no test`]),
    ];
  });
  expect(lacking).toEqual([]);
});

test("unknown behaviour has a switch or a documented outcome", () => {
  const without = behaviours
    .filter(({ marks }) => marks.includes("unknown"))
    .filter(({ switches }) => switches === "")
    .map(({ vendor, number }) => `${vendor} ${number}`);
  expect(without).toEqual([]);
});

test("the table names all existing switches", () => {
  const named = behaviours.flatMap(({ switches }) =>
    [...switches.matchAll(/`(\w+)`/g)].map(([, name = ""]) => name),
  );
  // Beside switches the column names properties of a seed and of a token.
  const others =
    /^(faults|seed|dehydrated|grantedAt|permissions|entitled|zones|body)$/;
  expect(
    named.filter((name) => !(name in defaultQuirks) && !others.test(name)),
  ).toEqual([]);
});
