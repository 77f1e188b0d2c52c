import { type Clock, isXcError, type Timer } from '@xc/core';
import type { CacheMetrics } from '../engine/cache-metrics.ts';
import { isPartAway } from '../tier/part-away.ts';
import type { Tier, TierSpace } from '../tier/tier.ts';
import type { TierCall } from '../tier/tier-call.ts';

/** The names of operations, for metrics. */
export type TierOperation =
  | 'read'
  | 'fill'
  | 'set'
  | 'drop'
  | 'raise'
  | 'groups'
  | 'touch'
  | 'renew'
  | 'release'
  | 'once';

/** The second level did not answer in time, or is being spared. */
export class TierAway extends Error {
  readonly deadline: boolean;
  constructor(message: string, deadline: boolean, cause?: unknown) {
    super(message, { cause });
    this.deadline = deadline;
  }
}

const FAILURES = 5;
const PROBE_MS = 200;
const FIRST_SKIP_MS = 1_000;
const LONGEST_SKIP_MS = 30_000;

/**
 * Stands before the second level, so that a slow, dead or lying one costs a caller at most one deadline in all: after one was
 * missed, callers are refused at once and a probe goes out behind their backs; after 5 failures in a row even that waits, for 1 s
 * and then twice as long each time up to 30 s.
 */
export class TierGate {
  readonly space: TierSpace;
  readonly #tier: Tier;
  readonly #clock: Clock;
  readonly #metrics: CacheMetrics;
  readonly #changed: (state: 'up' | 'away') => void;
  #row = 0;
  #doubtful = false;
  #probing = false;
  #skipMs = FIRST_SKIP_MS;
  #skipUntil = Number.NEGATIVE_INFINITY;
  #timer: Timer | undefined;
  #closed = false;

  constructor(
    tier: Tier,
    space: TierSpace,
    clock: Clock,
    metrics: CacheMetrics,
    changed: (state: 'up' | 'away') => void,
  ) {
    this.#tier = tier;
    this.space = space;
    this.#clock = clock;
    this.#metrics = metrics;
    this.#changed = changed;
  }

  get up(): boolean {
    return this.#row === 0;
  }

  /** @throws what the operation rejects with; TierAway after the deadline, or at once while the second level is spared. */
  run<T>(operation: TierOperation, task: (space: TierSpace, call: TierCall) => Promise<T>): Promise<T> {
    if (this.#doubtful) {
      this.probe();
      return Promise.reject(new TierAway('the second level is away', false));
    }
    return this.#attempt(operation, task);
  }

  /** Asks in the background whether the second level is back, unless it is being spared or asked already. */
  probe(): void {
    if (this.#probing || this.#closed || this.#clock.monotonic() < this.#skipUntil) return;
    this.#probing = true;
    const done = (): void => {
      this.#probing = false;
      this.#schedule();
    };
    this.#attempt('groups', (space, call) => space.groups([], call)).then(done, done);
  }

  /**
   * Goes out even while callers are refused, within the deadline, and nothing is concluded from how it ends: it takes back what an
   * operation before it may have done.
   */
  behind<T>(task: (space: TierSpace, call: TierCall) => Promise<T>): Promise<T> {
    return this.#inTime(this.#tier.deadlineMs, (deadlineMs) => task(this.space, { deadlineMs }));
  }

  /** It answered, and what it had was damaged. */
  corrupt(): void {
    this.#metrics.l2Failed('read', 'corrupt');
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }

  /** It is found out that it is back even where nobody asks. */
  #schedule(): void {
    this.#timer?.cancel();
    if (this.#closed || !this.#doubtful) return;
    const waitMs = Math.max(PROBE_MS, this.#skipUntil - this.#clock.monotonic());
    this.#timer = this.#clock.after(waitMs, () => this.probe());
  }

  #attempt<T>(operation: TierOperation, task: (space: TierSpace, call: TierCall) => Promise<T>): Promise<T> {
    const started = this.#clock.monotonic();
    const { policy, deadlineMs } = this.#tier;
    return new Promise((resolve, reject) => {
      const succeed = (answer: T): void => {
        this.#metrics.l2Took(operation, this.#clock.monotonic() - started);
        this.#succeed();
        resolve(answer);
      };
      const fail = (error: unknown): void => {
        this.#metrics.l2Failed(operation, reasonOf(error));
        this.#fail(error);
        reject(error);
      };
      const attempt = (leftMs: number): Promise<T> => task(this.space, { deadlineMs: leftMs });
      if (policy === undefined) this.#within(deadlineMs, attempt, succeed, fail);
      else {
        // What waits in the policy has no more time for that.
        const once = (): Promise<T> => this.#inTime(deadlineMs - (this.#clock.monotonic() - started), attempt);
        this.#within(deadlineMs, () => policy.run(once), succeed, fail);
      }
    });
  }

  /** What a policy lets through too late is not even begun: a write that nobody waits for any more could undo a newer one. */
  #inTime<T>(leftMs: number, attempt: (leftMs: number) => Promise<T>): Promise<T> {
    if (leftMs <= 0) return Promise.reject(this.#late());
    return new Promise((done, failed) => this.#within(leftMs, attempt, done, failed));
  }

  /** Calls one of the two once. The late answer of what missed its deadline is dropped. */
  #within<T>(
    leftMs: number,
    attempt: (leftMs: number) => Promise<T>,
    succeed: (answer: T) => void,
    fail: (error: unknown) => void,
  ): void {
    let settled = false;
    const settle = (): boolean => {
      const first = !settled;
      settled = true;
      timer.cancel();
      return first;
    };
    const timer = this.#clock.after(leftMs, () => {
      if (settle()) fail(this.#late());
    });
    let answer: Promise<T>;
    try {
      answer = attempt(leftMs);
    } catch (error) {
      if (settle()) fail(error);
      return;
    }
    answer.then(
      (value) => {
        if (settle()) succeed(value);
      },
      (error: unknown) => {
        if (settle()) fail(error);
      },
    );
  }

  #late(): TierAway {
    return new TierAway(`no answer from the second level within ${this.#tier.deadlineMs} ms`, true);
  }

  #succeed(): void {
    const wasAway = this.#row > 0;
    this.#row = 0;
    this.#doubtful = false;
    this.#skipMs = FIRST_SKIP_MS;
    this.#skipUntil = Number.NEGATIVE_INFINITY;
    if (wasAway) this.#changed('up');
  }

  #fail(error: unknown): void {
    // The rest of it answers.
    if (isPartAway(error)) return;
    this.#row++;
    if (reasonOf(error) === 'deadline') this.#doubtful = true;
    if (this.#row >= FAILURES && this.#tier.policy === undefined) {
      this.#doubtful = true;
      this.#skipUntil = this.#clock.monotonic() + this.#skipMs;
      this.#skipMs = Math.min(this.#skipMs * 2, LONGEST_SKIP_MS);
    }
    if (this.#row === 1) this.#changed('away');
    if (!this.#probing) this.#schedule();
  }
}

function reasonOf(error: unknown): 'deadline' | 'refused' | 'other' {
  if (error instanceof TierAway) return error.deadline ? 'deadline' : 'refused';
  if (isPartAway(error)) return reasonOf(error.cause);
  if (!isXcError(error)) return 'other';
  if (error.code.endsWith('_TIMEOUT')) return 'deadline';
  return error.retryable || error.code.endsWith('_UNAVAILABLE') ? 'refused' : 'other';
}
