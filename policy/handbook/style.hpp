// The style sheet of the handbook: light and dark, phone and paper. Colours of text have a contrast of 4.5 to their ground in
// both themes (WCAG 2.2, 1.4.3); none of them says anything that a word beside it does not. Tested by e2e/test_handbook.py.
#pragma once

#include "policy/base/html.hpp"

namespace sealgate::policy {

constexpr html::markup handbook_style = R"(
:root { color-scheme: light dark;
  --paper: #fffefb; --ink: #20262c; --soft: #59626b; --rule: #dcdfe2; --ground: #f3f5f4; --accent: #1f5f5b; --link: #0b57a4;
  --deliver: #1f6b42; --warn: #8a5a00; --encrypt: #0b5cab; --require: #5b3fa0; --hold: #6d4a8f; --reject: #b02a12; }
@media (prefers-color-scheme: dark) { :root {
  --paper: #15191c; --ink: #e4e8ea; --soft: #a0aab2; --rule: #343c43; --ground: #1e2428; --accent: #7cc5bd; --link: #86b9f0;
  --deliver: #7fce9f; --warn: #e5b454; --encrypt: #86b9f0; --require: #b9a5f0; --hold: #cda9ea; --reject: #ff9a85; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); overflow-wrap: anywhere;
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", "DejaVu Sans", Arial, sans-serif; }
header, main, footer { max-width: 54rem; margin: 0 auto; padding: 0 1.5rem; }
header { padding-top: 2.5rem; }
h1 { font-size: 2rem; line-height: 1.2; margin: 0 0 .6rem; padding-bottom: .6rem; border-bottom: 3px solid var(--accent); text-wrap: balance; }
h2 { font-size: 1.25rem; line-height: 1.3; margin: 2.25rem 0 .6rem; color: var(--accent); }
p { margin: .5rem 0; max-width: 44rem; }
.lead { font-size: 1.1rem; }
.soft, caption { color: var(--soft); }
a { color: var(--link); }
ul { margin: .5rem 0; padding-left: 1.2rem; }
li { margin: .25rem 0; max-width: 44rem; }
dl { margin: .6rem 0; } dd { margin: 0; }
.tag { white-space: nowrap; }
.tags { list-style: none; padding: 0; margin: .6rem 0 1rem; border-left: 3px solid var(--rule); }
.tags li { margin: 0; padding: .35rem 0 .35rem 1rem; max-width: none; }
.tags p { margin: 0; max-width: none; }
.tags strong.tag { font-size: 1.1rem; margin-right: .4rem; white-space: normal; }
.tags .soft { font-size: .9rem; }
table { border-collapse: collapse; width: 100%; table-layout: fixed; }
caption { text-align: left; padding: 0 0 .5rem; }
th, td { text-align: left; vertical-align: top; padding: .5rem .9rem .5rem 0; border-bottom: 1px solid var(--rule); font-weight: 400; }
thead th { border-bottom: 2px solid var(--ink); vertical-align: bottom; }
thead th.tag { font-weight: 700; white-space: normal; }
tbody th { width: 28%; font-weight: 600; }
.of { display: none; }
.act { display: inline-flex; align-items: flex-start; gap: .45em; font-weight: 600; line-height: 1.35; }
.act svg { flex: none; width: 1.2em; height: 1.2em; margin-top: .08em; }
svg { fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
.deliver { color: var(--deliver); } .warn { color: var(--warn); } .encrypt { color: var(--encrypt); }
.require { color: var(--require); } .hold { color: var(--hold); } .reject { color: var(--reject); }
.actions > div { display: grid; grid-template-columns: 15rem 1fr; gap: 0 1rem; padding: .2rem 0; }
.example { background: var(--ground); border: 1px solid var(--rule); border-radius: 6px; padding: .55rem .9rem; max-width: 30rem; }
.example .soft { margin-right: .8rem; }
.how { display: grid; grid-template-columns: 1fr 1fr; gap: .9rem 2rem; }
.how dt, .services dt { font-weight: 600; }
.services > div { display: grid; grid-template-columns: 10rem 1fr; gap: 0 1rem; padding: .4rem 0; border-bottom: 1px solid var(--rule); }
.ladder { list-style: none; padding: 0; margin: .8rem 0; }
.ladder > li { display: grid; grid-template-columns: 8.5rem 1fr; gap: 0 1rem; max-width: none; margin: 0 0 .4rem; padding: .5rem 1rem;
  background: var(--ground); border-left: 6px solid var(--accent); }
.ladder > li:nth-child(2) { margin-right: 8%; } .ladder > li:nth-child(n+3) { margin-right: 16%; }
.ladder > li:nth-child(n+2) { border-left-color: var(--soft); }
.ladder > li:last-child:nth-child(n+2) { border-left-style: dotted; }
.ladder dl { margin: 0; display: grid; grid-template-columns: 1fr 1fr; gap: 0 1.5rem; }
.ladder dt { color: var(--soft); font-size: .9rem; }
.beside { display: grid; grid-template-columns: 1fr 1fr; gap: 0 2.5rem; }
#sign { margin-top: 2.5rem; padding: .25rem 1.5rem 1.25rem; border: 1px solid var(--rule); border-radius: 8px; }
#sign h2 { margin-top: 1rem; }
.lines { list-style: none; padding: 0; margin: 3.25rem 0 0; display: grid; grid-template-columns: 2fr 1fr 2fr; gap: 3rem 2rem; }
.lines li { border-top: 1.5px solid var(--ink); padding-top: .2rem; color: var(--soft); font-size: .9rem; }
footer { padding-top: 1rem; padding-bottom: 2.5rem; font-size: .85rem; color: var(--soft); }
a:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
@media (max-width: 44rem) {
  header, main, footer { padding-left: 1rem; padding-right: 1rem; }
  header { padding-top: 1.5rem; } h1 { font-size: 1.5rem; } h2 { margin-top: 1.8rem; }
  .how, .beside { display: block; } .how > div { margin: .8rem 0; }
  .actions > div, .services > div, .ladder > li { display: block; } .actions > div { padding: .4rem 0; }
  .ladder dl { display: block; }
  table, caption, tbody, tr, tbody th, td { display: block; width: auto; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  tbody tr { padding: .6rem 0; border-bottom: 1px solid var(--rule); } tbody th, td { border: 0; padding: .15rem 0; }
  td { display: flex; gap: .8rem; } .of { display: block; flex: 0 0 40%; color: var(--soft); }
  .lines { grid-template-columns: 1fr; } #sign { padding: .25rem 1rem 1.25rem; } }
@media print {
  @page { size: A4; margin: 13mm 15mm; }
  :root { color-scheme: light; --paper: #ffffff; --ink: #000000; --soft: #444444; --rule: #bbbbbb; --ground: #ffffff; --accent: #1f5f5b; --link: #000000;
    --deliver: #1f6b42; --warn: #8a5a00; --encrypt: #0b5cab; --require: #5b3fa0; --hold: #6d4a8f; --reject: #b02a12; }
  html { font-size: 8.8pt; } body { line-height: 1.38; }
  header, main, footer { max-width: none; padding: 0; } p, li { max-width: none; }
  h1 { font-size: 17pt; margin-bottom: 2mm; padding-bottom: 1.5mm; } .lead { font-size: 9.3pt; }
  h2 { font-size: 11.5pt; margin: 4.5mm 0 1.2mm; break-after: avoid; }
  p, ul, dl { margin-top: .8mm; margin-bottom: .8mm; } li { margin: .4mm 0; }
  #services { break-before: page; } #services h2 { margin-top: 0; }
  .tags { margin: 1mm 0 2mm; } .tags li { padding: .6mm 0 .6mm 3mm; } .tags strong.tag { font-size: 10pt; } .tags .soft { font-size: 8.5pt; }
  caption { padding-bottom: 1mm; } th, td { padding-top: 1mm; padding-bottom: 1mm; }
  .actions > div { display: grid; grid-template-columns: 52mm 1fr; padding: .3mm 0; }
  .how { display: grid; grid-template-columns: 1fr 1fr; gap: 1.6mm 8mm; } .example { padding: 1.2mm 3mm; }
  .beside { display: grid; } .services > div { display: grid; grid-template-columns: 30mm 1fr; padding: 1.2mm 0; }
  .ladder dl { display: grid; } .ladder > li { display: grid; padding: 1.5mm 3mm; margin-bottom: 1.2mm; border-left-width: 1.6mm; }
  tr, .how > div, .services > div, .ladder > li, .actions > div, #sign, .tags li { break-inside: avoid; }
  #sign { margin-top: 8mm; padding: 1mm 5mm 4mm; } .lines { margin-top: 18mm; }
  footer { padding: 3mm 0 0; font-size: 7.5pt; } a { text-decoration: none; } }
@media (forced-colors: active) { .ladder > li, #sign, .example { border: 1px solid CanvasText; } }
)";

} // namespace sealgate::policy
