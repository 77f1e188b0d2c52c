import type { LockLease } from '@xc/core';
import { ManualClock, SeededRandom } from '@xc/core/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLocks, type LockClaim, type LockStore, memoryLockStore } from '../src/index.ts';
import { chaosLockStore } from '../src/testing/index.ts';
import { changed } from './changed-store.ts';

const NODES = 3;
const RUNS = process.env.XC_LONG === '1' ? 30_000 : 2_000;

type Step =
  | {
      readonly do: 'acquire';
      readonly node: number;
      readonly ttlMs: number;
      readonly waitMs: number;
      readonly renew: boolean;
    }
  | { readonly do: 'release'; readonly pick: number }
  | { readonly do: 'abort'; readonly pick: number }
  | { readonly do: 'force' }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'jump'; readonly ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: fc.constant({ do: 'force' as const }), weight: 1 },
  ...[
    fc.record({
      do: fc.constant('acquire' as const),
      node: fc.nat(NODES - 1),
      ttlMs: fc.constantFrom(100, 300, 1_000),
      waitMs: fc.constantFrom(0, 50, 1_000, Number.POSITIVE_INFINITY),
      renew: fc.boolean(),
    }),
    fc.record({ do: fc.constantFrom('release' as const, 'abort' as const), pick: fc.nat(20) }),
    fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(1, 30, 99, 101, 500) }),
    fc.record({ do: fc.constant('jump' as const), ms: fc.constantFrom(-3_600_000, 3_600_000) }),
  ].map((arbitrary) => ({ arbitrary: arbitrary as fc.Arbitrary<Step>, weight: 10 })),
);

/** What nobody may ever see, whatever goes wrong between the nodes and their store. */
class Witness {
  readonly leases: LockLease[] = [];
  #last = 0n;
  /** Whether a lease was taken by force: its holder hears of it at the next renewal only. */
  isForced = false;

  /** The store as it grants: answers may overtake each other on their way. */
  before(store: LockStore): LockStore {
    const acquire = async (claim: LockClaim) => {
      const answer = await store.acquire(claim);
      if (answer.granted) {
        expect(answer.fence).toBeGreaterThan(this.#last);
        this.#last = answer.fence;
      }
      return answer;
    };
    return changed(store, { acquire });
  }

  granted(lease: LockLease, permits: number): void {
    this.leases.push(lease);
    if (!this.isForced) expect(this.live().length).toBeLessThanOrEqual(permits);
  }

  live(): LockLease[] {
    return this.leases.filter(({ signal }) => !signal.aborted);
  }
}

async function run(steps: readonly Step[], permits: number, seed: number): Promise<void> {
  const clock = new ManualClock(1_700_000_000_000);
  const inner = memoryLockStore({ clock });
  const random = new SeededRandom(seed);
  const witness = new Witness();
  const seen = witness.before(inner);
  const plan = { failing: 0.1, losing: 0.1, deaf: 0.3, delayMs: 20, random, clock };
  const nodes = Array.from({ length: NODES }, () => {
    const locks = createLocks({ clock, random, store: chaosLockStore(seen, plan) });
    return { locks, lock: permits === 1 ? locks : locks.semaphore('a', permits) };
  });
  const failures: unknown[] = [];
  const aborts: AbortController[] = [];
  for (const one of steps) {
    if (one.do === 'acquire') {
      const controller = new AbortController();
      aborts.push(controller);
      const { lock } = nodes[one.node] as (typeof nodes)[0];
      const options = { ttlMs: one.ttlMs, waitMs: one.waitMs, renew: one.renew, signal: controller.signal };
      lock.acquire('a', options).then(
        (lease) => {
          try {
            witness.granted(lease, permits);
          } catch (error) {
            failures.push(error);
          }
        },
        () => {},
      );
    } else if (one.do === 'release') {
      const lease = witness.leases.splice(one.pick % Math.max(1, witness.leases.length), 1)[0];
      void lease?.release();
    } else if (one.do === 'abort') aborts[one.pick % Math.max(1, aborts.length)]?.abort();
    else if (one.do === 'force') {
      witness.isForced = true;
      await inner.forceRelease('a');
    } else if (one.do === 'jump') clock.set(clock.now() + one.ms);
    else await clock.advance(one.ms);
    await clock.advance(0);
  }
  const disposal = Promise.all(nodes.map(({ locks }) => locks[Symbol.asyncDispose]()));
  await clock.advance(5_000);
  await disposal;
  expect(failures).toEqual([]);
  expect((await inner.inspect('a'))?.held ?? false).toBe(false);
  expect(clock.pending).toBe(0);
}

test.for([1, 2])(
  'of %d permits no more leases are ever live, and fences grow, on a store with a very bad day',
  async (permits) => {
    const property = fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.integer(), (steps, seed) =>
      run(steps, permits, seed),
    );
    // The failure message has the seed to repeat it with.
    await fc.assert(property, { numRuns: RUNS });
  },
);
