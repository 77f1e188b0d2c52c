import { type Policy, XcError } from '@xc/core';
import { ManualClock, MemoryLogger, RecordingMeter } from '@xc/core/testing';
import { describe, expect, test } from 'vitest';
import { faultyStore } from '../../../test/faulty-store.ts';
import { deadStore } from '../../testing/dead-store.ts';
import { createRateLimiter } from '../create-rate-limiter.ts';
import type { RateLimiterOptions } from '../rate-limiter-options.ts';

const fixed = { algorithm: 'fixed', limit: 4, windowMs: 60_000 } as const;
const limits = { it: fixed };

function opened(more: Partial<RateLimiterOptions<typeof limits>> = {}) {
  const clock = new ManualClock(1_800_000_000_000);
  const store = faultyStore(clock);
  const meter = new RecordingMeter();
  const logger = new MemoryLogger();
  const told: string[] = [];
  const events = {
    degraded: ({ kind }: { kind: string }) => void told.push(`degraded: ${kind}`),
    recovered: () => void told.push('recovered'),
  };
  const limiter = createRateLimiter({ limits, store, clock, meter, logger, events, ...more });
  return { clock, store, meter, logger, told, limiter };
}

test('answers by the deadline when the store does not', async () => {
  const { clock, store, limiter, meter } = opened();
  store.mode = 'hanging';
  const taking = limiter.take('k');
  let settled = false;
  void taking.then(() => {
    settled = true;
  });
  await clock.advance(49);
  expect(settled).toBe(false);
  await clock.advance(1);
  expect(await taking).toMatchObject({ allowed: true, degraded: true, source: 'local' });
  expect(meter.value('xc_ratelimit_store_errors_total', ['timeout'])).toBe(1);
  expect(clock.pending).toBe(0);
});

test('drops an answer that comes after the deadline, and takes no refusal for a failure', async () => {
  const { clock, store, limiter, told } = opened();
  store.lateMs = 60;
  const taking = limiter.take('k');
  await clock.advance(100);
  expect((await taking).source).toBe('local');
  store.lateMs = 0;
  for (let call = 0; call < 20; call++) await limiter.take('k', { cost: 5 });
  expect(await limiter.take('k', { cost: 5 })).toMatchObject({ allowed: false, degraded: false });
  expect(told).toEqual(['degraded: timeout', 'recovered']);
});

test('leaves a store alone after three failures, and probes it until it is back', async () => {
  const { clock, store, limiter, told } = opened();
  store.mode = 'failing';
  expect((await limiter.probe.check(new AbortController().signal)).status).toBe('up');
  for (let call = 0; call < 3; call++) expect((await limiter.take('k')).degraded).toBe(true);
  expect(store.steps).toHaveLength(3);
  for (let call = 0; call < 50; call++) expect((await limiter.take('k')).degraded).toBe(true);
  expect(store.steps).toHaveLength(3);
  expect(await limiter.probe.check(new AbortController().signal)).toMatchObject({ status: 'degraded' });
  await clock.advance(1_499);
  expect(store.steps.slice(3).map(({ kind }) => kind)).toEqual(['peek', 'peek']);
  store.mode = 'well';
  await clock.advance(1);
  expect(await limiter.take('k')).toMatchObject({ allowed: true, degraded: false, source: 'store' });
  expect(told).toEqual(['degraded: error', 'recovered']);
  expect((await limiter.probe.check(new AbortController().signal)).status).toBe('up');
  expect(clock.pending).toBe(0);
});

test('pays no deadline while it leaves the store alone', async () => {
  const { clock, store, limiter } = opened();
  store.mode = 'hanging';
  for (let call = 0; call < 3; call++) {
    const taking = limiter.take('k');
    await clock.advance(50);
    await taking;
  }
  const before = clock.monotonic();
  expect((await limiter.take('k')).degraded).toBe(true);
  expect(clock.monotonic()).toBe(before);
  await limiter.close();
  await clock.advance(1_000);
  expect(clock.pending).toBe(0);
});

describe('answers by the rule of each limit', () => {
  const down = { store: deadStore(), clock: new ManualClock(1_800_000_000_000) };

  test('open', async () => {
    const limiter = createRateLimiter({ limits: { it: { ...fixed, onStoreError: 'open' } }, ...down });
    for (let call = 0; call < 10; call++) {
      expect(await limiter.take('k')).toMatchObject({ allowed: true, degraded: true, source: 'open' });
    }
  });

  test('closed', async () => {
    const limiter = createRateLimiter({ limits: { it: { ...fixed, onStoreError: 'closed' } }, probeMs: 700, ...down });
    const refused = { allowed: false, degraded: true, source: 'closed', retryAfterMs: 700, violated: ['it'] };
    expect(await limiter.take('k')).toMatchObject(refused);
    expect(await limiter.peek('k')).toMatchObject(refused);
    expect(await limiter.lease('k')).toMatchObject(refused);
    expect(await limiter.wait('k', { maxWaitMs: 600 })).toMatchObject(refused);
  });

  test('local, by the share of one node', async () => {
    const admitted = async (localShare: number) => {
      const limiter = createRateLimiter({ limits: { it: { ...fixed, localShare } }, ...down });
      let count = 0;
      for (let call = 0; call < 10; call++) count += Number((await limiter.take('k')).allowed);
      return count;
    };
    expect([await admitted(1), await admitted(0.5), await admitted(0.01)]).toEqual([4, 2, 1]);
  });

  test('and names the strictest, charging nobody when one refuses', async () => {
    const limiter = createRateLimiter({
      limits: {
        open: { ...fixed, onStoreError: 'open' },
        local: fixed,
        closed: { ...fixed, onStoreError: 'closed' },
      },
      ...down,
    });
    expect((await limiter.take('k', { only: ['open', 'local'] })).source).toBe('local');
    expect(await limiter.take('k')).toMatchObject({ source: 'closed', violated: ['closed'] });
    expect((await limiter.take('k', { only: ['local'] })).limits.local?.remaining).toBe(2);
  });

  test('refunds what was charged locally', async () => {
    const limiter = createRateLimiter({ limits, ...down });
    expect(await limiter.refund(await limiter.take('k', { cost: 4 }))).toBe(true);
    expect((await limiter.take('k', { cost: 4 })).allowed).toBe(true);
  });
});

test('has no fallback for what cannot be made up', async () => {
  const { store, limiter } = opened();
  const decision = await limiter.take('k');
  store.mode = 'failing';
  const failed = { code: 'XC_RATELIMIT_STORE', retryable: true };
  for (const call of [
    () => limiter.refund(decision),
    () => limiter.settle(decision, 4),
    () => limiter.block('it', 'k', 1_000),
    () => limiter.reset('it', 'k'),
  ]) {
    await expect(call()).rejects.toMatchObject(failed);
  }
  await expect(limiter.block('it', 'k', 1_000)).rejects.toMatchObject({ cause: new Error('the server is gone') });
});

test('refunds once the store is back what it could not before', async () => {
  const { clock, store, limiter } = opened();
  const decision = await limiter.take('k', { cost: 4 });
  store.mode = 'failing';
  await expect(limiter.refund(decision)).rejects.toMatchObject({ code: 'XC_RATELIMIT_STORE' });
  store.mode = 'well';
  await clock.advance(1_000);
  expect(await limiter.refund(decision)).toBe(true);
});

test('renews and releases with the error of the store', async () => {
  const clock = new ManualClock();
  const store = faultyStore(clock);
  const limiter = createRateLimiter({ limits: { slots: { algorithm: 'concurrency', limit: 1 } }, store, clock });
  const lease = await limiter.lease('k', { renew: 'manual' });
  if (!lease.allowed) throw new Error('refused');
  store.mode = 'failing';
  await expect(lease.renew()).rejects.toMatchObject({ code: 'XC_RATELIMIT_STORE' });
  await expect(lease.release()).rejects.toMatchObject({ code: 'XC_RATELIMIT_STORE' });
  store.mode = 'well';
  expect(await lease.release()).toBe(true);
});

test('goes through the guard, and counts what the guard refuses as what it is', async () => {
  let open = false;
  const guard: Policy = {
    name: 'guard',
    async run(task) {
      if (open) throw new XcError('XC_BREAKER_OPEN', 'circuit is open', { details: { refusedBy: 'breaker' } });
      return await task({} as never);
    },
  };
  const { limiter, store, meter } = opened({ guard });
  expect((await limiter.take('k')).source).toBe('store');
  open = true;
  expect(await limiter.take('k')).toMatchObject({ degraded: true, source: 'local' });
  expect(store.steps).toHaveLength(1);
  expect(meter.value('xc_ratelimit_store_errors_total', ['guard'])).toBe(1);
});

test('rejects with the reason of a signal at once, and asks nothing for one that has aborted', async () => {
  const { clock, store, limiter, told } = opened();
  store.mode = 'hanging';
  const reason = new Error('enough');
  for (const call of ['take', 'peek', 'wait', 'lease'] as const) {
    const giving = new AbortController();
    const pending = limiter[call]('k', { signal: giving.signal });
    await clock.advance(1);
    giving.abort(reason);
    await expect(pending).rejects.toBe(reason);
    const asked = store.steps.length;
    await expect(limiter[call]('k', { signal: giving.signal })).rejects.toBe(reason);
    expect(store.steps).toHaveLength(asked);
  }
  expect(told).toEqual([]);
});

test('lets a call go at once that is given up in the very turn in which it began', async () => {
  const { store, limiter } = opened();
  store.mode = 'hanging';
  const reason = new Error('enough');
  for (const call of ['take', 'peek', 'wait', 'lease'] as const) {
    const giving = new AbortController();
    const pending = limiter[call]('k', { signal: giving.signal });
    giving.abort(reason);
    await expect(pending).rejects.toBe(reason);
  }
  expect(store.steps).toEqual([]);
});

test.each([undefined, null, {}, { allowed: true, now: 1 }, { allowed: true, now: 1, states: [] }])(
  'takes an answer that is none for a failure: %j',
  async (reply) => {
    const store = { name: 'odd', remote: true, apply: async () => reply as never };
    const { limiter, told, meter } = opened({ store });
    for (const call of ['take', 'peek', 'wait', 'lease'] as const) {
      expect(await limiter[call]('k')).toMatchObject({ allowed: true, degraded: true, source: 'local' });
    }
    expect(told).toEqual(['degraded: error']);
    expect(meter.value('xc_ratelimit_store_errors_total', ['error'])).toBe(3);
  },
);

test('lets a listener throw, and logs it', async () => {
  const clock = new ManualClock();
  const logger = new MemoryLogger();
  const fail = () => {
    throw new Error('deaf');
  };
  const events = { rejected: fail, blocked: fail, degraded: fail, recovered: fail };
  const limiter = createRateLimiter({ limits, store: deadStore(), clock, logger, events });
  expect((await limiter.take('k', { cost: 5 })).allowed).toBe(false);
  expect(logger.find({ level: 'error', message: /listener/ })).toHaveLength(2);
});
