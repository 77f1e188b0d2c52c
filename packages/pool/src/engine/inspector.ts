import type { Clock, Random } from '@xc/core';
import type { PoolFactory, ValidateContext } from '../pool-factory.ts';
import type { Agenda } from './agenda.ts';
import type { Entry } from './entry.ts';
import { LazySignal } from './lazy-signal.ts';
import type { PoolSettings } from './settings.ts';
import { timedCall } from './timed-call.ts';

// Wall clock and monotonic time drift apart by more than this only when the machine slept, or its clock was set.
const sleepMs = 5_000;

/** Finds out which resources are still good, and when that is worth asking. */
export class Inspector<T> {
  /** Whether the factory can tell at all. */
  readonly active: boolean;
  readonly #factory: PoolFactory<T>;
  readonly #settings: PoolSettings;
  readonly #agenda: Agenda;
  readonly #clock: Clock;
  readonly #random: Random;
  #wakeUps = 0;
  #offset: number;

  constructor(factory: PoolFactory<T>, settings: PoolSettings, agenda: Agenda) {
    this.active = factory.validate !== undefined;
    this.#factory = factory;
    this.#settings = settings;
    this.#agenda = agenda;
    this.#clock = settings.clock;
    this.#random = settings.random;
    this.#offset = this.#clock.now() - this.#clock.monotonic();
  }

  /** How often the machine has slept, as far as is known. */
  get wakeUps(): number {
    return this.#wakeUps;
  }

  /** Whether `entry` must be validated before it is lent. Call only when `active`: it reads the wall clock. */
  needed(entry: Entry<T>, now: number): boolean {
    this.#noticeSleep(now);
    if (entry.wakeUps !== this.#wakeUps) return true;
    return this.#settings.validateOnBorrow && now - entry.checkedAt >= this.#settings.recheckAfterMs;
  }

  /** Tells `done` whether `entry` is good, at once when `validate` answers at once. */
  check(entry: Entry<T>, phase: ValidateContext['phase'], now: number, done: (good: boolean) => void): void {
    const signal = new LazySignal();
    const idleMs = phase === 'return' ? 0 : now - entry.idleSince;
    const context = new Context(phase, idleMs, now - entry.createdAt, signal);
    const { validateTimeoutMs } = this.#settings;
    timedCall(
      this.#agenda,
      now + validateTimeoutMs,
      () => this.#factory.validate?.(entry.resource, context),
      (end) => {
        const good = end.kind === 'value' && Boolean(end.value);
        if (good) this.markGood(entry, this.#clock.monotonic());
        done(good);
        if (end.kind === 'timeout') {
          signal.abort(new DOMException(`validate took longer than ${validateTimeoutMs} ms`, 'TimeoutError'));
        }
      },
    );
  }

  /** `entry` was used, or found good. */
  markGood(entry: Entry<T>, now: number): void {
    entry.checkedAt = now;
    entry.wakeUps = this.#wakeUps;
    const { keepaliveMs, keepaliveJitter } = this.#settings;
    if (keepaliveMs === Number.POSITIVE_INFINITY) return;
    entry.keepaliveAt = now + keepaliveMs * (1 - keepaliveJitter * this.#random.next());
  }

  #noticeSleep(now: number): void {
    const offset = this.#clock.now() - now;
    if (Math.abs(offset - this.#offset) <= sleepMs) return;
    this.#offset = offset;
    this.#wakeUps++;
  }
}

class Context implements ValidateContext {
  readonly phase: ValidateContext['phase'];
  readonly idleMs: number;
  readonly ageMs: number;
  readonly #signal: LazySignal;

  constructor(phase: ValidateContext['phase'], idleMs: number, ageMs: number, signal: LazySignal) {
    this.phase = phase;
    this.idleMs = idleMs;
    this.ageMs = ageMs;
    this.#signal = signal;
  }

  get signal(): AbortSignal {
    return this.#signal.signal;
  }
}
