import {
  amount,
  duration,
  orDefault,
  type PolicyOptions,
  policyEnvironment,
  policyOptionNames,
  ratio,
  refuseUnknown,
} from '../options.ts';

/**
 * Says how many retries are still affordable, so that retries cannot multiply the load on a service that is down. Share
 * one budget between policies by passing the same object.
 */
export interface RetryBudget {
  /** A run begins; once per run, not per attempt. */
  onCall(): void;
  /** An attempt was good. */
  onSuccess(): void;
  /** An attempt failed. */
  onFailure(): void;
  /** Pays for one retry; false when the budget does not allow it. */
  tryRetry(): boolean;
  /** What is left, never below 0. */
  readonly balance: number;
}

/** How much a `retryBudget` allows. */
export interface RetryBudgetOptions extends PolicyOptions {
  /**
   * Retries allowed per call, from 0 to 1.
   * @defaultValue 0.2
   */
  readonly ratio?: number;
  /**
   * Retries a second allowed besides, so that a client with few calls may retry at all.
   * @defaultValue 10
   */
  readonly minPerSecond?: number;
  /**
   * How long a call counts, at least 10 milliseconds.
   * @defaultValue 10_000
   */
  readonly windowMs?: number;
}

const slices = 10;

/**
 * Allows retries as a share of the calls of the last `windowMs`, and a few in any case: the retry budget of Twitter's
 * Finagle, over ten slices that are aligned like the buckets of a time window.
 *
 * @throws TypeError or RangeError for an unknown option or a value out of range.
 */
export function retryBudget(options: RetryBudgetOptions = {}): RetryBudget {
  refuseUnknown(options, ['ratio', 'minPerSecond', 'windowMs', ...policyOptionNames]);
  const windowMs = duration('windowMs', orDefault(options.windowMs, 10_000));
  if (windowMs < slices) throw new RangeError(`windowMs must be at least ${slices}, got ${windowMs}`);
  return new WindowedRetryBudget(
    ratio('ratio', orDefault(options.ratio, 0.2), 'allowed'),
    (amount('minPerSecond', orDefault(options.minPerSecond, 10)) * windowMs) / 1000,
    windowMs / slices,
    policyEnvironment(options, 'retry-budget').clock,
  );
}

class WindowedRetryBudget implements RetryBudget {
  readonly #ratio: number;
  readonly #reserve: number;
  readonly #sliceMs: number;
  readonly #clock: { monotonic(): number };
  // Integers, so that nothing drifts however long the budget lives.
  readonly #calls = new Array<number>(slices).fill(0);
  readonly #retries = new Array<number>(slices).fill(0);
  #allCalls = 0;
  #allRetries = 0;
  #current: number;

  constructor(share: number, reserve: number, sliceMs: number, clock: { monotonic(): number }) {
    this.#ratio = share;
    this.#reserve = reserve;
    this.#sliceMs = sliceMs;
    this.#clock = clock;
    this.#current = Math.floor(clock.monotonic() / sliceMs);
  }

  get balance(): number {
    this.#rotate();
    return Math.max(0, this.#reserve + this.#ratio * this.#allCalls - this.#allRetries);
  }

  onCall(): void {
    const slot = this.#rotate();
    this.#calls[slot] = (this.#calls[slot] as number) + 1;
    this.#allCalls += 1;
  }

  onSuccess(): void {}

  onFailure(): void {}

  tryRetry(): boolean {
    if (this.balance < 1) return false;
    const slot = this.#rotate();
    this.#retries[slot] = (this.#retries[slot] as number) + 1;
    this.#allRetries += 1;
    return true;
  }

  /** Forgets the slices that have left the window and gives the slot of the present one. */
  #rotate(): number {
    const now = Math.floor(this.#clock.monotonic() / this.#sliceMs);
    const passed = Math.min(now - this.#current, slices);
    for (let step = 1; step <= passed; step++) {
      const slot = slotOf(this.#current + step);
      this.#allCalls -= this.#calls[slot] as number;
      this.#allRetries -= this.#retries[slot] as number;
      this.#calls[slot] = 0;
      this.#retries[slot] = 0;
    }
    if (passed > 0) this.#current = now;
    return slotOf(this.#current);
  }
}

// A clock may begin below zero.
function slotOf(slice: number): number {
  return ((slice % slices) + slices) % slices;
}
