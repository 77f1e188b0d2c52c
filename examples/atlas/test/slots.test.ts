import { expect, test } from 'vitest';
import { slots } from '../src/statistics/slots.ts';

test('cuts the time line into equal slices and keeps the empty ones', () => {
  const cut = slots([0, 499, 500, 1_700], (at) => at, 500, 2_000);
  expect(cut.map(({ from }) => from)).toEqual([0, 500, 1_000, 1_500]);
  expect(cut.map(({ items }) => items)).toEqual([[0, 499], [500], [], [1_700]]);
});

test('leaves out what happened after the end', () => {
  expect(slots([2_000], (at) => at, 500, 2_000).flatMap(({ items }) => items)).toEqual([]);
});
