import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { engineCases } from './engine-case.ts';
import { SPAN_MS } from './engine-rig.ts';

const ids = (count: number) => Array.from({ length: count }, (_, index) => `job-${index}`);
const ahead = { lanes: [{ lane: 'normal', quota: 1, ahead: 3 }] };

/** Limits of the whole queue, pause and what workers are told of them. */
export const limitCases = engineCases({
  async 'has never more leases than its concurrency, those of all workers together'(rig) {
    rig.open({ concurrency: 3 });
    await rig.addAll(ids(5));
    const one = await rig.take(2, { worker: 'one' });
    const two = await rig.take(5, { worker: 'two' });
    deepStrictEqual([one.length, two.length], [2, 1]);
    deepStrictEqual(await rig.take(5, { worker: 'one' }), []);
    await rig.ack(...two);
    strictEqual((await rig.take(5)).length, 1);
  },

  async 'lets running jobs finish when its concurrency is lowered'(rig) {
    await rig.addAll(ids(5));
    const jobs = await rig.take(3);
    await rig.control('limit', { concurrency: 1 });
    deepStrictEqual(await rig.take(1), []);
    deepStrictEqual(await rig.ack(...jobs.slice(0, 2)), ['done', 'done']);
    deepStrictEqual(await rig.take(1), []);
    await rig.control('limit', { concurrency: null });
    strictEqual((await rig.take(5)).length, 2);
  },

  async 'leases nothing ahead under a concurrency or a rate'(rig) {
    await rig.addAll(ids(10));
    await rig.control('limit', { concurrency: 10 });
    strictEqual((await rig.take(1, ahead)).length, 1);
    await rig.control('limit', { concurrency: null, rate: { max: 100, perMs: 1, burst: 100 } });
    strictEqual((await rig.take(1, ahead)).length, 1);
    await rig.control('limit', { rate: null });
    strictEqual((await rig.take(1, ahead)).length, 4);
  },

  async 'starts no more than its rate, and says when the next may start'(rig) {
    rig.open({ rate: { max: 2, perMs: 2 * SPAN_MS, burst: 2 } });
    await rig.addAll(ids(5));
    const first = await rig.step('w', { want: 5 });
    strictEqual(first.jobs.length, 2);
    ok(
      first.limitedUntil !== undefined &&
        first.limitedUntil > first.now &&
        first.limitedUntil <= first.now + SPAN_MS + 5,
    );
    strictEqual((await rig.take(5)).length, 0);
    await rig.fixture.pass(first.limitedUntil - rig.fixture.now() + 5);
    strictEqual((await rig.take(5)).length, 1);
  },

  async 'saves no more than its burst'(rig) {
    rig.open({ rate: { max: 10, perMs: 200, burst: 3 } });
    await rig.addAll(ids(10));
    await rig.fixture.pass(300);
    strictEqual((await rig.take(10)).length, 3);
  },

  async 'changes its rate for everybody at once'(rig) {
    rig.open({ rate: { max: 1, perMs: 3_600_000 } });
    const other = rig.open();
    await rig.addAll(ids(3));
    strictEqual((await rig.take(3)).length, 1);
    await other.control('limit', { rate: null });
    strictEqual((await rig.take(3)).length, 2);
  },

  async 'carries what has started over to a lower rate'(rig) {
    rig.open({ rate: { max: 100, perMs: 1000 } });
    await rig.addAll(ids(3));
    strictEqual((await rig.take(3)).length, 1);
    await rig.control('limit', { rate: { max: 1, perMs: SPAN_MS } });
    await rig.fixture.pass(SPAN_MS + 20);
    strictEqual((await rig.take(3)).length, 1);
    strictEqual((await rig.take(3)).length, 0);
  },

  async 'lets a faster rate hold at once, whoever gives it and however much has started'(rig) {
    const slow = { max: 3, perMs: 3 * 3_600_000, burst: 3 };
    const fast = { max: 1, perMs: SPAN_MS };
    rig.open({ rate: slow });
    await rig.addAll(ids(20));
    const given = [
      () => rig.control('limit', { rate: fast }),
      () => rig.open({ rate: fast }).read('counts', {}),
      async () => {
        await rig.control('limit', { rate: null });
        await rig.control('limit', { rate: fast });
      },
    ];
    for (const give of given) {
      await rig.control('limit', { rate: slow });
      ok((await rig.take(5)).length > 0);
      await give();
      const { jobs, limitedUntil, now } = await rig.step('w', { want: 5 });
      deepStrictEqual(jobs, []);
      ok(limitedUntil !== undefined && limitedUntil <= now + SPAN_MS + 5, 'the next may start within its interval');
      await rig.fixture.pass(SPAN_MS + 20);
      strictEqual((await rig.take(5)).length, 1);
      await rig.fixture.pass(SPAN_MS + 20);
    }
  },

  async 'keeps limits that a newcomer does not name, and takes over what it names'(rig) {
    rig.open({ concurrency: 1, perKey: { concurrency: 2 } });
    await rig.addAll(ids(4));
    const plain = rig.open();
    await plain.read('counts', {});
    strictEqual((await rig.take(4)).length, 1);
    const naming = rig.open({ concurrency: 3 });
    await naming.read('counts', {});
    await rig.until(() => rig.policyChanges.includes('concurrency'), 'the change is told');
    deepStrictEqual(rig.policyChanges, ['concurrency']);
    strictEqual((await rig.take(4)).length, 2);
  },

  async 'gives no job while it is paused, to anyone, and takes adds and settles'(rig) {
    await rig.addAll(ids(3));
    const job = await rig.takeOne();
    const other = rig.open();
    await other.control('pause', {});
    strictEqual((await rig.step('w', { want: 5 })).paused, true);
    deepStrictEqual(await rig.take(5), []);
    await rig.until(() => rig.pauses.length > 0, 'the pause is told');
    deepStrictEqual(await rig.ack(job), ['done']);
    await rig.add({ id: 'more' });
    const counts = await rig.read('counts', {});
    deepStrictEqual([counts.paused, counts.states.waiting], [true, 3]);
    await other.control('resume', {});
    strictEqual((await rig.take(5)).length, 3);
  },
});
