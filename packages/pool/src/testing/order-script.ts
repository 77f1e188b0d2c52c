import { deepStrictEqual, notStrictEqual, strictEqual } from 'node:assert/strict';
import { ManualClock } from '@xc/core/testing';
import type { AcquireOptions } from '../acquire-options.ts';
import type { Lease } from '../lease.ts';
import type { Pool } from '../pool.ts';
import type { PoolOptions } from '../pool-options.ts';
import type { PoolStats } from '../pool-stats.ts';

/** Who gets what in which order, as data. Borrowers have names. */
export interface OrderScript {
  readonly name: string;
  /** Not named: the defaults, except `acquireTimeoutMs` and `recheckAfterMs` Infinity and `leak` false. */
  readonly options: PoolOptions;
  /**
   * `['acquire', name, options?]`, `['release', name]`, `['destroy', name]`, `['abort', name]`, `['advance', ms]`,
   * `['clear', options?]`, `['resize', size]`, `['pause']`, `['resume']`, `['drain', options?]`. After each one, all that can
   * happen without the passing of time happens.
   */
  readonly steps: readonly (readonly [string, ...unknown[]])[];
  /** Pairs of borrowers that had the same resource. */
  readonly same?: readonly (readonly [string, string])[];
  /** Pairs of borrowers that had different ones. */
  readonly different?: readonly (readonly [string, string])[];
  readonly expect: {
    /** Borrowers in the order in which they were served. */
    readonly got: readonly string[];
    /** Error codes by borrower; `aborted` for who gave up. */
    readonly failed: Readonly<Record<string, string>>;
    /** Some of the figures at the end. */
    readonly stats: Partial<PoolStats>;
  };
}

/** Gives the pool that a script runs on; the options hold its clock. Its factory opens and closes at once. */
export type MakePool = (options: PoolOptions) => Pool<unknown>;

/** Runs the steps and rejects with an `AssertionError` when something else came out. */
export async function runOrderScript(script: OrderScript, make: MakePool): Promise<void> {
  const clock = new ManualClock();
  const quiet: PoolOptions = {
    acquireTimeoutMs: Number.POSITIVE_INFINITY,
    recheckAfterMs: Number.POSITIVE_INFINITY,
    leak: false,
  };
  const pool = make({ ...quiet, ...script.options, clock });
  const borrowers = new Borrowers(pool);
  for (const [name, ...args] of script.steps) {
    await step(name, args, pool, borrowers, clock);
    await clock.advance(0);
  }
  const { got, failed, stats } = script.expect;
  deepStrictEqual(borrowers.got, got, `${script.name}: who was served, in order`);
  deepStrictEqual(borrowers.failed, failed, `${script.name}: who was not`);
  const actual = pool.stats();
  for (const key of Object.keys(stats) as (keyof PoolStats)[])
    strictEqual(actual[key], stats[key], `${script.name}: ${key}`);
  for (const [one, other] of script.same ?? [])
    strictEqual(borrowers.had(one), borrowers.had(other), `${one} and ${other}`);
  for (const [one, other] of script.different ?? []) {
    notStrictEqual(borrowers.had(one), borrowers.had(other), `${one} and ${other}`);
  }
}

async function step(
  name: string,
  args: readonly unknown[],
  pool: Pool<unknown>,
  borrowers: Borrowers,
  clock: ManualClock,
): Promise<void> {
  const [first, second] = args;
  if (name === 'acquire') borrowers.acquire(first as string, second as AcquireOptions | undefined);
  else if (name === 'release') borrowers.lease(first as string).release();
  else if (name === 'destroy') void borrowers.lease(first as string).destroy();
  else if (name === 'abort') borrowers.abort(first as string);
  else if (name === 'advance') await clock.advance(first as number);
  else if (name === 'clear') pool.clear(first as { lent?: 'interrupt' } | undefined);
  else if (name === 'resize') pool.resize(first as { max?: number });
  else if (name === 'pause') pool.pause();
  else if (name === 'resume') pool.resume();
  else if (name === 'drain') void pool.drain(first as { deadlineMs?: number } | undefined);
  else throw new TypeError(`unknown step ${name}`);
}

class Borrowers {
  readonly got: string[] = [];
  readonly failed: Record<string, string> = {};
  readonly #pool: Pool<unknown>;
  readonly #leases = new Map<string, Lease<unknown>>();
  readonly #resources = new Map<string, unknown>();
  readonly #aborts = new Map<string, AbortController>();

  constructor(pool: Pool<unknown>) {
    this.#pool = pool;
  }

  acquire(name: string, options: AcquireOptions = {}): void {
    const controller = new AbortController();
    this.#aborts.set(name, controller);
    this.#pool.acquire({ ...options, label: name, signal: controller.signal }).then(
      (lease) => {
        this.got.push(name);
        this.#leases.set(name, lease);
        this.#resources.set(name, lease.value);
      },
      (error: { readonly code?: unknown }) => {
        this.failed[name] = controller.signal.aborted ? 'aborted' : String(error.code);
      },
    );
  }

  abort(name: string): void {
    this.#aborts.get(name)?.abort();
  }

  lease(name: string): Lease<unknown> {
    const lease = this.#leases.get(name);
    if (lease === undefined) throw new Error(`${name} has no lease`);
    return lease;
  }

  had(name: string): unknown {
    return this.#resources.get(name);
  }
}
