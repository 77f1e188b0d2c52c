import { expect, test } from 'vitest';
import { historyOf, verdictOf } from '../src/shards/city-history.ts';
import { somePlaces } from './some-places.ts';

const places = somePlaces.slice(0, 3);
const ownerOf = () => 'a';
const rows = places.map(({ id, population }) => ({ shard: 'a', key: String(id), value: population }));
const [first, ...others] = rows as [(typeof rows)[number], ...typeof rows];
const read = { key: first.key, startedAt: 3, endedAt: 4 };

test('cities that are where they were are in order', () => {
  expect(verdictOf(historyOf(places), rows, ownerOf)).toEqual({ lost: 0, duplicated: 0 });
});

test.each([
  ['is gone', others, { lost: 1, duplicated: 0 }],
  ['is elsewhere', [{ ...first, shard: 'b' }, ...others], { lost: 1, duplicated: 0 }],
  ['has a population that nobody wrote', [{ ...first, value: -1 }, ...others], { lost: 1, duplicated: 0 }],
  ['is there twice', [...rows, { ...first, shard: 'b' }], { lost: 0, duplicated: 1 }],
])('a city that %s is noticed', (_, found, verdict) => {
  const judged = verdictOf(historyOf(places), found, ownerOf);
  expect([judged.duplicated, judged.lost > 0]).toEqual([verdict.duplicated, verdict.lost > 0]);
});

test('a write that was acknowledged must be there, and nothing may be read that nobody wrote', () => {
  const history = historyOf(places);
  history.add({ key: first.key, value: 7, startedAt: 1, endedAt: 2, outcome: 'acknowledged' });
  expect(verdictOf(history, rows, ownerOf).lost).toBe(1);
  expect(verdictOf(history, [{ ...first, value: 7 }, ...others], ownerOf).lost).toBe(0);
  history.addRead({ ...read, value: 8 });
  expect(verdictOf(history, [{ ...first, value: 7 }, ...others], ownerOf).lost).toBe(1);
});
