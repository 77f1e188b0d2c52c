import { ManualClock } from '@xc/core/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createPool, type Lease, type Pool } from '../src/index.ts';
import { type FakeFactory, type FakeResource, fakeFactory } from '../src/testing/index.ts';
import { NaivePool } from './naive-pool.ts';

const settle = () =>
  Promise.resolve().then(() => new Promise<void>((resolve) => queueMicrotask(() => queueMicrotask(resolve))));

/** The pool beside its model; after each step both must say the same. */
class Pair {
  readonly factory: FakeFactory = fakeFactory();
  readonly clock = new ManualClock();
  readonly model: NaivePool;
  readonly pool: Pool<FakeResource>;
  readonly leases = new Map<number, Lease<FakeResource>>();
  readonly aborts = new Map<number, AbortController>();
  readonly served: number[] = [];
  readonly settled = new Set<number>();
  borrowers = 0;

  constructor(max: number) {
    this.model = new NaivePool(max);
    this.pool = createPool(this.factory, {
      max,
      maxCreating: 20,
      acquireTimeoutMs: Number.POSITIVE_INFINITY,
      maxLifetimeMs: Number.POSITIVE_INFINITY,
      idleTimeoutMs: Number.POSITIVE_INFINITY,
      createErrors: 'keep',
      leak: false,
      clock: this.clock,
    });
  }

  acquire(level: number, abortable: boolean): void {
    const name = ++this.borrowers;
    const abort = new AbortController();
    if (abortable) this.aborts.set(name, abort);
    this.pool.acquire({ priority: level, ...(abortable && { signal: abort.signal }) }).then(
      (lease) => {
        this.leases.set(name, lease);
        this.served.push(name);
        this.settled.add(name);
      },
      () => this.settled.add(name),
    );
    this.model.acquire(name, level);
  }

  /** The n-th of those who hold something, with what it holds in the model. */
  holder(at: number): readonly [number, number] | undefined {
    const holders = [...this.model.lent].map(([id, name]) => [name, id] as const);
    return holders[at % Math.max(holders.length, 1)];
  }

  check(): void {
    const { size, idle, inUse, waiting, creating, closing, max, created, closed } = this.pool.stats();
    const { model } = this;
    expect({ size, idle, inUse, waiting, max }).toEqual({
      size: model.size,
      idle: model.idle.length,
      inUse: model.lent.size,
      waiting: model.waiting.length,
      max: model.max,
    });
    expect({ creating, closing, live: created - closed }).toEqual({ creating: 0, closing: 0, live: size });
    // One owner each, and the very resource that the model says.
    for (const [id, name] of model.lent) expect(this.leases.get(name)?.value.id, `borrower ${name}`).toBe(id);
    expect(this.factory.violations).toEqual([]);
    expect(this.factory.open).toBe(size);
  }
}

type Step = (pair: Pair) => void | Promise<void>;

const index = fc.nat({ max: 30 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(fc.nat({ max: 2 }), fc.boolean()).map(
      ([level, abortable]): Step =>
        (pair) =>
          pair.acquire(level, abortable),
    ),
  },
  {
    weight: 6,
    arbitrary: index.map(
      (at): Step =>
        (pair) => {
          const [name, id] = pair.holder(at) ?? [];
          if (name === undefined || id === undefined) return;
          pair.leases.get(name)?.release();
          pair.model.release(id);
        },
    ),
  },
  {
    weight: 1,
    arbitrary: index.map(
      (at): Step =>
        (pair) => {
          const [name, id] = pair.holder(at) ?? [];
          if (name === undefined || id === undefined) return;
          void pair.leases.get(name)?.destroy();
          pair.model.close(id);
        },
    ),
  },
  {
    weight: 2,
    arbitrary: index.map(
      (at): Step =>
        (pair) => {
          const abortable = pair.model.waiting.filter(({ name }) => pair.aborts.has(name));
          const waiter = abortable[at % Math.max(abortable.length, 1)];
          if (waiter === undefined) return;
          pair.aborts.get(waiter.name)?.abort();
          pair.model.abort(waiter.name);
        },
    ),
  },
  {
    weight: 1,
    arbitrary: index.map(
      (at): Step =>
        (pair) => {
          const open = pair.factory.opened.filter(({ alive }) => alive);
          const victim = open[at % Math.max(open.length, 1)];
          if (victim === undefined) return;
          pair.model.close(victim.id);
          pair.factory.kill(victim);
        },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 1, max: 6 }).map(
      (max): Step =>
        (pair) => {
          pair.pool.resize({ max });
          pair.model.resize(max);
        },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constant<Step>((pair) => {
      pair.pool.clear();
      pair.model.clear();
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constant<Step>((pair) => {
      pair.factory.failCreates(new Error('down'));
      pair.model.failing = true;
    }),
  },
  {
    weight: 2,
    arbitrary: fc.constant<Step>(async (pair) => {
      pair.factory.failCreates(undefined);
      await pair.clock.advance(20_000);
      pair.model.failing = false;
      pair.model.serve();
    }),
  },
  {
    weight: 1,
    arbitrary: fc.nat({ max: 100 }).map(
      (ms): Step =>
        (pair) =>
          pair.clock.advance(ms),
    ),
  },
);

test('two thousand random histories agree with a pool of plain arrays', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.array(step, { maxLength: 40 }), async (max, steps) => {
      const pair = new Pair(max);
      for (const one of steps) {
        await one(pair);
        await settle();
        pair.check();
      }
      // In the end everybody is served or refused, and everything is closed.
      const report = pair.pool.drain({ deadlineMs: 0 });
      await settle();
      await pair.clock.advance(0);
      await report;
      expect(pair.pool.stats()).toMatchObject({ size: 0, waiting: 0, creating: 0, closing: 0 });
      expect(pair.settled.size).toBe(pair.borrowers);
      expect(pair.factory.open).toBe(0);
      expect(pair.factory.violations).toEqual([]);
    }),
    { numRuns: 2_000 },
  );
}, 120_000);
