import type { Connection } from 'mysql2/promise';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Answer, type MysqlServer, startMysqlServer } from '../../test/mysql/mysql-server.ts';
import { createPool } from '../create-pool.ts';
import type { Pool } from '../pool.ts';
import { mysqlFactory } from './mysql-factory.ts';
import { mysqlReplication } from './mysql-replication.ts';

const source = '3e11fa47-71ca-11e1-9e33-c80aa9429562';
let server: MysqlServer;
let pool: Pool<Connection>;

beforeEach(async () => {
  server = await startMysqlServer();
  pool = createPool(mysqlFactory({ host: '127.0.0.1', port: server.port }));
});

afterEach(async () => {
  await pool.drain();
  await server[Symbol.asyncDispose]();
});

/** What the server says to each question about its replication. */
function says(answers: {
  readonly writable?: string;
  readonly executed?: string;
  readonly status?: Answer;
  readonly term?: string;
}): void {
  server.answer = (sql) => {
    if (sql.includes('read_only')) return [{ writable: answers.writable }];
    if (sql.includes('gtid_executed')) return [{ position: answers.executed }];
    if (sql.includes('epoch')) return [{ term: answers.term }];
    return sql === 'SHOW REPLICA STATUS' ? answers.status : undefined;
  };
}

test('whoever is not read-only accepts writes, in the term that its statement gives', async () => {
  says({ writable: '1', term: '7' });
  expect(await pool.use(mysqlReplication().role)).toEqual({ writable: true, term: 0 });
  expect(await pool.use(mysqlReplication({ termQuery: 'SELECT epoch FROM cluster' }).role)).toEqual({
    writable: true,
    term: 7,
  });
  says({ writable: '0' });
  expect(await pool.use(mysqlReplication().role)).toEqual({ writable: false, term: 0 });
});

test.each([
  ['has executed all that it received', { Retrieved_Gtid_Set: `${source}:3-9`, Seconds_Behind_Source: '4000' }, 0],
  ['has received more', { Retrieved_Gtid_Set: `${source}:3-10`, Seconds_Behind_Source: '4' }, 4_000],
  ['has received more, and does not execute', { Retrieved_Gtid_Set: `${source}:3-10` }, Number.POSITIVE_INFINITY],
])('a replica that %s', async (_name, status, lagMs) => {
  says({ executed: `${source}:1-5,\n${source}:6-9`, status: [status] });
  const { position } = mysqlReplication();
  expect(await pool.use((connection) => position(connection, 'replica'))).toEqual({
    position: `${source}:1-5,${source}:6-9`,
    lagMs,
  });
  expect(await pool.use((connection) => position(connection, 'primary'))).toMatchObject({ lagMs: 0 });
});

test('an older server is asked by the older name', async () => {
  server.answer = (sql) => {
    if (sql === 'SHOW REPLICA STATUS') return { code: 1064, message: 'You have an error in your SQL syntax' };
    if (sql === 'SHOW SLAVE STATUS') return [{ Retrieved_Gtid_Set: '', Seconds_Behind_Master: '2' }];
    return [{ position: `${source}:1` }];
  };
  const { position, compare } = mysqlReplication();
  expect(await pool.use((connection) => position(connection, 'replica'))).toEqual({
    position: `${source}:1`,
    lagMs: 2_000,
  });
  expect(compare(`${source}:1-2`, `${source}:1`)).toBe(1);
});
