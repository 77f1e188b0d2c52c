import { readFileSync } from 'node:fs';
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

test('has no back end left when it was killed in the middle of work, and starts again at once', async () => {
  await using server = await startPostgres();
  const clients = Array.from({ length: 20 }, () => new pg.Client({ connectionString: server.url }));
  for (const client of clients) client.on('error', () => {});
  await Promise.all(clients.map((client) => client.connect()));
  const { rows } = await within(server.url, (client) =>
    client.query<{ pid: number }>("SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'"),
  );
  const work = clients.map((client) => client.query('SELECT count(*) FROM generate_series(1, 1e9)').catch(() => {}));
  await sleep(200);
  await server.kill();
  expect(rows.length).toBeGreaterThanOrEqual(20);
  expect(rows.filter(({ pid }) => isAtWork(pid))).toEqual([]);
  await server.restart();
  await Promise.all(work);
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

/** What is only a name in the list of processes (Z, X) does nothing any more. */
function isAtWork(pid: number): boolean {
  try {
    if (process.platform !== 'linux') return process.kill(pid, 0);
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}
