import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import type { LeasedJob } from '../../engine/step-reply.ts';
import { engineCases } from './engine-case.ts';
import { bytes, done, type EngineRig, failure, type JobWish, nack, release, SPAN_MS, textOf } from './engine-rig.ts';

const lease = ({ id, fence, shard }: { id: string; fence: number; shard: number }) => ({ id, fence, shard });

/** Leases, fences and repeated steps. */
export const leaseCases = engineCases({
  async 'gives every lease a fence above all before'(rig) {
    const fences: number[] = [];
    await rig.addAll(['a', 'b', 'c']);
    for (let turn = 0; turn < 5; turn += 1) {
      const jobs = await rig.take(3);
      fences.push(...jobs.map(({ fence }) => fence));
      await rig.settle(...jobs.map((job) => release(job)));
    }
    strictEqual(fences.length, 15);
    fences.forEach((fence, index) => {
      ok(Number.isSafeInteger(fence) && (index === 0 || fence > (fences[index - 1] as number)));
    });
    const last = fences.at(-1) as number;
    ok(last >= (rig.fixture.now() - 60_000) * 2048, 'fences grow with the time of the engine');
  },

  async 'keeps a lease that is renewed, past its first end'(rig) {
    await rig.add({ id: 'a' });
    const job = await rig.takeOne({ leaseMs: SPAN_MS });
    for (let turn = 0; turn < 3; turn += 1) {
      await rig.fixture.pass(0.4 * SPAN_MS);
      const { renewed } = await rig.step('w', { renewals: [lease(job)], leaseMs: SPAN_MS });
      deepStrictEqual(renewed, [true]);
    }
    deepStrictEqual(await rig.take(1, { worker: 'other' }), []);
    deepStrictEqual(await rig.ack(job), ['done']);
  },

  async 'shortens no lease by a renewal'(rig) {
    await rig.add({ id: 'a' });
    const job = await rig.takeOne({ leaseMs: 10_000 });
    await rig.step('w', { renewals: [lease(job)], leaseMs: 60 });
    await rig.pass(80);
    deepStrictEqual(await rig.ack(job), ['done']);
  },

  async 'refuses everything of a lease that has ended, though nobody has taken the job yet'(rig) {
    await rig.add({ id: 'a' });
    const job = await rig.takeOne({ leaseMs: 60 });
    await rig.fixture.pass(80);
    const reply = await rig.step('w', {
      settles: [done(job, bytes('late'))],
      renewals: [lease(job)],
      progress: [{ ...lease(job), value: bytes('1') }],
    });
    deepStrictEqual([reply.verdicts, reply.renewed, reply.progressed], [['lost'], [false], [false]]);
    strictEqual(await rig.control('log', { ...lease(job), line: 'late' }), false);
    deepStrictEqual(await rig.control('once', { ...lease(job), name: 'x', value: bytes('1') }), { state: 'lost' });
    const { state, attempt, lostLeases, result, progress, logs } = await rig.inspect('a');
    deepStrictEqual([state, attempt, lostLeases, result, progress, logs], ['waiting', 1, 1, undefined, undefined, []]);
  },

  async 'refuses the settle of a job that another one holds or that has settled'(rig) {
    await rig.add({ id: 'a' });
    const first = await rig.takeOne({ leaseMs: 60 });
    await rig.pass(80);
    const second = await rig.takeOne();
    strictEqual(second.delivery, 2);
    deepStrictEqual(await rig.settle(nack(first)), ['lost']);
    deepStrictEqual(await rig.states('a'), ['active']);
    deepStrictEqual(await rig.settle(done(second, bytes('second'))), ['done']);
    deepStrictEqual(await rig.settle(done(second, bytes('again')), done(first), release(second)), [
      'lost',
      'lost',
      'lost',
    ]);
    strictEqual(textOf((await rig.inspect('a')).result), 'second');
    deepStrictEqual(await rig.settle({ ...done(second), id: 'nobody' }), ['lost']);
  },

  async 'tells apart what has ended among leases that are settled together'(rig) {
    await endedTogether(rig, (id) => ({ id }));
  },

  async 'tells apart what has ended among leases of jobs with keys'(rig) {
    await endedTogether(rig, (id) => ({ id, key: `key of ${id}` }));
  },

  async 'tells of the lost lease, and counts it'(rig) {
    await rig.add({ id: 'a', type: 'mail' });
    await rig.takeOne({ leaseMs: 60 });
    await rig.fixture.pass(80);
    const { aside } = await rig.house();
    deepStrictEqual(
      aside.map(({ event, id, type }) => [event, id, type]),
      [['lost', 'a', 'mail']],
    );
    strictEqual((await rig.read('counts', {})).totals.lost, 1);
  },

  async 'kills a job that loses its leases again and again, and gives it to nobody'(rig) {
    rig.open({ maxLostLeases: 3 });
    await rig.add({ id: 'a' });
    for (const delivery of [1, 2, 3]) {
      strictEqual((await rig.takeOne({ leaseMs: 50 })).delivery, delivery);
      await rig.pass(70);
    }
    deepStrictEqual(await rig.take(1), []);
    const { state, reason, attempt, delivery } = await rig.inspect('a');
    deepStrictEqual([state, reason, attempt, delivery], ['dead', 'poison', 1, 3]);
  },

  async 'tells of a lost lease before the end that comes of it, and why it ended only there'(rig) {
    rig.open({ maxLostLeases: 2 });
    await rig.add({ id: 'a' });
    await rig.settle(nack(await rig.takeOne()));
    await rig.takeOne({ leaseMs: 50 });
    await rig.pass(70);
    const last = await rig.takeOne({ leaseMs: 50 });
    await rig.fixture.pass(70);
    const { aside, now } = await rig.step('w');
    const told = { id: 'a', type: 'job', at: now, attempt: last.attempt, delivery: last.delivery };
    deepStrictEqual(aside, [
      { ...told, event: 'lost', fence: last.fence },
      { ...told, event: 'dead', error: failure, reason: 'poison' },
    ]);
  },

  async 'forgives lost leases at the first report'(rig) {
    rig.open({ maxLostLeases: 2 });
    await rig.add({ id: 'a' });
    await rig.takeOne({ leaseMs: 50 });
    await rig.pass(70);
    strictEqual((await rig.inspect('a')).lostLeases, 1);
    await rig.settle(nack(await rig.takeOne()));
    strictEqual((await rig.inspect('a')).lostLeases, 0);
    await rig.takeOne({ leaseMs: 50 });
    await rig.pass(70);
    deepStrictEqual(await rig.states('a'), ['waiting']);
  },

  async 'gives a repeated step the same reply, and does nothing twice'(rig) {
    await rig.addAll(['a', 'b', 'c']);
    const first = await rig.step('w', { want: 1 });
    const [job] = first.jobs;
    ok(job);
    const settles = [done(job, bytes('1'))];
    const second = await rig.step('w', { want: 1, settles });
    const again = await rig.step('w', { want: 1, settles, number: 2 });
    deepStrictEqual(again.verdicts, ['done']);
    deepStrictEqual(again.jobs, second.jobs);
    const { states, totals } = await rig.read('counts', {});
    deepStrictEqual([states.active, states.waiting, totals.done], [1, 1, 1]);
    strictEqual((await rig.takeOne()).id, 'c');
  },

  async 'lets a step that was overtaken change nothing'(rig) {
    await rig.addAll(['a', 'b']);
    const [job] = (await rig.step('w', { want: 1 })).jobs;
    ok(job);
    await rig.step('w', { want: 0 });
    const late = await rig.step('w', { want: 1, settles: [done(job)], number: 1 });
    deepStrictEqual([late.verdicts, late.jobs], [['lost'], []]);
    deepStrictEqual(await rig.states('a', 'b'), ['active', 'waiting']);
  },

  async 'numbers the steps of each worker for itself'(rig) {
    await rig.addAll(['a', 'b']);
    const one = await rig.step('one', { want: 1, number: 7 });
    const two = await rig.step('two', { want: 1, number: 7 });
    deepStrictEqual([one.jobs[0]?.id, two.jobs[0]?.id], ['a', 'b']);
  },

  async 'settles before it takes, in one step'(rig) {
    rig.open({ concurrency: 1 });
    await rig.addAll(['a1', 'a2'], { key: 'a' });
    const job = await rig.takeOne();
    const next = await rig.step('w', { want: 1, settles: [done(job)] });
    deepStrictEqual([next.verdicts, next.jobs[0]?.id], [['done'], 'a2']);
  },

  async 'records once, whoever runs later, until the job goes'(rig) {
    await rig.add({ id: 'a' });
    const first = await rig.takeOne();
    const ask = { name: 'charge', value: undefined };
    deepStrictEqual(await rig.control('once', { ...lease(first), ...ask }), { state: 'absent' });
    const written = await rig.control('once', { ...lease(first), name: 'charge', value: bytes('paid') });
    strictEqual(written.state === 'recorded' && textOf(written.value), 'paid');
    const other = await rig.control('once', { ...lease(first), name: 'charge', value: bytes('twice') });
    strictEqual(other.state === 'recorded' && textOf(other.value), 'paid');
    await rig.settle(nack(first));
    const second = await rig.takeOne();
    const found = await rig.control('once', { ...lease(second), ...ask });
    strictEqual(found.state === 'recorded' && textOf(found.value), 'paid');
    deepStrictEqual(await rig.control('once', { ...lease(second), name: 'mail', value: undefined }), {
      state: 'absent',
    });
  },

  async 'keeps the last hundred lines of a log, and the last progress'(rig) {
    await rig.add({ id: 'a' });
    const job = await rig.takeOne();
    for (let line = 0; line < 105; line += 1) await rig.control('log', { ...lease(job), line: `line ${line}` });
    const report = (text: string) => ({ ...lease(job), value: bytes(text) });
    const { progressed } = await rig.step('w', { progress: [report('10'), report('20')] });
    deepStrictEqual(progressed, [true, true]);
    const { logs, progress } = await rig.inspect('a');
    deepStrictEqual([logs.length, logs[0], logs.at(-1), textOf(progress)], [100, 'line 5', 'line 104', '20']);
  },
});

/** Leases that were swept, taken by another one, swept and cancelled, or are overdue are settled beside such that are held. */
async function endedTogether(rig: EngineRig, wish: (id: string) => JobWish): Promise<void> {
  await rig.add(...['a', 'b', 'c', 'd'].map(wish));
  const ended = await rig.take(3, { leaseMs: 60 });
  const overdue = await rig.takeOne({ leaseMs: 1_500 });
  await rig.pass(80);
  const taken = await rig.takeOne({ worker: 'other' });
  const swept = ended.filter(({ id }) => id !== taken.id);
  strictEqual(await rig.cancel(swept[0]?.id as string), 'cancelled');
  await rig.add(...['held', 'late'].map(wish));
  const both = (await rig.take(4)).filter(({ id }) => id === 'held' || id === 'late');
  const [held, late] = both as [LeasedJob, LeasedJob];
  deepStrictEqual(await rig.ack(...ended, held, held), ['lost', 'lost', 'lost', 'done', 'lost']);
  await rig.fixture.pass(1_600);
  deepStrictEqual(await rig.ack(overdue, late), ['lost', 'done']);
  deepStrictEqual(await rig.ack(taken), ['done']);
  strictEqual((await rig.read('counts', {})).totals.done, 3);
  await rig.checkAudit();
}
