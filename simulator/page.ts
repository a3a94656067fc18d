import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Answer } from "./answer";
import { mishaps } from "./faults";
import { defaultQuirks, quirkChoices } from "./quirks";

let made: Answer | undefined;

/** Returns the page: one file that loads nothing from other hosts. It reads its data from the control paths. */
export function page(): Answer {
  return (made ??= compose());
}

function compose(): Answer {
  const [html = "", style = "", script = ""] = ["html", "css", "js"].map(
    (kind) => readFileSync(join(__dirname, "page", `page.${kind}`), "utf8"),
  );
  const facts = JSON.stringify({
    choices: quirkChoices,
    defaults: defaultQuirks,
    mishaps: mishaps.filter((kind) => kind !== "hook"),
  });
  const body = html
    .replace("<style></style>", () => `<style>${style}</style>`)
    .replace('id="facts">', () => `id="facts">${facts}`)
    .replace("<script></script>", () => `<script>${script}</script>`);
  return {
    status: 200,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      // If a text were ever inserted as markup, this policy would still keep it from running or loading anything.
      "content-security-policy": [
        "default-src 'none'",
        "connect-src 'self'",
        "img-src data:",
        `script-src ${digest(script)}`,
        `style-src ${digest(style)}`,
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
      ].join("; "),
    },
    body: Buffer.from(body),
  };
}

function digest(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}
