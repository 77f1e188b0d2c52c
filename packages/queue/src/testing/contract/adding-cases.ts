import { deepStrictEqual, match, ok, rejects, strictEqual } from 'node:assert/strict';
import { engineCases } from './engine-case.ts';
import { bytes, entryOf, nack, release } from './engine-rig.ts';

/** Adding jobs. */
export const addingCases = engineCases({
  async 'takes a job and gives it out as it was'(rig) {
    const data = new Uint8Array([0, 255, 10, 13, 0, 128]);
    const before = rig.fixture.now();
    const [added] = await rig.add({ id: 'a', type: 'mail.send', data, lane: 'high', key: 'ada', scheduledFor: 42 });
    deepStrictEqual(added, { id: 'a', outcome: 'added' });
    const job = await rig.takeOne();
    deepStrictEqual([...(job.record.data ?? [])], [...data]);
    deepStrictEqual(
      [job.id, job.record.type, job.record.lane, job.record.key, job.record.scheduledFor, job.attempt, job.delivery],
      ['a', 'mail.send', 'high', 'ada', 42, 1, 1],
    );
    // A server's clock and ours may differ by what reading them takes.
    ok(job.addedAt >= before - 5 && job.addedAt <= rig.fixture.now() + 5);
    strictEqual(job.dueAt, job.addedAt);
  },

  async 'tells no data from empty data'(rig) {
    await rig.add({ id: 'none' }, { id: 'empty', data: new Uint8Array(0) });
    const [none, empty] = await rig.take(2);
    strictEqual(none?.record.data, undefined);
    strictEqual(empty?.record.data?.length, 0);
  },

  async 'gives a job without id one of its own, that begins with a tilde'(rig) {
    const added = await rig.add({}, {}, {});
    strictEqual(new Set(added.map(({ id }) => id)).size, 3);
    for (const { id, outcome } of added) {
      match(id, /^~[0-9a-z:]+$/);
      strictEqual(outcome, 'added');
    }
    deepStrictEqual(
      await rig.takeIds(3),
      added.map(({ id }) => id),
    );
  },

  async 'answers that a job exists, in whatever state it is'(rig) {
    await rig.add({ id: 'delayed', delayMs: 60_000 }, { id: 'done' }, { id: 'dead' }, { id: 'cancelled' });
    await rig.cancel('cancelled');
    const [first, second] = await rig.take(2);
    ok(first && second);
    await rig.ack(first);
    await rig.settle(nack(second, { dead: 'discarded' }));
    await rig.add({ id: 'active' });
    await rig.takeOne();
    await rig.add({ id: 'waiting' });
    const ids = ['delayed', 'done', 'dead', 'cancelled', 'active', 'waiting'];
    deepStrictEqual(await rig.states(...ids), ids);
    const again = await rig.add(...ids.map((id) => ({ id, type: 'other' })));
    deepStrictEqual(
      again,
      ids.map((id) => ({ id, outcome: 'exists' })),
    );
    deepStrictEqual(await rig.states(...ids), ids);
    strictEqual((await rig.inspect('waiting')).record.type, 'job');
    strictEqual((await rig.read('counts', {})).totals.added, 6);
  },

  async 'takes an id twice in one request for the same job'(rig) {
    const added = await rig.add({ id: 'a', data: bytes('1') }, { id: 'a', data: bytes('2') });
    deepStrictEqual(
      added.map(({ outcome }) => outcome),
      ['added', 'exists'],
    );
    strictEqual((await rig.read('counts', {})).states.waiting, 1);
  },

  async 'adds nothing twice when a request is sent again'(rig) {
    const request = { request: 'the same', entries: [entryOf({}), entryOf({ id: 'b' })] };
    const first = await rig.queue.add(request);
    const second = await rig.queue.add(request);
    deepStrictEqual(second.jobs, first.jobs);
    strictEqual((await rig.read('counts', {})).totals.added, 2);
  },

  async 'gives the first answer again though the jobs are long through'(rig) {
    rig.open({ keep: { done: { count: 0 } } });
    const request = { request: 'the same', entries: [entryOf({})] };
    const first = await rig.queue.add(request);
    await rig.ack(await rig.takeOne());
    deepStrictEqual((await rig.queue.add(request)).jobs, first.jobs);
    deepStrictEqual(await rig.take(1), []);
  },

  async 'adds a thousand in one step and keeps their order'(rig) {
    const ids = Array.from({ length: rig.queue.maxAdds }, (_, index) => `job-${index}`);
    await rig.addAll(ids);
    const taken: string[] = [];
    while (taken.length < ids.length) taken.push(...(await rig.takeIds(rig.queue.maxTakes)));
    deepStrictEqual(taken, ids);
  },

  async 'refuses what is above maxWaiting, delayed ones counted, and takes the rest'(rig) {
    rig.open({ maxWaiting: 3 });
    const added = await rig.add({ id: 'a' }, { id: 'b', delayMs: 60_000 }, { id: 'c' }, { id: 'd' }, { id: 'a' });
    deepStrictEqual(
      added.map(({ outcome }) => outcome),
      ['added', 'added', 'added', 'full', 'exists'],
    );
    strictEqual(await rig.find('d'), undefined);
    await rig.takeOne();
    deepStrictEqual((await rig.add({ id: 'd' }))[0], { id: 'd', outcome: 'added' });
  },

  async 'refuses a lane that the queue does not have, and adds nothing of that request'(rig) {
    await rejects(rig.add({ id: 'a' }, { id: 'b', lane: 'express' }), RangeError);
    strictEqual(await rig.find('a'), undefined);
  },

  async 'refuses a queue with other lanes'(rig) {
    await rig.add({ id: 'a' });
    const other = rig.open({ lanes: ['high', 'low'] });
    await rejects(other.read('counts', {}), {
      code: 'XC_QUEUE_CONFIG_MISMATCH',
      message: `lanes of queue ${rig.name} must be high, normal, low, got high, low`,
      details: { queue: rig.name, expected: 'high, normal, low', actual: 'high, low' },
    });
    const reordered = rig.open({ lanes: ['low', 'normal', 'high'] });
    strictEqual((await reordered.read('counts', {})).states.waiting, 1);
  },

  async 'treats ids and keys as data, whatever they are'(rig) {
    const odd = ['{}', '{a}b', 'a:b', '#', '@a', 'a~', '🦊', '__proto__', 'constructor', ' ', '%s', '1', '01', 'a:1'];
    await rig.add(...odd.map((id) => ({ id, key: id, unique: { key: id }, type: id })));
    const jobs = await rig.take(odd.length);
    deepStrictEqual(
      jobs.map(({ id, record }) => [id, record.key, record.type]),
      odd.map((id) => [id, id, id]),
    );
    deepStrictEqual(
      (await rig.add(...odd.map((id) => ({ unique: { key: id } })))).map(({ id, outcome }) => [id, outcome]),
      odd.map((id) => [id, 'duplicate']),
    );
    await rig.settle(...jobs.map((job) => release(job)));
    deepStrictEqual([...(await rig.takeIds(odd.length))].sort(), [...odd].sort());
  },

  async 'gives the ids of removed and unkept jobs free again'(rig) {
    rig.open({ keep: { done: { count: 0 } } });
    await rig.add({ id: 'a' }, { id: 'b' });
    await rig.control('remove', { id: 'b' });
    await rig.ack(await rig.takeOne());
    const again = await rig.add({ id: 'a' }, { id: 'b' });
    deepStrictEqual(
      again.map(({ outcome }) => outcome),
      ['added', 'added'],
    );
  },
});
