import type { Figure } from '../acts/act.ts';
import { attribution } from '../data/geonames.ts';
import { drawChart } from './draw-chart.ts';
import { escapeHtml } from './escape-html.ts';
import { allHeld, type Outcome, type Played } from './outcome.ts';
import { sayFigure } from './say-figure.ts';
import { style } from './style.ts';

/** The report as one HTML file that needs nothing else, in light and in dark. */
export function reportPage(outcome: Outcome): string {
  const { played, seed, machine, at } = outcome;
  const verdicts = played.flatMap((one) => one.verdicts);
  const held = verdicts.filter((verdict) => verdict.held).length;
  const headline = allHeld(outcome)
    ? `${held === verdicts.length && held > 0 ? `All ${held} promises held` : 'Every act came to its end'}`
    : `${verdicts.length - held} of ${verdicts.length} promises not held`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Atlas: ${escapeHtml(headline)}</title>
<style>${style}</style>
</head>
<body>
<header>
<p class="kicker">Atlas, a city guide over 135,233 real places</p>
<h1 class="${allHeld(outcome) ? 'held' : 'broken'}">${escapeHtml(headline)}</h1>
${verdicts.length === 0 ? '' : promiseTable(played)}
</header>
<main>
${played.map(section).join('\n')}
</main>
<footer>
<p>${escapeHtml(machine)}, seed ${seed}, ${at.toISOString().slice(0, 16).replace('T', ' ')} UTC. One run on one machine: run it again on yours with <code>npm run demo</code>.</p>
<p>${escapeHtml(attribution)}.</p>
</footer>
</body>
</html>
`;
}

function promiseTable(played: readonly Played[]): string {
  const rows = played.flatMap(({ verdicts }) =>
    verdicts.map(({ act, promise, measured, held }) => {
      const value = measured === undefined ? 'not measured' : sayFigure(measured.value, measured.unit);
      const sign = held ? '<td class="held">held</td>' : '<td class="broken">not held</td>';
      return `<tr><td><a href="#${act}">${escapeHtml(act)}</a></td><td>${escapeHtml(promise)}</td><td class="number">${value}</td>${sign}</tr>`;
    }),
  );
  return `<table>
<thead><tr><th>act</th><th>promise</th><th class="number">measured</th><th></th></tr></thead>
<tbody>${rows.join('')}</tbody>
</table>`;
}

function section({ act, performance, failure }: Played): string {
  const told = failure === undefined ? '' : `<p class="broken">It broke off: ${escapeHtml(failure)}</p>`;
  const figures = performance?.figures ?? [];
  return `<section id="${act.name}">
<h2>${escapeHtml(act.name)}</h2>
<p class="shows">${escapeHtml(act.shows)}</p>
${told}${figures.length === 0 ? '' : `<dl>${figures.map(tile).join('')}</dl>`}
${(performance?.charts ?? []).map(drawChart).join('\n')}
</section>`;
}

function tile({ says, unit, value, before }: Figure): string {
  const compared = before === undefined ? '' : `<small>without us ${sayFigure(before, unit)}</small>`;
  return `<div><dt>${escapeHtml(says)}</dt><dd>${sayFigure(value, unit)}${compared}</dd></div>`;
}
