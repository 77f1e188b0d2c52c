import fc from 'fast-check';
import { expect, test } from 'vitest';
import { engineRig } from './engine-rigs.ts';

const rate = fc.record({
  max: fc.integer({ min: 1, max: 20 }),
  perMs: fc.integer({ min: 1, max: 2000 }),
  burst: fc.integer({ min: 1, max: 10 }),
});
const asks = fc.array(fc.record({ afterMs: fc.nat(400), want: fc.integer({ min: 1, max: 30 }) }), {
  minLength: 5,
  maxLength: 60,
});

/** The most starts that any half-open window of this length sees. */
function densest(starts: readonly number[], windowMs: number): number {
  let [most, first] = [0, 0];
  starts.forEach((at, last) => {
    while ((starts[first] as number) <= at - windowMs) first += 1;
    most = Math.max(most, last - first + 1);
  });
  return most;
}

test('starts at most max + burst - 1 jobs in any window, whoever asks whenever', async () => {
  await fc.assert(
    fc.asyncProperty(rate, asks, async (limit, plan) => {
      const rig = engineRig();
      rig.open({ rate: limit });
      await rig.add(...Array.from({ length: 200 }, () => ({})));
      const starts: number[] = [];
      for (const { afterMs, want } of plan) {
        await rig.fixture.pass(afterMs);
        const jobs = await rig.take(want, { worker: `w${want % 3}`, leaseMs: 3_600_000 });
        starts.push(...jobs.map(() => rig.fixture.now()));
      }
      expect(densest(starts, limit.perMs)).toBeLessThanOrEqual(limit.max + limit.burst - 1);
      expect(starts.length).toBeGreaterThan(0);
      await rig.checkAudit();
    }),
    { numRuns: 80 },
  );
});

test('holds for every key by itself, and lets each one start what it may', async () => {
  await fc.assert(
    fc.asyncProperty(rate, asks, async (limit, plan) => {
      const rig = engineRig();
      rig.open({ perKey: { concurrency: 1000, rate: limit } });
      const keys = ['a', 'b', 'c'];
      await rig.add(...Array.from({ length: 300 }, (_, index) => ({ key: keys[index % 3] as string })));
      const starts = new Map<string, number[]>(keys.map((key) => [key, []]));
      for (const { afterMs, want } of plan) {
        await rig.fixture.pass(afterMs);
        for (const { record } of await rig.take(want, { leaseMs: 3_600_000 })) {
          starts.get(record.key as string)?.push(rig.fixture.now());
        }
      }
      for (const times of starts.values()) {
        expect(densest(times, limit.perMs)).toBeLessThanOrEqual(limit.max + limit.burst - 1);
      }
      await rig.checkAudit();
    }),
    { numRuns: 80 },
  );
});

test('holds from its change on, and lets the next one start within its interval, whatever rate was before', async () => {
  await fc.assert(
    fc.asyncProperty(rate, rate, asks, async (before, limit, plan) => {
      const rig = engineRig();
      rig.open({ rate: before });
      await rig.add(...Array.from({ length: 200 }, () => ({})));
      await rig.take(30, { leaseMs: 3_600_000 });
      await rig.control('limit', { rate: limit });
      const { jobs, limitedUntil, now } = await rig.step('w', { want: 1, leaseMs: 3_600_000 });
      const starts = jobs.map(() => now);
      if (jobs.length === 0) expect(limitedUntil).toBeLessThanOrEqual(now + Math.ceil(limit.perMs / limit.max));
      for (const { afterMs, want } of plan) {
        await rig.fixture.pass(afterMs);
        const more = await rig.take(want, { leaseMs: 3_600_000 });
        starts.push(...more.map(() => rig.fixture.now()));
      }
      expect(densest(starts, limit.perMs)).toBeLessThanOrEqual(limit.max + limit.burst - 1);
      await rig.checkAudit();
    }),
    { numRuns: 80 },
  );
});

test('reaches its rate when somebody asks as soon as told', async () => {
  await fc.assert(
    fc.asyncProperty(rate, async (limit) => {
      const rig = engineRig();
      rig.open({ rate: limit });
      await rig.add(...Array.from({ length: 100 }, () => ({})));
      const began = rig.fixture.now();
      let started = 0;
      while (started < 60) {
        const { jobs, limitedUntil, now } = await rig.step('w', { want: 100 - started, leaseMs: 3_600_000 });
        started += jobs.length;
        await rig.fixture.pass(Math.max((limitedUntil ?? now + 1) - now, 1));
      }
      // The engine counts in whole milliseconds, so each start may come up to one late.
      const ideal = ((started - limit.burst) * limit.perMs) / limit.max;
      expect(rig.fixture.now() - began).toBeLessThanOrEqual(Math.max(ideal, 0) + started + limit.perMs + 1);
    }),
    { numRuns: 100 },
  );
});
