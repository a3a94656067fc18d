/** The style of the page: light and dark, from a phone to a wide screen, and on paper. Colours show where mail ends. */
export const style = /* css */ `
:root {
  color-scheme: light dark;
  --ground: #f6f7f9; --paper: #fff; --ink: #161c26; --soft: #56606f; --line: #dadfe6; --focus: #0b57c2;
  --administrator: #5a36b0; --administrator-tint: #f1edfc;
  --recipient: #0b5fb0; --recipient-tint: #e7f1fc;
  --inbox: #14693a; --inbox-tint: #e6f5ec;
  --junk: #7d4e00; --junk-tint: #fdf2dc;
  --gone: #4b535f; --gone-tint: #eceff3;
  --elsewhere: #0a6169; --elsewhere-tint: #e0f3f4;
  --unknown: #a31550; --unknown-tint: #fdeaf1;
  --failed: #a8161c; --failed-tint: #fdeaea; --warning: #7a4a00; --warning-tint: #fdf3de;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --ground: #10141a; --paper: #191f27; --ink: #e8ecf2; --soft: #a5b0be; --line: #343e4b; --focus: #8fbcff;
    --administrator: #c0a8ff; --administrator-tint: #2a2145;
    --recipient: #84bdff; --recipient-tint: #142c47;
    --inbox: #7fd9a3; --inbox-tint: #13301f;
    --junk: #f0c274; --junk-tint: #36290f;
    --gone: #b4bdc9; --gone-tint: #29313b;
    --elsewhere: #7fd4dc; --elsewhere-tint: #0f3034;
    --unknown: #ff9fc2; --unknown-tint: #411a2b;
    --failed: #ff9f9f; --failed-tint: #401b1d; --warning: #f3c877; --warning-tint: #3a2c0e;
  }
}
.tone-administrator { --tone: var(--administrator); --tint: var(--administrator-tint); }
.tone-recipient { --tone: var(--recipient); --tint: var(--recipient-tint); }
.tone-inbox { --tone: var(--inbox); --tint: var(--inbox-tint); }
.tone-junk { --tone: var(--junk); --tint: var(--junk-tint); }
.tone-gone { --tone: var(--gone); --tint: var(--gone-tint); }
.tone-elsewhere { --tone: var(--elsewhere); --tint: var(--elsewhere-tint); }
.tone-unknown { --tone: var(--unknown); --tint: var(--unknown-tint); }
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body {
  margin: 0; background: var(--ground); color: var(--ink);
  font: 15px/1.55 "Segoe UI", Roboto, "Helvetica Neue", Arial, "Liberation Sans", sans-serif;
  overflow-wrap: anywhere;
}
header, main, footer { max-width: 1280px; margin: 0 auto; padding: 0 2rem; }
header { padding-top: 2.2rem; }
h1 { margin: 0; font-size: 1.9rem; line-height: 1.2; letter-spacing: -0.015em; font-weight: 650; }
h2 { margin: 0; font-size: 1.2rem; line-height: 1.35; letter-spacing: -0.005em; font-weight: 650; }
h3 { margin: 0; font-size: 1rem; font-weight: 650; }
p { margin: 0.4rem 0; }
.lead { margin: 0.5rem 0 0; color: var(--soft); }
.facts { display: flex; flex-wrap: wrap; gap: 0.2rem 2rem; margin: 0.8rem 0 0; font-size: 0.87rem; }
.facts div { display: flex; gap: 0.45rem; }
.facts dt { color: var(--soft); }
.facts dd { margin: 0; }
.notice { margin: 1rem 0 0; padding: 0.7rem 1rem; border-left: 4px solid var(--warning); border-radius: 4px; background: var(--warning-tint); }
.notice ul { margin: 0; padding-left: 1.1rem; }
nav ul { display: flex; flex-wrap: wrap; gap: 0.3rem 1.2rem; margin: 1rem 0 0; padding: 0; list-style: none; font-size: 0.9rem; }
a { color: var(--focus); }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; border-radius: 4px; }
section { margin: 1.6rem 0 0; padding: 1.3rem 1.5rem 1.4rem; border: 1px solid var(--line); border-radius: 12px; background: var(--paper); }
section > .lead { margin-bottom: 1rem; font-size: 0.9rem; }
.picture { display: block; width: 100%; height: auto; margin: 1.2rem 0 0.4rem; overflow: visible; font-family: inherit; }
.picture text { fill: var(--ink); }
.picture .heads text { font-size: 11.5px; font-weight: 600; fill: var(--soft); }
.picture .station rect { fill: var(--paper); stroke: var(--line); stroke-width: 1.3; }
.picture .station[class*="tone-"] rect { fill: var(--tint); stroke: var(--tone); }
.picture .station[class*="tone-"] .name { fill: var(--tone); }
.picture .station.tone-unknown rect { stroke-dasharray: 5 4; }
.picture .over { font-size: 11px; fill: var(--soft); }
.picture .name { font-size: 13.5px; font-weight: 650; }
.picture .says { font-size: 12.5px; fill: var(--soft); }
.picture .station[class*="tone-"] .says, .picture .station[class*="tone-"] .over { fill: var(--ink); }
.picture .failed, .picture .warning { font-size: 12.5px; font-weight: 650; fill: var(--failed); }
.picture .warning { fill: var(--warning); }
.picture .remark rect { fill: var(--paper); stroke: none; }
.picture .remark .says { font-style: italic; }
.line { cursor: pointer; text-decoration: none; outline: none; }
.line .way { fill: none; stroke: var(--tone); stroke-width: 2.6; }
.line .tip { fill: var(--tone); }
.line .reach { fill: none; stroke: transparent; stroke-width: 13; }
.line .chip { fill: var(--paper); stroke: var(--tone); stroke-width: 1.6; }
.line .disposition { font-size: 13.5px; font-weight: 650; }
.line .generation { font-size: 10.5px; fill: var(--soft); }
.line:focus-visible .chip { stroke: var(--focus); stroke-width: 4; }
.line[aria-current] .chip { fill: var(--tone); }
.line[aria-current] .disposition, .line[aria-current] .generation { fill: var(--paper); }
.line.on .way { stroke-width: 4.2; }
.picture.following .line:not(.on) .way, .picture.following .line:not(.on) .tip { opacity: 0.18; }
.picture.following :is(.station, .remark):not(.on) text { opacity: 0.45; }
.picture.following .station:not(.on) rect { stroke-opacity: 0.4; }
.legend { display: flex; flex-wrap: wrap; gap: 0.2rem 1.3rem; margin: 1.1rem 0 0; padding: 0; list-style: none; font-size: 0.87rem; color: var(--soft); }
.legend li::before { content: ""; display: inline-block; width: 1.5rem; height: 0; margin-right: 0.5rem; vertical-align: 0.28em; border-top: 3px solid var(--tone); border-radius: 2px; }
.ways { margin: 0.8rem 0 0; }
.way-card { padding: 0.9rem 1.1rem 1rem; border-radius: 8px; border: 1px solid var(--line); border-left: 4px solid var(--tone); }
.way-card + .way-card { margin-top: 0.8rem; }
.way-card .end { margin: 0.15rem 0 0; color: var(--soft); }
.way-card .end b { color: var(--tone); font-weight: 650; }
.twice { display: grid; grid-template-columns: 1fr 1fr; gap: 0 2rem; }
.why > summary { margin-top: 0.5rem; cursor: pointer; color: var(--focus); font-size: 0.92rem; }
.way-card h4 { margin: 0.9rem 0 0; font-size: 0.87rem; font-weight: 600; color: var(--soft); }
.steps, .stops { margin: 0.7rem 0 0; padding: 0; list-style: none; }
.steps > li, .stops > li { position: relative; padding: 0 0 0.75rem 1.6rem; }
.steps > li::before, .stops > li::before { content: ""; position: absolute; left: 0.1rem; top: 0.42em; width: 0.62rem; height: 0.62rem; border-radius: 50%; border: 2px solid var(--tone); background: var(--paper); z-index: 1; }
.steps > li:not(:last-child)::after, .stops > li:not(:last-child)::after { content: ""; position: absolute; left: 0.36rem; top: 0.7em; bottom: -0.4em; border-left: 2px solid var(--tone); opacity: 0.45; }
.steps > li:last-child, .stops > li:last-child { padding-bottom: 0; }
.steps > li:last-child::before, .stops > li:last-child::before { background: var(--tone); }
.stops { display: none; }
.stops b { display: block; }
.stops .flag { color: var(--failed); font-weight: 600; }
.stops small { display: block; color: var(--soft); font-size: 0.87rem; line-height: 1.45; }
.steps b, .stops b { font-weight: 600; }
.steps .set { color: var(--soft); font-size: 0.9rem; }
code { font: 0.92em/1.4 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
.steps .finding { margin-top: 0.35rem; }
.finding { padding: 0.5rem 0.8rem; border-radius: 6px; background: var(--warning-tint); font-size: 0.92rem; }
.finding b, .status-warning { color: var(--warning); }
.finding.status-failed { background: var(--failed-tint); color: var(--ink); }
.finding.status-failed b { color: var(--failed); }
.findings { margin: 0.9rem 0 0; padding: 0; list-style: none; display: grid; gap: 0.7rem; }
.findings li { padding: 0.75rem 1rem; border-radius: 8px; border: 1px solid var(--line); border-left: 4px solid var(--warning); }
.findings .status-failed { border-left-color: var(--failed); }
.findings .status-skipped { border-left-color: var(--line); }
.findings p { margin: 0.25rem 0 0; }
.findings .what { color: var(--soft); font-size: 0.87rem; }
.scroll { overflow-x: auto; margin: 0.9rem 0 0; }
table { border-collapse: collapse; width: 100%; font-size: 0.92rem; }
th, td { padding: 0.5rem 1.2rem 0.5rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); overflow-wrap: break-word; }
thead th { color: var(--soft); font-weight: 600; font-size: 0.85rem; }
tbody th { font-weight: 600; }
tbody tr:last-child > * { border-bottom: 0; }
td b { color: var(--tone); font-weight: 650; }
td small { display: block; color: var(--soft); font-size: 0.87rem; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
.bars { display: block; height: 26px; width: 120px; }
.bars rect { fill: var(--recipient); }
footer { margin-top: 1.6rem; padding-bottom: 2.5rem; color: var(--soft); font-size: 0.85rem; }
.js .ways .way-card:not(.shown) { display: none; }
@media (max-width: 760px) {
  header, main, footer { padding-left: 1rem; padding-right: 1rem; }
  header { padding-top: 1.3rem; }
  h1 { font-size: 1.5rem; }
  section { margin-top: 1rem; padding: 1rem; border-radius: 10px; }
  .picture, .hint, .legend, .js .way-card .end { display: none; }
  .twice { display: block; }
  .stops { display: block; }
  .ways { margin-top: 1rem; }
  .js .ways .way-card:not(.shown) { display: block; }
  .stack, .stack tbody, .stack tr, .stack td, .stack th { display: block; border: 0; padding: 0.15rem 0; }
  .stack thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .stack tr { padding: 0.6rem 0; border-bottom: 1px solid var(--line); }
  .stack td[data-head]::before { content: attr(data-head) ": "; color: var(--soft); font-size: 0.87rem; }
  td.number { text-align: left; }
}
@media print {
  @page { size: A4 landscape; margin: 11mm; }
  :root {
    color-scheme: light;
    --ground: #fff; --soft: #4b5563; --line: #c9d0d9;
  }
  body { font-size: 12px; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  header, main, footer { max-width: none; padding: 0; }
  section { break-inside: avoid; margin-top: 0.8rem; padding: 0.6rem 0 0; border: 0; border-top: 1px solid var(--line); border-radius: 0; }
  section.long { break-inside: auto; }
  .picture { display: block; }
  .line[aria-current] .chip { fill: var(--paper); }
  .line[aria-current] .disposition { fill: var(--ink); }
  .line[aria-current] .generation { fill: var(--soft); }
  nav, .ways, .hint { display: none; }
  .findings li, tr { break-inside: avoid; }
  .picture.following .line .way, .picture.following .line .tip, .picture.following text { opacity: 1 !important; }
}
@media (forced-colors: active) {
  .line .way { stroke: CanvasText; }
}
`.replace(/\n\s*/g, "\n");
