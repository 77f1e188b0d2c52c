import {
  type CallContext,
  compose,
  constantBackoff,
  isXcError,
  type Policy,
  type RunOptions,
  type Task,
} from '@xc/core';
import { ManualClock, SeededRandom } from '@xc/core/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type AttemptContext,
  bulkhead,
  chaos,
  createBreaker,
  fallback,
  hedge,
  pipeline,
  type RetryBudget,
  retry,
  retryBudget,
  throttle,
  timeout,
  tokenRetryBudget,
} from '../src/index.ts';

type Spec =
  | {
      readonly kind: 'retry';
      readonly attempts: number;
      readonly delayMs: number;
      readonly budget?: 'windowed' | 'tokens';
    }
  | { readonly kind: 'breaker'; readonly consecutive: number }
  | { readonly kind: 'timeout'; readonly afterMs: number; readonly mode: 'race' | 'cooperative' }
  | { readonly kind: 'fallback'; readonly afterMs: number | undefined }
  | { readonly kind: 'bulkhead'; readonly limit: number; readonly maxQueue: number; readonly order: 'fifo' | 'lifo' }
  | { readonly kind: 'hedge'; readonly afterMs: number; readonly maxHedges: number; readonly always: boolean }
  | { readonly kind: 'throttle'; readonly minimumCalls: number }
  | { readonly kind: 'chaos'; readonly delayMs: number; readonly rate: number }
  | { readonly kind: 'foreign'; readonly passesOn: boolean };

/** How one call of the task goes. */
interface Play {
  readonly end: 'value' | 'error' | 'hang' | 'obey';
  readonly afterMs: number | undefined;
  readonly reads: boolean;
}

interface Start {
  readonly atMs: number;
  readonly abortAfterMs: number | undefined;
  readonly deadlineAfterMs: number | undefined;
  readonly idempotent: boolean | undefined;
}

const bulkheadSpec: fc.Arbitrary<Spec> = fc.record({
  kind: fc.constant('bulkhead' as const),
  limit: fc.integer({ min: 1, max: 3 }),
  maxQueue: fc.integer({ min: 0, max: 2 }),
  order: fc.constantFrom('fifo' as const, 'lifo' as const),
});

const spec: fc.Arbitrary<Spec> = fc.oneof(
  fc.record(
    {
      kind: fc.constant('retry' as const),
      attempts: fc.integer({ min: 1, max: 4 }),
      delayMs: fc.constantFrom(0, 5, 20),
      budget: fc.constantFrom('windowed' as const, 'tokens' as const),
    },
    { requiredKeys: ['kind', 'attempts', 'delayMs'] },
  ),
  fc.record({ kind: fc.constant('breaker' as const), consecutive: fc.integer({ min: 1, max: 3 }) }),
  fc.record({
    kind: fc.constant('timeout' as const),
    afterMs: fc.constantFrom(7, 15, 40),
    mode: fc.constantFrom('race' as const, 'cooperative' as const),
  }),
  fc.record({ kind: fc.constant('fallback' as const), afterMs: fc.constantFrom(undefined, 0, 10) }),
  bulkheadSpec,
  fc.record({
    kind: fc.constant('hedge' as const),
    // Attempts side by side: no two of their events may fall on one instant.
    afterMs: fc.constantFrom(0.37, 4.23, 12.71),
    maxHedges: fc.integer({ min: 1, max: 2 }),
    always: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('throttle' as const), minimumCalls: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ kind: fc.constant('chaos' as const), delayMs: fc.constantFrom(0, 6), rate: fc.constantFrom(0, 0.3) }),
  fc.record({ kind: fc.constant('foreign' as const), passesOn: fc.boolean() }),
);

const play: fc.Arbitrary<Play> = fc.record({
  end: fc.constantFrom('value' as const, 'error' as const, 'error' as const, 'hang' as const, 'obey' as const),
  afterMs: fc.constantFrom(undefined, 0, 3, 11, 30),
  reads: fc.boolean(),
});

const start: fc.Arbitrary<Start> = fc.record({
  atMs: fc.integer({ min: 0, max: 60 }),
  abortAfterMs: fc.constantFrom(undefined, undefined, 0, 9, 25),
  deadlineAfterMs: fc.constantFrom(undefined, undefined, 0, 13, 50),
  idempotent: fc.constantFrom(undefined, true, false),
});

function comesAndStays(atMs: number): Start {
  return { atMs, abortAfterMs: undefined, deadlineAfterMs: undefined, idempotent: undefined };
}

/** The context of a policy that does not pass on what it got. */
function ownContext(): CallContext {
  return { signal: new AbortController().signal, attempt: 1, deadline: undefined, key: undefined };
}

function shown(value: unknown): string {
  return isXcError(value) ? `${value.code} ${JSON.stringify(value.details)}` : String(value);
}

class World {
  readonly clock = new ManualClock();
  readonly random = new SeededRandom(1);
  /** What each caller saw, in order; callers that meet at one instant have no order. */
  readonly logs = new Map<string, string[]>();
  readonly watched: (() => unknown)[] = [];
  readonly budgets: RetryBudget[] = [];
  readonly #plays: readonly Play[];
  readonly #calls = new Map<number, number>();
  #hedges = 0;

  constructor(plays: readonly Play[]) {
    this.#plays = plays;
  }

  build(policy: Spec): Policy {
    const { clock, random } = this;
    switch (policy.kind) {
      case 'retry': {
        const budget =
          policy.budget === 'windowed'
            ? retryBudget({ clock, minPerSecond: 2, windowMs: 100 })
            : tokenRetryBudget({ maxTokens: 3 });
        if (policy.budget) this.budgets.push(budget);
        return retry({
          clock,
          attempts: policy.attempts,
          backoff: constantBackoff(policy.delayMs),
          ...(policy.budget ? { budget } : {}),
          when: ({ error, attempt, context }) => {
            this.note(context.key, 'when', shown(error), attempt, context.attempt, context.deadline);
            return true;
          },
        });
      }
      case 'breaker': {
        const breaker = createBreaker({ clock, consecutive: policy.consecutive, openForMs: 25 });
        this.watched.push(() => JSON.stringify(breaker.snapshot()));
        return breaker;
      }
      case 'timeout':
        return timeout(policy.afterMs, { clock, mode: policy.mode });
      case 'fallback':
        return fallback(
          async (error, { attempt, key, signal }) => {
            this.note(key, 'fallback', shown(error), attempt);
            if (policy.afterMs !== undefined) await clock.sleep(policy.afterMs, signal);
            return 'answer';
          },
          { clock },
        );
      case 'bulkhead': {
        const { limit, maxQueue, order } = policy;
        const slots = bulkhead(limit, { clock, maxQueue, order, maxWaitMs: 10 + 0.0031 * this.watched.length });
        this.watched.push(() => [slots.inFlight, slots.queued]);
        return slots;
      }
      case 'hedge':
        return hedge(policy.afterMs + 0.013 * this.#hedges++, {
          clock,
          maxHedges: policy.maxHedges,
          always: policy.always,
        });
      case 'throttle': {
        const shedding = throttle({ clock, random, minimumCalls: policy.minimumCalls, windowMs: 100, buckets: 10 });
        this.watched.push(() => [shedding.requests, shedding.accepts, shedding.rejection]);
        return shedding;
      }
      case 'chaos': {
        const { delayMs, rate } = policy;
        return chaos({
          clock,
          random,
          delayMs,
          delayRate: rate,
          failRate: rate,
          resultRate: rate,
          result: () => 'made up',
        });
      }
      case 'foreign':
        return {
          name: 'foreign',
          run: <T>(task: Task<T>, options?: RunOptions) => {
            this.note(options?.key, 'foreign');
            return Promise.resolve(task(policy.passesOn ? (options as CallContext) : ownContext()));
          },
        };
    }
  }

  note(who: unknown, ...facts: unknown[]): void {
    const log = this.logs.get(String(who)) ?? [];
    log.push(`${this.clock.monotonic()}: ${facts.map(String).join(' ')}`);
    this.logs.set(String(who), log);
  }

  /** What one caller sees of one run. */
  async call(policy: Policy, { abortAfterMs, deadlineAfterMs, idempotent }: Start, name: number): Promise<void> {
    const { clock } = this;
    const controller = new AbortController();
    if (abortAfterMs !== undefined) clock.after(abortAfterMs, () => controller.abort(`caller ${name} gone`));
    const run = policy.run((context) => this.#task(context as AttemptContext, name), {
      signal: controller.signal,
      key: `caller ${name}`,
      ...(deadlineAfterMs === undefined ? {} : { deadline: clock.monotonic() + deadlineAfterMs }),
      ...(idempotent === undefined ? {} : { idempotent }),
      priority: name % 2,
    });
    await run.then(
      (value) => this.note(`caller ${name}`, 'gives', value),
      (error) => this.note(`caller ${name}`, 'fails', shown(error)),
    );
  }

  #task(context: AttemptContext, caller: number): unknown {
    const call = this.#calls.get(caller) ?? 0;
    this.#calls.set(caller, call + 1);
    const { end, afterMs, reads } = this.#plays[call % this.#plays.length] as Play;
    const { attempt, deadline, hedge, idempotent, key } = context;
    this.note(`caller ${caller}`, 'task', call, end, attempt, hedge, deadline, idempotent, key);
    if (reads)
      context.signal.addEventListener('abort', () =>
        this.note(`caller ${caller}`, 'abort', call, shown(context.signal.reason)),
      );
    if (end === 'hang') return new Promise(() => {});
    if (end === 'obey') {
      return new Promise((_resolve, reject) => {
        context.signal.addEventListener('abort', () => reject(context.signal.reason));
      });
    }
    if (afterMs === undefined) {
      if (end === 'value') return call;
      throw `error ${call}`;
    }
    return new Promise((resolve, reject) => {
      this.clock.after(afterMs + 0.017 * caller, () => (end === 'value' ? resolve(call) : reject(`error ${call}`)));
    });
  }
}

/**
 * Nobody waits for a slot inside a hedge here: the one place where fusing shows, and for the better. An attempt that queues
 * for the slot of the very call it hedges is not begun when that call ends well: fused, the hedge hears of the end and
 * withdraws the attempt before the slot goes to the next in the queue. Nested, the bulkhead only knows that a slot is free,
 * and the hedge hears a few microtasks later, one or two for each policy in between, somebody else's included; so the task
 * is called once more, for nothing, and aborted at once.
 *
 * Neither side can follow the other. A nested bulkhead would have to leave a free slot empty for as many microtasks as there
 * may be policies outside, which nobody can tell it. A fused one that grants first would let an attempt that ends without
 * waiting overtake the answer that freed its slot, and the caller would get another value than nested.
 */
function withoutSiblings(specs: readonly Spec[]): readonly Spec[] {
  const hedged = specs.findIndex(({ kind }) => kind === 'hedge');
  return specs.map((one, at) =>
    one.kind === 'bulkhead' && hedged >= 0 && at > hedged ? { ...one, maxQueue: 0 } : one,
  );
}

async function history(
  specs: readonly Spec[],
  plays: readonly Play[],
  starts: readonly Start[],
  put: (policies: readonly Policy[], clock: ManualClock) => Policy,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const world = new World(plays);
  const policy = put(
    withoutSiblings(specs).map((one) => world.build(one)),
    world.clock,
  );
  for (const [name, one] of starts.entries()) {
    // No two callers at one instant: which of them comes first there is nobody's promise.
    world.clock.after(one.atMs + 0.11 * name, () => void world.call(policy, one, name));
  }
  for (let step = 0; step < 30; step++) {
    await world.clock.advance(10);
    for (const { balance } of world.budgets) {
      expect(balance).toBeGreaterThanOrEqual(0);
      world.note('budgets', balance);
    }
    for (const facts of world.watched) world.note('policies', facts());
  }
  // Who does not know his caller is one crowd.
  world.logs.get('undefined')?.sort();
  return world.logs;
}

async function expectFusedIsNested(
  specs: readonly Spec[],
  plays: readonly Play[],
  starts: readonly Start[],
  cut: number,
): Promise<void> {
  // Nested policies do not bound a run by its deadline; an empty pipeline around them does nothing else.
  const nested = await history(specs, plays, starts, (policies, clock) =>
    compose(pipeline([], { clock }), ...policies),
  );
  const fused = await history(specs, plays, starts, (policies, clock) => pipeline(policies, { clock }));
  expect(fused).toEqual(nested);
  const inParts = await history(specs, plays, starts, (policies, clock) =>
    pipeline([pipeline(policies.slice(0, cut)), ...policies.slice(cut)], { clock }),
  );
  expect(inParts).toEqual(nested);
}

test('a pipeline does what nesting its policies does', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(spec, { maxLength: 6 }),
      fc.array(play, { minLength: 1, maxLength: 6 }),
      fc.array(start, { minLength: 1, maxLength: 4 }),
      fc.nat({ max: 6 }),
      expectFusedIsNested,
    ),
    { numRuns: 300 },
  );
}, 120_000);

// Where one end frees a slot in both at once, who waited for the inner one has it: nobody who only comes in by the outer one.
test('a pipeline does what nesting does where a crowd waits at two bulkheads', async () => {
  await fc.assert(
    fc.asyncProperty(
      bulkheadSpec,
      fc.array(spec, { maxLength: 1 }),
      bulkheadSpec,
      fc.array(play, { minLength: 1, maxLength: 3 }),
      fc.array(fc.nat({ max: 12 }).map(comesAndStays), { minLength: 5, maxLength: 8 }),
      fc.nat({ max: 3 }),
      (outside, between, inside, plays, starts, cut) =>
        expectFusedIsNested([outside, ...between, inside], plays, starts, cut),
    ),
    { numRuns: 300 },
  );
}, 120_000);
