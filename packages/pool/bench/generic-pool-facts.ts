import generic from 'generic-pool';
import type { Case } from '../../../bench/case.ts';
import { createPool, type Pool, type PoolFactory, type PoolOptions } from '../src/index.ts';

interface Thing {
  readonly id: number;
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const ignore = () => {};
const down = new Error('down');

/** One program a fact, run on generic-pool and on ours. */
export async function besideGenericPool(): Promise<Case[]> {
  // A borrower that waits for ours does not keep the process alive.
  const alive = setInterval(ignore, 1_000);
  try {
    return await facts();
  } finally {
    clearInterval(alive);
  }
}

async function facts(): Promise<Case[]> {
  const seen: readonly (readonly [string, number, number])[] = [
    ['creates in 200 ms when create rejects', await ourCreates(), await theirCreates()],
    ['owners of one resource after a late second release', await ourOwners(), await theirOwners()],
    ['open at a time with max 1 and a slow destroy', await ourOpen(), await theirOpen()],
    ['still open of min 2 after two creates have failed', await ourMin(), await theirMin()],
    ['resources after 50 tasks of 2 ms with 5 idle', await ourSpike(), await theirSpike()],
    ['lent after a function of use that returned at once', await ourLent(), await theirLent()],
    ['creates in 400 ms of idle time-outs under min', await ourChurn(), await theirChurn()],
  ];
  return seen.map(([name, ours, theirs]): Case => {
    return { name, unit: 'count', value: ours, peers: { 'generic-pool': theirs } };
  });
}

function things(): PoolFactory<Thing> & { creates: number; open: number; mostOpen: number } {
  const factory = {
    creates: 0,
    open: 0,
    mostOpen: 0,
    async create(): Promise<Thing> {
      factory.open++;
      factory.mostOpen = Math.max(factory.mostOpen, factory.open);
      return { id: ++factory.creates };
    },
    async destroy(): Promise<void> {
      factory.open--;
    },
  };
  return factory;
}

async function withOurs<R>(
  factory: PoolFactory<Thing>,
  options: PoolOptions,
  fn: (pool: Pool<Thing>) => Promise<R>,
): Promise<R> {
  const pool = createPool(factory, options);
  try {
    return await fn(pool);
  } finally {
    await pool.drain({ deadlineMs: 0 });
  }
}

async function ourCreates(): Promise<number> {
  const factory = things();
  factory.create = async () => {
    factory.creates++;
    throw down;
  };
  return withOurs(factory, { acquireTimeoutMs: 200, createErrors: 'keep' }, async (pool) => {
    await pool.acquire().catch(ignore);
    return factory.creates;
  });
}

/** Counts until it has seen enough: left alone it would never let a timer fire. */
async function theirCreates(): Promise<number> {
  const factory = things();
  factory.create = () => {
    factory.creates++;
    if (factory.creates > 50_000) return new Promise(ignore);
    return Promise.reject(down);
  };
  const pool = generic.createPool(factory as never, { acquireTimeoutMillis: 200 });
  pool.on('factoryCreateError', ignore);
  await pool.acquire().then(ignore, ignore);
  return factory.creates;
}

async function ourOwners(): Promise<number> {
  return withOurs(things(), { max: 1 }, async (pool) => {
    const first = await pool.acquire();
    first.release();
    const owner = await pool.acquire();
    const next = pool.acquire({ timeoutMs: 20 });
    first.release();
    const second = await next.catch(ignore);
    return second === undefined || second.value !== owner.value ? 1 : 2;
  });
}

async function theirOwners(): Promise<number> {
  const pool = generic.createPool<Thing>(things() as never, { max: 1, acquireTimeoutMillis: 20 });
  const first = await pool.acquire();
  await pool.release(first);
  const owner = await pool.acquire();
  const next = pool.acquire();
  await pool.release(first);
  return (await next.catch(ignore)) === owner ? 2 : 1;
}

async function ourOpen(): Promise<number> {
  const factory = slowToClose();
  return withOurs(factory, { max: 1 }, async (pool) => {
    for (let round = 0; round < 5; round++) void (await pool.acquire()).destroy();
    return factory.mostOpen;
  });
}

async function theirOpen(): Promise<number> {
  const factory = slowToClose();
  const pool = generic.createPool<Thing>(factory as never, { max: 1 });
  for (let round = 0; round < 5; round++) void pool.destroy(await pool.acquire());
  return factory.mostOpen;
}

function slowToClose(): ReturnType<typeof things> {
  const factory = things();
  factory.destroy = async () => {
    await pause(30);
    factory.open--;
  };
  return factory;
}

function failingTwice(): ReturnType<typeof things> {
  const factory = things();
  const { create } = factory;
  let tries = 0;
  factory.create = async (context) => {
    if (++tries <= 2) throw down;
    return create(context);
  };
  return factory;
}

async function ourMin(): Promise<number> {
  return withOurs(failingTwice(), { min: 2 }, async (pool) => {
    await pause(150);
    return pool.stats().size;
  });
}

async function theirMin(): Promise<number> {
  const pool = generic.createPool<Thing>(failingTwice() as never, { min: 2, max: 4 });
  pool.on('factoryCreateError', ignore);
  await pause(150);
  return pool.size;
}

function slowToOpen(): ReturnType<typeof things> {
  const factory = things();
  const { create } = factory;
  factory.create = async (context) => {
    if (factory.creates >= 5) await pause(150);
    return create(context);
  };
  return factory;
}

async function ourSpike(): Promise<number> {
  const factory = slowToOpen();
  return withOurs(factory, { max: 50 }, async (pool) => {
    await pool.warm({ count: 5 });
    await Promise.all(Array.from({ length: 50 }, () => pool.use(() => pause(2))));
    await pause(400);
    return factory.creates;
  });
}

async function theirSpike(): Promise<number> {
  const factory = slowToOpen();
  const pool = generic.createPool<Thing>(factory as never, { min: 5, max: 50 });
  await pool.ready();
  await Promise.all(Array.from({ length: 50 }, () => pool.use(() => pause(2))));
  await pause(400);
  return factory.creates;
}

async function ourLent(): Promise<number> {
  return withOurs(things(), { max: 1 }, async (pool) => {
    await pool.use(() => 42);
    return pool.stats().inUse;
  });
}

async function theirLent(): Promise<number> {
  const pool = generic.createPool<Thing>(things() as never, { max: 1 });
  await Promise.resolve(pool.use((() => 42) as never)).catch(ignore);
  await pause(10);
  return pool.borrowed;
}

async function ourChurn(): Promise<number> {
  const factory = things();
  return withOurs(factory, { min: 2, idleTimeoutMs: 10 }, async () => {
    await pause(400);
    return factory.creates - 2;
  });
}

async function theirChurn(): Promise<number> {
  const factory = things();
  const pool = generic.createPool<Thing>(factory as never, {
    min: 2,
    max: 4,
    idleTimeoutMillis: 10,
    evictionRunIntervalMillis: 20,
  });
  await pause(400);
  const creates = factory.creates - 2;
  await pool.drain().then(() => pool.clear());
  return creates;
}
