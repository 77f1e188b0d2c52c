import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { engineCases } from './engine-case.ts';
import { bytes, done, type EngineRig, LEASE_MS, nack, SPAN_MS, textOf } from './engine-rig.ts';

type Mode = 'drop' | 'replace' | 'latest' | 'throttle' | 'debounce';

/** Adds with the key 'k' and tells the outcome and the id. */
async function put(
  rig: EngineRig,
  id: string,
  mode: Mode,
  more: { ttlMs?: number; maxWaitMs?: number } = {},
): Promise<string> {
  const [added] = await rig.add({ id, data: bytes(id), unique: { key: 'k', mode, ...more } });
  return `${added?.outcome} ${added?.id}`;
}

async function dataOf(rig: EngineRig, id: string): Promise<string | undefined> {
  return textOf((await rig.inspect(id)).record.data);
}

/** Unique keys. */
export const uniqueCases = engineCases({
  async 'drop: the holder keeps the key until it settles'(rig) {
    strictEqual(await put(rig, 'a', 'drop'), 'added a');
    strictEqual(await put(rig, 'b', 'drop'), 'duplicate a');
    const job = await rig.takeOne();
    strictEqual(await put(rig, 'c', 'drop'), 'duplicate a');
    await rig.settle(nack(job, { delayMs: 60_000 }));
    strictEqual(await put(rig, 'd', 'drop'), 'duplicate a');
    await rig.cancel('a');
    strictEqual(await put(rig, 'e', 'drop'), 'added e');
    await rig.ack(await rig.takeOne());
    strictEqual(await put(rig, 'f', 'drop'), 'added f');
  },

  async 'drop: the key is free when its time is over, and the old holder frees no other'(rig) {
    strictEqual(await put(rig, 'a', 'drop', { ttlMs: SPAN_MS }), 'added a');
    strictEqual(await put(rig, 'b', 'drop'), 'duplicate a');
    await rig.pass(SPAN_MS + 20);
    strictEqual(await put(rig, 'c', 'drop'), 'added c');
    const first = await rig.takeOne();
    strictEqual(first.id, 'a');
    await rig.ack(first);
    strictEqual(await put(rig, 'd', 'drop'), 'duplicate c');
  },

  async 'frees the key of a holder that dies, is cancelled, removed or drained, at that moment'(rig) {
    rig.open({ maxLostLeases: 1 });
    await put(rig, 'dead', 'drop');
    await rig.settle(nack(await rig.takeOne(), { dead: 'discarded' }));
    strictEqual(await put(rig, 'cancelled', 'drop'), 'added cancelled');
    await rig.cancel('cancelled');
    strictEqual(await put(rig, 'removed', 'drop'), 'added removed');
    await rig.control('remove', { id: 'removed' });
    strictEqual(await put(rig, 'drained', 'drop'), 'added drained');
    await rig.control('drain', { delayed: false });
    strictEqual(await put(rig, 'expired', 'drop'), 'added expired');
    await rig.control('remove', { id: 'expired' });
    strictEqual(await put(rig, 'poison', 'drop'), 'added poison');
    await rig.takeOne({ leaseMs: 100 });
    await rig.pass(120);
    deepStrictEqual(await rig.states('poison'), ['dead']);
    strictEqual(await put(rig, 'last', 'drop'), 'added last');
  },

  async 'replace: a holder that is not active takes the new data and stays where it is'(rig) {
    strictEqual(await put(rig, 'a', 'replace'), 'added a');
    await rig.add({ id: 'other' });
    strictEqual(await put(rig, 'b', 'replace'), 'replaced a');
    strictEqual(await dataOf(rig, 'a'), 'b');
    const job = await rig.takeOne();
    deepStrictEqual([job.id, textOf(job.record.data)], ['a', 'b']);
    strictEqual(await put(rig, 'c', 'replace'), 'duplicate a');
    await rig.settle(done(job));
    strictEqual(await put(rig, 'd', 'replace'), 'added d');
  },

  async 'replace: a delayed holder keeps its time'(rig) {
    await rig.add({ id: 'a', delayMs: 60_000, unique: { key: 'k', mode: 'replace' } });
    const { dueAt } = await rig.inspect('a');
    strictEqual(await put(rig, 'b', 'replace'), 'replaced a');
    const after = await rig.inspect('a');
    deepStrictEqual([after.state, after.dueAt, textOf(after.record.data)], ['delayed', dueAt, 'b']);
  },

  async 'latest: keeps one follow-up with the newest data while the holder is active'(rig) {
    strictEqual(await put(rig, 'a', 'latest'), 'added a');
    const job = await rig.takeOne();
    for (let turn = 0; turn < 20; turn += 1) strictEqual(await put(rig, `f${turn}`, 'latest'), 'duplicate a');
    deepStrictEqual(await rig.take(1), []);
    strictEqual((await rig.read('counts', {})).totals.added, 1);
    await rig.ack(job);
    const next = await rig.takeOne();
    strictEqual(textOf(next.record.data), 'f19');
    strictEqual(await put(rig, 'g', 'latest'), `duplicate ${next.id}`);
    await rig.ack(next);
    strictEqual(textOf((await rig.takeOne()).record.data), 'g');
    strictEqual((await rig.read('counts', {})).totals.added, 3);
  },

  async 'latest: what replaces a holder that waits again is newer than a follow-up'(rig) {
    await put(rig, 'a', 'latest');
    const job = await rig.takeOne();
    await put(rig, 'old', 'latest');
    await rig.settle(nack(job));
    strictEqual(await put(rig, 'new', 'latest'), 'replaced a');
    const again = await rig.takeOne();
    strictEqual(textOf(again.record.data), 'new');
    await rig.ack(again);
    deepStrictEqual(await rig.take(1), []);
  },

  async 'latest: the follow-up comes however the holder ends'(rig) {
    await put(rig, 'a', 'latest');
    const job = await rig.takeOne();
    await put(rig, 'b', 'latest');
    await rig.cancel('a');
    await rig.settle(nack(job));
    deepStrictEqual(await rig.states('a'), ['cancelled']);
    strictEqual(textOf((await rig.takeOne()).record.data), 'b');
  },

  async 'latest: a follow-up overwrites no job that has taken the key in the meantime'(rig) {
    await put(rig, 'a', 'latest');
    const job = await rig.takeOne();
    strictEqual(await put(rig, 'old', 'latest'), 'duplicate a');
    strictEqual(await put(rig, 'newer', 'debounce', { ttlMs: SPAN_MS }), 'added newer');
    await rig.ack(job);
    strictEqual(await dataOf(rig, 'newer'), 'newer');
    strictEqual(textOf((await rig.takeOne()).record.data), 'old');
    strictEqual(await put(rig, 'newest', 'debounce', { ttlMs: SPAN_MS }), 'debounced newer');
    await rig.pass(SPAN_MS + 20);
    strictEqual(textOf((await rig.takeOne()).record.data), 'newest');
  },

  async 'latest: the follow-up of a throttled holder comes, and the key keeps its time'(rig) {
    await put(rig, 'a', 'throttle', { ttlMs: SPAN_MS });
    const job = await rig.takeOne();
    strictEqual(await put(rig, 'b', 'latest'), 'duplicate a');
    await rig.ack(job);
    strictEqual(textOf((await rig.takeOne()).record.data), 'b');
    strictEqual(await put(rig, 'c', 'drop'), 'duplicate a');
    await rig.pass(SPAN_MS + 20);
    strictEqual(await put(rig, 'd', 'drop'), 'added d');
  },

  async 'throttle: the key stays for its time, settled or not'(rig) {
    strictEqual(await put(rig, 'a', 'throttle', { ttlMs: SPAN_MS }), 'added a');
    await rig.ack(await rig.takeOne());
    strictEqual(await put(rig, 'b', 'throttle', { ttlMs: SPAN_MS }), 'duplicate a');
    await rig.pass(SPAN_MS + 20);
    strictEqual(await put(rig, 'c', 'throttle', { ttlMs: SPAN_MS }), 'added c');
  },

  async 'throttle: outlives a holder that is not kept, but not one that is removed'(rig) {
    rig.open({ keep: { done: { count: 0 } } });
    await put(rig, 'a', 'throttle', { ttlMs: 60_000 });
    await rig.ack(await rig.takeOne());
    strictEqual(await rig.find('a'), undefined);
    strictEqual(await put(rig, 'b', 'throttle', { ttlMs: 60_000 }), 'duplicate a');
    await rig.add({ id: 'x', unique: { key: 'other', mode: 'throttle', ttlMs: 60_000 } });
    await rig.control('remove', { id: 'x' });
    deepStrictEqual(
      (await rig.add({ id: 'y', unique: { key: 'other', mode: 'throttle', ttlMs: 60_000 } }))[0]?.outcome,
      'added',
    );
  },

  async 'throttle: whoever asks for a key whose holder is gone is a duplicate, and stops no other add'(rig) {
    rig.open({ keep: { done: { count: 0 } } });
    await put(rig, 'a', 'throttle', { ttlMs: 60_000 });
    await rig.ack(await rig.takeOne());
    for (const mode of ['drop', 'replace', 'latest', 'throttle', 'debounce'] as const) {
      const added = await rig.add(
        { id: `before ${mode}` },
        { id: `asks ${mode}`, unique: { key: 'k', mode, ttlMs: 60_000 } },
        { id: `after ${mode}` },
      );
      deepStrictEqual(added, [
        { id: `before ${mode}`, outcome: 'added' },
        { id: 'a', outcome: 'duplicate' },
        { id: `after ${mode}`, outcome: 'added' },
      ]);
    }
  },

  async 'throttle: another job that has the id of a holder that is gone is left alone'(rig) {
    rig.open({ keep: { done: { count: 0 } } });
    await put(rig, 'a', 'throttle', { ttlMs: 60_000 });
    await rig.ack(await rig.takeOne());
    await rig.add({ id: 'a', data: bytes('mine') });
    for (const mode of ['replace', 'latest', 'debounce'] as const) {
      strictEqual(await put(rig, 'b', mode, { ttlMs: 60_000 }), 'duplicate a');
    }
    strictEqual(await dataOf(rig, 'a'), 'mine');
    deepStrictEqual(await rig.states('a'), ['waiting']);
  },

  async 'debounce: each add puts the job off and replaces its data'(rig) {
    const window = { ttlMs: SPAN_MS };
    strictEqual(await put(rig, 'a', 'debounce', window), 'added a');
    const first = await rig.inspect('a');
    strictEqual(first.dueAt, first.addedAt + SPAN_MS);
    await rig.pass(100);
    strictEqual(await put(rig, 'b', 'debounce', window), 'debounced a');
    const second = await rig.inspect('a');
    ok(second.dueAt >= first.dueAt + 90, 'the window begins anew');
    deepStrictEqual([second.state, textOf(second.record.data)], ['delayed', 'b']);
    await rig.fixture.pass(second.dueAt - rig.fixture.now() + 5);
    const job = await rig.takeOne();
    strictEqual(textOf(job.record.data), 'b');
    strictEqual(await put(rig, 'c', 'debounce', window), 'added c');
  },

  async 'debounce: no longer than maxWaitMs after the first'(rig) {
    const window = { ttlMs: 60_000, maxWaitMs: 90_000 };
    await put(rig, 'a', 'debounce', window);
    const { addedAt } = await rig.inspect('a');
    await rig.fixture.pass(50);
    await put(rig, 'b', 'debounce', { ttlMs: 80_000, maxWaitMs: 90_000 });
    const near = await rig.inspect('a');
    ok(near.dueAt < addedAt + 90_000 && near.dueAt >= addedAt + 80_040);
    await put(rig, 'c', 'debounce', { ttlMs: 95_000, maxWaitMs: 90_000 });
    const { dueAt, record } = await rig.inspect('a');
    deepStrictEqual([dueAt, textOf(record.data)], [addedAt + 90_000, 'c']);
  },

  async 'debounce: a job that came due and has not started is put off once more'(rig) {
    await put(rig, 'a', 'debounce', { ttlMs: 50, maxWaitMs: 60_000 });
    await rig.pass(60);
    deepStrictEqual(await rig.states('a'), ['waiting']);
    strictEqual(await put(rig, 'b', 'debounce', { ttlMs: 50, maxWaitMs: 60_000 }), 'debounced a');
    deepStrictEqual(await rig.states('a'), ['delayed']);
    await rig.pass(60);
    strictEqual(textOf((await rig.takeOne()).record.data), 'b');
  },

  async 'holds the key through a lost lease'(rig) {
    await put(rig, 'a', 'drop');
    await rig.takeOne({ leaseMs: 100 });
    await rig.pass(120);
    strictEqual(await put(rig, 'b', 'drop'), 'duplicate a');
    const again = await rig.takeOne({ leaseMs: LEASE_MS });
    await rig.ack(again);
    strictEqual(await put(rig, 'c', 'drop'), 'added c');
  },
});
