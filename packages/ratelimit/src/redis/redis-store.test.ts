import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { redisStore } from './redis-store.ts';

const client = new Redis({ lazyConnect: true });

test.for([
  [undefined, 'client must be a client of ioredis, got undefined'],
  [null, 'client must be a client of ioredis, got null'],
  ['redis://:password@127.0.0.1', 'client must be a client of ioredis, got string'],
])('refuses %s for a client, and does not print it', ([wrong, message]) => {
  expect(() => redisStore(wrong as never)).toThrow(new TypeError(message as string));
});

test.for([
  [{ prefix: 1 }, 'prefix must be a text, got number'],
  [{ hashKeys: '' }, 'hashKeys must be a secret text, got an empty text'],
  [{ hashKeys: 7 }, 'hashKeys must be a secret text, got number'],
  [{ hashkeys: 'secret' }, 'unknown option hashkeys'],
  [null, 'options must be an object, got null'],
])('refuses the options %j', ([wrong, message]) => {
  expect(() => redisStore(client, wrong as never)).toThrow(new TypeError(message as string));
});

test('is a remote store, and leaves the client alone until it is asked', () => {
  expect(redisStore(client)).toMatchObject({ name: 'redis', remote: true });
  expect(client.status).toBe('wait');
});

test('rejects what no store can do: concurrency without a lease, a receipt of somebody else', async () => {
  const store = redisStore(client);
  const slots = {
    name: 'slots',
    key: 'a',
    rule: { algorithm: 'concurrency', limit: 1 },
    cost: 1,
    enforce: true,
  } as const;
  await expect(store.apply({ kind: 'take', ops: [slots] })).rejects.toThrow(TypeError);
  const api = {
    name: 'api',
    key: 'a',
    rule: { limit: 1, windowMs: 1 },
    cost: 1,
    enforce: true,
    receipt: 'mine',
    by: -1,
  };
  await expect(store.apply({ kind: 'adjust', ops: [api] })).rejects.toThrow('receipt of limit api');
  expect(client.status).toBe('wait');
});
