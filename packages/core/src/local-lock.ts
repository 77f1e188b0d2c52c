import type { Clock } from './clock.ts';
import { XcError } from './error.ts';
import { LocalLease } from './local-lease.ts';
import type { Lock, LockLease, LockOptions } from './lock.ts';
import { checkNumber, checkOptionNames } from './option-checks.ts';
import { systemClock } from './system-clock.ts';

/** What `localLock` may be given. */
export interface LocalLockOptions {
  /**
   * Where `ttlMs` and `waitMs` pass.
   * @defaultValue `systemClock`
   */
  readonly clock?: Clock;
}

/**
 * A lock inside one process: the default wherever a `Lock` is wanted.
 *
 * Waiters of a name get it in the order in which they asked. A lease that is not released ends `ttlMs` (default 30,000) after it
 * was given: its signal aborts with `XC_LOCK_LOST`, and the next waiter has the lock. `waitMs` is 5,000 by default, `Infinity`
 * waits for ever. It is not reentrant: whoever asks again for a name that it holds waits for itself. No timer holds the process
 * open.
 *
 * Fences of all names come from one counter, so that a name which nobody holds costs no memory. The counter begins with the
 * wall clock in microseconds: a resource that remembers a fence takes the ones of the next start of the process for newer.
 *
 * @throws XcError `XC_LOCK_TIMEOUT` (as a rejection, retryable) when `waitMs` is over.
 * @throws TypeError or RangeError (as a rejection) for an empty name or an option out of range.
 *
 * @example
 * ```ts
 * const lock = localLock();
 * await using lease = await lock.acquire('reports', { ttlMs: 10_000 });
 * await writeReport({ fence: lease.fence, signal: lease.signal });
 * ```
 */
export function localLock(options: LocalLockOptions = {}): Lock {
  checkOptionNames(options, ['clock']);
  return new LocalLock(options.clock ?? systemClock);
}

interface Waiter {
  readonly ttlMs: number;
  grant(lease: LockLease): void;
}

/** One name that somebody holds. */
interface Turnstile {
  holder: LocalLease;
  /** In the order of their asking. */
  readonly waiters: Set<Waiter>;
}

class LocalLock implements Lock {
  readonly #clock: Clock;
  readonly #turnstiles = new Map<string, Turnstile>();
  #fence: bigint;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#fence = BigInt(Math.trunc(clock.now())) * 1_000n;
  }

  async acquire(name: string, options: LockOptions = {}): Promise<LockLease> {
    const { ttlMs, waitMs, signal } = checked(name, options);
    signal?.throwIfAborted();
    // The loop may have been blocked past the end of the lease, with its timer yet to fire.
    this.#turnstiles.get(name)?.holder.endWhenDue();
    const turnstile = this.#turnstiles.get(name);
    if (turnstile !== undefined) {
      if (waitMs === 0) throw timeoutError(name, waitMs);
      return this.#wait(name, turnstile, { ttlMs, waitMs, signal });
    }
    const holder = this.#lease(name, ttlMs);
    this.#turnstiles.set(name, { holder, waiters: new Set() });
    return holder;
  }

  #wait(name: string, { waiters }: Turnstile, options: ReturnType<typeof checked>): Promise<LockLease> {
    const { ttlMs, waitMs, signal } = options;
    return new Promise((resolve, reject) => {
      const leave = () => {
        waiters.delete(waiter);
        timer.cancel();
        signal?.removeEventListener('abort', abort);
      };
      const abort = () => {
        leave();
        reject(signal?.reason);
      };
      const timeOut = () => {
        leave();
        reject(timeoutError(name, waitMs));
      };
      const waiter: Waiter = {
        ttlMs,
        grant(lease) {
          leave();
          resolve(lease);
        },
      };
      const timer = this.#clock.after(waitMs, timeOut);
      signal?.addEventListener('abort', abort, { once: true });
      waiters.add(waiter);
    });
  }

  #lease(name: string, ttlMs: number): LocalLease {
    this.#fence += 1n;
    return new LocalLease(name, this.#fence, ttlMs, this.#clock, () => this.#handOn(name));
  }

  #handOn(name: string): void {
    const turnstile = this.#turnstiles.get(name);
    if (turnstile === undefined) return;
    const [next] = turnstile.waiters;
    if (next === undefined) {
      this.#turnstiles.delete(name);
      return;
    }
    turnstile.holder = this.#lease(name, next.ttlMs);
    next.grant(turnstile.holder);
  }
}

function checked(name: string, options: LockOptions) {
  if (typeof name !== 'string') throw new TypeError(`name must be a string, got ${typeof name}`);
  if (name === '') throw new RangeError('name must not be empty');
  checkOptionNames(options, ['ttlMs', 'waitMs', 'signal']);
  const { ttlMs = 30_000, waitMs = 5_000, signal } = options;
  checkNumber('ttlMs', ttlMs, 1);
  if (waitMs !== Number.POSITIVE_INFINITY) checkNumber('waitMs', waitMs, 0);
  return { ttlMs, waitMs, signal };
}

function timeoutError(name: string, waitMs: number): XcError<'XC_LOCK_TIMEOUT'> {
  const message = `lock ${JSON.stringify(name)} was not free within ${waitMs} ms`;
  return new XcError('XC_LOCK_TIMEOUT', message, { details: { name, waitMs }, retryable: true });
}
