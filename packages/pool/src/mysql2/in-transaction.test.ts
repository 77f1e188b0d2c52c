import type { Connection } from 'mysql2/promise';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type MysqlServer, startMysqlServer } from '../../test/mysql/mysql-server.ts';
import { createPool } from '../create-pool.ts';
import type { Pool } from '../pool.ts';
import { currentResource } from '../pooled/bound-resource.ts';
import { inTransaction, Transactional } from './in-transaction.ts';
import { mysqlFactory } from './mysql-factory.ts';

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

describe('inTransaction', () => {
  test('begins, runs, commits, and gives back the value', async () => {
    const value = await inTransaction(pool, async (connection) => {
      await connection.query('UPDATE t SET a = 1');
      return 7;
    });
    expect([value, server.statements]).toEqual([7, ['START TRANSACTION', 'UPDATE t SET a = 1', 'COMMIT']]);
    expect(pool.stats().misuse).toBe(0);
  });

  test('asks for the isolation of this transaction alone', async () => {
    await inTransaction(pool, async () => {}, { isolation: 'read committed', readOnly: true });
    expect(server.statements).toEqual([
      'SET TRANSACTION ISOLATION LEVEL READ COMMITTED',
      'START TRANSACTION READ ONLY',
      'COMMIT',
    ]);
  });

  test('rolls back when the body fails', async () => {
    const error = new Error('no');
    await expect(inTransaction(pool, () => Promise.reject(error))).rejects.toBe(error);
    expect(server.statements).toEqual(['START TRANSACTION', 'ROLLBACK']);
  });

  test.each([
    ['deadlock', 1213],
    ['lock wait timeout', 1205],
  ])('repeats the whole body after a %s', async (_name, code) => {
    let fails = 2;
    server.answer = (sql) => {
      if (!sql.startsWith('UPDATE') || fails === 0) return undefined;
      fails -= 1;
      return { code, message: 'try restarting transaction' };
    };
    await inTransaction(pool, (connection) => connection.query('UPDATE t SET a = 1'));
    const once = ['START TRANSACTION', 'UPDATE t SET a = 1', 'ROLLBACK'];
    expect(server.statements).toEqual([...once, ...once, 'START TRANSACTION', 'UPDATE t SET a = 1', 'COMMIT']);
  });

  test('gives up after its attempts', async () => {
    server.answer = (sql) => (sql === 'COMMIT' ? { code: 1213, message: 'Deadlock found' } : undefined);
    await expect(inTransaction(pool, async () => {}, { attempts: 2 })).rejects.toMatchObject({ errno: 1213 });
    expect(server.statements).toEqual([
      'START TRANSACTION',
      'COMMIT',
      'ROLLBACK',
      'START TRANSACTION',
      'COMMIT',
      'ROLLBACK',
    ]);
  });
});

test('Transactional methods that call each other share one transaction', async () => {
  class Bank {
    @Transactional(pool)
    async transfer(): Promise<void> {
      await this.pay(1);
      await this.pay(2);
    }

    @Transactional(pool)
    async pay(id: number): Promise<void> {
      await currentResource(pool).query(`UPDATE t SET a = ${id}`);
    }
  }
  await new Bank().transfer();
  expect(server.statements).toEqual(['START TRANSACTION', 'UPDATE t SET a = 1', 'UPDATE t SET a = 2', 'COMMIT']);
});
