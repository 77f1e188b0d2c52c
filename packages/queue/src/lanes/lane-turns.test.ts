import fc from 'fast-check';
import { expect, test } from 'vitest';
import { laneOrder } from './lane-order.ts';
import { type LaneJob, LaneTurns } from './lane-turns.ts';

interface Waiting extends LaneJob {
  readonly id: number;
}

/** Lanes with so many jobs each, that give quotas first and then whatever is left. */
class Shelf {
  readonly #lanes: Map<string, Waiting[]>;

  constructor(jobs: Readonly<Record<string, number>>) {
    let id = 0;
    const waiting = (lane: string): Waiting => ({ id: id++, record: { lane, key: undefined } });
    this.#lanes = new Map(
      Object.entries(jobs).map(([lane, count]) => [lane, Array.from({ length: count }, () => waiting(lane))]),
    );
  }

  starts(turns: LaneTurns, want: number): readonly Waiting[] {
    const plan = turns.plan(want, 0);
    const jobs = plan.flatMap(({ lane, quota }) => this.#give(lane, quota));
    for (const { lane } of plan) jobs.push(...this.#give(lane, want - jobs.length));
    return turns.take(jobs, jobs.length < want);
  }

  #give(lane: string, count: number): Waiting[] {
    return this.#lanes.get(lane)?.splice(0, count) ?? [];
  }
}

test('gives each lane its share of any 100 starts, within 10 points, whatever is asked for at a time', () => {
  const weightsOfLanes = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 2, maxLength: 8 });
  const asks = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(weightsOfLanes, asks, (list, wants) => {
      const weights = Object.fromEntries(list.map((weight, index) => [`lane ${index}`, weight]));
      const total = list.reduce((sum, weight) => sum + weight, 0);
      const shelf = new Shelf(Object.fromEntries(Object.keys(weights).map((lane) => [lane, 2_000])));
      const turns = new LaneTurns(laneOrder(weights));
      const starts: string[] = [];
      for (let round = 0; starts.length < 400; round++) {
        starts.push(...shelf.starts(turns, wants[round % wants.length] as number).map(({ record }) => record.lane));
      }
      for (let from = 0; from + 100 <= 400; from += 7) {
        const window = starts.slice(from, from + 100);
        for (const [lane, weight] of Object.entries(weights)) {
          const share = window.filter((other) => other === lane).length;
          expect(Math.abs(share - (100 * weight) / total)).toBeLessThanOrEqual(10);
        }
      }
    }),
    { numRuns: 200 },
  );
});

test('gives a lane alone everything, and owes the others nothing afterwards', () => {
  const shelf = new Shelf({ low: 500 });
  const turns = new LaneTurns(laneOrder());
  const starts = Array.from({ length: 50 }, () => shelf.starts(turns, 7)).flat();
  expect(starts).toHaveLength(350);
  expect(starts.map(({ id }) => id)).toEqual(starts.map((_, index) => index));
  const full = new Shelf({ high: 1_000, normal: 1_000, low: 1_000 });
  const first = Array.from({ length: 26 }, () => full.starts(turns, 1)).flat();
  expect(first.filter(({ record }) => record.lane === 'low')).toHaveLength(2);
});

test('divides among those that have work when one lane is empty', () => {
  const shelf = new Shelf({ high: 1_000, low: 1_000 });
  const turns = new LaneTurns(laneOrder());
  const starts = Array.from({ length: 450 }, () => shelf.starts(turns, 1)).flat();
  const high = starts.filter(({ record }) => record.lane === 'high').length;
  expect(high / starts.length).toBeGreaterThan(0.8);
  expect(starts.length - high).toBeGreaterThan(20);
});

test('starts a lower lane only when the higher ones are empty, where the order is strict', () => {
  const shelf = new Shelf({ c: 3, a: 3, b: 3 });
  const turns = new LaneTurns(laneOrder(['a', 'b', 'c']));
  const lanes = [1, 4, 2, 9].flatMap((want) => shelf.starts(turns, want)).map(({ record }) => record.lane);
  expect(lanes).toEqual(['a', 'a', 'a', 'b', 'b', 'b', 'c', 'c', 'c']);
});

test('keeps the order of a key whose jobs came in several lanes', () => {
  const turns = new LaneTurns(laneOrder());
  turns.plan(6, 0);
  const job = (id: number, lane: string, key?: string): Waiting => ({ id, record: { lane, key } });
  const came = [job(1, 'low', 'k'), job(2, 'high'), job(3, 'high', 'k'), job(4, 'normal', 'k'), job(5, 'low')];
  const ordered = turns.take(came, true);
  expect(ordered.filter(({ record }) => record.key === 'k').map(({ id }) => id)).toEqual([1, 3, 4]);
  expect(new Set(ordered)).toEqual(new Set(came));
});
