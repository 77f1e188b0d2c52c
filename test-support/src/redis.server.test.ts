import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { startRedis } from './redis.ts';

test('keeps the port and the data over a kill and a restart', async () => {
  await using server = await startRedis({ appendOnly: true });
  const { port, pid } = server;
  await within(server.url, (client) => client.set('kept', 'yes'));
  await server.kill();
  await server.restart();
  expect(server.port).toBe(port);
  expect(server.pid).not.toBe(pid);
  await expect(within(server.url, (client) => client.get('kept'))).resolves.toBe('yes');
});

test('answers nobody while paused and everybody after', async () => {
  await using server = await startRedis();
  await within(server.url, async (client) => {
    await server.pause();
    const answer = client.ping();
    const first = await Promise.race([answer, new Promise((resolve) => setTimeout(resolve, 200, 'silence'))]);
    expect(first).toBe('silence');
    await server.resume();
    await expect(answer).resolves.toBe('PONG');
  });
});

test('passes arguments on', async () => {
  await using server = await startRedis({ args: ['--maxmemory', '2mb'] });
  await expect(within(server.url, (client) => client.config('GET', 'maxmemory'))).resolves.toEqual([
    'maxmemory',
    '2097152',
  ]);
});

test('says why a server does not start', async () => {
  await expect(startRedis({ args: ['--no-such-option', '1'] })).rejects.toThrow(
    /ended while starting[\s\S]*no-such-option/,
  );
});

test('tries other ports when somebody took one, and gives up with the reason', async () => {
  await using other = await startRedis();
  // The last --port wins, so that every try meets the port of the other server.
  await expect(startRedis({ args: ['--port', String(other.port)] })).rejects.toThrow(/address already in use/i);
  await expect(within(other.url, (client) => client.ping())).resolves.toBe('PONG');
});

test('restarts while paused, and is disposed of twice without harm', async () => {
  const server = await startRedis();
  await server.pause();
  await server.restart();
  await expect(within(server.url, (client) => client.ping())).resolves.toBe('PONG');
  await Promise.all([server[Symbol.asyncDispose](), server[Symbol.asyncDispose]()]);
  await server[Symbol.asyncDispose]();
});

async function within<T>(url: string, use: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(url);
  client.on('error', () => {});
  try {
    return await use(client);
  } finally {
    client.disconnect();
  }
}
