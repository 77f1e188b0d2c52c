import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { engineCases } from './engine-case.ts';
import { bytes, done, failure, nack, textOf } from './engine-rig.ts';
import { flow, nodesOf } from './flow-wish.ts';

/** What a flow tells of its nodes. */
export const flowReportCases = engineCases({
  async 'tells the error of what failed to what comes after it'(rig) {
    const ids = await flow(rig, { name: 'a' }, { name: 'b', after: ['a?'] });
    await rig.settle(nack(await rig.takeOne(), { dead: 'discarded' }));
    const [delivered] = await rig.read('dependencies', { id: ids.b as string });
    deepStrictEqual([delivered?.state, delivered?.error], ['dead', failure]);
  },

  async 'tells no error of what was done in the end, or cancelled, after a failed attempt'(rig) {
    const ids = await flow(rig, { name: 'a' }, { name: 'c' }, { name: 'b', after: ['a', 'c?'] });
    await rig.settle(...(await rig.take(2)).map((job) => nack(job)));
    await rig.cancel(ids.c as string);
    await rig.ack(await rig.takeOne());
    deepStrictEqual(
      (await rig.read('dependencies', { id: ids.b as string })).map(({ state, error }) => [state, error]),
      [
        ['done', undefined],
        ['cancelled', undefined],
      ],
    );
  },

  async 'tells what a job delivered though it is not kept'(rig) {
    rig.open({ keep: { done: { count: 0 } } });
    await flow(rig, { name: 'a' }, { name: 'b', after: ['a'] });
    await rig.settle(done(await rig.takeOne(), bytes('A')));
    const b = await rig.takeOne();
    const [delivered] = await rig.read('dependencies', { id: b.id });
    deepStrictEqual([delivered?.state, textOf(delivered?.result)], ['done', 'A']);
  },

  async 'shows how all nodes stand, and forgets a flow with its last job'(rig) {
    const { id, jobs } = await rig.control('flow', {
      id: undefined,
      nodes: nodesOf([{ name: 'a' }, { name: 'b', after: ['a'] }, { name: 'c' }]),
    });
    await rig.settle(done(await rig.takeOne(), bytes('A')));
    await rig.control('remove', { id: jobs[2]?.id as string });
    const nodes = await rig.read('flow', { id });
    deepStrictEqual(
      nodes?.map(({ name, state, result }) => [name, state, textOf(result)]),
      [
        ['a', 'done', 'A'],
        ['b', 'waiting', undefined],
        ['c', 'cancelled', undefined],
      ],
    );
    for (const { id: job } of jobs) await rig.control('remove', { id: job });
    strictEqual(await rig.read('flow', { id }), undefined);
    strictEqual(await rig.read('flow', { id: 'nobody' }), undefined);
  },

  async 'tells how nodes ended that are not kept, as long as the flow has a job'(rig) {
    rig.open({ keep: { done: { count: 0 }, dead: { count: 0 } } });
    const { id: flow, jobs } = await rig.control('flow', {
      id: undefined,
      nodes: nodesOf([{ name: 'a' }, { name: 'b', id: 'b' }, { name: 'c' }, { name: 'd', after: ['c?'] }]),
    });
    const ids = jobs.map(({ id }) => id);
    const [a] = await rig.take(1);
    ok(a);
    await rig.settle(done(a, bytes('A')));
    await rig.control('remove', { id: 'b' });
    // Its id is free again: this one is no node.
    await rig.add({ id: 'b', delayMs: 60_000 });
    await rig.settle(nack(await rig.takeOne(), { dead: 'discarded' }));
    const all = await rig.read('results', { ids, flow });
    deepStrictEqual(
      all.map((end) => end && [end.state, end.state === 'done' ? textOf(end.result) : undefined]),
      [['done', 'A'], ['cancelled', undefined], ['dead', undefined], undefined],
    );
    deepStrictEqual(all[2], { id: ids[2], state: 'dead', reason: 'discarded', error: failure });
    await rig.ack(await rig.takeOne());
    await rig.until(() => rig.settled.length > 0, 'the last is told of');
    deepStrictEqual(
      (await rig.read('results', { ids, flow })).map((end) => end?.state),
      ['missing', 'missing', 'missing', 'missing'],
    );
  },
});
