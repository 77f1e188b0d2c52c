import { randomUUID } from 'node:crypto';
import { slotOf } from '@xc/redis';
import { Cluster } from 'ioredis';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { LimitOp, LimitStore } from '../../src/index.ts';
import { redisStore } from '../../src/redis/index.ts';
import { expectTidy } from './keyspace.ts';
import { patient } from './real-store.ts';

let client: Cluster;
let store: LimitStore;
const prefix = `${randomUUID()}:`;
beforeAll(() => {
  client = new Cluster(inject('cluster'));
  store = patient(redisStore(client, { prefix }));
});
afterAll(async () => {
  await expectTidy(client, prefix);
  client.disconnect();
});

/** Three limits of three keys in three slots, the middle one with room for one. */
function ops(run: string): readonly [LimitOp, LimitOp, LimitOp] {
  const op = (name: string, limit: number): LimitOp => ({
    name,
    key: `${run}-${name}`,
    rule: { algorithm: 'fixed', limit, windowMs: 60_000 },
    cost: 1,
    enforce: true,
  });
  return [op('first', 5), op('middle', 1), op('last', 5)];
}

const take = (...asked: readonly LimitOp[]) => store.apply({ kind: 'take', ops: asked });
const remaining = async (asked: readonly LimitOp[]) =>
  (await store.apply({ kind: 'peek', ops: asked.map((op) => ({ ...op, cost: 0 })) })).states.map(
    (state) => state.remaining,
  );

test('decides over several slots as one, and gives back in order what a later one refuses', async () => {
  const asked = ops(randomUUID());
  expect(new Set(asked.map(({ key }) => slotOf(`{${key}}`))).size).toBe(3);
  const first = await take(...asked);
  expect(first.allowed).toBe(true);
  expect(first.states.map((state) => state.remaining)).toEqual([4, 0, 4]);
  for (let again = 0; again < 5; again += 1) {
    const refused = await take(...asked);
    expect(refused.allowed).toBe(false);
    expect(refused.states.map((state) => state.allowed)).toEqual([true, false, true]);
    expect(refused.states.map((state) => state.remaining)).toEqual([4, 0, 4]);
    expect(refused.states.every((state) => state.receipt === undefined)).toBe(true);
  }
  expect(await remaining(asked)).toEqual([4, 0, 4]);
});

test('gives back the lease of an earlier slot as well', async () => {
  const [, middle] = ops(randomUUID());
  const slots: LimitOp = {
    ...middle,
    name: 'slots',
    key: `${middle.key}-slots`,
    rule: { algorithm: 'concurrency', limit: 3 },
  };
  const taking = (id: string) => store.apply({ kind: 'take', ops: [slots, middle], lease: { id } });
  expect((await taking('a')).allowed).toBe(true);
  expect((await taking('b')).allowed).toBe(false);
  expect(await remaining([slots, middle])).toEqual([2, 0]);
});

test('adjusts, blocks and clears over several slots', async () => {
  const asked = ops(randomUUID());
  const { states } = await take(...asked);
  const back = asked.map((op, index) => ({ ...op, receipt: states[index]?.receipt as string, by: -1 }));
  expect((await store.apply({ kind: 'adjust', ops: back })).changed).toBe(3);
  expect(await remaining(asked)).toEqual([5, 1, 5]);
  await store.apply({ kind: 'block', ops: asked, blockMs: 60_000 });
  expect((await take(...asked)).states.every((state) => state.blocked)).toBe(true);
  await store.apply({ kind: 'clear', ops: asked });
  expect((await take(...asked)).allowed).toBe(true);
});

test('keeps all keys of a tag in one slot, and asks it once', async () => {
  const tagged = ops(randomUUID()).map((op) => ({ ...op, tag: 'tenant' }));
  expect((await take(...tagged)).allowed).toBe(true);
  expect((await take(...tagged)).states.map((state) => state.remaining)).toEqual([4, 0, 4]);
});

test('gives back what it charged when a later slot fails', async () => {
  const asked = ops(randomUUID());
  const [first, middle] = asked;
  await client.set(`${prefix}{${middle.key}}:middle:f60000`, 'foreign', 'EX', 60);
  await expect(take(...asked)).rejects.toMatchObject({ code: 'XC_REDIS_SCRIPT' });
  await expect.poll(() => remaining([first])).toEqual([5]);
});
