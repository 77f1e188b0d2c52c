import { startRedis, tcpProxy } from '@xc/test-support';
import type { Redis } from 'ioredis';
import { afterEach, expect, test, vi } from 'vitest';
import { createPool, type Pool, type PoolEvent, type PoolOptions } from '../src/index.ts';
import { redisFactory } from '../src/ioredis/index.ts';

const toEnd: (() => PromiseLike<unknown>)[] = [];
const unhandled: unknown[] = [];
const note = (error: unknown) => void unhandled.push(error);
process.on('unhandledRejection', note);

afterEach(async () => {
  for (const end of toEnd.splice(0).reverse()) await end();
  expect(unhandled).toEqual([]);
});

async function given(options: PoolOptions<Redis> = {}) {
  const server = await startRedis();
  toEnd.push(() => server[Symbol.asyncDispose]());
  const network = await tcpProxy(server.port);
  toEnd.push(() => network[Symbol.asyncDispose]());
  const events: PoolEvent[] = [];
  const pool: Pool<Redis> = createPool(redisFactory({ host: '127.0.0.1', port: network.port }), {
    max: 5,
    onEvent: (event) => void events.push(event),
    ...options,
  });
  toEnd.push(() => pool.drain({ deadlineMs: 100 }));
  return { server, network, pool, told: (type: PoolEvent['type']) => events.filter((event) => event.type === type) };
}

/** Nothing is lost: whatever was opened is open or closed. */
const addsUp = (pool: Pool<Redis>) => {
  const { created, closed, size, closing, inUse } = pool.stats();
  expect(created).toBe(closed + size + closing);
  expect(inUse).toBe(0);
};

test('a server that is killed under load fails each of its users, and serves again when it is back', async () => {
  const { server, pool } = await given({ min: 2 });
  await pool.warm({ count: 5 });
  const blocked = Array.from({ length: 5 }, (_, n) =>
    pool
      .use((client) => client.blpop(`never:${n}`, 30))
      .then(
        () => 'served',
        () => 'failed',
      ),
  );
  const waiting = pool.acquire().then(
    () => 'served',
    (error: { code: string }) => error.code,
  );
  await vi.waitFor(() => expect(pool.stats()).toMatchObject({ inUse: 5, waiting: 1 }));
  await server.kill();
  expect(await Promise.all(blocked)).toEqual(Array.from({ length: 5 }, () => 'failed'));
  expect(await waiting).toBe('XC_POOL_CREATE');
  await server.restart();
  await vi.waitFor(async () => expect(await pool.use((client) => client.ping())).toBe('PONG'), { timeout: 6_000 });
  await vi.waitFor(() => expect(pool.stats()).toMatchObject({ idle: 2, inUse: 0 }), { timeout: 6_000 });
  addsUp(pool);
});

test('a network that falls silent holds up no borrower for longer than a validation and a create', async () => {
  const options = { max: 1, recheckAfterMs: 0, validateTimeoutMs: 200, createTimeoutMs: 200, acquireTimeoutMs: 2_000 };
  const { network, pool, told } = await given(options);
  expect(await pool.use((client) => client.ping())).toBe('PONG');
  await vi.waitFor(() => expect(pool.stats().idle).toBe(1));
  await network.halfOpen();
  const startedAt = performance.now();
  await expect(pool.acquire()).rejects.toMatchObject({ code: 'XC_POOL_CREATE' });
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  expect(told('closed')).toMatchObject([{ reason: 'invalid' }]);
  await network.restore();
  await vi.waitFor(async () => expect(await pool.use((client) => client.ping())).toBe('PONG'), { timeout: 6_000 });
  addsUp(pool);
});

test('a background check finds a connection that went silent before anybody asks', async () => {
  const { network, pool, told } = await given({ min: 1, max: 1, keepaliveMs: 50, validateTimeoutMs: 100 });
  await pool.warm();
  await network.halfOpen();
  await vi.waitFor(() => expect(told('closed')).toMatchObject([{ reason: 'invalid' }]), { timeout: 5_000 });
  await network.restore();
  await vi.waitFor(() => expect(pool.stats().idle).toBe(1), { timeout: 20_000 });
  expect(await pool.use((client) => client.ping())).toBe('PONG');
});
