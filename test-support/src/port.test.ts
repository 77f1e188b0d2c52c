import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { reservePort } from './port.ts';

test('never gives the same port twice, nor one that belongs to another reservation', async () => {
  const reserved = await Promise.all(Array.from({ length: 300 }, () => reservePort([10_000])));
  const ports = reserved.flatMap(({ port }) => [port, port + 10_000]);
  expect(new Set(ports).size).toBe(600);
  for (const each of reserved) each[Symbol.dispose]();
});

test('leaves the port itself to the server that it is for', async () => {
  using reserved = await reservePort();
  const server = createServer().listen(reserved.port, '127.0.0.1');
  await once(server, 'listening');
  server.close();
});
