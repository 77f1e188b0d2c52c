import type { Picker } from '@xc/shard';

const WIDTH = 680;
const HEIGHT = 260;
const [LEFT, TOP, RIGHT, BOTTOM] = [56, 16, 150, 36];
/** Loads that the chart shows, of the mean. */
const [LOW, HIGH] = [0.75, 1.25];
const COLOURS = ['#b4532a', '#2a6fb4', '#2e8b57', '#7a4fb4'];

/** How loaded each node is, from the least to the most, for several pickers, as SVG. */
export function loadChart(
  pickers: Readonly<Record<string, Picker>>,
  keys: readonly string[],
): string {
  const y = (load: number) =>
    TOP + ((HIGH - load) / (HIGH - LOW)) * (HEIGHT - TOP - BOTTOM);
  const lines = Object.entries(pickers).map(([name, picker], index) => {
    const loads = loadsOf(picker, keys);
    const x = (node: number) =>
      LEFT + (node / (loads.length - 1)) * (WIDTH - LEFT - RIGHT);
    const points = loads.map(
      (load, node) => `${x(node).toFixed(1)},${y(load).toFixed(1)}`,
    );
    const colour = COLOURS[index] as string;
    const label = TOP + 20 + 22 * index;
    return `<polyline points="${points.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>
<text x="${WIDTH - RIGHT + 16}" y="${label}" fill="${colour}">${name}</text>`;
  });
  const grid = [0.8, 0.9, 1, 1.1, 1.2].map(
    (load) =>
      `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(load)}" y2="${y(load)}" stroke="#8888" stroke-width="0.5"/>
<text x="${LEFT - 8}" y="${y(load) + 4}" text-anchor="end" fill="#888">${load.toFixed(1)}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="13" role="img">
<title>Load of each node, of the mean, from the least to the most loaded</title>
${grid.join('\n')}
${lines.join('\n')}
<text x="${LEFT}" y="${HEIGHT - 12}" fill="#888">the least loaded node</text>
<text x="${WIDTH - RIGHT}" y="${HEIGHT - 12}" text-anchor="end" fill="#888">the most loaded</text>
</svg>
`;
}

function loadsOf(
  picker: Picker,
  keys: readonly string[],
): readonly number[] {
  const counts = new Map(picker.nodes.map(({ id }) => [id, 0]));
  for (const key of keys) {
    const node = picker.pick(key);
    counts.set(node, (counts.get(node) as number) + 1);
  }
  const mean = keys.length / counts.size;
  return [...counts.values()]
    .map((count) => count / mean)
    .sort((a, b) => a - b);
}
