import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import type { RedriveRequest } from '../../engine/engine-controls.ts';
import type { DeadReason } from '../../job/job-error.ts';
import { engineCases } from './engine-case.ts';
import { bytes, type EngineRig, failure, nack, SPAN_MS, textOf } from './engine-rig.ts';
import { flow } from './flow-wish.ts';

async function kill(
  rig: EngineRig,
  ids: readonly string[],
  dead: DeadReason = 'discarded',
  type = 'job',
): Promise<void> {
  await rig.addAll(ids, { type, lane: 'low', data: bytes('data') });
  const jobs = await rig.take(ids.length);
  await rig.settle(...jobs.map((job) => nack(job, { dead })));
}

function redrive(rig: EngineRig, request: Partial<RedriveRequest>) {
  return rig.control('redrive', {
    ids: undefined,
    reason: undefined,
    type: undefined,
    max: undefined,
    lane: undefined,
    forget: false,
    withDependents: false,
    by: undefined,
    cursor: undefined,
    ...request,
  });
}

const everything = { ids: undefined, reason: undefined, type: undefined, olderThanMs: undefined };

/** Dead letters and what is kept. */
export const deadCases = engineCases({
  async 'brings dead jobs back to their lane, in the order of the ids, with fresh attempts'(rig) {
    await kill(rig, ['a', 'b', 'c'], 'failed');
    await rig.add({ id: 'waits', lane: 'low' });
    const reply = await redrive(rig, { ids: ['c', 'nobody', 'a', 'waits'], by: 'ops' });
    deepStrictEqual(reply, { redriven: 2, missing: ['nobody', 'waits'], cursor: undefined });
    const view = await rig.inspect('c');
    deepStrictEqual(
      [
        view.state,
        view.attempt,
        view.delivery,
        view.lostLeases,
        view.settledAt,
        view.record.lane,
        textOf(view.record.data),
      ],
      ['waiting', 1, 1, 0, undefined, 'low', 'data'],
    );
    deepStrictEqual(
      view.redrives.map(({ by }) => by),
      ['ops'],
    );
    const jobs = await rig.take(5);
    deepStrictEqual(
      jobs.map(({ id, attempt, delivery }) => [id, attempt, delivery]),
      [
        ['waits', 1, 1],
        ['c', 1, 2],
        ['a', 1, 2],
      ],
    );
    deepStrictEqual(jobs[1]?.lastError, failure);
  },

  async 'brings them back to another lane and forgets their records, where told so'(rig) {
    await rig.add({ id: 'a', lane: 'low' });
    const job = await rig.takeOne();
    const { id, fence, shard } = job;
    await rig.control('once', { id, fence, shard, name: 'charge', value: bytes('paid') });
    await rig.settle(nack(job, { dead: 'discarded' }));
    await redrive(rig, { ids: ['a'] });
    const kept = await rig.takeOne();
    const ask = { shard, name: 'charge', value: undefined };
    strictEqual((await rig.control('once', { id, fence: kept.fence, ...ask })).state, 'recorded');
    await rig.settle(nack(kept, { dead: 'discarded' }));
    await redrive(rig, { ids: ['a'], lane: 'high', forget: true });
    const forgotten = await rig.takeOne({ lanes: [{ lane: 'high', quota: 1, ahead: 0 }] });
    strictEqual(forgotten.record.lane, 'high');
    strictEqual((await rig.control('once', { id, fence: forgotten.fence, ...ask })).state, 'absent');
    strictEqual((await rig.inspect('a')).redrives.length, 2);
  },

  async 'lets an expired job run that is brought back'(rig) {
    await rig.add({ id: 'a', expiresInMs: 40 });
    await rig.pass(60);
    deepStrictEqual(await rig.take(1), []);
    strictEqual((await redrive(rig, { ids: ['a'] })).redriven, 1);
    await rig.pass(60);
    strictEqual((await rig.takeOne()).id, 'a');
  },

  async 'brings back what fits a filter, the oldest first, at most so many'(rig) {
    await kill(rig, ['f1', 'f2', 'f3'], 'failed', 'mail');
    await kill(rig, ['d1'], 'discarded', 'mail');
    await kill(rig, ['o1'], 'failed', 'other');
    strictEqual((await redrive(rig, { reason: 'failed', type: 'mail', max: 2 })).redriven, 2);
    deepStrictEqual(await rig.takeIds(5), ['f1', 'f2']);
    strictEqual((await redrive(rig, { reason: 'discarded' })).redriven, 1);
    strictEqual((await redrive(rig, {})).redriven, 2);
  },

  async 'brings back what died at one instant in the order in which it was added'(rig) {
    const ids = Array.from({ length: 60 }, (_, nth) => `${(nth * 37) % 60}`);
    await rig.addAll(ids, { key: 'k', expiresInMs: 40 });
    await rig.pass(60);
    strictEqual((await redrive(rig, { reason: 'expired' })).redriven, 60);
    for (const id of ids) {
      const job = await rig.takeOne();
      strictEqual(job.id, id);
      await rig.ack(job);
    }
  },

  async 'brings back those of a type, whatever they died of'(rig) {
    await kill(rig, ['m1', 'o1'], 'failed', 'mail');
    await kill(rig, ['x1', 'x2'], 'failed', 'other');
    await kill(rig, ['m2'], 'discarded', 'mail');
    strictEqual((await redrive(rig, { type: 'other' })).redriven, 2);
    deepStrictEqual(await rig.takeIds(5), ['x1', 'x2']);
    deepStrictEqual(await rig.states('m1', 'o1', 'm2'), ['dead', 'dead', 'dead']);
  },

  async 'passes over those that are dead again at once, and counts them neither as brought back nor to the most'(rig) {
    const ids = await flow(rig, { name: 'gone' }, { name: 'lost', type: 'mail', after: ['gone'] });
    await rig.control('remove', { id: ids.gone as string });
    await kill(rig, ['f1', 'f2'], 'failed', 'mail');
    let [redriven, cursor] = [0, undefined as string | undefined];
    do {
      const reply = await redrive(rig, { type: 'mail', max: 1 - redriven, cursor });
      redriven += reply.redriven;
      cursor = reply.cursor;
    } while (cursor !== undefined && redriven < 1);
    strictEqual(redriven, 1);
    deepStrictEqual(await rig.states(ids.lost as string, 'f1', 'f2'), ['dead', 'waiting', 'dead']);
  },

  async 'comes to an end though jobs die again on the way'(rig) {
    const ids = Array.from({ length: 700 }, (_, index) => `job-${index}`);
    for (const part of [ids.slice(0, 350), ids.slice(350)]) {
      await rig.addAll(part);
      for (let left = part.length; left > 0; ) {
        const jobs = await rig.take(Math.min(left, 200));
        await rig.settle(...jobs.map((job) => nack(job, { dead: 'discarded' })));
        left -= jobs.length;
      }
    }
    let [redriven, slices, cursor] = [0, 0, undefined as string | undefined];
    do {
      const reply = await redrive(rig, { cursor });
      redriven += reply.redriven;
      cursor = reply.cursor;
      for (let jobs = await rig.take(200); jobs.length > 0; jobs = await rig.take(200)) {
        await rig.settle(...jobs.map((job) => nack(job, { dead: 'discarded' })));
      }
      slices += 1;
    } while (cursor !== undefined && slices < 10);
    deepStrictEqual([redriven, cursor], [700, undefined]);
  },

  async 'takes dead letters away by id, reason, type and age'(rig) {
    await kill(rig, ['old'], 'failed');
    await rig.fixture.pass(SPAN_MS + 20);
    await kill(rig, ['f'], 'failed');
    strictEqual((await rig.control('drop', { ...everything, olderThanMs: SPAN_MS })).removed, 1);
    await kill(rig, ['d'], 'discarded');
    await kill(rig, ['t'], 'failed', 'mail');
    strictEqual((await rig.control('drop', { ...everything, reason: 'discarded' })).removed, 1);
    strictEqual((await rig.control('drop', { ...everything, type: 'mail' })).removed, 1);
    strictEqual((await rig.control('drop', { ...everything, ids: ['f', 'nobody'] })).removed, 1);
    deepStrictEqual(await rig.states('old', 'd', 't', 'f'), [undefined, undefined, undefined, undefined]);
    strictEqual((await rig.read('counts', {})).totals.dead, 4);
  },

  async 'drains what waits, and what is delayed where told so; the rest stays'(rig) {
    await kill(rig, ['dead']);
    await rig.addAll(['a', 'b'], { key: 'k' });
    await rig.add({ id: 'c' }, { id: 'later', delayMs: 60_000 });
    const active = await rig.takeOne();
    strictEqual(active.id, 'a');
    deepStrictEqual(await rig.control('drain', { delayed: false }), { removed: 2, more: false });
    deepStrictEqual(await rig.states('a', 'b', 'c', 'later', 'dead'), [
      'active',
      undefined,
      undefined,
      'delayed',
      'dead',
    ]);
    strictEqual((await rig.control('drain', { delayed: true })).removed, 1);
    deepStrictEqual(await rig.ack(active), ['done']);
  },

  async 'keeps no more done jobs than asked, the newest'(rig) {
    rig.open({ keep: { done: { count: 2 }, dead: { count: 1 } } });
    await rig.addAll(['a', 'b', 'c', 'd']);
    for (let turn = 0; turn < 4; turn += 1) await rig.ack(await rig.takeOne());
    await rig.house();
    deepStrictEqual(await rig.states('a', 'b', 'c', 'd'), [undefined, undefined, 'done', 'done']);
    await kill(rig, ['x', 'y']);
    await rig.house();
    deepStrictEqual(await rig.states('x', 'y'), [undefined, 'dead']);
    const { totals, states } = await rig.read('counts', {});
    deepStrictEqual([totals.added, totals.done, totals.dead, states.done, states.dead], [6, 4, 2, 2, 1]);
  },

  async 'keeps nothing from the settle on, where the count is 0'(rig) {
    rig.open({ keep: { done: { count: 0 }, dead: { count: 0 } } });
    await rig.addAll(['done', 'dead', 'cancelled']);
    const [first, second] = await rig.take(2);
    ok(first && second);
    await rig.ack(first);
    await rig.settle(nack(second, { dead: 'discarded' }));
    await rig.cancel('cancelled');
    deepStrictEqual(await rig.states('done', 'dead', 'cancelled'), [undefined, undefined, undefined]);
  },

  async 'shows when a node was put back as its time, until its edges are met anew'(rig) {
    const ids = await flow(rig, { name: 'a' }, { name: 'b', after: ['a'] });
    const [a, b] = [ids.a as string, ids.b as string];
    await rig.fixture.pass(100);
    await rig.settle(nack(await rig.takeOne(), { dead: 'discarded' }));
    await rig.fixture.pass(100);
    await redrive(rig, { ids: [a], withDependents: true });
    const again = await rig.inspect(b);
    deepStrictEqual([again.state, again.dueAt], ['blocked', (await rig.inspect(a)).dueAt]);
    ok(again.dueAt >= again.addedAt + 200);
    await rig.fixture.pass(100);
    await rig.ack(await rig.takeOne());
    const met = await rig.takeOne();
    deepStrictEqual([met.id, met.dueAt >= again.dueAt + 100], [b, true]);
  },

  async 'lets jobs go by age though no other one settles; cancelled ones as done ones'(rig) {
    rig.open({ keep: { done: { maxAgeMs: 2 * SPAN_MS } } });
    await rig.addAll(['a', 'b']);
    await rig.ack(await rig.takeOne());
    await rig.cancel('b');
    deepStrictEqual(await rig.states('a', 'b'), ['done', 'cancelled']);
    await rig.pass(2 * SPAN_MS + 20);
    deepStrictEqual(await rig.states('a', 'b'), [undefined, undefined]);
  },

  async 'takes a keep as a whole: what it does not name has no bound'(rig) {
    rig.open({ keep: { done: { maxAgeMs: 60_000 } } });
    const ids = Array.from({ length: 1100 }, (_, index) => `job-${index}`);
    await rig.addAll(ids.slice(0, 1000));
    await rig.addAll(ids.slice(1000));
    for (let jobs = await rig.take(200); jobs.length > 0; jobs = await rig.take(200)) await rig.ack(...jobs);
    strictEqual((await rig.read('counts', {})).states.done, 1100);
  },
});
