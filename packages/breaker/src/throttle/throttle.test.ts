import { XcError } from '@xc/core';
import { ManualClock, MemoryLogger, RecordingMeter, SeededRandom } from '@xc/core/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import vectors from '../../test/vectors/policies.json' with { type: 'json' };
import { pipeline } from '../pipeline/pipeline.ts';
import { timeout } from '../timeout/timeout.ts';
import { type ThrottleOptions, throttle } from './throttle.ts';

const failure = new Error('down');
const always = { next: () => 0 };
const never = { next: () => 0.999_999 };

async function feed(policy: ReturnType<typeof throttle>, outcomes: string): Promise<string> {
  const seen: string[] = [];
  for (const outcome of outcomes) {
    await policy
      .run(() => (outcome === 'S' ? 1 : Promise.reject(failure)))
      .then(
        () => seen.push('S'),
        (error) => seen.push(error === failure ? 'F' : '-'),
      );
  }
  return seen.join('');
}

describe('a throttle', () => {
  test.each(
    vectors.throttle.rows.map(([requests, accepts, k, maxRejection, rejection]) => ({
      requests: requests as number,
      accepts: accepts as number,
      k: k as number,
      maxRejection: maxRejection as number,
      rejection: rejection as number,
    })),
  )('rejects $rejection after $requests requests and $accepts accepts', async (row) => {
    const { accepts, k, maxRejection, requests } = row;
    const policy = throttle({ k, maxRejection, minimumCalls: 1, random: never, clock: new ManualClock() });
    await feed(policy, 'S'.repeat(accepts) + 'F'.repeat(requests - accepts));
    expect([policy.requests, policy.accepts]).toEqual([requests, accepts]);
    expect(policy.rejection).toBeCloseTo(row.rejection, 12);
  });

  test('draws before it counts the request, and says why it refused', async () => {
    const clock = new ManualClock();
    const draws = [0.49, 0.51, 0.999];
    const random = { next: () => draws.shift() ?? 1 };
    const policy = throttle({ clock, random, k: 1, minimumCalls: 1, name: 'api' });
    await feed(policy, 'F');
    expect(policy.rejection).toBe(0.5);
    await expect(policy.run(() => 1)).rejects.toMatchObject({
      code: 'XC_BREAKER_THROTTLED',
      retryable: false,
      details: { rejection: 0.5, refusedBy: 'api' },
    });
    expect([policy.requests, policy.accepts]).toEqual([2, 0]);
    expect(policy.rejection).toBeCloseTo(2 / 3);
    expect(await feed(policy, 'S')).toBe('-');
    expect(await feed(policy, 'S')).toBe('S');
    expect(draws).toEqual([]);
  });

  test('refuses nobody below the minimum', async () => {
    const policy = throttle({ clock: new ManualClock(), random: always, minimumCalls: 5 });
    expect(await feed(policy, 'FFFFFFF')).toBe('FFFFF--');
  });

  test('lets one through when nothing was for so long', async () => {
    const clock = new ManualClock();
    const policy = throttle({ clock, random: always, minimumCalls: 1, passEveryMs: 100 });
    expect(await feed(policy, 'FFF')).toBe('F--');
    await clock.advance(99);
    expect(await feed(policy, 'F')).toBe('-');
    await clock.advance(1);
    expect(await feed(policy, 'FF')).toBe('F-');
  });

  test('forgets what has left the window', async () => {
    const clock = new ManualClock();
    const policy = throttle({ clock, random: always, minimumCalls: 1, windowMs: 1_000, buckets: 10, passEveryMs: 0 });
    await feed(policy, 'FF');
    await clock.advance(500);
    await feed(policy, 'S');
    expect([policy.requests, policy.accepts]).toEqual([3, 1]);
    await clock.advance(500);
    expect([policy.requests, policy.accepts]).toEqual([1, 1]);
    await clock.advance(3_600_000);
    expect([policy.requests, policy.accepts, policy.rejection]).toEqual([0, 0, 0]);
  });

  test('takes the request back when the outcome says nothing about the other side', async () => {
    const clock = new ManualClock();
    const policy = throttle({ clock, windowMs: 1_000, buckets: 10 });
    const refused = new XcError('XC_X', 'full', { details: { refusedBy: 'somebody' } });
    await expect(policy.run(() => Promise.reject(refused))).rejects.toBe(refused);
    const controller = new AbortController();
    const run = policy.run(() => new Promise(() => {}), controller);
    expect(policy.requests).toBe(1);
    controller.abort('gone');
    await expect(run).rejects.toBe('gone');
    expect(policy.requests).toBe(0);
    const late = policy.run(() => clock.sleep(5_000).then(() => Promise.reject(refused)));
    late.catch(() => {});
    await clock.advance(4_900);
    await feed(policy, 'S');
    await clock.advance(200);
    expect([policy.requests, policy.accepts]).toEqual([1, 1]);
  });

  test('counts a timeout around it as a request that was not accepted', async () => {
    const clock = new ManualClock();
    const policy = throttle({ clock });
    const run = pipeline([timeout(10, { clock }), policy]).run(() => new Promise(() => {}));
    run.catch(() => {});
    await clock.advance(10);
    expect([policy.requests, policy.accepts]).toEqual([1, 0]);
  });

  test('lets `classify` say what an accept is', async () => {
    const logger = new MemoryLogger();
    const verdicts: ReturnType<NonNullable<ThrottleOptions['classify']>>[] = [
      'failure',
      'success',
      'ignore',
      { openForMs: 1 },
    ];
    const classify = () => {
      if (verdicts.length === 0) throw new Error('defect');
      return verdicts.shift();
    };
    const policy = throttle({ clock: new ManualClock(), classify, logger });
    await feed(policy, 'SFSS');
    expect([policy.requests, policy.accepts]).toEqual([3, 1]);
    await feed(policy, 'SF');
    expect([policy.requests, policy.accepts]).toEqual([5, 2]);
    expect(logger.find({ level: 'error' })).toHaveLength(1);
  });

  test('agrees with a list of requests and accepts', async () => {
    const step = fc.oneof(fc.constantFrom('S', 'F', 'I'), fc.integer({ min: 1, max: 700 }));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.nat(), async (steps, seed) => {
        const clock = new ManualClock();
        const classify = ({ ok }: { readonly ok: boolean }) => (ok ? undefined : 'ignore');
        const policy = throttle({
          clock,
          classify,
          random: new SeededRandom(seed),
          minimumCalls: 3,
          windowMs: 1_000,
          buckets: 10,
        });
        let events: { bucket: number; kind: 'request' | 'accept' }[] = [];
        const bucketNow = () => Math.floor(clock.monotonic() / 100);
        const counted = (kind: string) => events.filter((event) => event.kind === kind).length;
        for (const one of steps) {
          if (typeof one === 'number') await clock.advance(one);
          events = events.filter(({ bucket }) => bucketNow() - bucket < 10);
          if (typeof one !== 'string') continue;
          const outcome = await policy
            .run(() => (one === 'I' ? Promise.reject(failure) : one))
            .then(
              () => 'accept' as const,
              (error) => (error === failure ? ('ignored' as const) : ('refused' as const)),
            );
          if (outcome !== 'ignored') events.push({ bucket: bucketNow(), kind: 'request' });
          if (outcome === 'accept') events.push({ bucket: bucketNow(), kind: 'accept' });
          expect([policy.requests, policy.accepts]).toEqual([counted('request'), counted('accept')]);
          expect(policy.rejection).toBeGreaterThanOrEqual(0);
          expect(policy.rejection).toBeLessThanOrEqual(0.9);
        }
      }),
      { numRuns: 100 },
    );
  });

  test('tells its metrics', async () => {
    const meter = new RecordingMeter();
    const policy = throttle({ clock: new ManualClock(), meter, random: always, minimumCalls: 1, name: 'api' });
    await feed(policy, 'FF');
    expect(meter.value('xc_breaker_throttled_total', { policy: 'api' })).toBe(1);
    expect(meter.value('xc_breaker_throttle_rejection', { policy: 'api' })).toBe(0.5);
  });

  test('refuses what it cannot use', () => {
    expect(() => throttle({ k: 0 })).toThrow('k must be a finite number above 0, got 0');
    expect(() => throttle({ windowMs: 39 })).toThrow('windowMs must be at least buckets, got 39 and 40');
    expect(() => throttle({ maxRejection: 0 })).toThrow('maxRejection must be a ratio above 0 and at most 1, got 0');
    expect(() => throttle({ minimumCalls: 0 })).toThrow(RangeError);
    expect(() => throttle({ classify: 'all' as never })).toThrow("classify must be a function, got 'all'");
    expect(() => throttle({ window: 1 } as never)).toThrow('unknown option window');
  });
});
