import { readFileSync, writeFileSync } from 'node:fs';
import {
  jumpPicker,
  maglevPicker,
  type NodeSpec,
  type Picker,
  rendezvousPicker,
  ringPicker,
  simulate,
} from '@xc/shard';
import { expect, test } from 'vitest';
import { loadChart } from './shard-picker-chart.ts';

const page = (name: string): string =>
  readFileSync(
    new URL(`../guide/shard/${name}.md`, import.meta.url),
    'utf8',
  );

const keys = Array.from(
  { length: 500_000 },
  (_, index) => `session:${index}`,
);
const nodes = Array.from({ length: 101 }, (_, index) => ({
  id: `cache-${index}`,
}));
const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;

const pickers: Record<string, (nodes: readonly NodeSpec[]) => Picker> = {
  ringPicker,
  rendezvousPicker,
  maglevPicker,
  jumpPicker,
};

test.each(Object.keys(pickers))(
  'the page of pickers says what the simulation of %s says',
  (name) => {
    const open = pickers[name] as (typeof pickers)[string];
    const found = simulate({
      before: open(nodes.slice(0, 100)),
      after: open(nodes),
      keys,
    });
    const { relativeStd, maxOverMean, minOverMean } = found.balance;
    const cells = [
      `\`${name}\``,
      percent(found.moved),
      percent(found.ideal),
      percent(found.movedBetweenOld),
      percent(relativeStd),
      `${minOverMean.toFixed(2)} to ${maxOverMean.toFixed(2)}`,
    ];
    expect(page('pickers')).toContain(`| ${cells.join(' | ')} |`);
  },
);

test('the chart of pickers is that of the simulation', () => {
  const opened = Object.entries(pickers).map(([name, open]) => {
    return [name, open(nodes.slice(0, 100))] as const;
  });
  const chart = loadChart(Object.fromEntries(opened), keys);
  const file = new URL('../guide/shard/pickers.svg', import.meta.url);
  // How it is drawn anew: XC_DRAW=1.
  if (process.env.XC_DRAW) writeFileSync(file, chart);
  expect(readFileSync(file, 'utf8')).toBe(chart);
});

test('the page of moves shows the journal as it is', async () => {
  const { lines } = await import('./shard-moving.ts');
  const shown = /```text\n([\s\S]+?)\n```/.exec(page('moving'))?.[1];
  expect(shown?.split('\n').map((line) => line.split('  #')[0])).toEqual(
    lines,
  );
});
