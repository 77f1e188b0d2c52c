import { ManualClock } from '@xc/core/testing';
import {
  createRebalancer,
  createRouter,
  createTopology,
  customPartitions,
  memoryJournal,
  memoryTopologyStore,
  type RebalancePlan,
  type Rebalancer,
  type RebalancerOptions,
  type Router,
  type RouterOptions,
  type Topology,
  type TopologyStore,
} from '../src/index.ts';
import { type MemoryClient, type MemoryShards, type MemoryShardsOptions, memoryShards } from '../src/testing/index.ts';

/** Keys are `<partition>:<name>`. */
export const partitioner = customPartitions({
  id: 'test',
  partitions: 4,
  of: (key) => Number(String(key).split(':')[0]),
});

/** A sharded application whose partitions can be moved, with a clock that stands still until a call is waited for. */
export interface World {
  readonly clock: ManualClock;
  readonly store: TopologyStore;
  readonly journal: ReturnType<typeof memoryJournal>;
  readonly shards: MemoryShards;
  readonly router: Router<MemoryClient>;
  rebalancer(options?: Partial<RebalancerOptions>): Rebalancer;
  /** What the promise gives, time passing until it is there. */
  settled<T>(promise: Promise<T>, stepMs?: number): Promise<T>;
  put(key: string, value: unknown): Promise<void>;
  /** Rows of a partition on a shard. */
  rows(shard: string, partition: number): Readonly<Record<string, unknown>>;
  plan(...moves: readonly (readonly [partition: number, to: string])[]): Promise<RebalancePlan>;
}

/** A rebalancer of a world, impatient enough for tests; disposed of by `closeMovers`. */
export function moverOf(world: World, options: Partial<RebalancerOptions> = {}): Rebalancer {
  const mover = world.rebalancer({ fenceMs: 200, retry: { attempts: 3 }, ...options });
  opened.push({ world, mover });
  return mover;
}

/** For `afterEach`. */
export async function closeMovers(): Promise<void> {
  for (const { world, mover } of opened.splice(0)) {
    await world.settled(Promise.resolve(mover[Symbol.asyncDispose]()));
    await world.router[Symbol.asyncDispose]();
  }
}

/** A world with ten rows in partition 0. */
export async function filledWorld(...args: Parameters<typeof movingWorld>): Promise<World> {
  const world = await movingWorld(...args);
  for (let id = 0; id < 10; id += 1) await world.put(`0:${id}`, id);
  return world;
}

const opened: { readonly world: World; readonly mover: Rebalancer }[] = [];

/** Partitions 0 and 2 are on `a`, 1 and 3 on `b`; `c` and `d` are empty. */
export function firstTopology(): Topology {
  return createTopology({
    partitioner,
    shards: ['a', 'b', 'c', 'd'].map((id) => ({ id })),
    owners: ['a', 'b', 'a', 'b'],
  });
}

/** A world of the first topology. */
export async function movingWorld(
  options: MemoryShardsOptions = {},
  routing: Partial<RouterOptions<MemoryClient>> = {},
): Promise<World> {
  const clock = new ManualClock(1_000_000);
  const store = memoryTopologyStore(firstTopology());
  const journal = memoryJournal();
  const shards = memoryShards({ clock, ...options });
  const router = await createRouter<MemoryClient>({
    ...{ partitioner, store, connect: shards.connect, clock, mirror: shards.adapter },
    ...{
      leaseMs: 60,
      refreshMs: options.fencing === 'lease' ? 25 : 1_000,
      healFenceMs: 400,
      bufferMs: 2_000,
      ...routing,
    },
  });
  return {
    ...{ clock, store, journal, shards, router },
    rebalancer: (own) => createRebalancer({ store, journal, adapter: shards.adapter, clock, ...own }),
    settled: (promise, stepMs = 20) => settled(clock, promise, stepMs),
    put: (key, value) =>
      settled(
        clock,
        router.write(key, (client) => client.put(key, value)),
        20,
      ),
    rows: (shard, partition) =>
      Object.fromEntries(shards.inspect(shard, partition).rows.map(({ key, value }) => [key, value])),
    async plan(...moves) {
      const { epoch, owners } = await router.refresh();
      const planned = moves.map(([partition, to]) => ({ partition, from: owners[partition] as string, to }));
      return planOf(epoch, planned);
    },
  };
}

function planOf(
  epoch: number,
  moves: readonly { readonly partition: number; readonly from: string; readonly to: string }[],
): RebalancePlan {
  const balance = { utilisation: {}, maxOverMean: 1, minOverMean: 1 };
  return {
    epoch,
    moves: moves.map((move) => ({ ...move, cost: 1, why: 'balance' })),
    ...{ before: balance, after: balance, lowerBoundMoves: moves.length, notes: [] },
  };
}

async function settled<T>(clock: ManualClock, promise: Promise<T>, stepMs: number): Promise<T> {
  let isSettled = false;
  const noted = promise.finally(() => {
    isSettled = true;
  });
  noted.catch(() => undefined);
  await new Promise((resolve) => setImmediate(resolve));
  for (let steps = 0; !isSettled; steps += 1) {
    if (steps > 100_000) throw new Error('it never settles');
    await clock.advance(stepMs);
  }
  return await noted;
}
