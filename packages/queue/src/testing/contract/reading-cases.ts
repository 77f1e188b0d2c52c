import { deepStrictEqual, ok, rejects, strictEqual } from 'node:assert/strict';
import { isXcError } from '@xc/core';
import type { JobState } from '../../job/job-state.ts';
import { engineCases } from './engine-case.ts';
import { bytes, done, type EngineRig, entryOf, failure, nack, SPAN_MS } from './engine-rig.ts';
import { flow } from './flow-wish.ts';

async function page(rig: EngineRig, state: JobState, limit: number, cursor?: string) {
  const reply = await rig.read('list', { state, limit, cursor, reason: undefined, type: undefined });
  return { ids: reply.jobs.map(({ id }) => id), cursor: reply.cursor };
}

/** Looking things up, and what is pushed. */
export const readingCases = engineCases({
  async 'tells since when jobs wait, those behind their key if asked'(rig) {
    rig.open({ perKey: { concurrency: 1, onRetry: 'wait', rate: undefined } });
    await rig.add({ id: 'runs', key: 'k' }, { id: 'waits', key: 'k', lane: 'high' }, { id: 'fails', key: 'r' });
    await rig.add({ id: 'is held', key: 'r', lane: 'low' });
    const fails = (await rig.take(2)).find(({ id }) => id === 'fails');
    ok(fails);
    await rig.settle(nack(fails, { delayMs: 60_000 }));
    await rig.pass(2_000);
    await rig.add({ id: 'free', key: 'other', lane: 'high' });
    const oldest = async (behindKeys: boolean) => (await rig.read('counts', { behindKeys })).oldest;
    const addedAt = async (id: string) => (await rig.inspect(id)).addedAt;
    deepStrictEqual({ ...(await oldest(false)) }, { high: await addedAt('free') });
    deepStrictEqual({ ...(await oldest(true)) }, { high: await addedAt('waits'), low: await addedAt('is held') });
  },

  async 'refuses a cursor that no page gave'(rig) {
    await rig.addAll(['a', 'b', 'c']);
    for (const state of ['waiting', 'delayed', 'active', 'blocked', 'done', 'dead', 'cancelled'] as const) {
      for (const cursor of ['garbage', '{}', 'NaN', '-1', '', '0 x', '1.5']) {
        await rejects(page(rig, state, 1, cursor), { name: 'RangeError' }, `${state} ${cursor}`);
      }
    }
    const { ids, cursor } = await page(rig, 'waiting', 2);
    deepStrictEqual([...ids, ...(await page(rig, 'waiting', 2, cursor)).ids].sort(), ['a', 'b', 'c']);
  },

  async 'counts jobs by state, and totals'(rig) {
    await rig.add(
      { id: 'a' },
      { id: 'b' },
      { id: 'c' },
      { id: 'd', key: 'k' },
      { id: 'e', key: 'k' },
      { delayMs: 60_000 },
    );
    const [a, b] = await rig.take(3);
    ok(a && b);
    await rig.ack(a);
    await rig.settle(nack(b, { dead: 'failed' }));
    await rig.cancel('e');
    await flow(rig, { name: 'first', delayMs: 60_000 }, { name: 'second', after: ['first'] });
    const { states, totals, paused, oldest, now } = await rig.read('counts', {});
    deepStrictEqual(states, { blocked: 1, delayed: 2, waiting: 1, active: 1, done: 1, dead: 1, cancelled: 1 });
    deepStrictEqual(totals, { added: 8, done: 1, dead: 1, cancelled: 1, failed: 1, lost: 0 });
    deepStrictEqual([paused, Object.keys(oldest)], [false, ['normal']]);
    ok((oldest.normal as number) <= now);
  },

  async 'shows jobs of a state page by page'(rig) {
    const ids = Array.from({ length: 7 }, (_, index) => `job-${index}`);
    await rig.addAll(ids);
    const first = await page(rig, 'waiting', 4);
    deepStrictEqual(first.ids, ids.slice(0, 4));
    deepStrictEqual(await page(rig, 'waiting', 4, first.cursor), { ids: ids.slice(4), cursor: undefined });
    for (const job of await rig.take(7)) await rig.ack(job);
    const newest = await page(rig, 'done', 4);
    deepStrictEqual(newest.ids, ids.slice(3).reverse());
    deepStrictEqual(await page(rig, 'done', 4, newest.cursor), { ids: ids.slice(0, 3).reverse(), cursor: undefined });
    deepStrictEqual(await page(rig, 'active', 4), { ids: [], cursor: undefined });
  },

  async 'shows delayed jobs by their time, and dead ones by reason and type'(rig) {
    await rig.add({ id: 'far', delayMs: 60_000 }, { id: 'near', delayMs: 30_000 });
    deepStrictEqual((await page(rig, 'delayed', 10)).ids, ['near', 'far']);
    await rig.add({ id: 'f', type: 'mail' }, { id: 'd', type: 'mail' }, { id: 'o', type: 'other' });
    const [f, d, o] = await rig.take(3);
    ok(f && d && o);
    await rig.settle(nack(f, { dead: 'failed' }), nack(d, { dead: 'discarded' }), nack(o, { dead: 'failed' }));
    const found = await rig.read('list', {
      state: 'dead',
      limit: 10,
      cursor: undefined,
      reason: 'failed',
      type: 'mail',
    });
    deepStrictEqual(
      found.jobs.map(({ id }) => id),
      ['f'],
    );
  },

  async 'tells at once how a settled job ended'(rig) {
    await rig.addAll(['done', 'dead', 'cancelled']);
    const [first, second] = await rig.take(2);
    ok(first && second);
    await rig.settle(done(first, bytes('1')), nack(second, { dead: 'failed' }));
    await rig.cancel('cancelled', 'enough');
    deepStrictEqual(await rig.read('results', { ids: ['done', 'dead', 'cancelled', 'nobody'] }), [
      { id: 'done', state: 'done', result: bytes('1') },
      { id: 'dead', state: 'dead', reason: 'failed', error: failure },
      { id: 'cancelled', state: 'cancelled', reason: 'enough' },
      { id: 'nobody', state: 'missing' },
    ]);
  },

  async 'pushes the result of a job that was asked for before it settled, whatever is kept'(rig) {
    rig.open({ keep: { done: { count: 0 }, dead: { count: 0 } } });
    await rig.addAll(['a', 'b', 'c', 'd']);
    deepStrictEqual(await rig.read('results', { ids: ['a', 'b', 'c', 'd'] }), [
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    const [a, b] = await rig.take(2);
    ok(a && b);
    await rig.settle(done(a, bytes('1')), nack(b, { dead: 'failed' }));
    await rig.cancel('c', 'enough');
    await rig.control('remove', { id: 'd' });
    await rig.until(() => rig.settled.length >= 4, 'four results are pushed');
    deepStrictEqual(
      [...rig.settled].sort((one, two) => (one.id < two.id ? -1 : 1)),
      [
        { id: 'a', state: 'done', result: bytes('1') },
        { id: 'b', state: 'dead', reason: 'failed', error: failure },
        { id: 'c', state: 'cancelled', reason: 'enough' },
        { id: 'd', state: 'missing' },
      ],
    );
  },

  async 'pushes nothing to who did not ask, and once to who asked twice'(rig) {
    await rig.addAll(['a', 'b']);
    await rig.read('results', { ids: ['b'] });
    await rig.read('results', { ids: ['b'] });
    await rig.ack(...(await rig.take(2)));
    await rig.until(() => rig.settled.length > 0, 'one result is pushed');
    await rig.house();
    deepStrictEqual(
      rig.settled.map(({ id }) => id),
      ['b'],
    );
  },

  async 'tells everything that happens to who watches, where the engine keeps events'(rig) {
    try {
      await rig.control('watch', { on: true });
    } catch (error) {
      ok(isXcError(error, 'XC_QUEUE_UNSUPPORTED'));
      return;
    }
    await rig.add({ id: 'a', type: 'mail' }, { id: 'b', type: 'mail' });
    await rig.settle(nack(await rig.takeOne()));
    await rig.ack(...(await rig.take(2)));
    const stuck = { event: 'stuck', id: 'a', type: 'mail', attempt: 2, delivery: 2, reason: 'runs on' } as const;
    await rig.control('tell', stuck);
    await rig.control('tell', { event: 'missed', type: 'mail', schedule: 'every night', dropped: 3 });
    await rig.control('pause', {});
    await rig.until(() => rig.events.some(({ event }) => event === 'paused'), 'the pause is told');
    const happened = ['added a', 'added b', 'started a', 'retry a', 'started b', 'started a', 'done b', 'done a'];
    deepStrictEqual(
      rig.events.map(({ event, id }) => `${event} ${id}`.trim()),
      [...happened, 'stuck a', 'missed', 'paused'],
    );
    const [told, missed] = rig.events.slice(-3);
    deepStrictEqual([told?.attempt, told?.delivery, told?.reason], [2, 2, 'runs on']);
    deepStrictEqual([missed?.type, missed?.schedule, missed?.dropped], ['mail', 'every night', 3]);
    await rig.control('watch', { on: false });
  },

  async 'lets one of all do what is claimed, for a time'(rig) {
    const other = rig.open();
    strictEqual(await rig.control('claim', { name: 'gauges', ms: SPAN_MS }), true);
    strictEqual(await other.control('claim', { name: 'gauges', ms: 100 }), false);
    strictEqual(await other.control('claim', { name: 'else', ms: 100 }), true);
    await rig.fixture.pass(SPAN_MS + 20);
    strictEqual(await other.control('claim', { name: 'gauges', ms: 100 }), true);
  },

  async 'shares its state with everybody who opens it by its name'(rig) {
    const other = rig.open();
    await rig.add({ id: 'a' });
    const [view] = await other.read('jobs', { ids: ['a'] });
    strictEqual(view?.state, 'waiting');
  },

  async 'gives up with the reason of the signal'(rig) {
    const reason = new Error('too late');
    const signal = AbortSignal.abort(reason);
    let caught: unknown;
    await rig.queue.read('counts', {}, { signal }).catch((error: unknown) => {
      caught = error;
    });
    strictEqual(caught, reason);
  },

  async 'refuses every call after close, and lets others go on'(rig) {
    await rig.add({ id: 'a' });
    const closed = rig.open();
    await closed.read('counts', {});
    deepStrictEqual([await closed.close(), await closed.close()], [{ unsent: 0 }, { unsent: 0 }]);
    const step = { worker: 'late', number: 1, leaseMs: 1_000, settles: [], progress: [], renewals: [] };
    const calls = {
      add: () => closed.add({ request: 'late', entries: [entryOf({ id: 'b' })] }),
      step: () => closed.step({ ...step, lanes: [], want: 1, schedules: false }),
      control: () => closed.control('cancel', { id: 'a', reason: undefined }),
      read: () => closed.read('counts', {}),
      audit: () => closed.audit(),
    };
    for (const [name, call] of Object.entries(calls)) await rejects(call, { code: 'XC_QUEUE_CLOSED' }, name);
    deepStrictEqual(await rig.states('a', 'b'), ['waiting', undefined]);
  },

  async 'is up'(rig) {
    strictEqual((await rig.read('health', {})).status, 'up');
  },
});
