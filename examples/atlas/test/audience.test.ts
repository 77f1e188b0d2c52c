import { SeededRandom } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { audience, byPopulation } from '../src/load/audience.ts';
import { somePlaces } from './some-places.ts';

test('picks places as often as people live in them', () => {
  const random = new SeededRandom(1);
  const draw = byPopulation(somePlaces);
  const counts = new Map<number, number>();
  for (let round = 0; round < 100_000; round += 1) {
    const { id } = draw(random);
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  const people = somePlaces.reduce((sum, { population }) => sum + population, 0);
  for (const { id, population } of somePlaces.filter((place) => place.population > 10_000)) {
    expect((counts.get(id) ?? 0) / 100_000).toBeCloseTo(population / people, 2);
  }
  expect(counts.get(6)).toBeUndefined();
});

test('an audience is the same for the same seed', () => {
  const ids = (seed: number) => audience(somePlaces, 50, new SeededRandom(seed)).map(({ id }) => id);
  expect(ids(1)).toEqual(ids(1));
  expect(ids(1)).toHaveLength(50);
});

test('refuses places in which nobody lives', () => {
  expect(() => byPopulation([])).toThrow(RangeError);
});
