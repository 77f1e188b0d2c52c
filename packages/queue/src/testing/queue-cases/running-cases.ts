import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { queueCases, refused } from './queue-rig.ts';

/** Counts how many of each kind run at once. */
function gauge() {
  const running = new Map<string, number>();
  const most = new Map<string, number>();
  return {
    most,
    enter(kind: string): void {
      running.set(kind, (running.get(kind) ?? 0) + 1);
      most.set(kind, Math.max(most.get(kind) ?? 0, running.get(kind) ?? 0));
    },
    leave(kind: string): void {
      running.set(kind, (running.get(kind) ?? 1) - 1);
    },
  };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Order, limits, stopping, schedules, flows and dead letters, as an application sees them. */
export const runningCases = queueCases({
  async 'runs jobs of a key in order and one at a time, over two processes'(rig) {
    const [one, two] = [rig.open(), rig.open()];
    const order: Record<string, number[]> = { a: [], b: [], c: [] };
    const seen = gauge();
    for (const queue of [one, two]) {
      queue.work(async (job) => {
        const key = String(job.key);
        seen.enter(key);
        order[key]?.push(job.data);
        await turn();
        seen.leave(key);
      });
    }
    const items = Array.from({ length: 60 }, (_, n) => ({
      type: 'job',
      data: n,
      options: { key: 'abc'[n % 3] as string },
    }));
    await one.addMany(items);
    await rig.drained(one);
    for (const [index, key] of ['a', 'b', 'c'].entries()) {
      deepStrictEqual(
        order[key],
        Array.from({ length: 20 }, (_, n) => 3 * n + index),
      );
      strictEqual(seen.most.get(key), 1);
    }
    await rig.checkAudit(one);
  },

  async 'has no more running than the queue allows, over two processes'(rig) {
    const [one, two] = [rig.open({ concurrency: 3 }), rig.open()];
    const seen = gauge();
    for (const queue of [one, two]) {
      queue.work(async () => {
        seen.enter('all');
        await turn();
        seen.leave('all');
      });
    }
    await one.addMany(Array.from({ length: 40 }, (_, n) => ({ type: 'job', data: n })));
    await rig.drained(one);
    ok((seen.most.get('all') ?? 0) <= 3);
  },

  async 'starts nothing after pause has answered, and goes on after resume'(rig) {
    const [one, two] = [rig.open(), rig.open()];
    let [started, paused, late] = [0, false, 0];
    for (const queue of [one, two]) {
      queue.work(async (job) => {
        started += 1;
        // A job that was leased before may start; it is asked of the engine, not of the clock.
        if (paused && job.delivery > 0 && (await one.counts()).paused) late += 1;
        await turn();
      });
    }
    await one.addMany(Array.from({ length: 30 }, (_, n) => ({ type: 'job', data: n })));
    await rig.until(() => started > 0, 'the first have started');
    await two.pause();
    await rig.until(async () => (await one.counts()).active === 0, 'what ran has ended');
    paused = true;
    const before = started;
    await one.add('job', 'more');
    await rig.fixture.pass(50);
    deepStrictEqual([started, late], [before, 0]);
    await one.resume();
    await rig.drained(one);
    strictEqual((await one.counts()).totals.done, 31);
  },

  async 'hands back what has not ended when a worker stops, for another one to take at once'(rig) {
    const [one, two] = [rig.open(), rig.open()];
    const hang = one.work(
      (job) => new Promise((_, reject) => job.signal.addEventListener('abort', () => reject(job.signal.reason))),
    );
    const ref = await one.add('job', 1);
    await rig.until(() => hang.running === 1, 'it runs');
    const stopped = await rig.settled(hang.stop({ graceMs: 0 }), 'it has stopped');
    strictEqual(stopped.abandoned, 0);
    two.work((job) => [job.attempt, job.delivery]);
    deepStrictEqual(await rig.settled(ref.result(), 'it is done'), [1, 2]);
  },

  async 'ends a job that takes too long, and counts the attempt'(rig) {
    const queue = rig.open({ maxAttempts: 2, timeoutMs: 50 });
    const reasons: unknown[] = [];
    queue.work(
      (job) =>
        new Promise((_, reject) =>
          job.signal.addEventListener('abort', () => {
            reasons.push((job.signal.reason as { code?: string }).code);
            reject(job.signal.reason);
          }),
        ),
    );
    const ref = await queue.add('job', 1);
    await refused(rig.settled(ref.result(), 'it is dead'), 'XC_QUEUE_DEAD');
    deepStrictEqual(reasons, ['XC_QUEUE_TIMEOUT', 'XC_QUEUE_TIMEOUT']);
  },

  async 'lets go of a job whose time is over, without calling its handler'(rig) {
    const queue = rig.open();
    const ref = await queue.add('job', 1, { expiresInMs: 30 });
    await rig.fixture.pass(60);
    let called = false;
    queue.work(() => {
      called = true;
    });
    await refused(rig.settled(ref.result(), 'it is dead'), 'XC_QUEUE_DEAD', 'expired');
    strictEqual(called, false);
  },

  async 'turns slots of a schedule into jobs, each once, whoever works'(rig) {
    const [one, two] = [rig.open(), rig.open()];
    const slots: (number | undefined)[] = [];
    for (const queue of [one, two]) queue.work((job) => void slots.push(job.scheduledFor));
    const view = await one.schedule('tick', { everyMs: 50 }, 'tick', 1);
    ok(view.next !== undefined);
    await rig.until(() => slots.length >= 5, 'five slots have come');
    strictEqual(await two.unschedule('tick'), true);
    const found = [...slots].sort((a, b) => (a ?? 0) - (b ?? 0));
    strictEqual(new Set(found).size, found.length);
    for (const slot of found) strictEqual((slot ?? 1) % 50, 0);
  },

  async 'runs a graph in the order of its edges, and tells how all of it ended'(rig) {
    const queue = rig.open({ maxAttempts: 1 });
    const order: string[] = [];
    queue.work(async (job) => {
      order.push(job.type);
      if (job.type === 'bad') throw new Error('broken');
      const { left, right } = await job.dependencies();
      return job.type === 'join' ? [left?.result, right?.result] : job.type;
    });
    const flow = await queue.flow([
      { name: 'left', type: 'left', data: 1 },
      { name: 'right', type: 'right', data: 1 },
      { name: 'join', type: 'join', data: 1, after: ['left', 'right'] },
      { name: 'bad', type: 'bad', data: 1, after: ['join'] },
      { name: 'never', type: 'never', data: 1, after: ['bad'] },
      { name: 'cleanup', type: 'cleanup', data: 1, after: [{ name: 'never', on: 'settled' }] },
    ]);
    const result = await rig.settled(flow.result(), 'the graph has settled');
    deepStrictEqual(order, ['left', 'right', 'join', 'bad', 'cleanup']);
    deepStrictEqual(Object.fromEntries(Object.entries(result).map(([name, { state }]) => [name, state])), {
      left: 'done',
      right: 'done',
      join: 'done',
      bad: 'dead',
      never: 'dead',
      cleanup: 'done',
    });
    deepStrictEqual(result.join?.result, ['left', 'right']);
  },

  async 'shows dead letters and brings them back'(rig) {
    const queue = rig.open({ maxAttempts: 1 });
    let good = false;
    queue.work(() => {
      if (!good) throw new Error('broken');
      return 'fine';
    });
    const refs = await queue.addMany([1, 2, 3].map((n) => ({ type: 'job', data: n, options: { id: `job-${n}` } })));
    await rig.drained(queue);
    const { jobs } = await queue.dead.list({ reason: 'failed' });
    deepStrictEqual(jobs.map(({ id }) => id).sort(), ['job-1', 'job-2', 'job-3']);
    good = true;
    deepStrictEqual(await queue.dead.redrive({ ids: ['job-2', 'nobody'] }, { by: 'ops' }), {
      redriven: 1,
      missing: ['nobody'],
    });
    const [, second] = refs;
    ok(second !== undefined && 'result' in second);
    strictEqual(await rig.settled(second.result(), 'it is done'), 'fine');
    strictEqual((await queue.dead.redrive({ reason: 'failed' })).redriven, 2);
    await rig.drained(queue);
    strictEqual((await queue.counts()).done, 3);
    deepStrictEqual(
      (await queue.inspect('job-2'))?.redrives.map(({ by }) => by),
      ['ops'],
    );
  },

  async 'tells of each new job once, whether a caller, a flow, a schedule or the end of another job has made it'(rig) {
    const queue = rig.open();
    const told: (readonly [string, unknown])[] = [];
    const ids = new Set<string>();
    queue.watch({
      added: ({ id, type, data }) => {
        ids.add(id);
        told.push([type, data]);
      },
    });
    let end = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    let running = false;
    queue.work({
      held: () => {
        running = true;
        return ended;
      },
      node: () => {},
      slot: () => {},
    });
    const unique = { key: 'one', mode: 'latest' } as const;
    await queue.add('held', 'first', { unique });
    await rig.until(() => running, 'the first one runs');
    strictEqual((await queue.add('held', 'second', { unique })).outcome, 'duplicate');
    await queue.flow([
      { name: 'a', type: 'node', data: 'a' },
      { name: 'b', type: 'node', data: 'b', after: ['a'] },
    ]);
    await queue.schedule('often', { everyMs: 10 }, 'slot', 'tick', { limit: 2 });
    end();
    await rig.until(() => told.length >= 6, 'all are told of');
    await rig.drained(queue);
    deepStrictEqual(told.map(([type, data]) => `${type} ${data}`).sort(), [
      ...['held first', 'held second', 'node a', 'node b', 'slot tick', 'slot tick'],
    ]);
    strictEqual(ids.size, (await queue.counts()).totals.added);
  },

  async 'refuses calls after close, and says so'(rig) {
    const queue = rig.open();
    await queue.add('job', 1);
    await rig.settled(queue.close(), 'it is closed');
    await refused(queue.add('job', 2), 'XC_QUEUE_CLOSED');
    await refused(queue.counts(), 'XC_QUEUE_CLOSED');
    await queue.close();
  },
});
