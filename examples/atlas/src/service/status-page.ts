import { escapeHtml } from '../report/escape-html.ts';
import { duration, percent } from '../report/units.ts';
import { type RecentFigures, RecentRequests } from './recent-requests.ts';

export interface StatusFigures {
  readonly name: string;
  readonly status: 'up' | 'degraded' | 'down';
  readonly facts: Readonly<Record<string, string>>;
  readonly lastTenSeconds: RecentFigures;
  readonly attribution: string;
}

/** One page that a person can look at while something is wrong. Loads itself again every two seconds. */
export function statusPage({ name, status, facts, lastTenSeconds, attribution }: StatusFigures): string {
  const { perSecond, p50Ms, p95Ms, errorRate, staleRate } = lastTenSeconds;
  const traffic = {
    'requests per second': perSecond.toFixed(1),
    p50: duration(p50Ms),
    p95: duration(p95Ms),
    errors: percent(errorRate),
    'stale answers': percent(staleRate),
  };
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="2">
<title>${escapeHtml(name)}: ${status}</title>
<style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 34rem; margin: 3rem auto; padding: 0 1rem }
h1 { font-size: 1.25rem; display: flex; gap: .6rem; align-items: baseline }
h1 small { font-weight: 400; padding: 0 .6em; border-radius: 1em; color: #fff; background: #2f855a }
h1 small.degraded { background: #b7791f }
h1 small.down { background: #c53030 }
h2 { font-size: .8rem; font-weight: 600; text-transform: uppercase; letter-spacing: .06em; opacity: .65; margin: 2rem 0 .4rem }
dl { display: grid; grid-template-columns: 1fr auto; margin: 0 }
dt, dd { margin: 0; padding: .35rem 0; border-top: 1px solid color-mix(in srgb, currentColor 15%, transparent) }
dd { text-align: right; font-variant-numeric: tabular-nums; font-weight: 600 }
footer { margin-top: 2rem; font-size: .8rem; opacity: .65 }
</style>
</head>
<body>
<h1>${escapeHtml(name)} <small class="${status}">${status}</small></h1>
<h2>The last ${RecentRequests.windowMs / 1_000} seconds</h2>
${list(traffic)}
<h2>Parts</h2>
${list(facts)}
<footer>${escapeHtml(attribution)}</footer>
</body>
</html>
`;
}

function list(facts: Readonly<Record<string, string>>): string {
  const rows = Object.entries(facts).map(([what, how]) => `<dt>${escapeHtml(what)}</dt><dd>${escapeHtml(how)}</dd>`);
  return `<dl>${rows.join('')}</dl>`;
}
