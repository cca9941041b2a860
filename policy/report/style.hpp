// The style sheet of reports: light and dark, phone and paper. Colours of text have a contrast of 4.5 to their ground and those
// of shapes 3 (WCAG 2.2, 1.4.3 and 1.4.11), in both themes; what colours alone could mix up has a pattern too.
// Tested by report/page_test.
#pragma once

#include "policy/base/html.hpp"

namespace sealgate::policy {

constexpr html::markup report_style = R"(
:root { color-scheme: light dark;
  --paper: #ffffff; --ink: #1c2127; --soft: #5a636e; --rule: #d5dae0; --ground: #f4f6f8; --link: #0b57a4;
  --good: #1a6b3c; --good-ground: #eaf5ee; --bad: #a61b1b; --bad-ground: #fcecec;
  --deliver: #7d8b99; --warn: #b07400; --seal: #0b62b5; --hold: #7a4fa3; --reject: #c2340f; --defer: #333a42; --watched: #4d7f8a;
  --k0: #2f6f8f; --k1: #a04a78; --k2: #3d8061; --k3: #8a6d1d; --k4: #4f5fb3; --k5: #b0522a; --k6: #747c85; }
@media screen and (prefers-color-scheme: dark) { :root {
  --paper: #15181c; --ink: #e8ebee; --soft: #a9b2bc; --rule: #3a424b; --ground: #1e2329; --link: #82b7f2;
  --good: #7fd3a0; --good-ground: #16291e; --bad: #ff9a8f; --bad-ground: #331a19;
  --deliver: #8a98a6; --warn: #e2a63b; --seal: #5aa7f0; --hold: #bb92e4; --reject: #ff7d55; --defer: #e6e9ec; --watched: #74b3bf;
  --k0: #5fa8cb; --k1: #dd86b3; --k2: #6fc198; --k3: #cdab4f; --k4: #93a1f0; --k5: #ec8d63; --k6: #9aa3ad; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", "DejaVu Sans", Arial, sans-serif; }
header, main, footer { max-width: 60rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2.5rem; border-bottom: 3px solid var(--ink); padding-bottom: 1rem; }
footer { padding: 1rem 1.25rem 3rem; color: var(--soft); font-size: .875rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .35rem; letter-spacing: -.01em; }
h2 { font-size: 1.3rem; line-height: 1.3; margin: 2.75rem 0 .5rem; padding-top: .5rem; border-top: 1px solid var(--rule); }
section:first-child h2 { border-top: 0; margin-top: 1.25rem; }
p, li { max-width: 44rem; overflow-wrap: anywhere; }
p { margin: .5rem 0; }
.period { font-size: 1.1rem; margin: 0; }
.soft, .note, caption, figcaption { color: var(--soft); }
.note { font-size: .875rem; }
.lines { margin: .2rem 0 0; padding: 0; list-style: none; font-size: .875rem; }
.lead { font-size: 1.1rem; }
a { color: var(--link); }
code { white-space: nowrap; font: .9em ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
p code { white-space: normal; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; padding: 0; margin: 1rem 0 0; list-style: none; font-size: .9rem; }
nav a { display: inline-block; padding: .2rem 0; }
.verdict { border-left: 6px solid var(--good); background: var(--good-ground); padding: .6rem 1rem; font-size: 1.1rem; max-width: none; }
.verdict strong { color: var(--good); }
.verdict.broken { border-color: var(--bad); background: var(--bad-ground); }
.verdict.broken strong { color: var(--bad); }
dl.proof { display: grid; grid-template-columns: max-content 1fr; gap: .35rem 1.25rem; margin: 1rem 0; }
dl.proof dt { font-weight: 600; }
dl.proof dd { margin: 0; max-width: 40rem; overflow-wrap: anywhere; }
.wide { overflow-x: auto; margin: 1rem 0 .5rem; }
.wide:focus-visible, summary:focus-visible, a:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; font-size: .925rem; font-variant-numeric: tabular-nums lining-nums; }
caption { text-align: left; padding: 0 0 .4rem; font-size: .925rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .9rem .3rem 0; border-bottom: 1px solid var(--rule); }
th:last-child, td:last-child { padding-right: 0; }
thead th, thead td { vertical-align: bottom; border-bottom: 1.5px solid var(--ink); font-weight: 600; }
tbody th { font-weight: 400; }
.number { text-align: right; } td.number { white-space: nowrap; }
.time { white-space: nowrap; }
.outside { overflow-wrap: anywhere; min-width: 9rem; }
td.bars { width: 24%; } td.bars svg { margin-top: .3em; min-width: 4.5rem; }
.zero { color: var(--soft); }
svg { display: block; }
.patterns { position: absolute; }
.swatch { display: inline-block; width: .8em; height: .8em; vertical-align: -.05em; margin-right: .2em; }
figure { margin: 1.5rem 0 .25rem; }
figcaption { font-size: .925rem; }
.key { list-style: none; display: flex; flex-wrap: wrap; gap: .1rem 1.25rem; padding: 0; margin: .4rem 0 .6rem; font-size: .925rem; }
.key .amount { color: var(--soft); font-variant-numeric: tabular-nums; }
.chart { display: flex; } .chart .scale { flex: none; } .chart .columns { flex: 1; min-width: 0; overflow: visible; }
.chart text { font: 12px system-ui, "Segoe UI", Roboto, "Liberation Sans", "DejaVu Sans", Arial, sans-serif; fill: var(--soft); }
.chart .scale text { text-anchor: end; }
.columns .tick, .columns .flag { text-anchor: middle; }
.columns .first { text-anchor: start; }
.columns .last { text-anchor: end; }
.columns .flag { fill: var(--ink); font-weight: 700; }
.grid { stroke: var(--rule); }
.axis { stroke: var(--ink); }
.mark { stroke: var(--ink); stroke-dasharray: 3 3; }
details { margin: .25rem 0 1.5rem; }
summary { cursor: pointer; color: var(--link); font-size: .9rem; padding: .2rem 0; }
.o-deliver { fill: var(--deliver); } .o-warn { fill: url(#p-lines); } .o-seal { fill: var(--seal); } .o-hold { fill: url(#p-hatch); }
.o-reject { fill: var(--reject); } .o-defer { fill: url(#p-dots); } .o-watched { fill: url(#p-watched); }
.k-0 { fill: var(--k0); } .k-1 { fill: url(#p-k1); } .k-2 { fill: var(--k2); } .k-3 { fill: url(#p-k3); } .k-4 { fill: var(--k4); }
.k-5 { fill: url(#p-k5); } .k-6 { fill: var(--k6); }
pattern path { stroke: var(--paper); stroke-width: 1.1; fill: none; } pattern circle { fill: var(--paper); }
#p-lines .fill { fill: var(--warn); } #p-hatch .fill { fill: var(--hold); } #p-dots .fill { fill: var(--defer); }
#p-watched .fill { fill: var(--watched); } #p-k1 .fill { fill: var(--k1); } #p-k3 .fill { fill: var(--k3); } #p-k5 .fill { fill: var(--k5); }
@media (max-width: 40rem) {
  header { padding-top: 1.5rem; } h1 { font-size: 1.5rem; }
  dl.proof { display: block; } dl.proof dd { margin: 0 0 .6rem; }
  .wide table { width: auto; min-width: 100%; } th, td { padding-right: .7rem; } td { min-width: 4rem; } .bars { min-width: 0; } }
@media print {
  @page { margin: 16mm 14mm; }
  :root { color-scheme: light; }
  body { font-size: 10pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  header, main, footer { max-width: none; padding-left: 0; padding-right: 0; }
  header { padding-top: 0; } nav, details { display: none; }
  h2, caption, figcaption, .key { break-after: avoid; }
  figure, tr, .verdict, .chart { break-inside: avoid; }
  /* Browsers print each piece of a pattern as an image: outlines and tints stand in for them. */
  .o-warn { fill: #ecd9b0; stroke: var(--warn); } .o-hold { fill: var(--paper); stroke: var(--hold); stroke-width: 1.5; }
  .o-defer { fill: var(--defer); } .o-watched { fill: var(--paper); stroke: var(--watched); stroke-dasharray: 2 1.5; }
  .k-1 { fill: #f3dbe8; stroke: var(--k1); } .k-3 { fill: var(--paper); stroke: var(--k3); }
  .k-5 { fill: var(--paper); stroke: var(--k5); stroke-dasharray: 2 1.5; }
  .wide { overflow: visible; } table { font-size: .85rem; } th, td { padding-right: .6rem; } thead { display: table-header-group; } }
@media (forced-colors: active) { svg { forced-color-adjust: none; background: #fff; } }
)";

} // namespace sealgate::policy
