import { visible } from "../../mail-flow/visible";
import { createHash } from "node:crypto";
import type { Finding } from "../../mail-flow/finding";
import { dispositionHeaders } from "../../mail-flow/message";
import type { Row, Step } from "../../mail-flow/path";
import { evidenceSection } from "./evidence-section";
import type { Explanation } from "./explanation";
import {
  mergedChanges,
  recipientsOf,
  withOtherSteps,
  type Line,
  type Recipients,
} from "./lines";
import { html, stackTable, type Content, type Markup, prose } from "./markup";
import { script } from "./page-script";
import { style } from "./page-style";
import { picture } from "./picture";
import { findingsAt, stationsOf, type Station } from "./stations";
import {
  dispositionName,
  endOf,
  handling,
  noRecipients,
  readableTime,
  settingOf,
  toneOf,
  tones,
  type Tone,
} from "./words";

/** Returns an explanation as one self-contained page, which loads nothing from the network. */
export function asPage(unsafe: Explanation): string {
  const explanation = visible(unsafe);
  const { changes, evidence, rows, findings } = explanation;
  const groups = recipientsOf(rows);
  const title = titleOf(explanation);
  const body = html`<header>
      <h1>${title}</h1>
      <p class="lead">
        What happens to mail from the internet, by Cloudflare's disposition.
        Assumes that Microsoft has no verdict of its own.
      </p>
      ${facts(explanation)} ${notices(explanation)}
      ${groups.length > 2 && contents(groups)}
    </header>
    <main>
      ${changes && changesSection(explanation)}
      ${groups.length === 0 && html`<section><p>${noRecipients}</p></section>`}
      ${groups.map((group, at) => flow(group, at, findings))}
      ${findings.length > 0 && findingsSection(findings)}
      ${evidence && evidenceSection(evidence)}
    </main>
    <footer>
      <p>
        Drawn by area1-m365 explain from the objects of the tenant, as the
        vendors document what they do. A rule that sets an SCL asks Microsoft
        for a verdict; the SCL that is stamped may differ.
      </p>
    </footer>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${digest(style)}; script-src ${digest(script)}; img-src data:; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${html`${title}`.text}</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
${body.text.replace(/\n\s+/g, "\n")}
<script>${script}</script>
</body>
</html>
`;
}

function titleOf({ tenant, tenantId, planned, changes }: Explanation): string {
  const what = changes
    ? "What an up changes for mail"
    : planned
      ? "Where mail will go"
      : "Where mail goes";
  const of = tenant ?? tenantId;
  return of === undefined ? what : `${what}: ${of}`;
}

function facts({
  tenantId,
  accountId,
  takenAt,
  planned,
  useCase,
}: Explanation): Markup {
  const pairs: [string, string | undefined][] = [
    ["Tenant", tenantId],
    ["Cloudflare account", accountId],
    ["Read", readableTime(takenAt)],
    ["Shown", planned ? "as after a program's preview" : "as it is"],
    ["Use case", useCase],
  ];
  return html`<dl class="facts">
    ${pairs.map(
      ([name, value]) =>
        value !== undefined &&
        html`<div>
          <dt>${name}</dt>
          <dd><bdi>${value}</bdi></dd>
        </div>`,
    )}
  </dl>`;
}

function notices({ unread, notes }: Explanation): Content {
  if (unread.length + notes.length === 0) return undefined;
  return html`<div class="notice" role="note">
    <ul>
      ${unread.map(
        ({ part, reason }) =>
          html`<li><strong>Not read: ${part}.</strong> ${reason}</li>`,
      )}
      ${notes.map((note) => html`<li>${note}.</li>`)}
    </ul>
  </div>`;
}

const contents = (groups: readonly Recipients[]): Markup =>
  html`<nav aria-label="Recipients">
    <ul>
      ${groups.map(
        ({ recipient }, at) =>
          html`<li>
            <a href="#mail-${at}-title"><bdi>${recipient}</bdi></a>
          </li>`,
      )}
    </ul>
  </nav>`;

function flow(
  group: Recipients,
  at: number,
  findings: readonly Finding[],
): Markup {
  const id = `mail-${at}`;
  const used = new Set<Tone>(group.lines.map(({ rows: [row] }) => toneOf(row)));
  return html`<section aria-labelledby="${id}-title">
    <h2 id="${id}-title">To <bdi>${group.recipient}</bdi></h2>
    ${group.sourceIp && html`<p class="lead">From ${group.sourceIp}, the last server before Microsoft${at === 0 && html`<span class="hint">. Point at a line, or walk them with Tab and the arrow keys: below stand the steps of the one that is chosen</span>`}.</p>`}
    ${picture(group, findings, id)}
    <ul class="legend" aria-label="Colours">
      ${(Object.keys(tones) as Tone[])
        .filter((tone) => used.has(tone))
        .map((tone) => html`<li class="tone-${tone}">${tones[tone]}</li>`)}
    </ul>
    <div class="ways">
      ${group.lines.map((line, index) => card(line, `${id}-${index}`, findings))}
    </div>
  </section>`;
}

function card(line: Line, id: string, findings: readonly Finding[]): Markup {
  const { disposition, header, rows } = line;
  const [row] = rows;
  const told = withOtherSteps(rows);
  return html`<article class="way-card tone-${toneOf(row)}" id="${id}">
    <h3>
      ${dispositionName(disposition)}${header && ` in ${dispositionHeaders[header]}`}
    </h3>
    <p class="end">
      <b><bdi>${endOf(row)}</bdi></b
      >${handling(row).map((phrase) => `, ${phrase}`)}
    </p>
    <ol class="stops">
      ${stationsOf(line).map((station) => station && stop(station, findings))}
    </ol>
    <details class="why" open>
      <summary>Step by step</summary>
      <div class="${told.length > 1 && "twice"}">
        ${told.map(
          (one) =>
            html`<div>
              ${told.length > 1 && html`<h4>In ${dispositionHeaders[one.header]}</h4>`}
              <ol class="steps">
                ${one.steps.map((step) => stepItem(step, findings))}
              </ol>
            </div>`,
        )}
      </div>
    </details>
  </article>`;
}

/** Returns a station in the list that a phone shows instead of the picture. */
const stop = (station: Station, findings: readonly Finding[]): Markup =>
  html`<li>
    ${station.over && html`<small>${station.over}</small>`}
    ${station.parts.map(
      ({ names, says }) =>
        html`${names.map((name) => html`<b><bdi>${name}</bdi></b> `)}
        ${says.length > 0 && html`<small>${says.join(", ")}</small>`}`,
    )}
    ${findingsAt(station.objects, findings).map(
      ({ label }) => html`<small class="flag">${label}</small>`,
    )}
  </li>`;

function stepItem(step: Step, findings: readonly Finding[]): Markup {
  const { object, property, why } = step;
  const value = settingOf(step);
  return html`<li>
    <b><bdi>${object}</bdi></b>
    ${property !== "" && html`<span class="set"><code>${property}</code>${value && html`: <bdi>${value}</bdi>`}</span>`}
    <div>${why}</div>
    ${findings.map(
      (finding, at) =>
        finding.object === object &&
        html`<div class="finding status-${finding.status}">
          <b>▲ ${at + 1}</b> ${prose(finding.reason)}
        </div>`,
    )}
  </li>`;
}

function findingsSection(findings: readonly Finding[]): Markup {
  return html`<section class="long" aria-labelledby="findings-title">
    <h2 id="findings-title">Findings</h2>
    <ol class="findings">
      ${findings.map(
        ({ check, status, object, property, reason, fix, url }, at) =>
          html`<li class="status-${status}">
            <h3>
              ${at + 1}.
              <bdi>${object}</bdi>${property && html` <code>${property}</code>`}
            </h3>
            <p>${prose(reason)}</p>
            ${fix && html`<p><strong>To mend it:</strong> ${prose(fix)}</p>`}
            <p class="what">
              ${status},
              <code>${check}</code> · <a href="${url}">the vendor's page</a>
            </p>
          </li>`,
      )}
    </ol>
  </section>`;
}

function changesSection(explanation: Explanation): Markup {
  const merged = mergedChanges(explanation.changes ?? []);
  return html`<section aria-labelledby="changes-title">
    <h2 id="changes-title">What changes</h2>
    ${
      merged.length === 0
        ? html`<p>Nothing: all mail ends where it ends today.</p>`
        : stackTable(
            ["Cloudflare finds", "To", "Today", "After the up"],
            merged.map(
              ({ label, before, after }) =>
                html`<tr>
                  <th scope="row">${label}</th>
                  <td data-head="To"><bdi>${after.recipient}</bdi></td>
                  ${endCell(before, "Today")}${endCell(after, "After the up")}
                </tr>`,
            ),
          )
    }
  </section>`;
}

const endCell = (row: Row, head: string): Markup =>
  html`<td class="tone-${toneOf(row)}" data-head="${head}">
    <b><bdi>${endOf(row)}</bdi></b>
    ${handling(row).length > 0 && html`<small>${handling(row).join(", ")}</small>`}
  </td>`;

const digest = (text: string): string =>
  `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
