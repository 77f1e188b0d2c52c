/** The look of the report: two sets of colours, one layout, nothing to fetch. */
export const style = `
:root {
  color-scheme: light dark;
  --paper: #fcfcfa; --card: #ffffff; --ink: #1d2327; --soft: #667077; --hair: #e4e4de;
  --shade: #f4e3df; --shade-deep: #e5b3a9;
  --before: #8a7a6d; --after: #0a7a86; --fresh: #6fb7ac; --stale: #e5a82e; --error: #cf4a3c; --waiting: #7d8fd1;
  --on-fill: #14201f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14181a; --card: #1b2022; --ink: #e8e9e6; --soft: #98a2a6; --hair: #2c3336;
    --shade: #33211f; --shade-deep: #6b322a;
    --before: #b3a193; --after: #41c0c9; --fresh: #3d8f85; --stale: #d79b2b; --error: #e0604f; --waiting: #8293dc;
    --on-fill: #ffffff;
  }
}
* { box-sizing: border-box }
body { margin: 0 auto; padding: 4rem 1.25rem 5rem; max-width: 62rem; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", "Helvetica Neue", sans-serif; font-variant-numeric: tabular-nums }
.kicker { margin: 0; color: var(--soft) }
h1 { margin: .1em 0 1.2rem; font-size: clamp(1.9rem, 5vw, 2.9rem); line-height: 1.15; letter-spacing: -.02em; font-weight: 650 }
h2 { margin: 0; font-size: 1.5rem; letter-spacing: -.01em; text-transform: capitalize }
a { color: inherit; text-decoration-color: var(--hair); text-underline-offset: .2em }
h1.held::before { content: "\\2713"; color: var(--after); margin-right: .35em }
h1.broken::before { content: "\\00d7"; color: var(--error); margin-right: .35em }
table { width: 100%; border-collapse: collapse }
th { text-align: left; font-weight: 500; color: var(--soft); font-size: .85rem }
th, td { padding: .55rem .75rem .55rem 0; border-bottom: 1px solid var(--hair); vertical-align: baseline }
td:first-child { color: var(--soft) }
.number { text-align: right; white-space: nowrap }
td.number { font-weight: 600 }
td:last-child { width: 6rem; padding-left: 1rem; padding-right: 0; white-space: nowrap }
td.said:last-child { width: auto; white-space: normal; overflow-wrap: anywhere }
td.held { color: var(--after) }
.broken { color: var(--error); font-weight: 600 }
h1.broken { color: inherit; font-weight: 650 }
section { margin-top: 4.5rem }
.shows { margin: .35rem 0 1.5rem; max-width: 46rem; color: var(--soft) }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); gap: 1px; margin: 0 0 2rem;
  background: var(--card); border: 1px solid var(--hair); border-radius: .6rem; overflow: hidden }
dl div { padding: .9rem 1rem; box-shadow: 0 0 0 1px var(--hair); display: flex; flex-direction: column; justify-content: space-between }
dt { color: var(--soft); font-size: .85rem; line-height: 1.35 }
dd { margin: .35rem 0 0; font-size: 1.45rem; font-weight: 600; letter-spacing: -.01em }
dd small { display: block; color: var(--before); font-size: .85rem; font-weight: 500; letter-spacing: 0 }
figure { margin: 1.25rem 0 0; padding: 1.1rem 1.1rem .9rem; background: var(--card); border: 1px solid var(--hair); border-radius: .6rem }
figcaption strong { display: block }
figcaption span { color: var(--soft); font-size: .85rem }
svg { display: block; width: 100%; height: auto; margin-top: .5rem; overflow: visible }
.label { fill: var(--soft); font-size: 12.5px }
.strong { fill: var(--error); font-weight: 600 }
.on-fill { fill: var(--on-fill); font-size: 13px; font-weight: 600 }
.axis, .tick { stroke: var(--soft); stroke-width: 1 }
.grid { stroke: var(--hair); stroke-width: 1 }
.shade { fill: var(--shade) }
.shade-1 { fill: var(--shade-deep) }
.line { fill: none; stroke-width: 2.75; stroke-linejoin: round; stroke-linecap: round }
.line.thin { stroke-width: 1.25; opacity: .75 }
.line.before { stroke: var(--before) } .line.after { stroke: var(--after) }
.fill.fresh { fill: var(--fresh) } .fill.stale { fill: var(--stale) } .fill.error { fill: var(--error) } .fill.waiting { fill: var(--waiting) }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.4rem; margin: .5rem 0 0; padding: 0; list-style: none; color: var(--soft); font-size: .85rem }
.legend i { display: inline-block; margin-right: .5em; vertical-align: middle; border-radius: 2px; background: currentColor }
.legend i.square { width: .8em; height: .8em }
.legend i.dash { width: 1.5em; height: 3px } .legend i.dash.thin { height: 1.5px; opacity: .75 }
i.before { color: var(--before) } i.after { color: var(--after) } i.fresh { color: var(--fresh) }
i.stale { color: var(--stale) } i.error { color: var(--error) } i.waiting { color: var(--waiting) }
footer { margin-top: 4rem; padding-top: 1rem; border-top: 1px solid var(--hair); color: var(--soft); font-size: .85rem }
footer p { margin: .3rem 0; max-width: 46rem }
@media (max-width: 40rem) { body { padding-top: 2rem } figure { padding: .8rem } .label, .on-fill { font-size: 20px } td:first-child, th:first-child { display: none } }
@media print { figure, dl { break-inside: avoid } }
`;
