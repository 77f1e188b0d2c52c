import { expect, test } from 'vitest';
import { CallTree, type RawCpuProfile } from './call-tree.ts';
import { collapsed } from './collapsed.ts';
import { speedscope } from './speedscope.ts';

const frame = (functionName: string, url = 'file:///a.js', lineNumber = 0) => ({
  functionName,
  url,
  lineNumber,
  columnNumber: 0,
});

/** root > main > f > f, root > idle, root > program; each sample lasts until the next. */
const raw: RawCpuProfile = {
  nodes: [
    { id: 1, callFrame: frame('(root)', '', -1), children: [2, 5, 6] },
    { id: 2, callFrame: frame('main;\nx'), children: [3] },
    { id: 3, callFrame: frame('f', 'file:///b/f.js', 9), children: [4] },
    { id: 4, callFrame: frame('f', 'file:///b/f.js', 9) },
    { id: 5, callFrame: frame('(idle)', '', -1) },
    { id: 6, callFrame: frame('(program)', '', -1) },
  ],
  startTime: 0,
  endTime: 10_000,
  samples: [2, 3, 5, 4, 6],
  timeDeltas: [1_000, 1_000, 2_000, 1_000, 3_000],
};

test('gives a sample the time until the next one, and idleness to nobody', () => {
  expect(new CallTree(raw).functions()).toEqual([
    { name: 'f', url: 'file:///b/f.js', line: 10, selfMs: 5, totalMs: 5, share: 5 / 8 },
    { name: 'main;\nx', url: 'file:///a.js', line: 1, selfMs: 1, totalMs: 6, share: 1 / 8 },
  ]);
});

test('puts samples that V8 wrote out of order into the order of time', () => {
  const swapped = { ...raw, samples: [3, 2, 5, 4, 6], timeDeltas: [2_000, -1_000, 3_000, 1_000, 3_000] };
  expect(new CallTree(swapped).functions()).toEqual(new CallTree(raw).functions());
});

test('replaces what parts functions and stacks in a name', () => {
  expect(collapsed(new CallTree(raw))).toBe(
    'main;\nx (a.js:1)'.replaceAll(/[;\n]+/g, '_') +
      ' 1\n' +
      'main_x (a.js:1);f (f.js:10) 1\nmain_x (a.js:1);f (f.js:10);f (f.js:10) 1\n(program) 1\n',
  );
});

test('lists every frame once', () => {
  const { shared, profiles } = JSON.parse(speedscope(new CallTree(raw), 'x'));
  expect(shared.frames).toEqual([
    { name: 'main;\nx', file: 'file:///a.js', line: 1 },
    { name: 'f', file: 'file:///b/f.js', line: 10 },
    { name: '(program)' },
  ]);
  expect(profiles[0]).toMatchObject({
    samples: [[0], [0, 1], [0, 1, 1], [2]],
    weights: [1_000, 2_000, 3_000, 2_000],
    endValue: 8_000,
  });
});

test('reads a profile in which nothing was seen', () => {
  const { samples: _, timeDeltas: __, ...empty } = raw;
  expect(new CallTree(empty).functions()).toEqual([]);
});
