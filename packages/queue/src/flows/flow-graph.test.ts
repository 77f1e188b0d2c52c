import { expect, test } from 'vitest';
import { flowEdges } from './flow-graph.ts';

test('turns names into places, a name alone into success, and a name twice into the one that asks for more', () => {
  const after = ['a', { name: 'b', on: 'settled' }, { name: 'a', on: 'settled' }] as const;
  expect(flowEdges([{ name: 'a' }, { name: 'b' }, { name: 'c', after: [...after] }])).toEqual([
    [],
    [],
    [
      { node: 0, on: 'success' },
      { node: 1, on: 'settled' },
    ],
  ]);
});

test('names the nodes of a cycle', () => {
  const nodes = [
    { name: 'start' },
    { name: 'a', after: ['start', 'c'] },
    { name: 'b', after: ['a'] },
    { name: 'c', after: ['b'] },
  ];
  expect(() => flowEdges(nodes)).toThrow(expect.objectContaining({ code: 'XC_QUEUE_CYCLE' }));
  try {
    flowEdges(nodes);
  } catch (error) {
    const { cycle } = (error as { details: { cycle: string[] } }).details;
    expect([...cycle].sort()).toEqual(['a', 'b', 'c']);
  }
  expect(() => flowEdges([{ name: 'a', after: ['a'] }])).toThrow('the flow has a cycle: a');
});

test('takes a chain of a thousand', () => {
  const chain = Array.from({ length: 1_000 }, (_, place) => ({
    name: `${place}`,
    after: place === 0 ? [] : [`${place - 1}`],
  }));
  expect(flowEdges(chain)).toHaveLength(1_000);
  expect(flowEdges([...chain].reverse())).toHaveLength(1_000);
});

test.each<[string, unknown, typeof TypeError | typeof RangeError]>([
  ['no nodes', [], RangeError],
  ['more than a thousand', Array.from({ length: 1_001 }, (_, place) => ({ name: `${place}` })), RangeError],
  ['something else', 'a', TypeError],
  ['a node that is none', [1], TypeError],
  ['a name twice', [{ name: 'a' }, { name: 'a' }], RangeError],
  ['an unknown name', [{ name: 'a', after: ['b'] }], RangeError],
  ['an unknown condition', [{ name: 'a' }, { name: 'b', after: [{ name: 'a', on: 'failure' }] }], RangeError],
  ['an empty name', [{ name: '' }], RangeError],
])('refuses %s', (_, nodes, kind) => {
  expect(() => flowEdges(nodes as never)).toThrow(kind);
});
