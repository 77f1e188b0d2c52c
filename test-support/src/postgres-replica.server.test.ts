import pg from 'pg';
import { expect, test } from 'vitest';
import { eventually } from './eventually.ts';
import { startPostgres } from './postgres.ts';

test('a replica has the data of its primary, follows it, and takes over', async () => {
  await using primary = await startPostgres({ databases: 2 });
  await ask(primary.url, 'CREATE TABLE kept (n int)');
  await ask(primary.url, 'INSERT INTO kept VALUES (1)');
  const { port } = primary;
  await using replica = await primary.replica();
  expect(primary.port).toBe(port);
  expect(replica.urls).toHaveLength(2);
  expect(await ask(replica.url, 'SELECT pg_is_in_recovery() AS value')).toEqual([true]);
  expect(await ask(replica.url, 'SELECT n AS value FROM kept')).toEqual([1]);
  await ask(primary.url, 'INSERT INTO kept VALUES (2)');
  await eventually(
    'it has the new row',
    async () => (await ask(replica.url, 'SELECT n AS value FROM kept')).length === 2,
  );
  await expect(ask(replica.url, 'INSERT INTO kept VALUES (3)')).rejects.toMatchObject({ code: '25006' });
  await primary.kill();
  await ask(replica.url, 'SELECT pg_promote()');
  await ask(replica.url, 'INSERT INTO kept VALUES (4)');
  await primary.restart();
  expect(await ask(primary.url, 'SELECT n AS value FROM kept ORDER BY 1')).toEqual([1, 2]);
  expect(await ask(replica.url, 'SELECT n AS value FROM kept ORDER BY 1')).toEqual([1, 2, 4]);
});

test('there may be several, also of a replica', async () => {
  await using primary = await startPostgres();
  await using first = await primary.replica();
  await using second = await first.replica();
  await using third = await primary.replica();
  await ask(primary.url, 'CREATE TABLE kept AS SELECT 7 AS value');
  for (const { url } of [first, second, third]) {
    await eventually('it has the table', async () => (await ask(url, 'SELECT value FROM kept'))[0] === 7);
  }
});

async function ask(connectionString: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(text)).rows.map((row) => row.value);
  } finally {
    await client.end();
  }
}
