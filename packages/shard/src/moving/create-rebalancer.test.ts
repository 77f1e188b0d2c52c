import { constantBackoff, localLock } from '@xc/core';
import { MemoryLogger, RecordingMeter } from '@xc/core/testing';
import { afterEach, expect, test } from 'vitest';
import { closeMovers, filledWorld, moverOf, type World } from '../../test/moving-world.ts';
import { createRebalancer } from './create-rebalancer.ts';
import type { DataAdapter } from './data-adapter.ts';
import type { MoveFacts } from './rebalancer.ts';

afterEach(closeMovers);

const never = new AbortController().signal;

test('options that are none are refused when it is made', async () => {
  const { store, journal, shards } = await filledWorld();
  const good = { store, journal, adapter: shards.adapter };
  const create = (options: object) => () => createRebalancer({ ...good, ...options } as never);
  expect(create({})).not.toThrow();
  expect(create({ keepSourceMs: Number.POSITIVE_INFINITY })).not.toThrow();
  const wrong: readonly object[] = [
    { store: {} },
    { journal: undefined },
    { adapter: {} },
    { adapter: { ...shards.adapter, capture: 'both' } },
    { adapter: { ...shards.adapter, fencing: 'none' } },
    { lock: {} },
    { throttle: 5 },
    { onProgress: 'yes' },
    { logger: {} },
    { clock: {} },
    { meter: { counter: () => undefined } },
    { retry: { backoff: 100 } },
    { retry: 3 },
    { verify: { repair: 1 } },
    { verify: { bucket: 1 } },
    { fenceMillis: 1 },
  ];
  for (const options of wrong) expect(create(options), JSON.stringify(options)).toThrow(TypeError);
  const outOfRange: readonly object[] = [
    ...['batchRows', 'perShard', 'total', 'fenceMs', 'cutoverAttempts'].flatMap((name) => [
      { [name]: 0 },
      { [name]: 1.5 },
    ]),
    ...['catchUpRows', 'leaseMs', 'keepSourceMs'].map((name) => ({ [name]: -1 })),
    { keepSourceMs: Number.NaN },
    { verify: { buckets: 65_537 } },
    { verify: { rounds: 0 } },
    { retry: { attempts: 0 } },
  ];
  for (const options of outOfRange) expect(create(options), JSON.stringify(options)).toThrow(RangeError);
  expect(() => createRebalancer(undefined as never)).toThrow('options must be an object');
  expect(create({ logger: {} })).toThrow('logger must have info, warn, error, got [object Object]');
  expect(create({ total: 0 })).toThrow('total must be an integer from 1');
});

test('a plan of another epoch is refused, and leaves no job behind', async () => {
  const world = await filledWorld();
  const mover = moverOf(world);
  const plan = await world.plan([0, 'c']);
  await world.settled(mover.run(plan, { jobId: 'first' }));
  const late = mover.run(plan, { jobId: 'late' });
  await expect(world.settled(late)).rejects.toMatchObject({ code: 'XC_SHARD_TOPOLOGY_CONFLICT', retryable: true });
  await expect(mover.run(plan)).rejects.toThrow('make a new plan');
  expect(await mover.jobs()).toEqual(['first']);
});

test('of two plans for one epoch only one is carried out, though both saw it stand', async () => {
  const world = await filledWorld();
  const plan = await world.plan([0, 'c']);
  const both = ['one', 'two'].map((jobId) => moverOf(world).run(plan, { jobId }));
  const outcomes = await world.settled(Promise.allSettled(both));
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
    reason: { code: 'XC_SHARD_TOPOLOGY_CONFLICT' },
  });
  const mover = moverOf(world);
  const statuses = await Promise.all((await mover.jobs()).map((jobId) => mover.status(jobId)));
  expect(statuses.flatMap(({ moves }) => moves.map(({ phase }) => phase)).sort()).toEqual(['aborted', 'reversible']);
  expect((await mover.repair()).findings).toEqual([]);
});

test('jobs have names of their own, and are known by them', async () => {
  const world = await filledWorld();
  const mover = moverOf(world);
  const { jobId } = await world.settled(mover.run(await world.plan([0, 'c'])));
  expect(jobId).toMatch(/^rebalance-1-[0-9a-f]{8}$/);
  const again = mover.run(await world.plan([2, 'd']), { jobId });
  await expect(world.settled(again)).rejects.toMatchObject({ code: 'XC_SHARD_JOB_EXISTS' });
  for (const command of ['resume', 'abort', 'reverse', 'finish', 'status'] as const) {
    await expect(mover[command]('nobody'), command).rejects.toMatchObject({ code: 'XC_SHARD_JOB_UNKNOWN' });
    for (const bad of ['', 'a/b', '..', 'é', 'x'.repeat(101), 7]) {
      await expect(mover[command](bad as string), `${command} ${bad}`).rejects.toThrow(TypeError);
    }
  }
  await expect(mover.run(await world.plan([2, 'd']), { jobId: 'a b' })).rejects.toThrow('jobId must be');
  // What else is in the journal is none of its business.
  await world.journal.append({ jobId: 'migration', seq: 1, at: 0, phase: 'copy', step: 'batch' });
  expect(await mover.jobs()).toEqual([jobId]);
  await expect(mover.status('migration')).rejects.toMatchObject({ code: 'XC_SHARD_JOB_UNKNOWN' });
});

test('a plan that is none is refused', async () => {
  const world = await filledWorld();
  const plan = await world.plan([0, 'c']);
  const [move] = plan.moves;
  const wrong = [
    undefined,
    {},
    { ...plan, epoch: 'one' },
    { ...plan, moves: [{ ...move, partition: -1 }] },
    { ...plan, moves: [{ ...move, to: 'a' }] },
    { ...plan, moves: [move, move] },
  ];
  for (const each of wrong) await expect(moverOf(world).run(each as never)).rejects.toThrow(TypeError);
  for (const move of [
    { partition: 99, from: 'a', to: 'c' },
    { partition: 0, from: 'a', to: 'nowhere' },
  ]) {
    const unfit = moverOf(world).run({ ...plan, moves: [move] } as never, { jobId: 'unfit' });
    await expect(unfit).rejects.toThrow(
      /^(a move must be of a partition from 0 to 3|partition 0 must move between shards), got /,
    );
  }
  expect(await world.journal.jobs()).toEqual([]);
  const holed = moverOf(world).run({ ...plan, moves: [null] } as never);
  await expect(holed).rejects.toThrow('a move must be an object, got null');
});

test('a failing move hinders no other, and goes on where it was once it can', async () => {
  const world = await filledWorld();
  for (let id = 0; id < 5; id += 1) await world.put(`1:${id}`, id);
  let isFull = true;
  const adapter: DataAdapter = {
    ...world.shards.adapter,
    async apply(at, changes, signal) {
      if (isFull && at.shard === 'c' && world.shards.inspect('c', 0).rows.length >= 4) throw new Error('disk full');
      await world.shards.adapter.apply(at, changes, signal);
    },
  };
  const mover = moverOf(world, { adapter, batchRows: 2 });
  const report = await world.settled(mover.run(await world.plan([0, 'c'], [1, 'd']), { jobId: 'job' }));
  expect(report.ok).toBe(false);
  expect(report.moves).toMatchObject([{ phase: 'failed', error: { message: 'disk full' } }, { phase: 'reversible' }]);
  expect(await mover.status('job')).toMatchObject({ ok: false, moves: [{ error: { message: 'disk full' } }, {}] });
  await world.put('0:1', 'served');
  isFull = false;
  const scans: (string | undefined)[] = [];
  const looking: DataAdapter = {
    ...adapter,
    scan: (at, after, limit, signal) => {
      scans.push(after);
      return adapter.scan(at, after, limit, signal);
    },
  };
  const resumed = await world.settled(moverOf(world, { adapter: looking, batchRows: 2 }).resume('job'));
  expect(resumed).toMatchObject({ ok: true, moves: [{ phase: 'reversible', rowsCopied: 10 }, {}] });
  expect(scans[0]).toBe('0:3');
  expect(world.rows('c', 0)['0:1']).toBe('served');
});

test('a journal or a store that fails stops the run; resume goes on', async () => {
  for (const failing of ['journal', 'store'] as const) {
    const world = await filledWorld();
    let calls = 0;
    const target = world[failing] as object;
    const broken = new Proxy(target, {
      get: (_, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        return async (...args: readonly unknown[]) => {
          calls += 1;
          if (calls > 8) throw new Error(`the ${failing} is away`);
          return await Reflect.apply(value, target, args);
        };
      },
    });
    const mover = moverOf(world, { [failing]: broken, batchRows: 2 });
    const running = mover.run(await world.plan([0, 'c'], [1, 'd']), { jobId: 'job' });
    await expect(world.settled(running), failing).rejects.toThrow(`the ${failing} is away`);
    await world.put('0:1', 'goes on');
    expect(await world.settled(moverOf(world).resume('job')), failing).toMatchObject({ ok: true });
    expect(world.rows('c', 0)['0:1']).toBe('goes on');
  }
});

test('touches a shard with no more moves at a time than it may, and never more in all', async () => {
  const world = await filledWorld();
  const now = new Map<string, number>();
  const most = { perShard: 0, total: 0 };
  const adapter: DataAdapter = {
    ...world.shards.adapter,
    async scan(at, after, limit, signal) {
      const { to } = (await world.store.load())?.moves.find(({ moveId }) => moveId === at.moveId) ?? { to: '' };
      const count = (by: number) => {
        for (const shard of [at.shard, to, 'all']) now.set(shard, (now.get(shard) ?? 0) + by);
      };
      count(1);
      most.total = Math.max(most.total, now.get('all') ?? 0);
      most.perShard = Math.max(most.perShard, ...['a', 'b', 'c', 'd'].map((shard) => now.get(shard) ?? 0));
      await world.clock.sleep(100, signal);
      count(-1);
      return await world.shards.adapter.scan(at, after, limit, signal);
    },
  };
  const moves = [
    [0, 'c'],
    [2, 'c'],
    [1, 'd'],
    [3, 'd'],
  ] as const;
  const first = moverOf(world, { adapter, keepSourceMs: 0 });
  await world.settled(first.run(await world.plan(...moves), { jobId: 'one' }));
  expect(most).toEqual({ perShard: 1, total: 2 });
  const wide = moverOf(world, { adapter, perShard: 2, total: 3, keepSourceMs: 0 });
  await world.settled(wide.run(await world.plan([0, 'a'], [2, 'a'], [1, 'b'], [3, 'b']), { jobId: 'two' }));
  expect(most).toEqual({ perShard: 2, total: 3 });
});

test('a partition that is moved already is not moved by another job', async () => {
  const world = await filledWorld();
  const mover = moverOf(world);
  await world.settled(mover.run(await world.plan([0, 'c']), { jobId: 'first' }));
  const report = await world.settled(mover.run(await world.plan([0, 'd'], [2, 'd']), { jobId: 'second' }));
  expect(report.moves).toMatchObject([
    { phase: 'failed', error: { code: 'XC_SHARD_TOPOLOGY_CONFLICT' } },
    { phase: 'reversible' },
  ]);
  await world.settled(mover.finish('first', { force: true }));
  expect(await world.settled(mover.resume('second'))).toMatchObject({ ok: true, moves: [{ phase: 'reversible' }, {}] });
  expect((await world.router.refresh()).owners[0]).toBe('d');
});

test('a move whose source owns the partition no more is not begun, and can be given up', async () => {
  const world = await filledWorld();
  const plan = await world.plan([0, 'c'], [2, 'd']);
  const [first, second] = plan.moves;
  const wrong = { ...plan, moves: [{ ...first, from: 'b' }, second] } as typeof plan;
  const mover = moverOf(world);
  const report = await world.settled(mover.run(wrong, { jobId: 'job' }));
  expect(report.moves).toMatchObject([
    { phase: 'failed', error: { code: 'XC_SHARD_TOPOLOGY_CONFLICT' } },
    { phase: 'reversible' },
  ]);
  expect(await world.settled(mover.abort('job'))).toMatchObject({ ok: true, moves: [{ phase: 'aborted' }, {}] });
  expect(Object.keys(world.rows('a', 0))).toHaveLength(10);
});

test('a signal, and being disposed of, stop a run where it can be gone on with', async () => {
  for (const how of ['signal', 'dispose'] as const) {
    const world = await filledWorld();
    const controller = new AbortController();
    const hanging: DataAdapter = { ...world.shards.adapter, scan: () => new Promise(() => undefined) };
    const mover = moverOf(world, { adapter: hanging });
    const running = mover.run(await world.plan([0, 'c']), { jobId: 'job', signal: controller.signal });
    running.catch(() => undefined);
    await world.clock.advance(50);
    if (how === 'signal') controller.abort(new Error('enough'));
    else await world.settled(Promise.resolve(mover[Symbol.asyncDispose]()));
    const expected = how === 'signal' ? { message: 'enough' } : { code: 'XC_SHARD_CLOSED' };
    await expect(world.settled(running), how).rejects.toMatchObject(expected);
    if (how === 'dispose') await expect(mover.resume('job')).rejects.toMatchObject({ code: 'XC_SHARD_CLOSED' });
    expect(await world.settled(moverOf(world).resume('job')), how).toMatchObject({ ok: true });
  }
});

test('listens to being stopped as often as it asks, and nothing warns of it', async () => {
  const world = await filledWorld();
  const warnings: string[] = [];
  const hear = ({ name }: Error) => warnings.push(name);
  process.on('warning', hear);
  try {
    const listening: DataAdapter = {
      ...world.shards.adapter,
      async scan(at, after, limit, signal) {
        const listeners = Array.from({ length: 12 }, () => () => undefined);
        for (const each of listeners) signal.addEventListener('abort', each);
        const page = await world.shards.adapter.scan(at, after, limit, signal);
        for (const each of listeners) signal.removeEventListener('abort', each);
        return page;
      },
    };
    const mover = moverOf(world, { adapter: listening });
    await world.settled(mover.run(await world.plan([0, 'c']), { jobId: 'job' }));
    const orphan = { key: '0:1', row: { key: '0:1', value: 1 } };
    await world.shards.adapter.apply({ shard: 'd', partition: 0, moveId: 'm', mover: 0 }, [orphan], never);
    expect((await mover.repair()).findings).toHaveLength(1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(warnings).toEqual([]);
  } finally {
    process.off('warning', hear);
  }
});

test('stopped with the fence closed, it opens it first', async () => {
  const world = await filledWorld({}, { healFenceMs: 60_000, bufferMs: 120_000 });
  const controller = new AbortController();
  const adapter: DataAdapter = {
    ...world.shards.adapter,
    digest: (at, buckets, signal) => {
      if (world.shards.inspect('a', 0).minTerm < 2) return world.shards.adapter.digest(at, buckets, signal);
      controller.abort(new Error('enough'));
      return new Promise(() => undefined);
    },
  };
  const running = moverOf(world, { adapter }).run(await world.plan([0, 'c']), { signal: controller.signal });
  await expect(world.settled(running)).rejects.toThrow('enough');
  const began = world.clock.monotonic();
  await world.put('0:1', 'at once');
  expect(world.clock.monotonic() - began).toBeLessThan(100);
});

test('a lock keeps others waiting, and a lease that is lost stops the run', async () => {
  const world = await filledWorld();
  const lock = localLock();
  const plan = await world.plan([0, 'c']);
  const held = await lock.acquire('xc:shard:job:job');
  let isOver = false;
  const running = moverOf(world, { lock })
    .run(plan, { jobId: 'job' })
    .finally(() => {
      isOver = true;
    });
  await world.clock.advance(200);
  expect(isOver).toBe(false);
  await held.release();
  expect(await world.settled(running)).toMatchObject({ ok: true });
  const lost = new AbortController();
  const losing = {
    acquire: async (name: string) => ({
      ...{ name, fence: 1n, signal: lost.signal, release: async () => undefined },
      [Symbol.asyncDispose]: async () => undefined,
    }),
  };
  lost.abort(new Error('lease lost'));
  await expect(world.settled(moverOf(world, { lock: losing }).resume('job'))).rejects.toThrow('lease lost');
  const clinging = {
    acquire: async (name: string) => ({
      ...{ name, fence: 1n, signal: never, release: () => Promise.reject(new Error('away')) },
      [Symbol.asyncDispose]: async () => undefined,
    }),
  };
  expect(await world.settled(moverOf(world, { lock: clinging }).resume('job'))).toMatchObject({ ok: true });
});

test('tells of itself: phases in the log and as progress, rows and fences as metrics, with pauses where told', async () => {
  const world: World = await filledWorld();
  const [meter, logger] = [new RecordingMeter(), new MemoryLogger()];
  const told: MoveFacts[] = [];
  const pauses: number[] = [];
  const mover = moverOf(world, {
    ...{ meter, logger, batchRows: 2, keepSourceMs: 0, retry: { backoff: constantBackoff(1) } },
    onProgress: (facts) => {
      told.push(facts);
      throw new Error('a mistake of the caller');
    },
    throttle: ({ rowsCopied }) => {
      pauses.push(rowsCopied);
      return 300;
    },
  });
  const began = world.clock.monotonic();
  const report = await world.settled(mover.run(await world.plan([0, 'c']), { jobId: 'job' }), 10);
  expect(report).toMatchObject({ ok: true });
  expect(pauses.slice(0, 4)).toEqual([2, 4, 6, 8]);
  expect(world.clock.monotonic() - began).toBeGreaterThan(4 * 300);
  const phases = ['dual-write', 'copy', 'catch-up', 'verify', 'cutover', 'reversible', 'cleanup', 'done'];
  expect([...new Set(told.map(({ phase }) => phase))]).toEqual(phases);
  const entered = logger.find({ message: /is in phase/ });
  expect(entered.map(({ level, fields }) => [level, fields.moveId, fields.phase])).toEqual(
    phases.map((phase) => ['info', 'job.0', phase]),
  );
  const copying = told.filter(({ phase }) => phase === 'copy');
  // Once when it began, and then once a second.
  expect(copying.length).toBeLessThanOrEqual(3);
  expect(meter.value('xc_shard_move_rows_total', { kind: 'copied' })).toBe(10);
  expect(meter.value('xc_shard_move_rows_total', { kind: 'purged' })).toBe(10);
  expect(meter.value('xc_shard_moves', { phase: 'done' })).toBe(1);
  expect(meter.value('xc_shard_moves', { phase: 'copy' })).toBe(0);
  expect(meter.value('xc_shard_move_behind_rows', { move: 'job.0' })).toBe(0);
  expect(meter.observations('xc_shard_fence_seconds')).toHaveLength(1);
});
