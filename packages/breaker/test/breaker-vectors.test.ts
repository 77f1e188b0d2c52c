import { isXcError } from '@xc/core';
import { ManualClock } from '@xc/core/testing';
import { describe, expect, test } from 'vitest';
import { type Breaker, type BreakerOptions, createBreaker, type Permit } from '../src/index.ts';
import vectors from './vectors/breaker.json' with { type: 'json' };

interface WindowStep {
  readonly record?: { readonly ok: boolean; readonly slow: boolean };
  readonly outcomes?: string;
  readonly advanceMs?: number;
  readonly expect?: Readonly<Record<string, number | null>>;
}

interface MachineStep {
  readonly op: string;
  readonly expect?: boolean;
  readonly durationMs?: number;
  readonly state?: string;
  readonly ms?: number;
  readonly forMs?: number;
  readonly throws?: string;
  readonly event?: string;
  readonly kind?: string;
  readonly count?: number;
  readonly [field: string]: unknown;
}

const slowAfterMs = 1_000;

function windowed(window: BreakerOptions['window'], clock: ManualClock): Breaker {
  return createBreaker({ window, clock, minimumCalls: 1, slowAfterMs, initialState: 'metrics-only' });
}

async function drive(breaker: Breaker, clock: ManualClock, steps: readonly WindowStep[]): Promise<void> {
  for (const step of steps) {
    for (const outcome of step.outcomes ?? '') report(breaker, outcome);
    if (step.record) {
      const durationMs = step.record.slow ? slowAfterMs + 1 : 0;
      const permit = breaker.tryAcquire();
      if (step.record.ok) permit?.success(durationMs);
      else permit?.failure(new Error('down'), durationMs);
    }
    if (step.advanceMs) await clock.advance(step.advanceMs);
    if (step.expect) expect(breaker.snapshot()).toMatchObject(withoutNulls(step.expect));
  }
}

function report(breaker: Breaker, outcome: string): void {
  const permit = breaker.tryAcquire();
  if (outcome === 'S') permit?.success(0);
  else if (outcome === 'F') permit?.failure(new Error('down'), 0);
  else permit?.ignore();
}

function withoutNulls(expected: object): object {
  return Object.fromEntries(Object.entries(expected).map(([name, value]) => [name, value ?? undefined]));
}

describe('count window', () => {
  for (const vector of vectors.countWindow) {
    test(vector.name, async () => {
      const clock = new ManualClock();
      await drive(windowed({ type: 'count', size: vector.size }, clock), clock, vector.steps);
      expect.hasAssertions();
    });
  }
});

describe('time window', () => {
  for (const vector of [...vectors.timeWindow, ...vectors.rolling]) {
    test(vector.name, async () => {
      const clock = new ManualClock();
      const { lengthMs, buckets } = vector;
      await drive(windowed({ type: 'time', lengthMs, buckets }, clock), clock, vector.steps as WindowStep[]);
      expect.hasAssertions();
    });
  }
});

describe('state machine', () => {
  for (const vector of vectors.stateMachine) {
    test(vector.name, async () => {
      const clock = new ManualClock();
      const base = vectors.stateMachineBase as BreakerOptions;
      const config = vector.config as BreakerOptions;
      const breaker = createBreaker({ ...base, ...config, halfOpen: { ...base.halfOpen, ...config.halfOpen }, clock });
      const heard: { type: string; kind?: string }[] = [];
      breaker.on('transition', () => heard.push({ type: 'transition' }));
      breaker.on('rate-exceeded', ({ kind }) => heard.push({ type: 'rate-exceeded', kind }));
      const waiting: Permit[] = [];
      for (const step of vector.steps as MachineStep[]) await takeStep(breaker, clock, waiting, heard, step);
      expect.hasAssertions();
    });
  }
});

async function takeStep(
  breaker: Breaker,
  clock: ManualClock,
  waiting: Permit[],
  heard: readonly { type: string; kind?: string }[],
  step: MachineStep,
): Promise<void> {
  const { op, expect: expected, throws, state, durationMs, ms, event, kind, count, forMs, ...rest } = step;
  const permit = () => waiting.shift() ?? breaker.tryAcquire();
  switch (op) {
    case 'acquire': {
      const taken = breaker.tryAcquire();
      if (taken) waiting.push(taken);
      expect(taken !== undefined).toBe(expected);
      break;
    }
    case 'success':
      permit()?.success(durationMs);
      break;
    case 'failure':
      permit()?.failure(new Error('down'), durationMs);
      break;
    case 'ignore':
      permit()?.ignore();
      break;
    case 'advance':
      await clock.advance(ms ?? 0);
      break;
    case 'open':
      breaker.open(forMs);
      break;
    case 'reset':
      breaker.reset();
      break;
    case 'to':
      if (throws) expect(() => goTo(breaker, state)).toThrow(expect.toSatisfy((error) => isXcError(error, throws)));
      else goTo(breaker, state);
      break;
    case 'events':
      expect(heard.filter((one) => one.type === event && (!kind || one.kind === kind))).toHaveLength(count ?? 0);
      break;
    case 'check':
      if (state) expect(breaker.state).toBe(state);
      expect(breaker.snapshot()).toMatchObject(withoutNulls(rest));
      break;
    default:
      throw new Error(`unknown op ${op}`);
  }
}

function goTo(breaker: Breaker, state: string | undefined): void {
  if (state === 'open') breaker.open();
  else if (state === 'half-open') breaker.halfOpen();
  else if (state === 'closed') breaker.close();
  else if (state === 'forced-open') breaker.forceOpen();
  else if (state === 'disabled') breaker.disable();
  else if (state === 'metrics-only') breaker.metricsOnly();
  else throw new Error(`unknown state ${state}`);
}

describe('thresholds', () => {
  for (const row of vectors.thresholds.rows) {
    const [calls, minimumCalls, failures, failureRate, opens] = row as [number, number, number, number, boolean];
    test(`${failures} of ${calls} at ${failureRate}, minimum ${minimumCalls}: ${opens ? 'opens' : 'stays'}`, () => {
      const breaker = createBreaker({ minimumCalls, failureRate, clock: new ManualClock() });
      for (let call = 0; call < calls; call++) report(breaker, call < calls - failures ? 'S' : 'F');
      expect(breaker.state).toBe(opens ? 'open' : 'closed');
    });
  }
});

describe('consecutive failures', () => {
  for (const vector of vectors.consecutive) {
    test(vector.name, () => {
      const breaker = createBreaker({ consecutive: vector.n, minimumCalls: 100, clock: new ManualClock() });
      const states = [...vector.outcomes].map((outcome) => {
        report(breaker, outcome);
        return breaker.state;
      });
      expect(states).toEqual(vector.states);
    });
  }
});

describe('count cases', () => {
  for (const vector of vectors.countCases) {
    test(vector.name, () => {
      const { size, minimumCalls, failureRate, outcomes, opensAt } = vector;
      const window = { type: 'count', size } as const;
      const breaker = createBreaker({ window, minimumCalls, failureRate, clock: new ManualClock() });
      const openedAt = [...outcomes].findIndex((outcome) => {
        report(breaker, outcome);
        return breaker.state === 'open';
      });
      expect(openedAt < 0 ? null : openedAt + 1).toBe(opensAt);
    });
  }
});

describe('probes', () => {
  for (const { name, permits, failureRate, outcomes, end } of vectors.probes) {
    test(name, () => {
      const breaker = createBreaker({
        failureRate,
        minimumCalls: 100,
        halfOpen: { permits },
        clock: new ManualClock(),
      });
      breaker.open();
      breaker.halfOpen();
      for (const outcome of outcomes) report(breaker, outcome);
      expect(breaker.state).toBe(end);
    });
  }
});

test('counts attempts from 1 after every close', () => {
  const { sequence, attempts } = vectors.trips.attempts;
  const seen: number[] = [];
  const openForMs = ({ attempt }: { attempt: number }) => {
    seen.push(attempt);
    return 1_000;
  };
  const breaker = createBreaker({ openForMs, clock: new ManualClock() });
  for (const part of sequence.split(', ')) {
    if (part === 'close') breaker.close();
    for (let time = Number.parseInt(part, 10) || 0; time > 0; time--) {
      breaker.open();
      breaker.halfOpen();
    }
  }
  expect(seen).toEqual(attempts);
});

test('says how long to wait, and starts anew when the probe fails', async () => {
  const { openForMs, steps } = vectors.trips.retryAfter;
  const clock = new ManualClock();
  const breaker = createBreaker({ openForMs, halfOpen: { permits: 1 }, clock });
  breaker.open();
  for (const step of steps) {
    if (step.advanceMs) await clock.advance(step.advanceMs);
    if (step.probe) report(breaker, step.probe);
    if (step.retryAfterMs) expect(breaker.snapshot().retryAfterMs).toBe(step.retryAfterMs);
    if (step.state) expect(breaker.state).toBe(step.state);
  }
  expect.hasAssertions();
});
