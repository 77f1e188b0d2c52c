import type { Clock, CounterCell, GaugeCell, Random } from '@xc/core';
import { abandonmentVerdict, isVerdict, type Outcome, rejectionVerdict, type Verdict } from '../circuit/verdict.ts';
import { shown } from '../options.ts';
import { type Complain, isPromised } from '../run/hook.ts';
import type { RequestWindow } from './request-window.ts';

/** What a throttle is made of. */
export interface ThrottleParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly window: RequestWindow;
  readonly k: number;
  readonly maxRejection: number;
  readonly minimumCalls: number;
  readonly passEveryMs: number;
  readonly classify: ((outcome: Outcome) => Verdict | undefined) | undefined;
  readonly complain: Complain;
  readonly throttled: CounterCell;
  readonly gauge: GaugeCell;
}

/** Counts requests and accepts, and decides who is refused. */
export class ThrottleState {
  readonly #parts: ThrottleParts;
  #passedAt: number;
  #shown = 0;

  constructor(parts: ThrottleParts) {
    this.#parts = parts;
    this.#passedAt = parts.clock.monotonic();
    parts.gauge.set(0);
  }

  /** The window as it is now. */
  window(now: number): RequestWindow {
    this.#parts.window.advance(now);
    return this.#parts.window;
  }

  rejection(now: number): number {
    const { k, maxRejection, minimumCalls } = this.#parts;
    const { accepts, requests } = this.window(now);
    if (requests < minimumCalls) return 0;
    return Math.min(maxRejection, Math.max(0, (requests - k * accepts) / (requests + 1)));
  }

  /** Counts a request; gives the rejection by which it is refused, or undefined when it may pass. */
  refuses(now: number): number | undefined {
    const { passEveryMs, random, throttled, window } = this.#parts;
    const rejection = this.rejection(now);
    this.#show(rejection);
    const drawn = rejection > 0 && random.next() < rejection;
    window.request(now);
    if (drawn && now - this.#passedAt < passEveryMs) {
      throttled.inc();
      return rejection;
    }
    this.#passedAt = now;
    return undefined;
  }

  fulfilled(startedAt: number, value: unknown): void {
    const now = this.#parts.clock.monotonic();
    this.#count(now, startedAt, this.#classified({ ok: true, value, durationMs: now - startedAt }) ?? 'success');
  }

  rejected(startedAt: number, error: unknown): void {
    this.#failed(startedAt, error, rejectionVerdict(error));
  }

  abandoned(startedAt: number, reason: unknown): void {
    this.#failed(startedAt, reason, abandonmentVerdict(reason));
  }

  #failed(startedAt: number, error: unknown, otherwise: 'failure' | 'ignore' | 'gave-up'): void {
    const now = this.#parts.clock.monotonic();
    const verdict = this.#classified({ ok: false, error, durationMs: now - startedAt });
    this.#count(now, startedAt, verdict ?? (otherwise === 'failure' ? 'failure' : 'ignore'));
  }

  #count(now: number, startedAt: number, verdict: Verdict): void {
    const { window } = this.#parts;
    if (verdict === 'success') window.accept(now);
    else if (verdict === 'ignore') window.takeBack(now, startedAt);
  }

  #classified(outcome: Outcome): Verdict | undefined {
    try {
      const verdict = this.#parts.classify?.(outcome);
      if (verdict === undefined || isVerdict(verdict)) return verdict;
      if (!isPromised(verdict, this.#parts.complain)) {
        this.#parts.complain(new TypeError(`it must give a verdict, gave ${shown(verdict)}`));
      }
      return undefined;
    } catch (error) {
      this.#parts.complain(error);
      return undefined;
    }
  }

  #show(rejection: number): void {
    if (rejection === this.#shown) return;
    this.#shown = rejection;
    this.#parts.gauge.set(rejection);
  }
}
