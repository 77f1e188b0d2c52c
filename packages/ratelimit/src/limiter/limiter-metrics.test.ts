import { ManualClock, MemoryLogger, RecordingMeter } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { faultyStore } from '../../test/faulty-store.ts';
import { createRateLimiter } from './create-rate-limiter.ts';
import type { BlockedEvent, RejectedEvent } from './limiter-events.ts';

const fixed = { algorithm: 'fixed', limit: 2, windowMs: 60_000 } as const;

test('counts what each limit said, and who said it, from cells that are there from the start', async () => {
  const clock = new ManualClock();
  const meter = new RecordingMeter();
  const limiter = createRateLimiter({
    limits: { loud: { ...fixed, softAt: 0.5 }, quiet: { ...fixed, limit: 1, mode: 'shadow' } },
    clock,
    meter,
  });
  const decisions = (limit: string, outcome: string) =>
    meter.value('xc_ratelimit_decisions_total', { limit, outcome, source: 'store' });
  expect(decisions('loud', 'rejected')).toBe(0);
  for (let call = 0; call < 3; call++) limiter.takeSync('k');
  await limiter.take('k');
  expect([decisions('loud', 'allowed'), decisions('loud', 'rejected')]).toEqual([2, 2]);
  expect([decisions('quiet', 'allowed'), decisions('quiet', 'shadow_rejected')]).toEqual([1, 3]);
  expect(meter.value('xc_ratelimit_near_limit_total', ['loud'])).toBe(4);
  await limiter.peek('k');
  expect(decisions('loud', 'rejected')).toBe(2);
});

test('has the instruments of its description, with their labels', () => {
  const meter = new RecordingMeter();
  createRateLimiter({ limits: { it: fixed }, meter });
  const labels = Object.fromEntries(meter.specs.map(({ name, labels = [] }) => [name, labels]));
  expect(labels).toEqual({
    xc_ratelimit_decisions_total: ['limit', 'outcome', 'source'],
    xc_ratelimit_near_limit_total: ['limit'],
    xc_ratelimit_store_seconds: ['op'],
    xc_ratelimit_store_errors_total: ['kind'],
    xc_ratelimit_blocks_total: ['limit'],
    xc_ratelimit_waiting: [],
    xc_ratelimit_leases: [],
    xc_ratelimit_leased_tokens: ['limit'],
  });
});

test('measures the store, by what it was asked', async () => {
  const clock = new ManualClock();
  const meter = new RecordingMeter();
  const store = faultyStore(clock);
  store.lateMs = 20;
  const limiter = createRateLimiter({ limits: { it: fixed }, store, clock, meter });
  const taking = limiter.take('k');
  await clock.advance(20);
  await taking;
  expect(meter.observations('xc_ratelimit_store_seconds', ['take'])).toEqual([0.02]);
  expect(meter.value('xc_ratelimit_decisions_total', ['it', 'allowed', 'store'])).toBe(1);
  store.mode = 'failing';
  await limiter.take('k');
  expect(meter.value('xc_ratelimit_decisions_total', ['it', 'allowed', 'local'])).toBe(1);
  expect(meter.value('xc_ratelimit_store_errors_total', ['error'])).toBe(1);
});

test('tells of refusals and blocks, and lets no key out', async () => {
  const clock = new ManualClock();
  const [meter, logger] = [new RecordingMeter(), new MemoryLogger()];
  const rejected: RejectedEvent[] = [];
  const blocked: BlockedEvent[] = [];
  const spans: unknown[] = [];
  const store = faultyStore(clock);
  const limiter = createRateLimiter({
    limits: { it: { ...fixed, escalate: { after: 2, withinMs: 60_000, blockMs: 5_000 } } },
    events: { rejected: (event) => rejected.push(event), blocked: (event) => blocked.push(event) },
    tracer: {
      span: (name, fn, attributes) => {
        spans.push([name, attributes]);
        return fn({ set() {}, fail() {} });
      },
      inject: () => ({}),
      continue: (_carrier, fn) => fn(),
    },
    ...{ clock, meter, logger, store },
  });
  const secret = 'jane@example.org';
  for (let call = 0; call < 6; call++) await limiter.take(secret);
  await limiter.block('it', secret, 60_000);
  store.mode = 'failing';
  await limiter.take('other');
  expect(rejected.map(({ limit, retryAfterMs }) => [limit, retryAfterMs])).toEqual([
    ['it', 60_000],
    ['it', 60_000],
    ['it', 60_000],
    ['it', 60_000],
  ]);
  expect(blocked.map(({ limit }) => limit)).toEqual(['it']);
  expect(meter.value('xc_ratelimit_blocks_total', ['it'])).toBe(1);
  expect(new Set([...rejected, ...blocked].map(({ keyHash }) => keyHash)).size).toBe(1);
  expect(logger.lines.length).toBeGreaterThan(0);
  expect(spans).toContainEqual(['ratelimit take', { store: 'faulty' }]);
  const seen = JSON.stringify([
    rejected,
    blocked,
    spans,
    logger.lines,
    meter.specs.map(({ name }) => meter.series(name)),
  ]);
  expect(seen).not.toContain('jane');
});
