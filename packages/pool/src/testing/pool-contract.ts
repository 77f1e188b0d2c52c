import { deepStrictEqual, ok, rejects, strictEqual, throws } from 'node:assert/strict';
import { systemClock } from '@xc/core';
import type { Lease } from '../lease.ts';
import type { Pool } from '../pool.ts';
import type { PoolCapabilities } from '../pool-capabilities.ts';
import type { PoolFactory } from '../pool-factory.ts';
import type { PoolOptions } from '../pool-options.ts';
import type { ContractCase } from './contract-case.ts';
import { type FakeFactory, type FakeResource, fakeFactory } from './fake-factory.ts';

/** The options that every engine must honour. */
export type ContractOptions = Pick<PoolOptions, 'max' | 'min' | 'acquireTimeoutMs' | 'name'>;

/** Makes a fresh engine on a factory. */
export type MakeContractPool = (factory: PoolFactory<FakeResource>, options: ContractOptions) => Pool<FakeResource>;

type Run = (pool: Pool<FakeResource>, factory: FakeFactory) => Promise<void>;

const lost = new Error('lost');

/**
 * What every `Pool` promises, whatever its engine. Takes real time, a fraction of a second in all.
 *
 * @param make - Makes a fresh engine.
 * @param capabilities - What it can do; for what it cannot, the contract demands XC_POOL_UNSUPPORTED.
 * @defaultValue capabilities: those that a fresh engine says it has
 */
export function poolContract(
  make: MakeContractPool,
  capabilities?: Partial<PoolCapabilities>,
): readonly ContractCase[] {
  const can = { ...make(fakeFactory(), {}).capabilities, ...capabilities };
  const run = (max: number, fn: Run) => async () => {
    const factory = fakeFactory();
    const pool = make(factory, { max, acquireTimeoutMs: 5_000, name: 'contract' });
    await fn(pool, factory);
    await pool.drain({ deadlineMs: 0 });
    deepStrictEqual(factory.violations, []);
    strictEqual(factory.open, 0, 'everything is closed after a drain');
    ok(factory.mostOpen <= max, `never more than ${max} are open`);
  };
  const cases: Record<string, () => Promise<void>> = {
    'lends one resource to one owner at a time': run(1, oneOwner),
    'serves waiters in the order in which they came': run(1, inOrder),
    'never has more than max open': run(3, neverMore),
    'use lends for the length of its function, and returns or closes on every path': run(1, usesAndReturns),
    'refuses an aborted signal with its reason, and lets an aborted waiter go': run(1, aborts),
    'ends a wait at its deadline with XC_POOL_TIMEOUT': run(1, timesOut),
    'a lease that has ended touches nobody else': run(1, staleLease),
    'destroy closes the resource, and the next owner gets another': run(1, destroys),
    'tryAcquire lends what is ready and nothing else': run(1, triesOnly),
    'figures add up': run(3, addsUp),
    'drain turns the waiting and the new away with XC_POOL_CLOSED, and is the same the second time': run(2, drains),
    'a create that fails is told to the borrower by its deadline, and the next one is served': run(1, failsAndHeals),
    'serves lower levels first': run(1, can.priorities ? levels : noLevels),
  };
  const optional = { resize, pause, clear } as const;
  for (const name of ['resize', 'pause', 'clear'] as const) {
    const sentence = can[name] ? promises[name] : `refuses ${name} with XC_POOL_UNSUPPORTED`;
    cases[sentence] = run(2, can[name] ? optional[name] : unsupported(name));
  }
  return Object.entries(cases).map(([name, check]) => ({ name, run: check }));
}

const promises = {
  resize: 'resize lets more be open',
  pause: 'paused, nothing is lent; resumed, everything goes on',
  clear: 'clear closes what is idle',
} as const;

async function oneOwner(pool: Pool<FakeResource>): Promise<void> {
  const lease = await pool.acquire();
  const seconds: Lease<FakeResource>[] = [];
  const waiting = pool.acquire().then((second) => seconds.push(second));
  await turns();
  strictEqual(seconds.length, 0);
  strictEqual(pool.stats().waiting, 1);
  const { value } = lease;
  lease.release();
  await waiting;
  strictEqual(seconds[0]?.value, value);
  seconds[0]?.release();
}

async function inOrder(pool: Pool<FakeResource>): Promise<void> {
  const lease = await pool.acquire();
  const order: number[] = [];
  const waiting = [1, 2, 3].map((name) =>
    pool.use(() => {
      order.push(name);
    }),
  );
  lease.release();
  await Promise.all(waiting);
  deepStrictEqual(order, [1, 2, 3]);
}

async function neverMore(pool: Pool<FakeResource>): Promise<void> {
  let most = 0;
  let now = 0;
  const use = () =>
    pool.use(async () => {
      most = Math.max(most, ++now);
      await turns();
      now--;
    });
  await Promise.all(Array.from({ length: 30 }, use));
  ok(most <= 3 && most > 0, `${most} were in use`);
}

async function usesAndReturns(pool: Pool<FakeResource>, factory: FakeFactory): Promise<void> {
  strictEqual(await pool.use(() => 42), 42);
  strictEqual(await pool.use(async ({ id }) => id), 1);
  await rejects(
    pool.use(() => {
      throw lost;
    }),
    lost,
  );
  await rejects(
    pool.use(() => Promise.reject(lost)),
    lost,
  );
  await turns();
  strictEqual(await pool.use(() => 'still works'), 'still works');
  strictEqual(pool.stats().inUse, 0);
  ok((factory.opened[0]?.endReason ?? '') !== '', 'a broken resource is closed');
}

async function aborts(pool: Pool<FakeResource>): Promise<void> {
  await rejects(pool.acquire({ signal: AbortSignal.abort(lost) }), lost);
  const lease = await pool.acquire();
  const abort = new AbortController();
  const gone = pool.acquire({ signal: abort.signal });
  const next = pool.acquire();
  abort.abort(lost);
  await rejects(gone, lost);
  lease.release();
  (await next).release();
}

async function timesOut(pool: Pool<FakeResource>): Promise<void> {
  const lease = await pool.acquire();
  await rejects(pool.acquire({ timeoutMs: 30 }), hasCode('XC_POOL_TIMEOUT'));
  strictEqual(pool.stats().waiting, 0);
  lease.release();
  (await pool.acquire()).release();
}

async function staleLease(pool: Pool<FakeResource>): Promise<void> {
  const stale = await pool.acquire();
  stale.release();
  strictEqual(stale.ended, true);
  throws(() => stale.value, hasCode('XC_POOL_LEASE_ENDED'));
  const owner = await pool.acquire();
  stale.release();
  await stale.destroy();
  await turns();
  strictEqual(owner.ended, false);
  strictEqual(pool.stats().inUse, 1);
  ok(pool.stats().misuse >= 2);
  strictEqual(owner.value.endReason, undefined);
  owner.release();
}

async function destroys(pool: Pool<FakeResource>, factory: FakeFactory): Promise<void> {
  const lease = await pool.acquire();
  const next = pool.acquire();
  await lease.destroy();
  strictEqual(lease.ended, true);
  ok(factory.opened[0]?.endReason !== undefined);
  const other = await next;
  strictEqual(other.value, factory.opened[1]);
  other.release();
}

async function triesOnly(pool: Pool<FakeResource>, factory: FakeFactory): Promise<void> {
  strictEqual(pool.tryAcquire(), undefined);
  await turns();
  strictEqual(factory.creates, 0, 'nothing is opened');
  (await pool.acquire()).release();
  await turns();
  const lease = pool.tryAcquire();
  ok(lease !== undefined);
  strictEqual(pool.tryAcquire(), undefined);
  lease.release();
}

async function addsUp(pool: Pool<FakeResource>): Promise<void> {
  const leases = await Promise.all([pool.acquire(), pool.acquire()]);
  leases[0]?.release();
  await turns();
  const { size, idle, inUse, waiting, acquired, max, state } = pool.stats();
  deepStrictEqual(
    { size, idle, inUse, waiting, acquired, max, state },
    {
      size: 2,
      idle: 1,
      inUse: 1,
      waiting: 0,
      acquired: 2,
      max: 3,
      state: 'running',
    },
  );
  leases[1]?.release();
}

async function drains(pool: Pool<FakeResource>): Promise<void> {
  const leases = await Promise.all([pool.acquire(), pool.acquire()]);
  const waiting = rejects(pool.acquire(), hasCode('XC_POOL_CLOSED'));
  const drained = pool.drain({ deadlineMs: 1_000 });
  strictEqual(pool.drain(), drained);
  await waiting;
  await rejects(pool.acquire(), hasCode('XC_POOL_CLOSED'));
  for (const lease of leases) lease.release();
  const { clean, forced, rejected } = await drained;
  deepStrictEqual({ clean, forced, rejected }, { clean: true, forced: 0, rejected: 1 });
  strictEqual(pool.stats().state, 'closed');
}

async function failsAndHeals(pool: Pool<FakeResource>, factory: FakeFactory): Promise<void> {
  factory.failCreates(lost);
  await rejects(pool.acquire({ timeoutMs: 50 }), (error: { code?: unknown }) => {
    ok(error.code === 'XC_POOL_CREATE' || error.code === 'XC_POOL_TIMEOUT', String(error.code));
    return true;
  });
  factory.failCreates(undefined);
  await systemClock.sleep(100);
  (await pool.acquire()).release();
}

async function levels(pool: Pool<FakeResource>): Promise<void> {
  const lease = await pool.acquire();
  const order: string[] = [];
  const use = (name: string, priority: number) => pool.use(() => void order.push(name), { priority });
  const waiting = [use('last', 2), use('middle', 1), use('first', 0)];
  lease.release();
  await Promise.all(waiting);
  deepStrictEqual(order, ['first', 'middle', 'last']);
}

async function noLevels(pool: Pool<FakeResource>): Promise<void> {
  strictEqual(pool.capabilities.priorities, false);
}

async function resize(pool: Pool<FakeResource>): Promise<void> {
  pool.resize({ max: 1 });
  const lease = await pool.acquire();
  const waiting = pool.acquire();
  await turns();
  strictEqual(pool.stats().waiting, 1);
  pool.resize({ max: 2 });
  (await waiting).release();
  lease.release();
}

async function pause(pool: Pool<FakeResource>): Promise<void> {
  pool.pause();
  const waiting = pool.acquire();
  await turns();
  strictEqual(pool.stats().state, 'paused');
  strictEqual(pool.stats().waiting, 1);
  pool.resume();
  (await waiting).release();
}

async function clear(pool: Pool<FakeResource>, factory: FakeFactory): Promise<void> {
  (await pool.acquire()).release();
  pool.clear();
  await turns();
  ok(factory.opened[0]?.endReason !== undefined);
  (await pool.acquire()).release();
}

function unsupported(capability: 'resize' | 'pause' | 'clear'): Run {
  return async (pool) => {
    throws(
      () => pool[capability]({}),
      (error: { code?: unknown; details?: { capability?: unknown } }) => {
        strictEqual(error.code, 'XC_POOL_UNSUPPORTED');
        strictEqual(error.details?.capability, capability);
        return true;
      },
    );
  };
}

function hasCode(code: string): (error: { code?: unknown }) => boolean {
  return (error) => {
    strictEqual(error.code, code);
    return true;
  };
}

/** Lets everything settle that needs no time. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}
