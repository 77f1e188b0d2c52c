import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lanesOverShards } from './lanes-over-shards.ts';

const sum = (numbers: readonly number[]): number => numbers.reduce((all, each) => all + each, 0);

test('asks the shards for the quota of each lane, and each shard for no more than it is to give', () => {
  const lanes = fc.array(fc.record({ quota: fc.nat(40), ahead: fc.nat(40) }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(lanes, fc.integer({ min: 1, max: 64 }), fc.nat(1000), (asked, shards, from) => {
      const want = sum(asked.map(({ quota }) => quota));
      const wants = Array.from({ length: shards }, (_, shard) => Math.floor((want + shard) / shards));
      const dealt = lanesOverShards(
        asked.map((each, place) => ({ lane: `${place}`, ...each })),
        wants,
        from,
      );
      expect(dealt.map((own) => sum(own.map(({ quota }) => quota)))).toEqual(wants);
      for (const [place, { quota, ahead }] of asked.entries()) {
        const quotas = dealt.map((own) => own[place]?.quota ?? 0);
        expect([sum(quotas), sum(dealt.map((own) => own[place]?.ahead ?? 0))]).toEqual([quota, ahead]);
      }
    }),
  );
});

test('spreads a lane evenly, beginning with another shard each time', () => {
  const lanes = [
    { lane: 'high', quota: 6, ahead: 4 },
    { lane: 'low', quota: 2, ahead: 1 },
  ];
  const quotas = (from: number) =>
    lanesOverShards(lanes, [2, 2, 2, 2], from).map((own) => own.map(({ quota }) => quota));
  expect(quotas(0)).toEqual([
    [2, 0],
    [2, 0],
    [1, 1],
    [1, 1],
  ]);
  expect(quotas(2)).toEqual([
    [1, 1],
    [1, 1],
    [2, 0],
    [2, 0],
  ]);
});
