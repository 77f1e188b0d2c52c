import 'reflect-metadata';
import type { Connection } from 'mysql2/promise';
import { afterAll, expect, test } from 'vitest';
import { createPool, currentResource } from '../../src/index.ts';
import { mysqlFactory, Transactional } from '../../src/mysql2/index.ts';
import { startMysqlServer } from '../mysql/mysql-server.ts';

const server = await startMysqlServer();
const pool = createPool<Connection>(mysqlFactory({ host: '127.0.0.1', port: server.port }), { max: 1 });

afterAll(async () => {
  await pool.drain();
  await server[Symbol.asyncDispose]();
});

class Bank {
  readonly table = 't';

  @Transactional(pool)
  async transfer(amount: number): Promise<string> {
    await this.pay(-amount);
    await this.pay(amount);
    return this.table;
  }

  @Transactional(pool)
  async pay(amount: number): Promise<void> {
    await currentResource(pool).query(`UPDATE ${this.table} SET a = a + ${amount}`);
  }
}

test('legacy decorators run nested methods in one transaction, too', async () => {
  expect(await new Bank().transfer(5)).toBe('t');
  expect(server.statements).toEqual([
    'START TRANSACTION',
    'UPDATE t SET a = a + -5',
    'UPDATE t SET a = a + 5',
    'COMMIT',
  ]);
  expect([Bank.prototype.transfer.name, Bank.prototype.transfer.length]).toEqual(['transfer', 1]);
});
