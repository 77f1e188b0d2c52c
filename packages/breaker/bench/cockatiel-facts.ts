import { ManualClock } from '@xc/core/testing';
import * as cockatiel from 'cockatiel';
import type { Case } from '../../../bench/case.ts';
import { bulkhead, createBreaker, retry } from '../src/index.ts';

const down = new Error('down');
const ignored = () => {};
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const hang = () => new Promise<never>(ignored);

/** The same program in the words of cockatiel and in ours, a fact each. */
export async function besideCockatiel(): Promise<Case[]> {
  return [
    {
      name: 'calls counted after an hour of silence',
      unit: 'count',
      value: await callsAfterAnHour(),
      peers: { cockatiel: await callsAfterAnHourThere() },
    },
    {
      name: 'opened by a failure from before half-open',
      unit: 'count',
      value: await openedByStaleFailure(),
      peers: { cockatiel: await openedByStaleFailureThere() },
    },
    {
      name: 'waiting behind a trial that hangs',
      unit: 'count',
      value: await waitingBehindTrial(),
      peers: { cockatiel: await waitingBehindTrialThere() },
    },
    {
      name: 'abort of a retry delay of 600 ms',
      unit: 'ms',
      value: await abortOfDelay((signal) =>
        retry({ attempts: 2, backoff: { delayMs: () => 600 } }).run(() => Promise.reject(down), { signal }),
      ),
      peers: {
        cockatiel: await abortOfDelay((signal) =>
          cockatiel
            .retry(cockatiel.handleAll, { maxAttempts: 1, backoff: new cockatiel.ConstantBackoff(600) })
            .execute(() => Promise.reject(down), signal),
        ),
      },
    },
    {
      name: 'abort of a call that waits 300 ms for a slot',
      unit: 'ms',
      value: await abortOfWaiting((limit) => {
        const slots = bulkhead(limit, { maxQueue: 1, maxWaitMs: 5_000 });
        return (task, signal) => slots.run(task, signal === undefined ? {} : { signal });
      }),
      peers: {
        cockatiel: await abortOfWaiting((limit) => {
          const slots = cockatiel.bulkhead(limit, 1);
          return (task, signal) => slots.execute(task, signal);
        }),
      },
    },
  ];
}

async function callsAfterAnHour(): Promise<number> {
  const clock = new ManualClock();
  const window = { type: 'time', lengthMs: 5_000, buckets: 5 } as const;
  const breaker = createBreaker({ window, minimumCalls: 1_000, clock });
  const fail = () => breaker.run(() => Promise.reject(down)).catch(ignored);
  for (let call = 0; call < 41; call++) await fail();
  await clock.advance(3_600_000);
  await fail();
  return breaker.snapshot().calls;
}

async function callsAfterAnHourThere(): Promise<number> {
  const sampling = new cockatiel.SamplingBreaker({ threshold: 0.9, duration: 5_000, minimumRps: 1_000 });
  const breaker = cockatiel.circuitBreaker(cockatiel.handleAll, { halfOpenAfter: 30_000, breaker: sampling });
  const fail = () => breaker.execute(() => Promise.reject(down)).catch(ignored);
  for (let call = 0; call < 41; call++) await fail();
  const now = Date.now;
  Date.now = () => now() + 3_600_000;
  await fail();
  Date.now = now;
  return sampling.state.currentFailures;
}

async function openedByStaleFailure(): Promise<number> {
  const breaker = createBreaker({ consecutive: 2, openForMs: 20 });
  let fail: (error: Error) => void = ignored;
  const late = breaker.run(() => new Promise((_, reject) => (fail = reject))).catch(ignored);
  for (let call = 0; call < 2; call++) await breaker.run(() => Promise.reject(down)).catch(ignored);
  await pause(40);
  breaker.run(hang).catch(ignored);
  fail(down);
  await late;
  return breaker.state === 'open' ? 1 : 0;
}

async function openedByStaleFailureThere(): Promise<number> {
  const breaker = cockatiel.circuitBreaker(cockatiel.handleAll, {
    halfOpenAfter: 20,
    breaker: new cockatiel.ConsecutiveBreaker(2),
  });
  let fail: (error: Error) => void = ignored;
  const late = breaker.execute(() => new Promise((_, reject) => (fail = reject))).catch(ignored);
  for (let call = 0; call < 2; call++) await breaker.execute(() => Promise.reject(down)).catch(ignored);
  await pause(40);
  breaker.execute(hang).catch(ignored);
  await pause(0);
  fail(down);
  await late;
  return breaker.state === cockatiel.CircuitState.Open ? 1 : 0;
}

async function waitingBehindTrial(): Promise<number> {
  const breaker = createBreaker({ openForMs: 20, halfOpen: { permits: 1 } });
  breaker.open();
  return waiting((task) => breaker.run(task));
}

async function waitingBehindTrialThere(): Promise<number> {
  const breaker = cockatiel.circuitBreaker(cockatiel.handleAll, {
    halfOpenAfter: 20,
    breaker: new cockatiel.ConsecutiveBreaker(1),
  });
  await breaker.execute(() => Promise.reject(down)).catch(ignored);
  return waiting((task) => breaker.execute(task));
}

/** How many of 1,000 calls behind a trial that hangs have no answer a while later. */
async function waiting(run: (task: () => Promise<unknown>) => Promise<unknown>): Promise<number> {
  await pause(40);
  run(hang).catch(ignored);
  let unanswered = 1_000;
  for (let call = 0; call < 1_000; call++) {
    run(async () => 1)
      .catch(ignored)
      .finally(() => unanswered--);
  }
  await pause(50);
  return unanswered;
}

/** Milliseconds from the abort to the answer. */
async function abortOfDelay(run: (signal: AbortSignal) => Promise<unknown>): Promise<number> {
  const controller = new AbortController();
  const answer = run(controller.signal).catch(ignored);
  await pause(20);
  const abortedAt = performance.now();
  controller.abort();
  await answer;
  return performance.now() - abortedAt;
}

type Slots = (task: () => Promise<unknown>, signal?: AbortSignal) => Promise<unknown>;

async function abortOfWaiting(make: (limit: number) => Slots): Promise<number> {
  const run = make(1);
  const first = run(() => pause(300));
  const controller = new AbortController();
  const answer = run(async () => 1, controller.signal).catch(ignored);
  await pause(20);
  const abortedAt = performance.now();
  controller.abort();
  await answer;
  const elapsed = performance.now() - abortedAt;
  await first;
  return elapsed;
}
