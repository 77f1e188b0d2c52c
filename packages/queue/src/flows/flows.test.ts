import { ManualClock, SeededRandom } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { turns } from '../../test/turns.ts';
import type { FlowNode } from '../flows/flow.ts';
import { createQueue } from '../queue/create-queue.ts';
import type { AnyJobs } from '../queue/job-types.ts';
import type { QueueOptions } from '../queue/queue-options.ts';

function opened(options: QueueOptions = {}) {
  const clock = new ManualClock(1_700_000_000_000);
  const queue = createQueue('main', { clock, maxAttempts: 1, keep: { done: { count: 10_000 } }, ...options });
  return { queue, clock };
}

test('runs nodes after what they come after, and hands them what was delivered', async () => {
  const { queue } = opened();
  await using _ = queue;
  const order: string[] = [];
  const delivered: Record<string, unknown> = {};
  queue.work(async (job) => {
    order.push(job.data);
    delivered[job.data] = await job.dependencies();
    if (job.data === 'bad') throw new Error('broken');
    return `${job.data}!`;
  });
  const flow = await queue.flow([
    { name: 'end', type: 't', data: 'end', after: ['left', { name: 'bad', on: 'settled' }] },
    { name: 'left', type: 't', data: 'left', after: ['start'] },
    { name: 'bad', type: 't', data: 'bad', after: ['start'] },
    { name: 'start', type: 't', data: 'start' },
    { name: 'never', type: 't', data: 'never', after: ['bad'] },
  ]);
  await expect(flow.result()).resolves.toEqual({
    start: { state: 'done', result: 'start!' },
    left: { state: 'done', result: 'left!' },
    bad: { state: 'dead' },
    end: { state: 'done', result: 'end!' },
    never: { state: 'dead' },
  });
  expect(order[0]).toBe('start');
  expect(order.at(-1)).toBe('end');
  expect(delivered.start).toEqual({});
  expect(delivered.end).toEqual({
    left: { state: 'done', result: 'left!' },
    bad: { state: 'dead', error: expect.objectContaining({ message: 'broken' }) },
  });
  await expect(flow.jobs.never?.result()).rejects.toMatchObject({ details: { reason: 'dependency' } });
  await expect(queue.inspect(flow.jobs.end?.id ?? '')).resolves.toMatchObject({ flow: { id: flow.id, name: 'end' } });
});

test('writes nothing of a flow with a cycle, and is the same flow by the same id', async () => {
  const { queue } = opened();
  await using _ = queue;
  const loop: FlowNode<AnyJobs>[] = [
    { name: 'a', type: 't', data: 1, after: ['b'] },
    { name: 'b', type: 't', data: 1, after: ['a'] },
  ];
  await expect(queue.flow(loop)).rejects.toMatchObject({ code: 'XC_QUEUE_CYCLE' });
  expect((await queue.counts()).totals.added).toBe(0);
  const nodes: FlowNode<AnyJobs>[] = [{ name: 'a', type: 't', data: 1 }];
  const first = await queue.flow(nodes, { id: 'mine' });
  const again = await queue.flow(nodes, { id: 'mine' });
  expect(again.id).toBe('mine');
  expect(again.jobs.a).toMatchObject({ id: first.jobs.a?.id, outcome: 'exists' });
  expect((await queue.counts()).totals.added).toBe(1);
  await expect(queue.flow(nodes, { id: '~mine' })).rejects.toThrow(RangeError);
  const unique: FlowNode<AnyJobs>[] = [{ name: 'a', type: 't', data: 1, options: { unique: { key: 'k' } } }];
  await expect(queue.flow(unique)).rejects.toThrow(TypeError);
});

test('refuses nodes that share an id, and writes nothing of them', async () => {
  const { queue } = opened();
  await using _ = queue;
  const shared: FlowNode<AnyJobs>[] = [
    { name: 'a', type: 't', data: 1, options: { id: 'x' } },
    { name: 'b', type: 't', data: 1, options: { id: 'y' } },
    { name: 'c', type: 't', data: 1, after: ['a'], options: { id: 'x' } },
  ];
  const refused = { name: 'RangeError', message: 'ids of nodes must differ, got x for a and c' };
  await expect(queue.flow(shared)).rejects.toMatchObject(refused);
  expect((await queue.counts()).totals.added).toBe(0);
});

test('settles all nodes though the middle one is cancelled, removed or expires', async () => {
  for (const end of ['cancel', 'remove', 'expire'] as const) {
    const { queue, clock } = opened();
    await using _ = queue;
    const flow = await queue.flow([
      { name: 'first', type: 't', data: 1 },
      { name: 'middle', type: 't', data: 1, after: ['first'], options: { delayMs: 1_000, expiresInMs: 2_000 } },
      { name: 'strict', type: 't', data: 1, after: ['middle'] },
      { name: 'anyway', type: 't', data: 1, after: [{ name: 'middle', on: 'settled' }] },
    ]);
    const result = flow.result();
    const worker = queue.work(() => 'ok');
    await worker.idle();
    const id = flow.jobs.middle?.id ?? '';
    if (end === 'cancel') await queue.cancel(id);
    if (end === 'remove') await queue.remove(id);
    if (end === 'expire') {
      worker.pause();
      await clock.advance(5_000);
      worker.resume();
    }
    await worker.idle();
    await clock.advance(5_000);
    const states = Object.fromEntries(Object.entries(await result).map(([name, { state }]) => [name, state]));
    const middle = end === 'expire' ? 'dead' : 'cancelled';
    expect(states).toEqual({ first: 'done', middle, strict: 'dead', anyway: 'done' });
  }
});

test('tells the result of a flow whose nodes are not kept', async () => {
  const { queue } = opened({ keep: { done: { count: 0 }, dead: { count: 0 } } });
  await using _ = queue;
  const flow = await queue.flow([
    { name: 'a', type: 't', data: 1 },
    { name: 'b', type: 't', data: 2, after: ['a'] },
  ]);
  const result = flow.result();
  await queue.work((job) => job.data * 10).idle();
  await expect(result).resolves.toEqual({ a: { state: 'done', result: 10 }, b: { state: 'done', result: 20 } });
});

test('tells how nodes ended that were gone before anybody asked, or are removed later, as long as the flow runs', async () => {
  const { queue } = opened({ keep: { done: { count: 0 }, dead: { count: 0 } } });
  await using _ = queue;
  let go = (_value: string) => {};
  const gate = new Promise<string>((resolve) => {
    go = resolve;
  });
  const flow = await queue.flow([
    { name: 'a', type: 'fast', data: 1 },
    { name: 'b', type: 'fast', data: 2, options: { delayMs: 60_000 } },
    { name: 'c', type: 'fast', data: 3, options: { delayMs: 60_000 } },
    { name: 'd', type: 'slow', data: 4 },
    { name: 'e', type: 'fast', data: 5, after: ['d'] },
  ]);
  await queue.remove(flow.jobs.b?.id ?? '');
  const worker = queue.work({ fast: (job) => job.data, slow: () => gate });
  await turns();
  await expect(queue.counts()).resolves.toMatchObject({ active: 1, waiting: 0 });
  // Of the same job, and not of the flow: there is none any more.
  const alone = flow.jobs.a?.result();
  const result = flow.result();
  await expect(alone).rejects.toMatchObject({ code: 'XC_QUEUE_GONE' });
  await queue.remove(flow.jobs.c?.id ?? '');
  go('D');
  await worker.idle();
  await expect(result).resolves.toEqual({
    a: { state: 'done', result: 1 },
    b: { state: 'cancelled' },
    c: { state: 'cancelled' },
    d: { state: 'done', result: 'D' },
    e: { state: 'done', result: 5 },
  });
  await expect(flow.result()).rejects.toMatchObject({ code: 'XC_QUEUE_GONE', details: { id: flow.id } });
});

test('settles every node of random graphs with random failures, as an oracle says', async () => {
  for (let seed = 1; seed <= 40; seed++) {
    const random = new SeededRandom(seed);
    const { queue } = opened();
    await using _ = queue;
    const fails = new Set<number>();
    const nodes = Array.from({ length: 30 }, (_, place): FlowNode<AnyJobs> & { name: string } => {
      if (random.next() < 0.2) fails.add(place);
      const after = Array.from({ length: place }, (_unused, other) => other)
        .filter(() => random.next() < 0.15)
        .map((other) => ({ name: `${other}`, on: random.next() < 0.5 ? ('success' as const) : ('settled' as const) }));
      return { name: `${place}`, type: 't', data: place, after };
    });
    queue.work(async (job) => {
      for (let turn = 0; turn < random.next() * 10; turn++) await undefined;
      if (fails.has(job.data)) throw new Error('planned');
    });
    const flow = await queue.flow([...nodes].sort(() => random.next() - 0.5));
    const result = await flow.result();
    const oracle: string[] = [];
    for (const [place, { after = [] }] of nodes.entries()) {
      const edges = after as { name: string; on: string }[];
      const broken = edges.some(({ name, on }) => on === 'success' && oracle[Number(name)] !== 'done');
      oracle.push(broken || fails.has(place) ? 'dead' : 'done');
    }
    expect(
      nodes.map(({ name }) => result[name]?.state),
      `seed ${seed}`,
    ).toEqual(oracle);
  }
});

test('gives up waiting for a flow in time, with one listener for all its nodes', async () => {
  const { queue, clock } = opened();
  await using _ = queue;
  const nodes = Array.from({ length: 50 }, (_, place) => ({ name: `${place}`, type: 't', data: place }));
  const flow = await queue.flow(nodes);
  const late = flow.result({ timeoutMs: 100 });
  late.catch(() => {});
  await turns();
  await clock.advance(100);
  await expect(late).rejects.toMatchObject({ code: 'XC_QUEUE_RESULT_TIMEOUT', details: { id: flow.id } });
  expect(clock.pending).toBe(0);
});
