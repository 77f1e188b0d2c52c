/** The only style there is; the page's policy names its hash. */
export const pageStyle = `
:root { color-scheme: light dark; --line: #8883; --soft: #8881; --link: #2563eb; --bad: #dc2626; --warm: #b45309; --good: #15803d }
@media (prefers-color-scheme: dark) { :root { --link: #7aa7ff; --bad: #f87171; --warm: #fbbf24; --good: #4ade80 } }
* { box-sizing: border-box }
body { margin: 0; font: 14px/1.5 system-ui, sans-serif }
header { display: flex; gap: 1rem; align-items: baseline; padding: .75rem 1.5rem; border-bottom: 1px solid var(--line) }
header h1 { font-size: 1.1rem; margin: 0 }
main { padding: 1rem 1.5rem; max-width: 80rem }
a { color: var(--link); text-decoration: none }
a:hover { text-decoration: underline }
h2 { font-size: 1rem; margin: 1.5rem 0 .5rem }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line); vertical-align: top }
th { font-weight: 600 }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums }
code, pre { font: 12px/1.5 ui-monospace, monospace; overflow-wrap: anywhere }
pre { background: var(--soft); padding: .75rem; border-radius: 6px; overflow: auto; max-height: 24rem; white-space: pre-wrap; margin: 0 }
nav { display: flex; gap: 1rem; flex-wrap: wrap; margin: .5rem 0 }
nav [aria-current] { font-weight: 600; color: inherit }
form { display: inline; font: 14px/1.5 system-ui, sans-serif }
button { font: inherit; padding: .15rem .7rem; border: 1px solid var(--line); border-radius: 6px; background: var(--soft); color: inherit; cursor: pointer }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.5rem; margin: 0 }
dt { opacity: .7 } dd { margin: 0 }
.bad { color: var(--bad) } .warm { color: var(--warm) } .good { color: var(--good) } .soft { opacity: .7 }
.notice { padding: .5rem .75rem; border: 1px solid var(--line); border-radius: 6px; background: var(--soft) }
`;
