import type { Simulator } from "./index";

/** A page that shows what the simulator holds and what it was asked. */
export function page(simulator: Simulator): string {
  const { tenants, accounts } = simulator.snapshot();
  const rows = [...simulator.log]
    .reverse()
    .slice(0, 200)
    .map(
      (entry) =>
        `<tr><td>${entry.at.slice(11, 23)}<td>${entry.vendor}<td>${escape(entry.method)}<td>${escape(entry.cmdlet ?? entry.path)}<td>${entry.status}<td>${entry.ms}<td>${escape(entry.refused ?? entry.fault ?? "")}`,
    );
  const details = [
    ...tenants.map((tenant) => section(tenant.name, tenant)),
    ...accounts.map((account) => section(`Cloudflare ${account.id}`, account)),
    section("Quirks", simulator.quirks),
    section("Faults", simulator.faults.list()),
  ];
  return `<!DOCTYPE html>
<html lang="en"><meta charset="utf-8"><title>area1-m365 simulator</title>
<style>body{font:14px system-ui;margin:2rem}td,th{text-align:left;padding:.1rem .8rem .1rem 0}pre{white-space:pre-wrap}</style>
<h1>area1-m365 simulator</h1><p>${escape(simulator.url)}</p>
${details.join("\n")}
<h2>Log</h2>
<table><tr><th>UTC<th>service<th>method<th>what<th>status<th>ms<th>why not
${rows.join("\n")}
</table></html>
`;
}

function section(title: string, value: unknown): string {
  const shown = JSON.stringify(
    value,
    (key, part: unknown) =>
      ["clientSecrets", "value", "key"].includes(key) ? "…" : part,
    2,
  );
  return `<details><summary>${escape(title)}</summary><pre>${escape(shown)}</pre></details>`;
}

function escape(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll('"', "&quot;");
}
