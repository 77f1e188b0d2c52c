import fc from 'fast-check';
import { expect, test } from 'vitest';
import { done, nack } from '../../src/testing/contract/engine-rig.ts';
import { engineRig } from './engine-rigs.ts';

const keep = fc.record({ count: fc.nat(6), maxAgeMs: fc.integer({ min: 1, max: 500 }) }, { requiredKeys: [] });
const turns = fc.array(fc.constantFrom('done', 'dead', 'cancel', 'pass', 'look'), { minLength: 10, maxLength: 60 });

test('keeps never more and never older jobs than asked, and always the newest', async () => {
  await fc.assert(
    fc.asyncProperty(keep, keep, turns, async (ofDone, ofDead, plan) => {
      const rig = engineRig();
      rig.open({ keep: { done: ofDone, dead: ofDead } });
      const settled = { done: [], dead: [], cancelled: [] } as Record<string, { id: string; at: number }[]>;
      const bounds = { done: ofDone, dead: ofDead, cancelled: ofDone } as const;
      let added = 0;
      for (const what of plan) {
        const id = `j${added++}`;
        if (what === 'pass') await rig.pass(120);
        else if (what === 'look') await rig.house();
        else {
          await rig.add({ id });
          if (what === 'cancel') await rig.cancel(id);
          else {
            const job = await rig.takeOne();
            await rig.settle(what === 'done' ? done(job) : nack(job, { dead: 'discarded' }));
          }
          settled[what === 'cancel' ? 'cancelled' : what]?.push({ id, at: rig.fixture.now() });
        }
        const now = rig.fixture.now();
        for (const [state, { count = 1000, maxAgeMs = Number.POSITIVE_INFINITY }] of Object.entries(bounds)) {
          const young = (settled[state] ?? []).filter(({ at }) => at + maxAgeMs > now);
          const expected = young.slice(Math.max(young.length - count, 0)).map((each) => each.id);
          const page = await rig.read('list', {
            ...{ state: state as 'done', limit: 1000, cursor: undefined, reason: undefined, type: undefined },
          });
          expect(page.jobs.map((job) => job.id).reverse()).toEqual(expected);
        }
      }
      await rig.checkAudit();
    }),
    { numRuns: 80 },
  );
});
