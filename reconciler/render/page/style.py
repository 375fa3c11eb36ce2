"""The style of a page: light and dark, wide and narrow, printed."""

STYLE = """
:root {
  color-scheme: light dark;
  --paper: #fbfaf7; --card: #fff; --ink: #22262b; --soft: #5a616b; --line: #dedbd3; --weekend: #f5f3ee;
  --link: #1f5285; --focus: #1f5285;
  --green: #176339; --green-wash: #e5f3e9; --blue: #1c4f8c; --blue-wash: #e6eff9;
  --amber: #754900; --amber-wash: #faf0d9; --red: #9a1f1f; --red-wash: #fae8e5;
  --violet: #5d3a8e; --violet-wash: #f0eaf8; --orange: #8a3c00; --orange-wash: #fbe9dc;
  --teal: #0c5f66; --teal-wash: #e0f2f2; --rose: #8d2358; --rose-wash: #f9e7ef;
  --plain: #4a515b; --plain-wash: #eff0f0; --chosen: #fff;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #16181b; --card: #1d2024; --ink: #e4e4e1; --soft: #a5abb3; --line: #363a40; --weekend: #191c1f;
    --link: #9cc5f0; --focus: #9cc5f0;
    --green: #8fd6ab; --green-wash: #17301f; --blue: #9cc5f0; --blue-wash: #17293d;
    --amber: #e8c27a; --amber-wash: #33280f; --red: #f2a69d; --red-wash: #3b1c1a;
    --violet: #c9b0ef; --violet-wash: #2a2139; --orange: #f0b385; --orange-wash: #38230f;
    --teal: #86d3d6; --teal-wash: #12302f; --rose: #f0a6c8; --rose-wash: #381c2a;
    --plain: #c3c8cf; --plain-wash: #272b30; --chosen: #444a52;
  }
}

* { box-sizing: border-box; }
[hidden] { display: none !important; }
html { scroll-padding-top: 8rem; }
body {
  margin: 0 auto; max-width: 82rem; padding: 0 1.5rem 3rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  overflow-wrap: anywhere; font-variant-numeric: tabular-nums;
}
h1, h2, h3, h4, p, ul, ol, dl, dd, pre { margin: 0; padding: 0; }
ul, ol { list-style: none; }
h1 { font-size: 1.875rem; line-height: 1.2; font-weight: 650; letter-spacing: -.015em; }
h2 { font-size: 1.125rem; line-height: 1.3; font-weight: 650; }
h3, caption { font-size: 1.375rem; line-height: 1.3; font-weight: 600; letter-spacing: -.01em; text-align: left; }
h4 { font-size: 1.0625rem; line-height: 1.4; font-weight: 600; }
a { color: var(--link); text-underline-offset: .15em; text-decoration-thickness: 1px; }
a:focus-visible, input:focus-visible, select:focus-visible, .event:focus-visible {
  outline: 2px solid var(--focus); outline-offset: 2px; border-radius: 4px;
}
.skip { position: absolute; left: -100vw; padding: .5rem 1rem; background: var(--card); z-index: 3; }
.skip:focus { left: 1rem; top: .5rem; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }

header { padding: 2.5rem 0 1.5rem; }
header .note:first-of-type { margin-top: 1.5rem; }
.lead { color: var(--soft); margin-top: .375rem; }
.fixed {
  margin-top: .25rem; font: .8125rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace;
  color: var(--soft);
}
.legend + .fixed { margin-top: 1rem; }
.legend { display: flex; flex-wrap: wrap; gap: .375rem 1.25rem; margin-top: 1rem; font-size: .9375rem; }
.dot {
  display: inline-block; width: .7em; height: .7em; margin-right: .5em; border-radius: 3px;
  background: var(--tone);
}

.note {
  margin-top: 1rem; padding: 1rem 1.25rem; background: var(--card); border: 1px solid var(--line);
  border-radius: 10px;
}
.note.urgent { background: var(--amber-wash); border-color: transparent; }
.note li { margin-top: .375rem; font-size: .9375rem; }
footer { margin-top: 3rem; }

.badge {
  display: inline-block; padding: .0625rem .5rem; border-radius: 99px; background: var(--wash); color: var(--tone);
  font-size: .75rem; line-height: 1.5; font-weight: 600; white-space: nowrap;
}
.plain, .unchanged { --tone: var(--plain); --wash: var(--plain-wash); }
.new, .k2 { --tone: var(--green); --wash: var(--green-wash); }
.moved, .k0 { --tone: var(--blue); --wash: var(--blue-wash); }
.changed, .k3 { --tone: var(--amber); --wash: var(--amber-wash); }
.cancelled, .still, .deleted, .k7 { --tone: var(--red); --wash: var(--red-wash); }
.orphan, .k1 { --tone: var(--violet); --wash: var(--violet-wash); }
.aside, .k5 { --tone: var(--orange); --wash: var(--orange-wash); }
.completed, .k4 { --tone: var(--teal); --wash: var(--teal-wash); }
.k6 { --tone: var(--rose); --wash: var(--rose-wash); }
.off .name, .off h4 { text-decoration: line-through; }

.bar {
  position: sticky; top: 0; z-index: 2; display: flex; flex-wrap: wrap; gap: .5rem 2rem; align-items: center;
  margin: 0 -1.5rem 1.5rem; padding: .75rem 1.5rem; background: var(--paper); border-bottom: 1px solid var(--line);
}
.bar ul { display: flex; gap: .25rem; padding: .1875rem; border-radius: 9px; background: var(--plain-wash); }
.bar nav a {
  display: block; padding: .25rem .875rem; border-radius: 6px; color: var(--ink); font-size: .9375rem; font-weight: 500;
  text-decoration: none;
}
.bar nav a[aria-current] { background: var(--chosen); box-shadow: 0 1px 2px rgb(0 0 0 / .18); }
#filters { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; }
#filters label { font-size: .875rem; color: var(--soft); }
#filters :is(input, select) {
  min-height: 2rem; max-width: 11rem; padding: .125rem .5rem; font: inherit; color: var(--ink); background: var(--card);
  border: 1px solid var(--line); border-color: color-mix(in srgb, var(--soft) 65%, transparent); border-radius: 6px;
}
output { font-size: .875rem; color: var(--soft); }

main > section > h2 { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.jumps { margin-bottom: 1.25rem; font-size: .875rem; }
.jumps ul { display: flex; flex-wrap: wrap; gap: .125rem .875rem; }
.jumps a { display: inline-block; padding: .125rem 0; }
.group { margin: 0 -4px 2.5rem; padding: 0 4px; content-visibility: auto; contain-intrinsic-size: auto 40rem; }
.undated { font-size: .9375rem; color: var(--soft); }
/* A view is shown where it, or something in it, is what the address names; else the months are. */
@supports selector(:has(a)) {
  main:not(:has(#timeline:target, #timeline :target, #list:target, #list :target)) > :is(#timeline, #list),
  main:has(#timeline:target, #timeline :target) > :is(#months, #list),
  main:has(#list:target, #list :target) > :is(#months, #timeline) { display: none; }
}

table { border-collapse: collapse; width: 100%; }
.month table { table-layout: fixed; }
caption { padding-bottom: .625rem; }
.month th { padding: .25rem .5rem; font-size: .8125rem; font-weight: 500; color: var(--soft); text-align: left; }
.month td {
  height: 5.25rem; padding: .25rem; vertical-align: top; border: 1px solid var(--line);
  background: var(--card);
}
.month td:nth-child(n + 6) { background: var(--weekend); }
.month td.pad { background: none; border-color: transparent; }
.month td > time {
  display: block; padding: .125rem .25rem .25rem; font-size: .8125rem; line-height: 1; color: var(--soft);
}
.month td:target { outline: 2px solid var(--focus); outline-offset: -2px; }
.wd { display: none; }
.e + .e { margin-top: .1875rem; }
.e a {
  display: block; padding: .1875rem .375rem; border-left: 3px solid var(--tone); border-radius: 4px;
  background: var(--wash); color: var(--ink); font-size: .8125rem; line-height: 1.35; text-decoration: none;
}
.e a:hover .name { text-decoration: underline; }
.e.off a:hover .name { text-decoration: line-through underline; }
.e .time { color: var(--tone); font-weight: 600; }
.e .name { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 4; overflow: hidden; }
.e .badge { padding: 0; margin-right: .5em; background: none; }
.ghost { --tone: var(--soft); }
.ghost a { border: 1px dashed var(--soft); background: none; color: var(--soft); }
.ghost .time { font-weight: 500; }

.axis, .row {
  display: grid; grid-template-columns: minmax(0, 27rem) minmax(0, 1fr); column-gap: 1.5rem;
  align-items: center;
}
.quarter h3 { margin-bottom: .25rem; }
.axis { color: var(--soft); font-size: .8125rem; }
.months { grid-column: 2; display: grid; }
.months span { padding-left: .375rem; }
.row { min-height: 2.125rem; border-top: 1px solid var(--line); }
.row a {
  display: grid; grid-template-columns: 7.5rem minmax(0, 1fr); column-gap: .75rem; padding: .375rem 0;
  color: var(--ink); font-size: .875rem; line-height: 1.4; text-decoration: none;
}
.row a:hover .name { text-decoration: underline; }
.row .badge { margin-right: .25rem; }
.row .when { color: var(--soft); }
.row .name { font-weight: 550; }
.picture {
  align-self: stretch; width: 100%; height: 0; min-height: 100%;
  background-image: linear-gradient(var(--line), var(--line)), linear-gradient(var(--line), var(--line)),
    linear-gradient(var(--line), var(--line));
  background-repeat: no-repeat;
  background-size: 1px 100%; background-position: 0 0, var(--second) 0, var(--third) 0;
}
.l31-28-31 { --second: 34.45%; --third: 65.55%; --months: 31fr 28fr 31fr; }
.l31-29-31 { --second: 34.06%; --third: 65.94%; --months: 31fr 29fr 31fr; }
.l30-31-30 { --second: 32.97%; --third: 67.03%; --months: 30fr 31fr 30fr; }
.l31-31-30 { --second: 33.7%; --third: 67.4%; --months: 31fr 31fr 30fr; }
.l31-30-31 { --second: 33.7%; --third: 66.3%; --months: 31fr 30fr 31fr; }
.months { grid-template-columns: var(--months); }
.picture rect { vector-effect: non-scaling-stroke; }
.picture .on { fill: var(--tone); stroke: var(--tone); stroke-width: 2px; stroke-linejoin: round; }
.picture .was { fill: none; stroke: var(--soft); stroke-width: 1.5px; stroke-dasharray: 3 2; }

#list h3 { margin-bottom: .75rem; }
.event {
  padding: .875rem 1.25rem; margin-bottom: .625rem; background: var(--card); border: 1px solid var(--line);
  border-left: 4px solid var(--tone); border-radius: 8px;
}
.event:target { outline: 2px solid var(--focus); outline-offset: -2px; }
.what { display: flex; flex-wrap: wrap; gap: .125rem .5rem; align-items: baseline; }
.event .when { font-weight: 500; }
.to-month { margin-left: .25rem; font-weight: 400; font-size: .875rem; }
.facts, .origin { font-size: .875rem; color: var(--soft); }
.origin { margin-top: .375rem; font-size: .8125rem; }
.remarks { margin-top: .25rem; font-size: .875rem; }
.remarks li { padding-left: 1rem; text-indent: -1rem; }
.remarks li::before { content: "—\\2002"; color: var(--soft); }
.changes, dl { margin-top: .5rem; font-size: .875rem; }
.changes th, dt {
  width: 11rem; padding: .0625rem 1rem .0625rem 0; font-weight: 400; color: var(--soft); text-align: left;
  vertical-align: top;
}
.changes td { padding: .0625rem 0; }
dl { display: grid; grid-template-columns: 11rem minmax(0, 1fr); }
dd { white-space: pre-line; max-width: 46rem; }
dt, dd { padding-top: .0625rem; padding-bottom: .0625rem; }
del { color: var(--soft); }
ins { text-decoration: none; font-weight: 600; }
.lines { white-space: pre-wrap; font: .8125rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }

@media (max-width: 46rem) {
  body { padding: 0 1rem 2rem; }
  header { padding: 1.5rem 0 1rem; }
  h1 { font-size: 1.5rem; }
  h3, caption { font-size: 1.1875rem; }
  html { scroll-padding-top: 1rem; }
  .bar { position: static; margin: 0 -1rem 1rem; padding: .625rem 1rem; }
  .bar nav, .bar ul { width: 100%; }
  .bar li { flex: 1; text-align: center; }
  .bar nav a { padding: .5rem; }
  #filters { width: 100%; display: grid; grid-template-columns: 1fr 1fr; gap: .5rem; }
  #filters label { display: grid; }
  #filters :is(input, select) { width: 100%; max-width: none; min-height: 2.5rem; }
  .jumps a { padding: .375rem 0; }

  /* The days stand below one another, and only those with an event. */
  .month :is(table, tbody, tr, td, caption) { display: block; height: auto; }
  .month :is(thead, .pad, .empty), .month :is(tr, td):not(:has(li:not([hidden]))) { display: none; }
  .month td {
    display: grid; grid-template-columns: 3.5rem minmax(0, 1fr); padding: .5rem 0; border-width: 1px 0 0;
    background: none;
  }
  .month td:nth-child(n + 6) { background: none; }
  .month td > time { padding: .375rem 0; font-size: .875rem; }
  .month .wd { display: inline; }
  .e a { padding: .375rem .625rem; font-size: .9375rem; }
  .axis, .row { grid-template-columns: minmax(0, 1fr); }
  .months { grid-column: 1; }
  .group { contain-intrinsic-size: auto 14rem; }
  .row a { padding-bottom: 0; }
  .picture { height: 1.25rem; min-height: 0; margin-bottom: .25rem; }
  .event { padding: .75rem .875rem; }
  .changes :is(th, td) { display: block; width: auto; padding-right: 0; }
  dt { width: auto; }
  .changes tr { display: block; margin-top: .25rem; }
  dl { grid-template-columns: minmax(0, 2fr) minmax(0, 3fr); }
}
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
@media print {
  @page { margin: 12mm; }
  @page wide { size: landscape; }
  body { max-width: none; padding: 0; background: none; font-size: 10pt; }
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  .skip, .bar, .jumps, .to-month { display: none; }
  header { padding: 0 0 4mm; }
  .group { content-visibility: visible; margin-bottom: 6mm; }
  .month { page: wide; break-before: page; }
  .month td { height: 24mm; }
  .month tr, .event, .row, .note { break-inside: avoid; }
  h3 { break-after: avoid; }
  a { color: inherit; text-decoration: none; }
}
"""
