import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { openLine } from '../src/redis/line.ts';
import { openRedis } from '../src/redis/open-redis.ts';

const echo = createServer((socket) => socket.on('error', () => {}).pipe(socket));
afterEach(() => void echo.close());

test('a line leads to another server until it is cut', async () => {
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  const line = await openLine('127.0.0.1', (echo.address() as AddressInfo).port);
  const client = connect(line.port, '127.0.0.1');
  client.write('PING');
  expect(String((await once(client, 'data'))[0])).toBe('PING');

  const closed = new Promise((resolve) => client.on('error', () => {}).on('close', resolve));
  await line.cut();
  await line.cut();
  await closed;
  const late = connect(line.port, '127.0.0.1');
  await expect(once(late, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('the Redis of somebody else is reached through such a line, and one with TLS is not', async () => {
  await using redis = await openRedis('redis://me:secret@127.0.0.1:1/3');
  expect(redis?.url).toMatch(/^redis:\/\/me:secret@127\.0\.0\.1:\d+\/3$/);
  await expect(openRedis('rediss://127.0.0.1')).rejects.toThrow('TLS');
});
