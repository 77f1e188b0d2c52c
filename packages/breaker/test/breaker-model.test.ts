import type { Clock } from '@xc/core';
import { ManualClock } from '@xc/core/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Breaker, type BreakerState, type BreakerUpdate, createBreaker, type Permit } from '../src/index.ts';
import { type ModelCall, type ModelOptions, NaiveBreaker } from './naive-breaker.ts';

type Step =
  | { readonly op: 'acquire' }
  | {
      readonly op: 'report';
      readonly which: number;
      readonly kind: 'success' | 'failure' | 'ignore';
      readonly tookMs: number;
    }
  | { readonly op: 'advance'; readonly ms: number }
  | { readonly op: 'to'; readonly state: BreakerState }
  | { readonly op: 'reset' }
  | { readonly op: 'update'; readonly update: BreakerUpdate };

const window = fc.oneof(
  fc.record({ type: fc.constant('count' as const), size: fc.integer({ min: 1, max: 35 }) }),
  fc
    .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 6, max: 60 }))
    .map(([buckets, lengthMs]) => ({ type: 'time' as const, lengthMs, buckets })),
);
const rate = fc.constantFrom(0.1, 0.3, 0.5, 2 / 3, 1);
const milliseconds = fc.integer({ min: 0, max: 40 });
const rampUp = fc.option(fc.record({ lengthMs: fc.integer({ min: 1, max: 40 }), from: fc.constantFrom(0, 0.1, 0.6) }), {
  nil: undefined,
});

const options: fc.Arbitrary<ModelOptions> = fc.record({
  window,
  minimumCalls: fc.integer({ min: 1, max: 8 }),
  failureRate: rate,
  slowRate: rate,
  slowAfterMs: fc.constant(5),
  consecutive: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
  openForMs: milliseconds,
  halfOpen: fc
    .record({
      permits: fc.integer({ min: 1, max: 4 }),
      maxWaitMs: milliseconds.filter((ms) => ms > 0),
      onMaxWait: fc.constantFrom('decide', 'open', 'closed'),
      rampUp,
    })
    .map(({ rampUp: ramp, ...rest }) => (ramp === undefined ? rest : { ...rest, rampUp: ramp })),
});

const update: fc.Arbitrary<BreakerUpdate> = fc.oneof(
  fc.record({ window }),
  fc.record({ minimumCalls: fc.integer({ min: 1, max: 8 }) }),
  fc.record({ failureRate: rate, slowRate: rate }),
  fc.record({ slowAfterMs: fc.integer({ min: 0, max: 9 }), consecutive: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ openForMs: milliseconds }),
  fc.record({ halfOpen: fc.record({ permits: fc.integer({ min: 1, max: 4 }) }) }),
  fc.record({
    halfOpen: fc.record({
      maxWaitMs: milliseconds.filter((ms) => ms > 0),
      onMaxWait: fc.constantFrom('decide', 'open', 'closed'),
    }),
  }),
);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ op: fc.constant('acquire' as const) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      op: fc.constant('report' as const),
      which: fc.nat(20),
      kind: fc.constantFrom('success', 'failure', 'failure', 'ignore'),
      tookMs: fc.integer({ min: 0, max: 9 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ op: fc.constant('advance' as const), ms: fc.integer({ min: 0, max: 60 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      op: fc.constant('to' as const),
      state: fc.constantFrom('closed', 'open', 'half-open', 'forced-open', 'disabled', 'metrics-only'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('update' as const), update }) },
  { weight: 1, arbitrary: fc.constant({ op: 'reset' } as const) },
);

/** Time that a synchronous program can turn. */
class Hand extends ManualClock implements Clock {
  time = 0;

  override monotonic(): number {
    return this.time;
  }
}

const manual: Readonly<Record<BreakerState, (breaker: Breaker) => void>> = {
  closed: (breaker) => breaker.close(),
  open: (breaker) => breaker.open(),
  'half-open': (breaker) => breaker.halfOpen(),
  'forced-open': (breaker) => breaker.forceOpen(),
  disabled: (breaker) => breaker.disable(),
  'metrics-only': (breaker) => breaker.metricsOnly(),
};

function succeeds(change: () => void): boolean {
  try {
    change();
    return true;
  } catch {
    return false;
  }
}

class Pair {
  readonly #clock = new Hand();
  readonly #calls: { readonly permit: Permit; readonly call: ModelCall }[] = [];
  readonly #breaker: Breaker;
  readonly #model: NaiveBreaker;

  constructor(given: ModelOptions) {
    const { consecutive, ...rest } = given;
    const optional = consecutive === undefined ? {} : { consecutive };
    this.#breaker = createBreaker({ ...rest, ...optional, clock: this.#clock, random: { next: () => 0.5 } });
    this.#model = new NaiveBreaker(given);
  }

  take(next: Step): void {
    const now = this.#clock.time;
    if (next.op === 'acquire') this.#acquire(now);
    else if (next.op === 'report') this.#report(now, next);
    else if (next.op === 'advance') this.#clock.time += next.ms;
    else if (next.op === 'to') {
      const legal = succeeds(() => manual[next.state](this.#breaker));
      expect(this.#model.goTo(next.state, now)).toBe(legal);
    } else if (next.op === 'reset') {
      this.#breaker.reset();
      this.#model.reset(now);
    } else {
      this.#breaker.update(next.update);
      this.#model.update(next.update, now);
    }
  }

  compare(): void {
    const { name, admission, ...facts } = this.#breaker.snapshot();
    expect(facts).toEqual(this.#model.facts(this.#clock.time));
  }

  #acquire(now: number): void {
    const permit = this.#breaker.tryAcquire();
    const call = this.#model.acquire(now);
    expect(permit !== undefined).toBe(call !== undefined);
    if (permit && call) this.#calls.push({ permit, call });
  }

  #report(now: number, { which, kind, tookMs }: Step & { op: 'report' }): void {
    const [reported] = this.#calls.splice(which % Math.max(1, this.#calls.length), 1);
    if (!reported) return;
    if (kind === 'success') reported.permit.success(tookMs);
    else if (kind === 'failure') reported.permit.failure(new Error('down'), tookMs);
    else reported.permit.ignore();
    this.#model.report(reported.call, now, kind, tookMs);
  }
}

test('does what a naive breaker does, whatever happens in whatever order', () => {
  fc.assert(
    fc.property(options, fc.array(step, { minLength: 1, maxLength: 60 }), fc.boolean(), (given, steps, looks) => {
      const pair = new Pair(given);
      for (const next of steps) {
        pair.take(next);
        // Half of the programs look only at the end: what happened unseen must come out the same.
        if (looks) pair.compare();
      }
      pair.compare();
    }),
    { numRuns: 10_000 },
  );
}, 120_000);
