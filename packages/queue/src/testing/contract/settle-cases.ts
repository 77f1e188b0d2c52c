import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import type { DeadReason } from '../../job/job-error.ts';
import { engineCases } from './engine-case.ts';
import { bytes, done, failure, nack, release, SPAN_MS, snooze, textOf } from './engine-rig.ts';

/** How leases end, and cancelling. */
export const settleCases = engineCases({
  async 'keeps the result of a job that is done'(rig) {
    await rig.add({ id: 'a' }, { id: 'b' });
    const [a, b] = await rig.take(2);
    if (a === undefined || b === undefined) throw new Error('two jobs wait');
    deepStrictEqual(await rig.settle(done(a, bytes('fine')), done(b)), ['done', 'done']);
    const one = await rig.inspect('a');
    deepStrictEqual([one.state, textOf(one.result), one.attempt, one.delivery], ['done', 'fine', 1, 1]);
    strictEqual(one.settledAt !== undefined && one.startedAt !== undefined && one.settledAt >= one.startedAt, true);
    strictEqual((await rig.inspect('b')).result, undefined);
  },

  async 'tries a failed job again after its delay, until its attempts are used up'(rig) {
    await rig.add({ id: 'a' });
    deepStrictEqual(await rig.settle(nack(await rig.takeOne(), { maxAttempts: 3, delayMs: SPAN_MS })), ['retry']);
    const between = await rig.inspect('a');
    deepStrictEqual([between.state, between.attempt, between.error?.message], ['delayed', 2, 'broken']);
    await rig.pass(SPAN_MS + 20);
    const second = await rig.takeOne();
    deepStrictEqual([second.attempt, second.delivery, second.lastError], [2, 2, failure]);
    deepStrictEqual(await rig.settle(nack(second, { maxAttempts: 3 })), ['retry']);
    deepStrictEqual(await rig.settle(nack(await rig.takeOne(), { maxAttempts: 3 })), ['dead']);
    const dead = await rig.inspect('a');
    deepStrictEqual([dead.state, dead.reason, dead.error], ['dead', 'failed', failure]);
    strictEqual((await rig.read('counts', {})).totals.failed, 3);
  },

  async 'kills a job at once for the reason that its settle gives'(rig) {
    const reasons: DeadReason[] = ['discarded', 'undecodable', 'unknown-type', 'failed'];
    for (const dead of reasons) {
      await rig.add({ id: dead });
      deepStrictEqual(await rig.settle(nack(await rig.takeOne(), { dead })), ['dead']);
      strictEqual((await rig.inspect(dead)).reason, dead);
    }
    deepStrictEqual(await rig.take(1), []);
  },

  async 'keeps what an error says, whatever is in it'(rig) {
    const error = { name: 'Bäd', message: 'line\n"quoted" \u0000 🦊', code: 'E_ODD', stack: 'at a\nat b' };
    await rig.add({ id: 'a' });
    await rig.settle(nack(await rig.takeOne(), { error }));
    deepStrictEqual((await rig.inspect('a')).error, error);
    deepStrictEqual((await rig.takeOne()).lastError, error);
  },

  async 'burns nothing when a job is snoozed or released'(rig) {
    await rig.add({ id: 'a' });
    for (let turn = 1; turn <= 4; turn += 1) {
      const job = await rig.takeOne();
      deepStrictEqual([job.attempt, job.delivery], [1, turn]);
      const settle = turn % 2 === 0 ? release(job) : snooze(job, 0);
      deepStrictEqual(await rig.settle(settle), ['released']);
      await rig.house();
    }
    await rig.settle(snooze(await rig.takeOne(), 60));
    deepStrictEqual(await rig.states('a'), ['delayed']);
    await rig.pass(80);
    strictEqual((await rig.takeOne()).attempt, 1);
    strictEqual((await rig.read('counts', {})).totals.failed, 0);
  },

  async 'cancels what has not started, with the reason'(rig) {
    await rig.add({ id: 'waiting' }, { id: 'delayed', delayMs: 60_000 });
    strictEqual(await rig.cancel('waiting', 'not wanted'), 'cancelled');
    strictEqual(await rig.cancel('delayed'), 'cancelled');
    strictEqual(await rig.cancel('waiting'), 'settled');
    strictEqual(await rig.cancel('nobody'), 'missing');
    const { state, reason } = await rig.inspect('waiting');
    deepStrictEqual([state, reason], ['cancelled', 'not wanted']);
    deepStrictEqual(await rig.take(2), []);
  },

  async 'marks an active job, tells its holder by push and at its renewal, and tries it never again'(rig) {
    for (const [index, end] of [nack, release, snooze, nack].entries()) {
      const id = `job-${index}`;
      await rig.add({ id });
      const job = await rig.takeOne();
      strictEqual(await rig.cancel(id, 'stop it'), 'requested');
      strictEqual(await rig.cancel(id, 'again'), 'requested');
      const told = { id, fence: job.fence, shard: job.shard, reason: 'stop it' };
      await rig.until(() => rig.cancelled.some((each) => each.id === id), 'the cancel is told');
      deepStrictEqual(
        rig.cancelled.find((each) => each.id === id),
        told,
      );
      const { cancelled, renewed } = await rig.step('w', { renewals: [job] });
      deepStrictEqual([cancelled, renewed], [[told], [true]]);
      deepStrictEqual(await rig.states(id), ['active']);
      const settle = end === snooze ? snooze(job, 10) : (end as typeof nack)(job);
      deepStrictEqual(await rig.settle(settle), ['cancelled']);
      const { state, reason } = await rig.inspect(id);
      deepStrictEqual([state, reason], ['cancelled', 'stop it']);
    }
    deepStrictEqual(await rig.take(5), []);
  },

  async 'is done if the handler succeeds though it was cancelled'(rig) {
    await rig.add({ id: 'a' });
    const job = await rig.takeOne();
    strictEqual(await rig.cancel('a'), 'requested');
    deepStrictEqual(await rig.settle(done(job, bytes('made it'))), ['done']);
    const { state, result, reason } = await rig.inspect('a');
    deepStrictEqual([state, textOf(result), reason], ['done', 'made it', undefined]);
    strictEqual(await rig.cancel('a'), 'settled');
  },

  async 'says nothing of who cancelled a job that is done, with a result or without'(rig) {
    await rig.addAll(['with', 'without']);
    const [one, other] = await rig.take(2);
    ok(one && other);
    for (const { id } of [one, other]) strictEqual(await rig.cancel(id, 'why'), 'requested');
    strictEqual((await rig.inspect('without')).reason, 'why');
    await rig.settle(done(one, bytes('made it')), done(other));
    for (const id of ['with', 'without']) {
      const { state, reason } = await rig.inspect(id);
      deepStrictEqual([state, reason], ['done', undefined]);
    }
  },

  async 'ends a cancelled job with its lease'(rig) {
    await rig.add({ id: 'a' });
    await rig.takeOne({ leaseMs: SPAN_MS });
    await rig.cancel('a', 'gone');
    await rig.pass(SPAN_MS + 20);
    const { state, reason } = await rig.inspect('a');
    deepStrictEqual([state, reason], ['cancelled', 'gone']);
    deepStrictEqual(await rig.take(1), []);
  },

  async 'changes no active and no settled job'(rig) {
    await rig.add({ id: 'a' });
    const change = { data: { value: bytes('new') }, lane: undefined, delayMs: undefined };
    const job = await rig.takeOne();
    strictEqual(await rig.control('update', { id: 'a', ...change }), 'active');
    strictEqual(await rig.control('remove', { id: 'a' }), 'active');
    await rig.ack(job);
    strictEqual(await rig.control('update', { id: 'a', ...change }), 'settled');
    strictEqual(await rig.control('remove', { id: 'a' }), 'removed');
    strictEqual(await rig.control('update', { id: 'a', ...change }), 'missing');
    strictEqual(await rig.control('remove', { id: 'a' }), 'missing');
    strictEqual(await rig.find('a'), undefined);
  },

  async 'gives a changed job with its new data'(rig) {
    await rig.add({ id: 'a', data: bytes('old') });
    const change = { id: 'a', lane: undefined, delayMs: undefined };
    strictEqual(await rig.control('update', { ...change, data: { value: bytes('new') } }), 'updated');
    strictEqual(textOf((await rig.inspect('a')).record.data), 'new');
    strictEqual(await rig.control('update', { ...change, data: { value: undefined } }), 'updated');
    strictEqual((await rig.takeOne()).record.data, undefined);
  },
});
