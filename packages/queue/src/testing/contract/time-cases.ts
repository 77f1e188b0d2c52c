import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { engineCases } from './engine-case.ts';
import { nack, SPAN_MS } from './engine-rig.ts';

/** Delays and expiry. */
export const timeCases = engineCases({
  async 'gives a delayed job not before it is due, and then'(rig) {
    await rig.add({ id: 'a', delayMs: SPAN_MS });
    const { dueAt, addedAt, state } = await rig.inspect('a');
    deepStrictEqual([dueAt, state], [addedAt + SPAN_MS, 'delayed']);
    const look = await rig.step('w', { want: 1 });
    deepStrictEqual([look.jobs.length, look.nextDue], [0, dueAt]);
    await rig.fixture.pass(dueAt - rig.fixture.now() + 3);
    const job = await rig.takeOne();
    ok(job.dueAt === dueAt && (await rig.inspect('a')).startedAt !== undefined);
    ok(((await rig.inspect('a')).startedAt ?? 0) >= dueAt);
  },

  async 'takes a time of day for the delay, and one in the past for now'(rig) {
    const at = rig.fixture.now() + SPAN_MS;
    await rig.add({ id: 'later', dueAt: at }, { id: 'past', dueAt: 1 });
    deepStrictEqual(await rig.takeIds(2), ['past']);
    strictEqual((await rig.inspect('later')).dueAt, at);
    await rig.pass(SPAN_MS + 20);
    deepStrictEqual(await rig.takeIds(2), ['later']);
  },

  async 'promotes more than a slice that is due at once, in their order'(rig) {
    const count = Math.min(rig.queue.maxAdds, 1000);
    const names = Array.from({ length: count }, (_, index) => `job-${index}`);
    await rig.addAll(names, { dueAt: rig.fixture.now() + SPAN_MS });
    deepStrictEqual(await rig.take(1), []);
    await rig.fixture.pass(SPAN_MS + 20);
    const taken: string[] = [];
    for (let turn = 0; turn < 100 && taken.length < count; turn += 1) taken.push(...(await rig.takeIds(200)));
    deepStrictEqual(taken, names);
  },

  async 'kills a job that has not started in time, and never gives it'(rig) {
    await rig.add({ id: 'a', expiresInMs: 60 }, { id: 'b', delayMs: 40, expiresInMs: 60 }, { id: 'c' });
    await rig.fixture.pass(80);
    deepStrictEqual(await rig.takeIds(5), ['c']);
    await rig.house();
    deepStrictEqual(await rig.states('a', 'b'), ['dead', 'dead']);
    strictEqual((await rig.inspect('a')).reason, 'expired');
  },

  async 'kills it also where nothing is taken'(rig) {
    await rig.add({ id: 'a', expiresInMs: 60 });
    await rig.control('pause', {});
    await rig.pass(80);
    await rig.control('resume', {});
    await rig.step('w', { want: 1 });
    deepStrictEqual(await rig.states('a'), ['dead']);
  },

  async 'lets a job that has started in time take as many attempts as it needs'(rig) {
    await rig.add({ id: 'a', expiresInMs: SPAN_MS });
    await rig.settle(nack(await rig.takeOne(), { delayMs: SPAN_MS }));
    await rig.pass(SPAN_MS + 20);
    strictEqual((await rig.takeOne()).attempt, 2);
  },

  async 'puts a waiting job off and a delayed one forward'(rig) {
    await rig.add({ id: 'a' }, { id: 'b', delayMs: 60_000 });
    const change = { data: undefined, lane: undefined };
    strictEqual(await rig.control('update', { ...change, id: 'a', delayMs: 60_000 }), 'updated');
    strictEqual(await rig.control('update', { ...change, id: 'b', delayMs: 0 }), 'updated');
    deepStrictEqual(await rig.states('a', 'b'), ['delayed', 'waiting']);
    deepStrictEqual(await rig.takeIds(2), ['b']);
  },

  async 'never goes back'(rig) {
    let last = 0;
    for (let turn = 0; turn < 20; turn += 1) {
      const { now } = await rig.house();
      ok(now >= last);
      last = now;
    }
  },
});
