import { deepStrictEqual, ok } from 'node:assert/strict';
import { engineCases } from './engine-case.ts';
import { done, type EngineRig, nack, SPAN_MS } from './engine-rig.ts';
import { flow } from './flow-wish.ts';

const FAR = 60_000;
/** Before that, and never waited for. */
const NEAR = 30_000;

/** Whoever is idle is told of what happens, without having to look by itself. */
async function wakesIdle(rig: EngineRig, happens: () => Promise<unknown>): Promise<void> {
  deepStrictEqual(await rig.take(1, { worker: 'idle' }), [], 'there is nothing to take before');
  rig.woken.length = 0;
  await happens();
  await rig.until(() => rig.woken.length > 0, 'a worker is woken');
}

/** What makes a job startable, or due earlier than was told, wakes an idle worker: nobody looks without need. */
export const wakeCases = engineCases({
  async 'wakes an idle worker for a job, and no busy one'(rig) {
    await rig.step('idle', { want: 1 });
    await rig.step('busy', { want: 0 });
    await rig.add({ id: 'a' });
    await rig.until(() => rig.woken.length > 0, 'a worker is woken');
    deepStrictEqual(rig.woken, ['idle']);
  },

  async 'wakes the next idle worker while there is work left'(rig) {
    await rig.step('one', { want: 1 });
    await rig.step('two', { want: 1 });
    await rig.addAll(['a', 'b']);
    await rig.until(() => rig.woken.length > 0, 'a worker is woken');
    await rig.step(rig.woken[0] as string, { want: 1 });
    await rig.until(() => rig.woken.length > 1, 'the other is woken');
    deepStrictEqual([...rig.woken].sort(), ['one', 'two']);
  },

  async 'wakes an idle worker when a settle makes room'(rig) {
    await rig.addAll(['a1', 'a2'], { key: 'a' });
    const job = await rig.takeOne({ worker: 'holder' });
    await rig.step('idle', { want: 1 });
    await rig.step('holder', { settles: [{ kind: 'done', ...job, result: undefined }] });
    await rig.until(() => rig.woken.length > 0, 'a worker is woken');
    deepStrictEqual(rig.woken, ['idle']);
  },

  async 'wakes an idle worker for a job that is due earlier than it was told'(rig) {
    await rig.add({ id: 'far', delayMs: 60_000 });
    const told = await rig.step('idle', { want: 1 });
    ok(told.nextDue !== undefined && told.nextDue >= told.now + 59_000);
    await rig.add({ id: 'near', delayMs: 1_000 });
    await rig.until(() => rig.woken.length > 0, 'a worker is woken');
    const again = await rig.step('idle', { want: 1 });
    ok(again.nextDue !== undefined && again.nextDue <= again.now + 1_005);
  },

  async 'wakes nobody who has left'(rig) {
    await rig.step('gone', { want: 1 });
    await rig.control('leave', { worker: 'gone' });
    rig.woken.length = 0;
    await rig.step('idle', { want: 1 });
    await rig.add({ id: 'a' });
    await rig.until(() => rig.woken.length > 0, 'a worker is woken');
    deepStrictEqual(rig.woken, ['idle']);
  },

  async 'wakes an idle worker when the failed job that held a key is cancelled or removed'(rig) {
    for (const how of ['cancel', 'remove'] as const) {
      await rig.addAll([`${how}-1`, `${how}-2`], { key: how });
      await rig.settle(nack(await rig.takeOne(), { delayMs: FAR }));
      await wakesIdle(rig, () => rig.control(how, { id: `${how}-1`, reason: undefined }));
      const next = await rig.takeOne();
      deepStrictEqual(next.id, `${how}-2`);
      await rig.ack(next);
    }
  },

  async 'wakes an idle worker when a cancelled, removed or drained node of a flow meets an edge'(rig) {
    for (const how of ['cancel', 'remove', 'drain'] as const) {
      const ids = await flow(rig, { name: 'a', delayMs: FAR }, { name: 'b', after: ['a?'] });
      const id = ids.a as string;
      const args = { id, reason: undefined, delayed: true };
      await wakesIdle(rig, () => rig.control(how, args));
      const next = await rig.takeOne();
      deepStrictEqual(next.id, ids.b);
      await rig.ack(next);
    }
  },

  async 'wakes an idle worker for what follows a unique job that has ended'(rig) {
    const newest = { unique: { key: 'u', mode: 'latest' } } as const;
    await rig.add({ id: 'first', ...newest });
    const first = await rig.takeOne({ worker: 'holder' });
    await rig.add({ id: 'second', ...newest });
    await wakesIdle(rig, () => rig.step('holder', { settles: [nack(first, { dead: 'discarded' })] }));
    deepStrictEqual(await rig.takeIds(1), ['second']);
  },

  async 'wakes an idle worker for a redriven job, and for one that is put forward'(rig) {
    await rig.add({ id: 'dead' });
    await rig.settle(nack(await rig.takeOne(), { dead: 'discarded' }));
    const redrive = { ids: ['dead'], reason: undefined, type: undefined, max: undefined, lane: undefined };
    const plainly = { forget: false, withDependents: false, by: undefined, cursor: undefined };
    await wakesIdle(rig, () => rig.control('redrive', { ...redrive, ...plainly }));
    await rig.ack(await rig.takeOne());
    await rig.add({ id: 'far', delayMs: FAR });
    await wakesIdle(rig, () => rig.control('update', { id: 'far', data: undefined, lane: undefined, delayMs: 0 }));
    deepStrictEqual(await rig.takeIds(1), ['far']);
  },

  async 'wakes an idle worker when another opening raises the concurrency of keys'(rig) {
    await rig.addAll(['a1', 'a2'], { key: 'a' });
    await rig.takeOne({ worker: 'holder' });
    await wakesIdle(rig, () => rig.open({ perKey: { concurrency: 2 } }).read('counts', {}));
    deepStrictEqual(await rig.takeIds(1), ['a2']);
  },

  async 'wakes an idle worker when another opening raises the concurrency or the rate of the queue'(rig) {
    rig.open({ concurrency: 1, rate: { max: 1, perMs: 3_600_000, burst: 1 } });
    await rig.addAll(['a', 'b']);
    await rig.takeOne({ worker: 'holder' });
    await wakesIdle(rig, () => rig.open({ concurrency: 2 }).read('counts', {}));
    await wakesIdle(rig, () => rig.open({ rate: { max: 1, perMs: SPAN_MS } }).read('counts', {}));
    await rig.fixture.pass(SPAN_MS + 20);
    deepStrictEqual(await rig.takeIds(1), ['b']);
  },

  async 'wakes an idle worker for a flow whose first jobs are due earlier than it was told'(rig) {
    await wakesIdle(rig, () => flow(rig, { name: 'a', delayMs: NEAR }));
    const told = await rig.step('idle', { want: 1 });
    ok(told.nextDue !== undefined && told.nextDue <= told.now + NEAR + 5);
  },

  async 'wakes an idle worker for an attempt that is due earlier than it was told, where whoever failed has no room'(
    rig,
  ) {
    await rig.add({ id: 'a' });
    const job = await rig.takeOne({ worker: 'full' });
    await wakesIdle(rig, () => rig.step('full', { settles: [nack(job, { delayMs: NEAR })] }));
    const told = await rig.step('idle', { want: 1 });
    ok(told.nextDue !== undefined && told.nextDue <= told.now + NEAR + 5);
  },

  async 'wakes an idle worker for a node whose own delay begins, where whoever met its edge has no room'(rig) {
    await flow(rig, { name: 'a' }, { name: 'b', delayMs: NEAR, after: ['a'] });
    const job = await rig.takeOne({ worker: 'full' });
    await wakesIdle(rig, () => rig.step('full', { settles: [done(job)] }));
    const told = await rig.step('idle', { want: 1 });
    ok(told.nextDue !== undefined && told.nextDue <= told.now + NEAR + 5);
  },

  async 'wakes another idle worker when one leaves, who may be the only one to know when to look'(rig) {
    await rig.step('other', { want: 1 });
    await rig.step('leaver', { want: 1 });
    await rig.add({ id: 'a', delayMs: NEAR });
    await rig.until(() => rig.woken.length > 0, 'a worker is woken');
    const told = rig.woken[0] as string;
    await rig.step(told, { want: 1 });
    rig.woken.length = 0;
    await rig.control('leave', { worker: told });
    await rig.until(() => rig.woken.length > 0, 'the other is woken');
  },

  async 'wakes an idle worker when one leaves that has leases, so that somebody knows when they end'(rig) {
    await wakesIdle(rig, async () => {
      await rig.add({ id: 'a' });
      await rig.until(() => rig.woken.length > 0, 'a worker is woken for the job');
      await rig.takeOne({ worker: 'leaver', leaseMs: NEAR });
      await rig.step('idle', { want: 1 });
      rig.woken.length = 0;
      await rig.control('leave', { worker: 'leaver' });
    });
    const told = await rig.step('idle', { want: 1 });
    ok(told.nextDue !== undefined && told.nextDue <= told.now + NEAR + 5);
  },
});
