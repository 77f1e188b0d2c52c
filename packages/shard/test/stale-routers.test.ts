import { isXcError } from '@xc/core';
import { SeededRandom } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { createRouter, type DataAdapter, type Router, type TopologyStore } from '../src/index.ts';
import { type FoundRow, historyChecker, type MemoryClient } from '../src/testing/index.ts';
import { movingWorld, partitioner, type World } from './moving-world.ts';
import { PausableClock } from './pausable-clock.ts';

const NAMES = ['k0', 'k1', 'k2', 'k3', 'k4', 'k5'];
const DEADLINE_MS = 60;

/** A router that is stopped now and then, hears of nothing, and whose store may take its time. */
async function staleRouter(world: World, random: SeededRandom) {
  const clock = new PausableClock(world.clock);
  /** What it asks is asked at once; the answer waits until it runs. */
  const heard = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(_target, name) {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        return async (...args: readonly unknown[]) => {
          await clock.running();
          try {
            return await Reflect.apply(value, target, args);
          } finally {
            await clock.running();
          }
        };
      },
    });
  const store: TopologyStore = {
    ...heard(world.store),
    load: async (signal) => {
      const topology = await world.store.load(signal);
      if (random.next() < 0.3) await world.clock.sleep(random.next() * 200);
      await clock.running();
      return topology;
    },
    cas: world.store.cas,
    watch: async () => ({ close: async () => undefined }),
    [Symbol.asyncDispose]: async () => undefined,
  };
  const mirror: DataAdapter = {
    ...world.shards.adapter,
    apply: async (at, changes, signal) => {
      if (random.next() < 0.3) throw new Error('the other side is away');
      await world.shards.adapter.apply(at, changes, signal);
    },
  };
  const router: Router<MemoryClient> = await createRouter({
    partitioner,
    store,
    connect: (shard, context) => heard(world.shards.connect(shard, context)),
    mirror: heard(mirror),
    clock,
    ...{ refreshMs: 3_600_000, leaseMs: 60, healFenceMs: 400, bufferMs: 2_000 },
  });
  return { router, clock };
}

/** Moves two partitions there, and sometimes back, while users write by routers that know less than they should. */
async function play(form: { capture: 'log' | 'mirror'; fencing: 'data' | 'lease' }, seed: number): Promise<void> {
  const random = new SeededRandom(seed);
  const world = await movingWorld({
    ...form,
    writeDeadlineMs: DEADLINE_MS,
    interleave: () => (random.next() < 0.3 ? world.clock.sleep(Math.ceil(random.next() * 4)) : undefined),
  });
  const opened = Promise.all([staleRouter(world, random), staleRouter(world, random), staleRouter(world, random)]);
  const [dying, ...stale] = await world.settled(opened);
  const routers = [world.router, ...stale.map(({ router }) => router)];
  const history = historyChecker();
  let [isOver, last] = [false, 0];
  const write = async (router: Router<MemoryClient>, key: string): Promise<void> => {
    last += 1;
    const value = random.next() < 0.2 ? undefined : last;
    const run = (client: MemoryClient): Promise<void> =>
      client.transaction(async (own) => {
        await (value === undefined ? own.delete(key) : own.put(key, value));
        if (random.next() < 0.1) await world.clock.sleep(random.next() * DEADLINE_MS);
      });
    await history.write(key, value, () => router.write(key, run));
  };
  const use = async (router: Router<MemoryClient>): Promise<void> => {
    while (!isOver) {
      await world.clock.sleep(1 + random.next() * 30);
      const key = `${Math.floor(random.next() * 2)}:${NAMES[Math.floor(random.next() * NAMES.length)]}`;
      await write(router, key).catch((error: unknown) => {
        if (!isXcError(error)) throw error;
      });
    }
  };
  const stop = async (clock: PausableClock): Promise<void> => {
    while (!isOver) {
      await world.clock.sleep(random.next() * 300);
      clock.stop();
      await world.clock.sleep(random.next() * 400);
      clock.wake();
    }
  };

  // Stopped in the middle of what it does, and never woken: its writes and marks are left as they are.
  const users = [use(dying.router), use(dying.router), use(dying.router)];
  void world.clock.sleep(200 + random.next() * 600).then(() => dying.clock.stop());
  void Promise.all(users).catch(() => undefined);
  const loops = Promise.all([
    ...routers.flatMap((router) => [use(router), use(router)]),
    ...stale.map((each) => stop(each.clock)),
  ]);
  const { adapter: whole } = world.shards;
  // Where rows are counted, little but what was noted is compared while writes stand still.
  const count: DataAdapter['count'] = async ({ shard, partition }) =>
    world.shards.inspect(shard, partition).rows.length;
  const mover = world.rebalancer({
    adapter: seed % 3 === 0 ? whole : { ...whole, count },
    ...{ batchRows: 2, catchUpRows: 1, fenceMs: 300, cutoverAttempts: 100, leaseMs: 60, verify: { buckets: 4 } },
  });
  await world.clock.advance(200);
  const plan = await world.plan([0, 'c'], [1, 'd']);
  const report = await world.settled(mover.run(plan, { jobId: 'job' }), 5);
  expect(report.moves.map(({ phase }) => phase)).toEqual(['reversible', 'reversible']);
  await world.settled(seed % 2 === 0 ? mover.reverse('job') : mover.finish('job', { force: true }), 5);
  await world.clock.advance(300);
  isOver = true;
  await world.settled(loops, 5);

  const { owners, moves } = await world.router.refresh();
  expect(moves).toEqual([]);
  const rows: FoundRow[] = ['a', 'b', 'c', 'd'].flatMap((shard) =>
    [0, 1].flatMap((partition) => world.shards.inspect(shard, partition).rows.map((row) => ({ shard, ...row }))),
  );
  history.check({ rows, ownerOf: (key) => owners[partitioner.of(key)] as string });
  expect(history.counts.acknowledged).toBeGreaterThan(50);
  await world.settled(Promise.resolve(mover[Symbol.asyncDispose]()));
  for (const router of routers) await router[Symbol.asyncDispose]();
}

const rounds = process.env.XC_LONG === '1' ? 1_000 : 25;

test.for([
  { capture: 'log', fencing: 'data' },
  { capture: 'mirror', fencing: 'data' },
  { capture: 'log', fencing: 'lease' },
  { capture: 'mirror', fencing: 'lease' },
] as const)(
  'routers that hear of nothing, are stopped, or die lose no write and make none twice: capture $capture, fencing $fencing',
  { timeout: process.env.XC_LONG === '1' ? 600_000 : 60_000 },
  async (form) => {
    const first = Number(process.env.XC_SEED ?? 1);
    for (let seed = first; seed < first + rounds; seed += 1) {
      await play(form, seed).catch((error: unknown) => {
        throw new Error(`seed ${seed}`, { cause: error });
      });
    }
  },
);
