import { type Clock, isXcError, type Logger, type Random } from '@xc/core';
import { shown } from '../options.ts';
import type { AttemptContext } from '../run/attempt-context.ts';
import { type Complain, complainOnce, isPromised } from '../run/hook.ts';
import type { RetryMetrics } from './retry-metrics.ts';
import type { RetrySettings } from './retry-options.ts';

/** The end of an attempt that was no success: a rejection, or a value that `whenResult` does not accept. */
export interface Failure {
  readonly attempt: number;
  readonly idempotent: boolean | undefined;
  readonly deadline: number | undefined;
  readonly rejection: Rejection | undefined;
}

export interface Rejection {
  readonly error: unknown;
  readonly context: () => AttemptContext;
}

/** Decides whether a failed attempt is followed by another one, and when. */
export class RetryRules {
  readonly settings: RetrySettings;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #metrics: RetryMetrics;
  readonly #complainAboutBackoff: Complain;
  readonly #complainAboutWhen: Complain;
  readonly #complainAboutWhenResult: Complain;

  constructor(
    settings: RetrySettings,
    environment: { readonly clock: Clock; readonly random: Random; readonly logger: Logger; readonly name: string },
    metrics: RetryMetrics,
  ) {
    this.settings = settings;
    this.#clock = environment.clock;
    this.#random = environment.random;
    this.#metrics = metrics;
    const { logger, name } = environment;
    this.#complainAboutBackoff = complainOnce(logger, name, 'backoff', 'the failure is not retried');
    this.#complainAboutWhen = complainOnce(logger, name, 'when', 'the failure is retried');
    this.#complainAboutWhenResult = complainOnce(logger, name, 'whenResult', 'the value is accepted');
  }

  /** True when the value is a failure. */
  rejects(value: unknown, attempt: number): boolean {
    if (this.settings.whenResult === undefined) return false;
    try {
      const verdict = this.settings.whenResult(value, attempt);
      return !isPromised(verdict, this.#complainAboutWhenResult) && verdict === true;
    } catch (error) {
      this.#complainAboutWhenResult(error);
      return false;
    }
  }

  succeeded(attempt: number): void {
    this.settings.budget?.onSuccess();
    if (attempt > 1) this.#metrics.recovered.inc();
  }

  /** Milliseconds to wait before the next attempt, or undefined when there is none. Pays the budget. */
  delayMs(failure: Failure): number | undefined {
    const { attempts, budget, maxRetryAfterMs } = this.settings;
    budget?.onFailure();
    if (failure.attempt >= attempts) {
      this.#metrics.exhausted.inc();
      return undefined;
    }
    const advisedMs = this.#adviceMs(failure);
    if (advisedMs === undefined || advisedMs > maxRetryAfterMs) {
      this.#metrics.refused.inc();
      return undefined;
    }
    const delayMs = Math.max(advisedMs, this.#backoffMs(failure.attempt));
    if (!Number.isFinite(delayMs)) {
      this.#metrics.refused.inc();
      return undefined;
    }
    if (failure.deadline !== undefined && !(this.#clock.monotonic() + delayMs < failure.deadline)) {
      this.#metrics.deadline.inc();
      return undefined;
    }
    if (budget !== undefined && !budget.tryRetry()) {
      this.#metrics.budget.inc();
      return undefined;
    }
    this.#metrics.retried.inc();
    return delayMs;
  }

  /** Infinity when the back-off fails: nobody knows how long to wait, and not to wait at all could be what kills. */
  #backoffMs(attempt: number): number {
    try {
      const delayMs: unknown = this.settings.backoff.delayMs(attempt, this.#random);
      if (typeof delayMs === 'number' && !Number.isNaN(delayMs)) return delayMs;
      if (!isPromised(delayMs, this.#complainAboutBackoff)) {
        this.#complainAboutBackoff(new RangeError(`delayMs must give milliseconds, gave ${shown(delayMs)}`));
      }
    } catch (error) {
      this.#complainAboutBackoff(error);
    }
    return Number.POSITIVE_INFINITY;
  }

  /** The least wait that the other side or `when` asks for; undefined when the failure is not worth a retry. */
  #adviceMs({ attempt, idempotent, deadline, rejection }: Failure): number | undefined {
    if (idempotent === false) return undefined;
    if (rejection === undefined) return 0;
    const { error } = rejection;
    if (isXcError(error) && !error.retryable) return undefined;
    // Waiting for a breaker makes sense only for a caller who said how long he has.
    if (deadline === undefined && isXcError(error, 'XC_BREAKER_OPEN')) return undefined;
    const verdict = this.#ask(error, attempt, rejection.context);
    if (!verdict) return undefined;
    return Math.max(
      waitMs(verdict === true ? undefined : verdict.afterMs),
      waitMs((error as { readonly retryAfterMs?: unknown } | null | undefined)?.retryAfterMs),
    );
  }

  #ask(error: unknown, attempt: number, context: () => AttemptContext): boolean | { readonly afterMs: number } {
    if (this.settings.when === undefined) return true;
    try {
      const verdict = this.settings.when({ error, attempt, context: context() });
      return isPromised(verdict, this.#complainAboutWhen) ? true : verdict;
    } catch (thrown) {
      this.#complainAboutWhen(thrown);
      return true;
    }
  }
}

function waitMs(advice: unknown): number {
  return typeof advice === 'number' && advice > 0 ? advice : 0;
}
