import { type Clock, type Random, systemClock, XcError } from '@xc/core';
import { checkKind, checkMs, checkOptions } from '../option-checks.ts';
import type { Answer, LockStore } from '../store.ts';

/** What goes wrong, each from 0 (never, the default) to 1 (always). */
export interface ChaosPlan {
  /** A question that is never asked: it fails at once. */
  readonly failing?: number;
  /** A question that is asked and done, and whose answer is lost: it fails. */
  readonly losing?: number;
  /** A message that wakes nobody. */
  readonly deaf?: number;
  /** Answers come late by up to so many milliseconds, by lot. */
  readonly delayMs?: number;
  /** Draws the lots. */
  readonly random: Random;
  /** Where `delayMs` passes. @defaultValue systemClock */
  readonly clock?: Clock;
}

/**
 * The same store on a bad day. With nothing in the plan it keeps the contract of the store inside. Its own errors have the
 * code `XC_LOCK_UNAVAILABLE`.
 *
 * @throws TypeError for what is no store; TypeError or RangeError when the plan cannot be.
 *
 * @example
 * ```ts
 * const store = chaosLockStore(memoryLockStore({ clock }), { losing: 0.2, deaf: 0.5, random: new SeededRandom(1), clock });
 * ```
 */
export function chaosLockStore(store: LockStore, plan: ChaosPlan): LockStore {
  const kinds = {
    failing: 'any',
    losing: 'any',
    deaf: 'any',
    delayMs: 'any',
    random: 'random',
    clock: 'clock',
  } as const;
  checkKind('store', store, 'store');
  checkOptions(plan, kinds, 'plan');
  const { failing = 0, losing = 0, deaf = 0, delayMs = 0, random, clock = systemClock } = plan;
  if (random === undefined) throw new TypeError('random must be given, got undefined');
  for (const [name, rate] of Object.entries({ failing, losing, deaf })) {
    checkMs(name, rate, 0);
    if (rate > 1) throw new RangeError(`${name} must be from 0 to 1, got ${rate}`);
  }
  checkMs('delayMs', delayMs, 0);
  const happens = (rate: number): boolean => rate > 0 && random.next() < rate;

  const ask = async <T>(question: () => Answer<T>): Promise<T> => {
    if (happens(failing)) throw chaos('never asked');
    const answer = await question();
    if (delayMs > 0) await clock.sleep(random.next() * delayMs);
    if (happens(losing)) throw chaos('done, and its answer lost');
    return answer;
  };
  return {
    acquire: (claim) => ask(() => store.acquire(claim)),
    renew: (claim, fence) => ask(() => store.renew(claim, fence)),
    release: (claim) => ask(() => store.release(claim)),
    busyMs: (claim) => ask(() => store.busyMs(claim)),
    inspect: (name) => ask(() => store.inspect(name)),
    forceRelease: (name) => ask(() => store.forceRelease(name)),
    watch: (name, wake) => ask(() => store.watch(name, () => happens(deaf) || wake())),
    attach: (home) => store.attach?.(home) ?? (async () => {}),
  };
}

function chaos(what: string): XcError<'XC_LOCK_UNAVAILABLE'> {
  return new XcError('XC_LOCK_UNAVAILABLE', `a question to the store was ${what}`, { retryable: true });
}
