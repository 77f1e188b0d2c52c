import { SeededRandom } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { opening, visits } from '../src/load/visits.ts';
import { somePlaces } from './some-places.ts';

const traffic = { name: 'test', perSecond: 500, lengthMs: 20_000 };

test('mixes the kinds of visit as asked for', () => {
  const perMille = { near: 100, search: 200, trip: 50 };
  const all = [...visits(somePlaces, { ...traffic, perMille }, new SeededRandom(1))];
  const share = (kind: string) => all.filter((visit) => visit.kind === kind).length / all.length;
  expect(share('near')).toBeCloseTo(0.1, 1);
  expect(share('search')).toBeCloseTo(0.2, 1);
  expect(share('trip')).toBeCloseTo(0.05, 1);
  expect(share('city')).toBeCloseTo(0.65, 1);
});

test('is the same for the same seed, to the byte', () => {
  const all = (seed: number) => [...visits(somePlaces, traffic, new SeededRandom(seed))];
  expect(all(7)).toEqual(all(7));
  expect(all(7)).not.toEqual(all(8));
});

test('gives every trip an id of its own', () => {
  const ids = [...visits(somePlaces, traffic, new SeededRandom(1))].flatMap(({ tripId }) => tripId ?? []);
  expect(ids.length).toBeGreaterThan(100);
  expect(new Set(ids).size).toBe(ids.length);
});

test('at the opening every visitor comes once', () => {
  expect([...opening(somePlaces)].map(({ path }) => path)).toEqual(somePlaces.map(({ id }) => `/cities/${id}`));
});
