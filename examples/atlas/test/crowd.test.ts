import { SeededRandom } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { crowd, POLITE, RUDE } from '../src/load/crowd.ts';
import { somePlaces } from './some-places.ts';

const plan = {
  lengthMs: 4_000,
  polite: { clients: 4, everyMs: 2_000 },
  rude: {
    everyMs: 100,
    spans: [
      { fromMs: 1_000, toMs: 2_000 },
      { fromMs: 3_000, toMs: 4_000 },
    ],
  },
};
const visits = crowd(somePlaces, plan, new SeededRandom(1));
const of = (name: string) => visits.filter(({ visitor }) => visitor?.name === name);

test('polite clients come at an even pace, each from an address of its own', () => {
  expect(of(POLITE).map(({ atMs }) => atMs)).toEqual([0, 500, 1_000, 1_500, 2_000, 2_500, 3_000, 3_500]);
  expect(of(POLITE).map(({ visitor }) => visitor?.address)).toEqual(
    [1, 2, 3, 4, 1, 2, 3, 4].map((last) => `198.51.100.${last}`),
  );
});

test('the rude one comes in its spans, from one address', () => {
  expect(of(RUDE)).toHaveLength(20);
  expect(of(RUDE).every(({ atMs }) => (atMs >= 1_000 && atMs < 2_000) || atMs >= 3_000)).toBe(true);
  expect(new Set(of(RUDE).map(({ visitor }) => visitor?.address))).toEqual(new Set(['203.0.113.66']));
});

test('all come in the order of their times, for the expensive page', () => {
  const times = visits.map(({ atMs }) => atMs);
  expect(times).toEqual([...times].sort((one, other) => one - other));
  expect(visits.every(({ kind, path }) => kind === 'near' && path.startsWith('/near?lat='))).toBe(true);
});
