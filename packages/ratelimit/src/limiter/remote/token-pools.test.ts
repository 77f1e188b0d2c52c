import { ManualClock, RecordingMeter } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { faultyStore } from '../../../test/faulty-store.ts';
import { createRateLimiter } from '../create-rate-limiter.ts';

const rule = { algorithm: 'fixed', limit: 1_000, windowMs: 60_000 } as const;

function opened(maxTokens = 50) {
  const clock = new ManualClock();
  const store = faultyStore(clock);
  const meter = new RecordingMeter();
  const open = (meters = meter) =>
    createRateLimiter({
      limits: { it: { ...rule, tokenLease: { maxTokens } } },
      store,
      clock,
      meter: meters,
      denyCache: false,
    });
  const used = async () => {
    const { states } = await store.apply({
      kind: 'peek',
      ops: [{ name: 'it', key: 'k', rule, cost: 0, enforce: true }],
    });
    return 1_000 - (states[0]?.remaining ?? 0);
  };
  return { clock, store, meter, open, limiter: open(), used };
}

test('asks the store once for many calls, also when they come at once', async () => {
  const { store, limiter, meter } = opened();
  const decisions = await Promise.all(Array.from({ length: 50 }, () => limiter.take('k')));
  expect(decisions.every(({ allowed }) => allowed)).toBe(true);
  expect(store.steps).toHaveLength(1);
  expect(decisions[0]).toMatchObject({ source: 'store', limits: { it: { remaining: 999 } } });
  expect(decisions[49]).toMatchObject({ source: 'token-lease', limits: { it: { remaining: 950 } } });
  expect(meter.value('xc_ratelimit_leased_tokens', ['it'])).toBe(0);
  await limiter.take('k');
  expect([store.steps.length, meter.value('xc_ratelimit_leased_tokens', ['it'])]).toEqual([2, 49]);
});

test('lets a call go at once that is given up while tokens are under way', async () => {
  const { clock, store, limiter } = opened();
  store.lateMs = 20;
  const reason = new Error('enough');
  const giving = new AbortController();
  const left = [limiter.take('k', { signal: giving.signal }), limiter.take('k', { signal: giving.signal })];
  const goneAt = left.map((call) => call.then(String, (error) => [error === reason, clock.monotonic()]));
  const patient = limiter.take('k');
  await clock.advance(5);
  giving.abort(reason);
  await clock.advance(15);
  expect(await Promise.all(goneAt)).toEqual([
    [true, 5],
    [true, 5],
  ]);
  expect(await patient).toMatchObject({ allowed: true, source: 'token-lease' });
});

test('takes no more than a tenth of the limit ahead', async () => {
  const { limiter, used } = opened(5_000);
  await limiter.take('k');
  expect(await used()).toBe(100);
});

test('gives back what it has not used, after a while and on closing', async () => {
  const { clock, limiter, used, meter, open } = opened();
  for (let call = 0; call < 3; call++) await limiter.take('k');
  expect(await used()).toBe(50);
  await clock.advance(200);
  expect([await used(), meter.value('xc_ratelimit_leased_tokens', ['it'])]).toEqual([3, 0]);
  const other = open(new RecordingMeter());
  await other.take('k');
  await other.close();
  expect(await used()).toBe(4);
  await clock.advance(1_000);
  expect(clock.pending).toBe(0);
});

test('admits exactly the limit in all, and refuses only by the word of the store', async () => {
  const { limiter, open } = opened();
  const nodes = [limiter, open(new RecordingMeter()), open(new RecordingMeter())];
  let admitted = 0;
  for (let call = 0; call < 2_000; call++) {
    const decision = await (nodes[call % 3] as typeof limiter).take('k');
    admitted += Number(decision.allowed);
    if (!decision.allowed) expect(decision.source).toBe('store');
  }
  expect(admitted).toBeLessThanOrEqual(1_000);
  expect(admitted).toBeGreaterThanOrEqual(1_000 - 2 * 50);
});

test('refunds and settles a call that was served from memory', async () => {
  const { clock, limiter, used } = opened();
  await limiter.take('k');
  const [one, other] = [await limiter.take('k'), await limiter.take('k')];
  expect([await limiter.refund(one), await limiter.settle(other, 11)]).toEqual([true, true]);
  await clock.advance(200);
  expect(await used()).toBe(1 + 11);
});

test('throws tokens away with the rest of a key that is reset', async () => {
  const { clock, limiter, used } = opened();
  await limiter.take('k');
  await limiter.reset('it', 'k');
  await clock.advance(200);
  expect(await used()).toBe(0);
});

test('falls back as any other call while the store fails', async () => {
  const { store, limiter } = opened();
  store.mode = 'failing';
  expect(await limiter.take('k')).toMatchObject({ allowed: true, degraded: true, source: 'local' });
});

test('takes nothing ahead of a store that is near', async () => {
  const clock = new ManualClock();
  const limiter = createRateLimiter({ limits: { it: { ...rule, tokenLease: { maxTokens: 50 } } }, clock });
  expect(await limiter.take('k')).toMatchObject({ source: 'store', limits: { it: { remaining: 999 } } });
});
