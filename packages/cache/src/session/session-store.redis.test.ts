import { createHash } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type Cache, createCache } from '../index.ts';
import { pubsub, redisTier } from '../redis/index.ts';
import { type SessionStore, sessionStore } from './index.ts';

const name = `sessions-${process.pid}`;
let client: Redis;
const nodes: Cache[] = [];
let sessions: [SessionStore<readonly number[]>, SessionStore<readonly number[]>, SessionStore<readonly number[]>];

beforeAll(() => {
  client = new Redis(inject('redis'));
  const open = () => {
    const cache = createCache({ name, l2: redisTier(client, { deadlineMs: 5_000 }), coherence: pubsub(client) });
    nodes.push(cache);
    return sessionStore<readonly number[]>(cache);
  };
  sessions = [open(), open(), open()];
});

afterAll(async () => {
  for (const node of nodes) await node[Symbol.asyncDispose]();
  client.disconnect();
});

test('three nodes lose no change, and Redis knows no id', async () => {
  const [first] = sessions;
  const id = await first.create([], 'ada');
  const changes = Array.from({ length: 30 }, (_, item) => item);
  const done = await Promise.all(changes.map((item) => sessions[item % 3]?.update(id, (items) => [...items, item])));
  expect(done.every(Boolean)).toBe(true);
  for (const node of sessions) {
    await expect.poll(async () => [...((await node.get(id)) ?? [])].sort((a, b) => a - b)).toEqual(changes);
  }
  const keys = await client.keys(`xc:c:${name}:*`);
  expect(keys.join('\n')).toContain(createHash('sha256').update(id).digest('hex'));
  expect(keys.join('\n')).not.toContain(id);
});

test('no update under way and no new id outlives the end of all sessions of a subject', async () => {
  const [a, b, c] = sessions;
  for (let round = 0; round < 20; round++) {
    const subject = `subject-${round}`;
    const id = await a.create([], subject);
    const [, , next] = await Promise.all([b.destroyAll(subject), a.update(id, (items) => [...items, 1]), c.rotate(id)]);
    for (const one of [id, next]) {
      if (one === undefined) continue;
      await expect.poll(() => a.get(one)).toBeUndefined();
      expect(await b.get(one)).toBeUndefined();
      expect(await c.update(one, (items) => items)).toBe(false);
    }
  }
});

test('of several new ids asked for at once on several nodes one is given', async () => {
  const id = await sessions[0].create([1]);
  const given = (await Promise.all(sessions.map((node) => node.rotate(id)))).filter((next) => next !== undefined);
  expect(given).toHaveLength(1);
  for (const node of sessions) expect(await node.get(given[0] as string)).toEqual([1]);
});
