import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { engineCases } from './engine-case.ts';
import { done, LEASE_MS, nack, release, SPAN_MS, snooze } from './engine-rig.ts';

/** Order, concurrency and rate per key. */
export const keyCases = engineCases({
  async 'starts one job of a key at a time, in the order in which they became waiting'(rig) {
    await rig.addAll(['a1', 'a2', 'a3'], { key: 'a' });
    const order: string[] = [];
    for (let turn = 0; turn < 3; turn += 1) {
      const jobs = await rig.take(3);
      strictEqual(jobs.length, 1);
      order.push(...jobs.map(({ id }) => id));
      await rig.ack(...jobs);
    }
    deepStrictEqual(order, ['a1', 'a2', 'a3']);
  },

  async 'lets as many jobs of a key run as its concurrency says'(rig) {
    rig.open({ perKey: { concurrency: 2 } });
    await rig.addAll(['a1', 'a2', 'a3'], { key: 'a' });
    const [first] = await rig.take(3);
    strictEqual((await rig.read('counts', {})).states.active, 2);
    ok(first);
    await rig.ack(first);
    deepStrictEqual(await rig.takeIds(3), ['a3']);
  },

  async 'lets the keys of a lane take turns, and jobs without key among them'(rig) {
    await rig.addAll(
      Array.from({ length: 100 }, (_, index) => `a${index}`),
      { key: 'a' },
    );
    await rig.add({ id: 'plain' });
    await rig.addAll(['b0', 'b1'], { key: 'b' });
    const order: string[] = [];
    for (let turn = 0; turn < 6; turn += 1) {
      const [job] = await rig.take(1);
      ok(job);
      order.push(job.id);
      await rig.ack(job);
    }
    deepStrictEqual(order, ['a0', 'plain', 'b0', 'a1', 'b1', 'a2']);
  },

  async 'sends a key to the end of its lane with every start, though more of it may run'(rig) {
    rig.open({ perKey: { concurrency: 3 } });
    await rig.addAll(['a1', 'a2', 'a3'], { key: 'a' });
    await rig.addAll(['b1'], { key: 'b' });
    await rig.add({ id: 'plain' });
    deepStrictEqual(await rig.takeIds(5), ['a1', 'b1', 'plain', 'a2', 'a3']);
  },

  async 'keeps the order of a key over lanes'(rig) {
    await rig.add({ id: '1', key: 'a', lane: 'low' }, { id: '2', key: 'a', lane: 'high' }, { id: 'h', lane: 'high' });
    deepStrictEqual(await rig.takeIds(3), ['h', '1']);
  },

  async 'puts the turn of a key into the lane of its next job'(rig) {
    await rig.add({ id: '1', key: 'a', lane: 'low' }, { id: '2', key: 'a', lane: 'high' }, { id: 'n', lane: 'normal' });
    const jobs = await rig.take(2);
    await rig.ack(...jobs);
    await rig.add({ id: 'n2', lane: 'normal' });
    deepStrictEqual(await rig.takeIds(2), ['2', 'n2']);
  },

  async 'holds a key while its failed job waits for the next attempt'(rig) {
    await rig.addAll(['a1', 'a2'], { key: 'a' });
    await rig.settle(nack(await rig.takeOne(), { delayMs: SPAN_MS }));
    deepStrictEqual(await rig.take(2), []);
    await rig.pass(SPAN_MS + 20);
    const again = await rig.takeOne();
    deepStrictEqual([again.id, again.attempt], ['a1', 2]);
    await rig.settle(nack(again));
    strictEqual((await rig.takeOne()).id, 'a1');
  },

  async 'lets a key go on when the failed job is dead, cancelled or removed'(rig) {
    await rig.addAll(['a1', 'a2', 'a3', 'a4'], { key: 'a' });
    await rig.settle(nack(await rig.takeOne(), { maxAttempts: 1 }));
    const second = await rig.takeOne();
    strictEqual(second.id, 'a2');
    await rig.settle(nack(second, { delayMs: 60_000 }));
    await rig.cancel('a2');
    const third = await rig.takeOne();
    strictEqual(third.id, 'a3');
    await rig.settle(nack(third, { delayMs: 60_000 }));
    await rig.control('remove', { id: 'a3' });
    strictEqual((await rig.takeOne()).id, 'a4');
  },

  async 'lets the next of a key pass a failed one where told so'(rig) {
    rig.open({ perKey: { onRetry: 'pass' } });
    await rig.addAll(['a1', 'a2', 'a3'], { key: 'a' });
    await rig.settle(nack(await rig.takeOne(), { delayMs: 60_000 }));
    const second = await rig.takeOne();
    strictEqual(second.id, 'a2');
    await rig.settle(nack(second));
    strictEqual((await rig.takeOne()).id, 'a3');
  },

  async 'lets the others of a key pass a snoozed one'(rig) {
    await rig.addAll(['a1', 'a2', 'a3'], { key: 'a' });
    await rig.settle(snooze(await rig.takeOne(), 50));
    const second = await rig.takeOne();
    strictEqual(second.id, 'a2');
    await rig.pass(60);
    await rig.ack(second);
    const third = await rig.takeOne();
    strictEqual(third.id, 'a3');
    await rig.ack(third);
    strictEqual((await rig.takeOne()).id, 'a1');
  },

  async 'gives a released job back to the front of its key, and holds the key while it is to wait'(rig) {
    await rig.addAll(['a1', 'a2'], { key: 'a' });
    await rig.settle(release(await rig.takeOne()));
    const again = await rig.takeOne();
    deepStrictEqual([again.id, again.attempt, again.delivery], ['a1', 1, 2]);
    await rig.settle(release(again, SPAN_MS));
    deepStrictEqual(await rig.take(2), []);
    await rig.pass(SPAN_MS + 20);
    strictEqual((await rig.takeOne()).id, 'a1');
  },

  async 'holds a key until a lost lease ends, then its job is the first again'(rig) {
    await rig.addAll(['a1', 'a2'], { key: 'a' });
    const lost = await rig.takeOne({ leaseMs: SPAN_MS });
    deepStrictEqual(await rig.take(2), []);
    await rig.pass(SPAN_MS + 20);
    const again = await rig.takeOne();
    deepStrictEqual([again.id, again.delivery], ['a1', 2]);
    ok(again.fence > lost.fence);
    deepStrictEqual(await rig.take(2), []);
    deepStrictEqual(await rig.settle(done(lost)), ['lost']);
    deepStrictEqual(await rig.take(2), []);
  },

  async 'starts jobs of a key no faster than its rate, and others meanwhile'(rig) {
    rig.open({ perKey: { concurrency: 10, rate: { max: 2, perMs: 2 * SPAN_MS } } });
    await rig.addAll(['a1', 'a2', 'a3'], { key: 'a' });
    await rig.add({ id: 'b1', key: 'b' });
    const first = await rig.step('w', { want: 5 });
    deepStrictEqual(
      first.jobs.map(({ id }) => id),
      ['a1', 'b1'],
    );
    ok(first.nextDue !== undefined && first.nextDue <= first.now + SPAN_MS + 5, 'it is told when to look again');
    deepStrictEqual(await rig.take(5), []);
    await rig.fixture.pass(first.nextDue - rig.fixture.now() + 5);
    deepStrictEqual(await rig.takeIds(5), ['a2']);
  },

  async 'raises and lowers the concurrency of keys at once'(rig) {
    await rig.addAll(['a1', 'a2', 'a3', 'a4'], { key: 'a' });
    deepStrictEqual(await rig.takeIds(5), ['a1']);
    await rig.control('limit', { perKey: { concurrency: 3 } });
    const more = await rig.take(5);
    deepStrictEqual(
      more.map(({ id }) => id),
      ['a2', 'a3'],
    );
    await rig.control('limit', { perKey: { concurrency: 1 } });
    await rig.ack(...more);
    deepStrictEqual(await rig.take(5), []);
  },

  async 'gives all that may start of a key whose jobs are in several lanes'(rig) {
    rig.open({ perKey: { concurrency: 3 } });
    await rig.add({ id: 'a1', key: 'a', lane: 'low' }, { id: 'a2', key: 'a', lane: 'high' });
    await rig.add({ id: 'a3', key: 'a', lane: 'low' });
    deepStrictEqual(await rig.takeIds(5), ['a1', 'a2', 'a3']);
  },

  async 'carries what has started over to another rate of its keys, and lets them go when it is lifted'(rig) {
    rig.open({ perKey: { concurrency: 10, rate: { max: 100, perMs: 1000 } } });
    await rig.addAll(['a1', 'a2', 'a3', 'a4'], { key: 'a' });
    deepStrictEqual(await rig.takeIds(1), ['a1']);
    await rig.control('limit', { perKey: { rate: { max: 1, perMs: SPAN_MS } } });
    await rig.fixture.pass(SPAN_MS + 20);
    deepStrictEqual(await rig.takeIds(2), ['a2']);
    await rig.control('limit', { perKey: { rate: null } });
    deepStrictEqual(await rig.takeIds(2), ['a3', 'a4']);
    await rig.checkAudit();
  },

  async 'lets a faster rate of keys hold at once, those without jobs included'(rig) {
    rig.open({ perKey: { concurrency: 10, rate: { max: 1, perMs: 3_600_000 } } });
    await rig.add({ id: 'a1', key: 'a' }, { id: 'b1', key: 'b' }, { id: 'a2', key: 'a' });
    await rig.ack(...(await rig.take(3)));
    await rig.control('limit', { perKey: { rate: { max: 1, perMs: SPAN_MS } } });
    await rig.add({ id: 'b2', key: 'b' });
    deepStrictEqual(await rig.takeIds(3), []);
    await rig.pass(SPAN_MS + 20);
    deepStrictEqual([...(await rig.takeIds(3))].sort(), ['a2', 'b2']);
  },

  async 'remembers what has started of a key while its rate is lifted'(rig) {
    rig.open({ perKey: { rate: { max: 1, perMs: 3_600_000 } } });
    await rig.add({ id: 'a1', key: 'a' });
    await rig.ack(await rig.takeOne());
    await rig.control('limit', { perKey: { rate: null } });
    await rig.control('limit', { perKey: { rate: { max: 1, perMs: SPAN_MS } } });
    await rig.add({ id: 'a2', key: 'a' });
    deepStrictEqual(await rig.takeIds(1), []);
    await rig.pass(SPAN_MS + 20);
    deepStrictEqual(await rig.takeIds(1), ['a2']);
  },

  async 'keeps two jobs of a key apart whatever workers ask'(rig) {
    await rig.addAll(['a1', 'a2'], { key: 'a' });
    const [one, two] = await Promise.all([
      rig.take(1, { worker: 'one', leaseMs: LEASE_MS }),
      rig.take(1, { worker: 'two', leaseMs: LEASE_MS }),
    ]);
    strictEqual((one?.length ?? 0) + (two?.length ?? 0), 1);
  },
});
