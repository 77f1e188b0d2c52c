import type { Settle } from '../engine/step-request.ts';
import type { DeadReason } from '../job/job-error.ts';
import { backoffOf } from '../queue/add-checks.ts';
import type { Attempt } from './attempt.ts';
import { isThenable } from './is-thenable.ts';
import { leaseOf } from './job-calls.ts';
import { jobErrorOf } from './job-error-of.ts';
import { wishOf } from './outcome-errors.ts';
import type { WorkerHome } from './worker-home.ts';

// Of a back-off that fails itself.
const fallbackMs = 1_000;
const unknownTypeMs = 5_000;

/** Turns how a handler ended into what the engine is told. */
export class Settling {
  readonly #home: WorkerHome;

  constructor(home: WorkerHome) {
    this.#home = home;
  }

  /** The handler has returned. Past its time the attempt has failed all the same. */
  returned(attempt: Attempt, value: unknown): Settle {
    if (attempt.cause === 'timeout') return this.#failed(attempt, attempt.reason);
    // Written out, as every job that is done comes by here: a spread costs more than all the rest of it.
    const { id, fence, shard } = attempt.leased;
    try {
      const result = value === undefined ? undefined : this.#home.codec.encode(value, 'the result of a handler');
      return { id, fence, shard, kind: 'done', result };
    } catch (error) {
      return this.dead(attempt, error, 'failed');
    }
  }

  /** The handler has thrown, or its promise has rejected. */
  threw(attempt: Attempt, error: unknown): Settle {
    const { cause } = attempt;
    if (cause === 'timeout') return this.#failed(attempt, attempt.reason);
    // What was asked to end has done nothing wrong.
    if (cause === 'stop' || cause === 'lost') return this.released(attempt);
    const wish = wishOf(error);
    switch (wish.kind) {
      case 'discard':
        return this.dead(attempt, error, 'discarded');
      case 'retry':
        return this.#nack(attempt, error, wish.ms);
      case 'snooze':
        return { ...leaseOf(attempt), kind: 'snooze', delayMs: wish.ms };
      case 'fail':
        return this.#failed(attempt, error);
    }
  }

  /** Nothing was begun, or nothing that counts: back to the front. */
  released(attempt: Attempt, delayMs = 0): Settle {
    return { ...leaseOf(attempt), kind: 'release', delayMs };
  }

  /** There is no handler for this type here. */
  unknownType(attempt: Attempt, policy: 'release' | 'dead'): Settle {
    if (policy === 'release') return this.released(attempt, unknownTypeMs);
    return this.dead(attempt, new Error(`no handler for type '${attempt.leased.record.type}'`), 'unknown-type');
  }

  dead(attempt: Attempt, error: unknown, reason: DeadReason): Settle {
    return { ...this.#nack(attempt, error, 0), dead: reason };
  }

  #failed(attempt: Attempt, error: unknown): Settle {
    return this.#nack(attempt, error, this.#backoffMs(attempt));
  }

  #nack(attempt: Attempt, error: unknown, delayMs: number): Settle & { readonly kind: 'nack' } {
    const maxAttempts = attempt.leased.record.settings?.maxAttempts ?? this.#home.settings.maxAttempts;
    return { ...leaseOf(attempt), kind: 'nack', error: jobErrorOf(error), maxAttempts, delayMs, dead: undefined };
  }

  #backoffMs(attempt: Attempt): number {
    const { backoff, logger, name, random } = this.#home.settings;
    const own = attempt.leased.record.settings?.backoff;
    try {
      const ms: unknown = (own === undefined ? backoff : backoffOf(own)).delayMs(attempt.leased.attempt, random);
      if (typeof ms === 'number' && Number.isFinite(ms) && ms >= 0) return Math.round(ms);
      // One that gives a promise may reject it: nobody else would look.
      if (isThenable(ms)) ms.then(undefined, () => {});
      logger.error({ queue: name, ms }, 'the back-off gave no time to wait');
    } catch (err) {
      logger.error({ queue: name, err }, 'the back-off threw');
    }
    return fallbackMs;
  }
}
