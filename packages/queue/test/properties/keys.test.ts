import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LeasedJob } from '../../src/engine/step-reply.ts';
import { done, nack, release, snooze } from '../../src/testing/contract/engine-rig.ts';
import { checkHistory } from '../../src/testing/history/check-history.ts';
import type { HistoryEvent } from '../../src/testing/history/history-event.ts';
import { engineRig } from './engine-rigs.ts';

const KEYS = 4;
const turn = fc.record({
  do: fc.constantFrom('add', 'add', 'take', 'take', 'take', 'done', 'done', 'fail', 'die', 'release', 'crash', 'pass'),
  worker: fc.nat(2),
  key: fc.nat(KEYS - 1),
  ms: fc.constantFrom(0, 10, 400),
  lane: fc.constantFrom('high', 'normal', 'low'),
});

test('starts jobs of a key in order and one at a time, whatever fails, dies or crashes, and loses none', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(turn, { minLength: 40, maxLength: 160 }), async (turns) => {
      const rig = engineRig();
      rig.open({ maxLostLeases: 1000 });
      const history: HistoryEvent[] = [];
      const see = (event: Omit<HistoryEvent, 't'>) => void history.push({ t: rig.fixture.now(), ...event });
      const held = new Map<string, LeasedJob[]>([0, 1, 2].map((n) => [`w${n}`, []]));
      let added = 0;
      const end = async (worker: string, how: 'done' | 'fail' | 'die' | 'release', ms: number) => {
        const job = held.get(worker)?.shift();
        if (job === undefined) return;
        const settles = {
          done: done(job),
          fail: nack(job, { delayMs: ms, maxAttempts: 1000 }),
          die: nack(job, { dead: 'discarded' }),
          release: release(job, ms),
        };
        const [verdict] = await rig.settle(settles[how]);
        const outcome = { retry: 'retry', released: 'release' }[String(verdict)] ?? String(verdict);
        const lease = { id: job.id, worker, fence: job.fence };
        see({ op: 'settle', phase: verdict === 'lost' ? 'fail' : 'ok', outcome, ...lease });
      };
      const holders = new Map<string, string>();
      const pass = async (ms: number) => {
        await rig.fixture.pass(ms);
        // The engine says whose leases ended; for the history their workers stood still.
        for (const { event, id } of (await rig.house()).aside) {
          if (event === 'lost') see({ op: 'freeze', worker: holders.get(id) });
        }
      };
      const take = async (worker: string) => {
        for (const job of await rig.take(2, { worker, leaseMs: 1000 })) {
          held.get(worker)?.push(job);
          holders.set(job.id, worker);
          see({ op: 'start', id: job.id, worker, fence: job.fence, delivery: job.delivery });
        }
      };
      for (const { do: what, worker: nth, key: n, ms, lane } of turns) {
        const worker = `w${nth}`;
        if (what === 'add') {
          const job = { id: `j${added}`, key: `k${n}` };
          see({ op: 'add', phase: 'invoke', ...job, seq: added });
          await rig.add({ ...job, lane });
          see({ op: 'add', phase: 'ok', ...job, seq: added });
          added += 1;
        } else if (what === 'take') await take(worker);
        else if (what === 'pass') await pass(ms);
        else if (what === 'crash') {
          see({ op: 'crash', worker });
          held.set(worker, []);
        } else await end(worker, what, ms);
      }
      for (let left = 0; left < added + 10; left += 1) {
        await pass(1000);
        for (const jobs of held.values()) jobs.length = 0;
        await take('w0');
        while ((held.get('w0')?.length ?? 0) > 0) await end('w0', 'done', 0);
      }
      see({ op: 'end' });
      expect(checkHistory(history).violations).toEqual([]);
      const { states } = await rig.read('counts', {});
      expect(states).toMatchObject({ waiting: 0, active: 0, delayed: 0 });
      await rig.checkAudit();
    }),
    { numRuns: 60 },
  );
});

test('lets snoozed jobs give way, and still starts the others in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(4), { minLength: 5, maxLength: 30 }), async (snoozes) => {
      const rig = engineRig();
      const ids = snoozes.map((_, index) => `j${index}`);
      await rig.addAll(ids, { key: 'k' });
      const first: string[] = [];
      for (let index = 0; index < ids.length; index += 1) {
        const job = await rig.takeOne();
        first.push(job.id);
        await rig.settle(snoozes[index] === 0 ? snooze(job, 3_600_000) : done(job));
      }
      expect(first).toEqual(ids);
    }),
    { numRuns: 100 },
  );
});
