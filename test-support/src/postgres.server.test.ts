import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { expect, test } from 'vitest';
import { startPostgres } from './postgres.ts';

test('keeps port and committed data over a kill and a restart', async () => {
  await using server = await startPostgres();
  const { port, pid } = server;
  await within(server.url, async (client) => {
    await client.query('CREATE TABLE kept (n int)');
    await client.query('INSERT INTO kept VALUES (7)');
  });
  await server.kill();
  await expect(within(server.url, (client) => client.query('SELECT 1'))).rejects.toThrow('ECONNREFUSED');
  await server.restart();
  expect(server.port).toBe(port);
  expect(server.pid).not.toBe(pid);
  const { rows } = await within(server.url, (client) => client.query('SELECT n FROM kept'));
  expect(rows).toEqual([{ n: 7 }]);
});

test('pauses the back ends too, and resumes them', async () => {
  await using server = await startPostgres();
  await within(server.url, async (client) => {
    await client.query('SELECT 1');
    await server.pause();
    const answer = client.query('SELECT 2 AS n');
    expect(await Promise.race([answer, sleep(300, 'silence')])).toBe('silence');
    await server.resume();
    expect((await answer).rows).toEqual([{ n: 2 }]);
  });
});

test('takes settings, and ends while paused', async () => {
  await using server = await startPostgres({ settings: { max_connections: 17 } });
  const { rows } = await within(server.url, (client) => client.query('SHOW max_connections'));
  expect(rows).toEqual([{ max_connections: '17' }]);
  await server.pause();
});

test('starts several at once', async () => {
  const servers = await Promise.all(Array.from({ length: 3 }, () => startPostgres({ databases: 2 })));
  expect(new Set(servers.map((server) => server.port)).size).toBe(3);
  await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
});

async function within<T>(connectionString: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString });
  client.on('error', () => {});
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
