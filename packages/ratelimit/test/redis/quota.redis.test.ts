import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test, vi } from 'vitest';
import type { LimitOp, LimitStore } from '../../src/index.ts';
import { quotaPeriods } from '../../src/quota/quota-period.ts';
import { redisStore } from '../../src/redis/index.ts';
import { expectTidy } from './keyspace.ts';
import { patient } from './real-store.ts';

let client: Redis;
let store: LimitStore;
let prefix: string;
beforeAll(() => {
  client = new Redis(inject('redis'));
});
beforeEach(() => {
  prefix = `${randomUUID()}:`;
  store = patient(redisStore(client, { prefix }));
});
afterEach(async () => {
  vi.useRealTimers();
  await expectTidy(client, prefix);
});
afterAll(() => client.disconnect());

const rules = (['day', 'week', 'month', 'year'] as const).flatMap((per) =>
  ['UTC', 'Asia/Beirut', 'America/Havana', 'Pacific/Apia', 'Asia/Kathmandu'].map((timeZone) => ({
    algorithm: 'quota' as const,
    limit: 5,
    per,
    timeZone,
    ...(per === 'month' || per === 'year' ? { anchorDay: 31 } : {}),
  })),
);

function op(rule: LimitOp['rule'], changes: Partial<LimitOp> = {}): LimitOp {
  return { name: 'quota', key: randomUUID(), rule, cost: 2, enforce: true, ...changes };
}

test.for(rules)('counts in the period of the calendar: $per in $timeZone', async (rule) => {
  const quota = op(rule);
  const { now, states } = await store.apply({ kind: 'take', ops: [quota] });
  const { start, end } = quotaPeriods(rule)(now);
  expect(states[0]).toMatchObject({ remaining: 3, windowMs: end - start, resetAfterMs: Math.ceil(end - now) });
  const refused = await store.apply({ kind: 'take', ops: [{ ...quota, cost: 4 }] });
  expect(refused.states[0]).toMatchObject({ allowed: false, remaining: 3, retryAfterMs: Math.ceil(end - refused.now) });
  const back = { ...quota, receipt: states[0]?.receipt as string, by: -2 };
  expect((await store.apply({ kind: 'adjust', ops: [back] })).changed).toBe(2);
});

test.for([-400, -1, 1, 400])('decides by the clock of the server when its own is %i days off', async (days) => {
  const trueNow = Date.now();
  const rule = { algorithm: 'quota', limit: 5, per: 'day', timeZone: 'Asia/Tokyo' } as const;
  const quota = op(rule);
  const [beside, slots] = [
    op({ limit: 5, windowMs: 60_000 }, { name: 'beside' }),
    op({ algorithm: 'concurrency', limit: 5 }, { name: 'slots', cost: 1 }),
  ];
  vi.useFakeTimers({ toFake: ['Date'], now: trueNow + days * 86_400_000 });
  const ops = [beside, quota, slots];
  const { states, now } = await store.apply({ kind: 'take', ops, lease: { id: 'a' } });
  expect(Math.abs(now - trueNow)).toBeLessThan(60_000);
  expect(states.map(({ remaining }) => remaining)).toEqual([3, 3, 4]);
  expect(states[1]?.resetAfterMs).toBe(Math.ceil(quotaPeriods(rule)(now).end - now));
  const back = ops.map((one, index) => ({ ...one, receipt: states[index]?.receipt as string, by: -1 }));
  expect((await store.apply({ kind: 'adjust', ops: back.slice(0, 2) })).changed).toBe(2);
  const { states: left } = await store.apply({ kind: 'peek', ops: ops.map((one) => ({ ...one, cost: 0 })) });
  expect(left.map(({ remaining }) => remaining)).toEqual([4, 4, 4]);
});
