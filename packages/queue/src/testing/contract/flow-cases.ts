import { deepStrictEqual, ok, rejects, strictEqual } from 'node:assert/strict';
import { engineCases } from './engine-case.ts';
import { bytes, done, nack, SPAN_MS, textOf } from './engine-rig.ts';
import { flow, nodesOf, statesOf } from './flow-wish.ts';

/** Of a redrive: nothing is filtered, and nothing changed. */
const anyReason = {
  ...{ reason: undefined, type: undefined, max: undefined },
  ...{ lane: undefined, by: undefined, cursor: undefined },
};

/** Flows. */
export const flowCases = engineCases({
  async 'runs what comes after when all it comes after is done'(rig) {
    const ids = await flow(rig, { name: 'a' }, { name: 'b' }, { name: 'c', after: ['a', 'b'] });
    deepStrictEqual(await statesOf(rig, ids), { a: 'waiting', b: 'waiting', c: 'blocked' });
    const [a, b] = await rig.take(3);
    ok(a && b && a.inFlow);
    await rig.settle(done(a, bytes('A')));
    deepStrictEqual(await rig.take(1), []);
    await rig.settle(done(b, bytes('B')));
    const c = await rig.takeOne();
    deepStrictEqual([c.id, c.inFlow], [ids.c, true]);
    const delivered = await rig.read('dependencies', { id: c.id });
    deepStrictEqual(
      delivered.map(({ name, id, state, result }) => [name, id, state, textOf(result)]),
      [
        ['a', ids.a, 'done', 'A'],
        ['b', ids.b, 'done', 'B'],
      ],
    );
  },

  async 'begins the delay of a node when its edges are met'(rig) {
    const ids = await flow(rig, { name: 'a' }, { name: 'b', after: ['a'], delayMs: 80 });
    await rig.fixture.pass(100);
    await rig.ack(await rig.takeOne());
    deepStrictEqual(await statesOf(rig, ids), { a: 'done', b: 'delayed' });
    await rig.pass(100);
    strictEqual((await rig.takeOne()).id, ids.b);
  },

  async 'kills what needs the success of a job that fails, all along, and runs what needs its end'(rig) {
    const ids = await flow(
      rig,
      { name: 'a' },
      { name: 'b', after: ['a'] },
      { name: 'c', after: ['b'] },
      { name: 'cleanup', after: ['c?', 'b?'] },
    );
    await rig.settle(nack(await rig.takeOne(), { maxAttempts: 1 }));
    deepStrictEqual(await statesOf(rig, ids), { a: 'dead', b: 'dead', c: 'dead', cleanup: 'waiting' });
    const b = await rig.inspect(ids.b as string);
    deepStrictEqual([b.reason, b.delivery, b.flow?.name], ['dependency', 0, 'b']);
    const cleanup = await rig.takeOne();
    deepStrictEqual(
      (await rig.read('dependencies', { id: cleanup.id })).map(({ name, state }) => [name, state]),
      [
        ['c', 'dead'],
        ['b', 'dead'],
      ],
    );
  },

  async 'puts what fell due before what a death lets go that nobody has seen until now'(rig) {
    await flow(rig, { name: 'late', expiresInMs: 40 }, { name: 'next', id: 'next', after: ['late?'] });
    await rig.add({ id: 'due', delayMs: 20 }, { id: 'too late', delayMs: 10, expiresInMs: 30 });
    await rig.fixture.pass(60);
    deepStrictEqual(await rig.takeIds(5), ['due', 'next']);
    strictEqual((await rig.inspect('too late')).reason, 'expired');
    await rig.checkAudit();
  },

  async 'settles every node when one in the middle is cancelled, removed or expires'(rig) {
    for (const end of ['cancel', 'remove', 'drain', 'expire'] as const) {
      const expiresInMs = end === 'expire' ? { expiresInMs: 40 } : {};
      const ids = await flow(
        rig,
        { name: 'middle', ...expiresInMs },
        { name: 'next', after: ['middle'] },
        { name: 'last', after: ['next?'] },
      );
      if (end === 'cancel') await rig.cancel(ids.middle as string);
      if (end === 'remove') await rig.control('remove', { id: ids.middle as string });
      if (end === 'drain') await rig.control('drain', { delayed: true });
      if (end === 'expire') await rig.fixture.pass(60);
      await rig.step('w', { want: 0 });
      const last = await rig.takeOne();
      strictEqual(last.id, ids.last, end);
      deepStrictEqual((await statesOf(rig, ids)).next, 'dead', end);
      await rig.ack(last);
    }
  },

  async 'lets a job expire that was blocked for too long, when its edges are met'(rig) {
    const ids = await flow(
      rig,
      { name: 'a' },
      { name: 'b', after: ['a'], expiresInMs: 40 },
      { name: 'c', after: ['b?'] },
    );
    await rig.pass(60);
    deepStrictEqual(await statesOf(rig, ids), { a: 'waiting', b: 'blocked', c: 'blocked' });
    await rig.ack(await rig.takeOne());
    strictEqual((await rig.takeOne()).id, ids.c);
    const b = await rig.inspect(ids.b as string);
    deepStrictEqual([b.state, b.reason, b.delivery], ['dead', 'expired', 0]);
  },

  async 'kills a blocked job by what it needed, though the time of both is over at once'(rig) {
    const ids = await flow(
      rig,
      { name: 'a', expiresInMs: SPAN_MS },
      { name: 'b', expiresInMs: SPAN_MS, after: ['a'] },
      { name: 'c', expiresInMs: SPAN_MS, after: ['b'] },
    );
    await rig.pass(SPAN_MS + 20);
    const reasons = await Promise.all(Object.values(ids).map(async (id) => (await rig.inspect(id)).reason));
    deepStrictEqual(reasons, ['expired', 'dependency', 'dependency']);
    strictEqual((await rig.read('counts', {})).totals.dead, 3);
  },

  async 'lets no node wait for a dead one that retention takes away'(rig) {
    rig.open({ keep: { dead: { maxAgeMs: SPAN_MS } } });
    const ids = await flow(rig, { name: 'a' }, { name: 'b', after: ['a'] });
    await rig.settle(nack(await rig.takeOne(), { dead: 'discarded' }));
    await rig.control('redrive', { ids: [ids.b as string], forget: false, withDependents: false, ...anyReason });
    deepStrictEqual(await rig.states(ids.b as string), ['blocked']);
    await rig.pass(SPAN_MS + 20);
    const [state] = await rig.states(ids.b as string);
    ok(state === 'dead' || state === undefined, `b has settled, and is not ${state}`);
  },

  async 'drains what waits, and leaves what waits only since then'(rig) {
    const ids = await flow(rig, { name: 'a' }, { name: 'b', after: ['a?'] }, { name: 'later', delayMs: 60_000 });
    deepStrictEqual(await rig.control('drain', { delayed: true }), { removed: 2, more: false });
    deepStrictEqual(await statesOf(rig, ids), { a: undefined, b: 'waiting', later: undefined });
    strictEqual((await rig.takeOne()).id, ids.b);
  },

  async 'counts dead letters that go back by what was asked for, and not one that dies again at once'(rig) {
    rig.open({ keep: { done: { count: 0 }, dead: { count: 100 } } });
    const asked = { ...anyReason, ids: undefined, forget: false };
    const ids = await flow(rig, { name: 'a' }, { name: 'b', after: ['a'] }, { name: 'c', after: ['b'] });
    await rig.settle(nack(await rig.takeOne(), { dead: 'discarded' }));
    let redriven = 0;
    let cursor: string | undefined;
    do {
      const part = await rig.control('redrive', { ...asked, withDependents: true, cursor });
      redriven += part.redriven;
      cursor = part.cursor;
    } while (cursor !== undefined);
    strictEqual(redriven, 3);
    deepStrictEqual(await statesOf(rig, ids), { a: 'waiting', b: 'blocked', c: 'blocked' });
    await rig.settle(nack(await rig.takeOne(), { dead: 'discarded' }));
    await rig.control('remove', { id: ids.a as string });
    const alone = { ...asked, withDependents: false, ids: [ids.b as string] };
    strictEqual((await rig.control('redrive', alone)).redriven, 0);
    deepStrictEqual(await rig.states(ids.b as string), ['dead']);
  },

  async 'leaves dependents dead whose job is brought back without them'(rig) {
    const ids = await flow(rig, { name: 'a' }, { name: 'b', after: ['a'] });
    await rig.settle(nack(await rig.takeOne(), { dead: 'discarded' }));
    const asked = { ids: [ids.a as string], forget: false, withDependents: false, ...anyReason };
    strictEqual((await rig.control('redrive', asked)).redriven, 1);
    deepStrictEqual(await statesOf(rig, ids), { a: 'waiting', b: 'dead' });
    await rig.ack(await rig.takeOne());
    deepStrictEqual(await statesOf(rig, ids), { a: 'done', b: 'dead' });
  },

  async 'brings dependents back with the job that they died of'(rig) {
    const ids = await flow(rig, { name: 'a' }, { name: 'b', after: ['a'] }, { name: 'c', after: ['b'] });
    await rig.settle(nack(await rig.takeOne(), { dead: 'discarded' }));
    const reply = await rig.control('redrive', {
      ids: [ids.a as string],
      forget: false,
      withDependents: true,
      ...anyReason,
    });
    strictEqual(reply.redriven, 1);
    deepStrictEqual(await statesOf(rig, ids), { a: 'waiting', b: 'blocked', c: 'blocked' });
    for (const name of ['a', 'b', 'c']) {
      const job = await rig.takeOne();
      strictEqual(job.id, ids[name]);
      await rig.ack(job);
    }
  },

  async 'begins the delay of a dependent anew that was brought back, also one that it was given while it was blocked'(
    rig,
  ) {
    const wishes = [{ name: 'a' }, { name: 'b', after: ['a'], delayMs: 60_000 }, { name: 'c', after: ['a'] }] as const;
    const ids = await flow(rig, ...wishes);
    await rig.control('update', { id: ids.c as string, data: undefined, lane: undefined, delayMs: 60_000 });
    await rig.settle(nack(await rig.takeOne(), { dead: 'discarded' }));
    deepStrictEqual(await statesOf(rig, ids), { a: 'dead', b: 'dead', c: 'dead' });
    await rig.control('redrive', { ...anyReason, ids: [ids.a as string], forget: false, withDependents: true });
    await rig.ack(await rig.takeOne());
    deepStrictEqual(await statesOf(rig, ids), { a: 'done', b: 'delayed', c: 'delayed' });
  },

  async 'is the same flow under the same id'(rig) {
    const nodes = nodesOf([{ name: 'a' }, { name: 'b', after: ['a'] }]);
    const first = await rig.control('flow', { id: 'report', nodes });
    const second = await rig.control('flow', { id: 'report', nodes: nodesOf([{ name: 'other' }]) });
    deepStrictEqual([first.outcome, second.outcome], ['added', 'exists']);
    deepStrictEqual(second.jobs, first.jobs);
    strictEqual((await rig.read('counts', {})).totals.added, 2);
  },

  async 'adds nothing of a flow for which there is no room, or whose id is taken'(rig) {
    rig.open({ maxWaiting: 2 });
    const three = nodesOf([{ name: 'a' }, { name: 'b', after: ['a'] }, { name: 'c' }]);
    strictEqual((await rig.control('flow', { id: undefined, nodes: three })).outcome, 'full');
    await rig.add({ id: 'taken' }, { id: 'other' });
    const clash = nodesOf([{ name: 'a', id: 'taken' }]);
    await rejects(rig.control('flow', { id: undefined, nodes: clash }), RangeError);
    strictEqual((await rig.read('counts', {})).totals.added, 2);
  },

  async 'adds nothing of a flow of which two nodes ask for one id'(rig) {
    const twice = nodesOf([
      { name: 'a', id: 'one' },
      { name: 'm', after: ['a'] },
      { name: 'b', id: 'one', after: ['m'] },
    ]);
    await rejects(rig.control('flow', { id: 'twice', nodes: twice }), {
      name: 'RangeError',
      message: /one for a and b/,
    });
    strictEqual((await rig.read('counts', {})).totals.added, 0);
  },

  async 'kills again along with a node that nothing can unblock those that were to follow it, and runs what needs its end'(
    rig,
  ) {
    const ids = await flow(
      rig,
      { name: 'gone' },
      { name: 'first', after: ['gone'] },
      { name: 'second', after: ['gone'] },
      { name: 'both', after: ['first', 'second'] },
      { name: 'last', after: ['both'] },
      { name: 'other', after: ['second'] },
      { name: 'cleanup', after: ['last'] },
      { name: 'anyway', after: ['cleanup?'] },
    );
    await rig.control('remove', { id: ids.gone as string });
    const two = [ids.first as string, ids.second as string];
    const reply = await rig.control('redrive', { ...anyReason, ids: two, forget: false, withDependents: true });
    strictEqual(reply.redriven, 0);
    const { gone: _, ...left } = ids;
    const dead = Object.fromEntries(Object.keys(left).map((name) => [name, 'dead']));
    deepStrictEqual(await statesOf(rig, left), { ...dead, anyway: 'waiting' });
    await rig.checkAudit();
  },

  async 'takes a chain of a thousand nodes'(rig) {
    const names = Array.from({ length: 1000 }, (_, index) => `n${index}`);
    const wishes = names.map((name, index) => ({ name, after: index === 0 ? [] : [`n${index - 1}`] }));
    await flow(rig, ...wishes);
    await rig.settle(nack(await rig.takeOne(), { dead: 'discarded' }));
    const { states } = await rig.read('counts', {});
    deepStrictEqual([states.dead, states.blocked], [1000, 0]);
  },
});
