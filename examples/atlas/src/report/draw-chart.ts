import type { Chart, LineChart, StackChart, StripChart, TimeChart } from './chart.ts';
import { drawFacts } from './draw-facts.ts';
import { escapeHtml } from './escape-html.ts';
import { frame, shades, timeAxis, timeScale } from './time-axis.ts';
import { duration } from './units.ts';

/** A chart as an HTML figure with an SVG in it; colours come from the style sheet of the page. */
export function drawChart(chart: Chart): string {
  return chart.kind === 'facts' ? drawFacts(chart) : drawTimeChart(chart);
}

function drawTimeChart(chart: TimeChart): string {
  const { title, note, endMs, spans } = chart;
  const height = chart.kind === 'strip' ? 100 : 280;
  const bottom = height - frame.bottom;
  const data =
    chart.kind === 'lines'
      ? drawLines(chart, bottom)
      : chart.kind === 'stack'
        ? drawStack(chart, bottom)
        : drawStrip(chart, bottom);
  return `<figure>
<figcaption><strong>${escapeHtml(title)}</strong><span>${escapeHtml(note)}</span></figcaption>
<svg viewBox="0 0 ${frame.width} ${height}" role="img" aria-label="${escapeHtml(title)}">
${shades(spans, endMs, bottom)}${data}${timeAxis(endMs, bottom)}
</svg>
${legend(chart)}
</figure>`;
}

function drawLines({ lines, endMs }: LineChart, bottom: number): string {
  const x = timeScale(endMs);
  const measured = lines.flatMap(({ points }) => points.flatMap(({ ms }) => ms ?? []));
  const lowest = Math.floor(Math.log10(Math.max(0.1, Math.min(...measured))));
  const highest = Math.max(lowest + 1, Math.ceil(Math.log10(Math.max(...measured, 1))));
  const y = (ms: number) => {
    const share = (Math.log10(Math.max(ms, 10 ** lowest)) - lowest) / (highest - lowest);
    return Math.round((bottom - share * (bottom - frame.top)) * 10) / 10;
  };
  const grid = Array.from({ length: highest - lowest + 1 }, (_, index) => 10 ** (lowest + index))
    .map((ms) => gridLine(y(ms), duration(ms).replace(/\.0+ /, ' ')))
    .join('');
  const paths = lines.map(({ tone, thin, points }) => {
    let pen = 'M';
    let path = '';
    for (const { atMs, ms } of points) {
      if (ms !== undefined) path += `${pen}${x(atMs)} ${y(ms)}`;
      pen = ms === undefined ? 'M' : 'L';
    }
    return `<path class="line ${tone}${thin ? ' thin' : ''}" d="${path}"/>`;
  });
  return grid + paths.join('');
}

function drawStack({ layers, slots, slotMs, endMs }: StackChart, bottom: number): string {
  const x = timeScale(endMs);
  const totals = slots.map(({ counts }) => counts.reduce((sum, count) => sum + count, 0));
  const most = Math.max(...totals, 1);
  const step = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000].find((tick) => most / tick <= 5) ?? 10_000;
  const top = Math.ceil(most / step) * step;
  const y = (count: number) => bottom - (count / top) * (bottom - frame.top);
  const grid = Array.from({ length: top / step + 1 }, (_, index) => gridLine(y(index * step), String(index * step)));
  const bars = slots.flatMap(({ fromMs, counts }) => {
    let below = 0;
    return counts.map((count, index) => {
      if (count === 0) return '';
      const high = y(below + count);
      const bar = rectangle(x(fromMs) + 1, high, x(fromMs + slotMs) - x(fromMs) - 2, y(below) - high);
      below += count;
      const layer = layers[index];
      return `<rect class="fill ${layer?.tone}" ${bar}><title>${count} ${escapeHtml(layer?.name ?? '')}</title></rect>`;
    });
  });
  return grid.join('') + bars.join('');
}

function drawStrip({ periods, endMs }: StripChart, bottom: number): string {
  const x = timeScale(endMs);
  return periods
    .map(({ name, tone, fromMs, toMs }) => {
      const width = Math.max(1.5, x(toMs) - x(fromMs));
      const shape = rectangle(x(fromMs), frame.top + 2, width, bottom - frame.top - 8);
      const middle = x(fromMs) + width / 2;
      const text = `<text class="on-fill" x="${middle}" y="${(frame.top + bottom) / 2 + 2}" text-anchor="middle">${escapeHtml(name)}</text>`;
      const told = `${escapeHtml(name)} for ${duration(toMs - fromMs)}`;
      return `<rect class="fill ${tone}" ${shape}><title>${told}</title></rect>${width > 70 ? text : ''}`;
    })
    .join('');
}

function legend(chart: TimeChart): string {
  const keys = chart.kind === 'lines' ? chart.lines : chart.kind === 'stack' ? chart.layers : distinct(chart.periods);
  const items = keys.map((key) => {
    const shape = chart.kind === 'lines' ? ('thin' in key && key.thin ? 'dash thin' : 'dash') : 'square';
    return `<li><i class="${shape} ${key.tone}"></i>${escapeHtml(key.name)}</li>`;
  });
  return `<ul class="legend">${items.join('')}</ul>`;
}

function distinct(periods: StripChart['periods']): StripChart['periods'] {
  return [...new Map(periods.map((period) => [period.name, period])).values()];
}

function gridLine(y: number, text: string): string {
  return (
    `<line class="grid" x1="${frame.left}" x2="${frame.width - frame.right}" y1="${y}" y2="${y}"/>` +
    `<text class="label" x="${frame.left - 10}" y="${y + 4}" text-anchor="end">${text}</text>`
  );
}

function rectangle(x: number, y: number, width: number, height: number): string {
  const [left, top, wide, high] = [x, y, width, height].map((value) => value.toFixed(1));
  return `x="${left}" y="${top}" width="${wide}" height="${high}"`;
}
