import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { createRateLimiter, type LimitOp, type LimitStore } from '../../src/index.ts';
import { redisStore } from '../../src/redis/index.ts';

let client: Redis;
let store: LimitStore;
let prefix: string;
beforeAll(() => {
  client = new Redis(inject('redis'));
});
beforeEach(() => {
  prefix = `${randomUUID()}:`;
  store = redisStore(client, { prefix });
});
afterAll(() => client.disconnect());

const plain = { limit: 3, windowMs: 60_000 };

function op(key: string, rule: LimitOp['rule'] = plain): LimitOp {
  return { name: 'api', key, rule, cost: 1, enforce: true };
}

function take(...ops: readonly LimitOp[]) {
  return store.apply({ kind: 'take', ops }, { deadlineMs: 5_000 });
}

/** How many scripts the server ran meanwhile. */
async function scripts(work: () => Promise<unknown>): Promise<number> {
  await client.config('RESETSTAT');
  await work();
  return Number(/cmdstat_evalsha:calls=(\d+)/.exec(await client.info('commandstats'))?.[1] ?? 0);
}

/** Has the server know the scripts: one that it does not know is sent again, and overtaken by what follows. */
async function acquainted(): Promise<void> {
  await store.apply({ kind: 'block', ops: [op('warm')], blockMs: 1 });
  await Promise.all([take(op('cold')), take(op('up'))]);
  await take(op('cold'));
}

test('decides takes of one turn together, thirty-two in a script', async () => {
  await acquainted();
  const keys = Array.from({ length: 64 }, (_, index) => `client-${index}`);
  expect(await scripts(() => Promise.all(keys.map((key) => take(op(key)))))).toBe(2);
  expect(await scripts(() => take(op('alone')))).toBe(1);
  const turns = async () => {
    for (const key of keys.slice(0, 5)) await take(op(key));
  };
  expect(await scripts(turns)).toBe(5);
});

test('a script of many takes has a bounded number of limits', async () => {
  await acquainted();
  const many = Array.from({ length: 16 }, (_, index) => ({ ...op('ada'), name: `limit-${index}` }));
  expect(await scripts(() => Promise.all(Array.from({ length: 12 }, () => take(...many))))).toBe(2);
});

test('lets through exactly what fits, of calls for one key in one turn, whatever the algorithm', async () => {
  const rules = {
    gcra: plain,
    uneven: { limit: 7, windowMs: 60_000 },
    bucket: { algorithm: 'bucket', limit: 3, windowMs: 60_000 },
    sliding: { algorithm: 'sliding', limit: 3, windowMs: 3_600_000 },
    fixed: { algorithm: 'fixed', limit: 3, windowMs: 60_000 },
    log: { algorithm: 'log', limit: 3, windowMs: 60_000 },
    quota: { algorithm: 'quota', limit: 3, per: 'month' },
  } as const;
  const calls = Object.entries(rules).flatMap(([key, rule]) => Array.from({ length: 10 }, () => ({ key, rule })));
  calls.sort((a, b) => a.key.charCodeAt(1) - b.key.charCodeAt(1));
  const replies = await Promise.all(calls.map(({ key, rule }) => take(op(key, rule))));
  for (const [key, { limit }] of Object.entries(rules)) {
    const answers = replies.filter((_, index) => calls[index]?.key === key).map(({ allowed }) => allowed);
    expect(answers, key).toEqual(Array.from({ length: 10 }, (_, index) => index < limit));
  }
});

test('keeps the order of what is asked in one turn', async () => {
  await acquainted();
  const [first, , second] = await Promise.all([
    take(op('ada')),
    store.apply({ kind: 'clear', ops: [op('ada')] }),
    take(op('ada')),
  ]);
  expect([first, second].map((reply) => reply?.states[0]?.remaining)).toEqual([2, 2]);
  const [, blocked] = await Promise.all([
    store.apply({ kind: 'block', ops: [op('ada')], blockMs: 60_000 }),
    take(op('ada')),
    take(op('bob')),
  ]);
  expect(blocked).toMatchObject({ allowed: false, states: [{ blocked: true }] });
});

test('foreign data under one key fails the calls for that key, and no others of the turn', async () => {
  await acquainted();
  await client.rpush(`${prefix}{eve}:api:g60000`, 'not ours');
  await client.set(`${prefix}{mallory}:api:b`, 'not ours');
  const replies = await Promise.allSettled(['ada', 'eve', 'bob', 'mallory', 'cy'].map((key) => take(op(key))));
  expect(replies.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled']);
  for (const index of [1, 3]) expect(replies[index]).toMatchObject({ reason: { code: 'XC_REDIS_SCRIPT' } });
});

test('a server that does not know the script is told it', async () => {
  await client.script('FLUSH');
  const replies = await Promise.all(['ada', 'bob', 'ada'].map((key) => take(op(key))));
  expect(replies.map(({ states }) => states[0]?.remaining)).toEqual([2, 2, 1]);
});

test('calls that may wait longer than others travel apart', async () => {
  await acquainted();
  const [patient, hasty] = [5_000, 4_000].map((deadlineMs) => () => {
    return store.apply({ kind: 'take', ops: [op(String(deadlineMs))] }, { deadlineMs });
  });
  expect(await scripts(() => Promise.all([patient?.(), patient?.(), hasty?.()]))).toBe(2);
});

test('a call that is given up leaves the others of its turn alone', async () => {
  await using limiter = createRateLimiter({ limits: { api: plain }, store });
  const giveUp = new AbortController();
  const calls = Promise.allSettled([
    limiter.take('ada', { signal: giveUp.signal }),
    limiter.take('bob'),
    limiter.take('cy'),
  ]);
  giveUp.abort(new Error('enough'));
  const [given, ...others] = await calls;
  expect(given).toMatchObject({ status: 'rejected', reason: { message: 'enough' } });
  expect(others).toMatchObject([{ value: { allowed: true } }, { value: { allowed: true } }]);
});
