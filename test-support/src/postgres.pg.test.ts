import pg from 'pg';
import { expect, inject, test } from 'vitest';

test('provides four databases of one PostgreSQL', async () => {
  const urls = inject('postgres');
  expect(urls).toHaveLength(4);
  for (const [index, connectionString] of urls.entries()) {
    const client = new pg.Client({ connectionString });
    await client.connect();
    const { rows } = await client.query('SELECT current_database() AS name');
    await client.end();
    expect(rows).toEqual([{ name: `db${index}` }]);
  }
});
