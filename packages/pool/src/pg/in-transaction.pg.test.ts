import { noopLogger } from '@xc/core';
import pg, { type Client } from 'pg';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { createPool } from '../create-pool.ts';
import type { Pool } from '../pool.ts';
import { currentResource } from '../pooled/bound-resource.ts';
import { Pooled } from '../pooled/pooled.ts';
import { inTransaction, Transactional } from './in-transaction.ts';
import { pgFactory } from './pg-factory.ts';

const connectionString = inject('postgres')[1] as string;
const table = `account_${process.pid}`;
let pool: Pool<Client>;

beforeEach(async () => {
  pool = createPool(pgFactory({ connectionString }), { max: 10, logger: noopLogger });
  await pool.use((client) =>
    client.query(
      `CREATE TABLE ${table} (id int PRIMARY KEY, balance int); INSERT INTO ${table} VALUES (1, 10), (2, 10)`,
    ),
  );
});

afterEach(async () => {
  await pool.use((client) => client.query(`DROP TABLE ${table}`));
  await pool.drain();
});

const balance = async (id: number): Promise<number> =>
  (await pool.use((client) => client.query(`SELECT balance FROM ${table} WHERE id = $1`, [id]))).rows[0]?.balance;
const pay = (client: Client, id: number, amount: number) =>
  client.query(`UPDATE ${table} SET balance = balance + $2 WHERE id = $1`, [id, amount]);

describe('inTransaction', () => {
  test('commits what was done, and gives back the value', async () => {
    const value = await inTransaction(pool, async (client) => {
      await pay(client, 1, 5);
      expect(await balance(1)).toBe(10);
      return 'paid';
    });
    expect([value, await balance(1)]).toEqual(['paid', 15]);
  });

  test('rolls back when the body fails, and throws its error', async () => {
    const error = new Error('no');
    const failing = inTransaction(pool, async (client) => {
      await pay(client, 1, 5);
      throw error;
    });
    await expect(failing).rejects.toBe(error);
    expect(await balance(1)).toBe(10);
    expect(pool.stats()).toMatchObject({ misuse: 0, inUse: 0, created: 1 });
  });

  test('tells when nothing was committed because the error of a statement was caught', async () => {
    const quiet = inTransaction(pool, async (client) => {
      await pay(client, 1, 5);
      await client.query('SELECT * FROM missing_table').catch(() => {});
    });
    await expect(quiet).rejects.toMatchObject({ code: 'XC_POOL_ROLLED_BACK' });
    expect(await balance(1)).toBe(10);
  });

  test.each([
    [{ isolation: 'serializable' } as const, ['serializable', 'off']],
    [{ isolation: 'repeatable read', readOnly: true } as const, ['repeatable read', 'on']],
    [{ isolation: 'read committed' } as const, ['read committed', 'off']],
    [{}, ['read committed', 'off']],
  ])('with %j is %j', async (options, expected) => {
    const found = await inTransaction(
      pool,
      async (client) => {
        const { rows } = await client.query(
          "SELECT current_setting('transaction_isolation') AS level, current_setting('transaction_read_only') AS only",
        );
        return [rows[0].level, rows[0].only];
      },
      options,
    );
    expect(found).toEqual(expected);
  });

  test('repeats the whole body after a serialization failure', async () => {
    let runs = 0;
    await inTransaction(
      pool,
      async (client) => {
        runs += 1;
        await client.query(`SELECT balance FROM ${table} WHERE id = 1`);
        // Somebody else is faster, the first time.
        if (runs === 1) await pool.use((other) => pay(other, 1, 100));
        await pay(client, 1, 5);
      },
      { isolation: 'repeatable read' },
    );
    expect([runs, await balance(1)]).toEqual([2, 115]);
  });

  test('repeats after a deadlock, so that both get through', async () => {
    await pool.use((client) => client.query('SELECT 1'));
    const both = [
      [1, 2],
      [2, 1],
    ];
    let locked = 0;
    const swap = ([first = 0, second = 0]: number[]) =>
      inTransaction(pool, async (client) => {
        await client.query("SET LOCAL deadlock_timeout = '50ms'");
        await pay(client, first, 1);
        locked += 1;
        while (locked < 2) await new Promise((resolve) => setTimeout(resolve, 5));
        await pay(client, second, 1);
      });
    await Promise.all(both.map(swap));
    expect([await balance(1), await balance(2)]).toEqual([12, 12]);
    expect(locked).toBe(3);
  });

  test('gives up after its attempts, with the error of the database', async () => {
    let runs = 0;
    const losing = inTransaction(
      pool,
      async (client) => {
        runs += 1;
        await client.query(`SELECT balance FROM ${table} WHERE id = 1`);
        await pool.use((other) => pay(other, 1, 100));
        await pay(client, 1, 5).catch((cause) => {
          throw new Error('of a query builder', { cause });
        });
      },
      { isolation: 'repeatable read', attempts: 2 },
    );
    await expect(losing).rejects.toMatchObject({ message: 'of a query builder', cause: { code: '40001' } });
    expect([runs, await balance(1)]).toEqual([2, 210]);
  });

  test('inside another one joins it: one commit, one fate', async () => {
    const failing = inTransaction(pool, async (client) => {
      await pay(client, 1, 5);
      await inTransaction(pool, async (inner) => {
        expect(inner).toBe(client);
        await pay(inner, 2, 5);
      });
      throw new Error('after all');
    });
    await expect(failing).rejects.toThrow('after all');
    expect([await balance(1), await balance(2)]).toEqual([10, 10]);
  });

  test('commits nothing for a caller who has given up', async () => {
    const caller = new AbortController();
    let through: () => void = () => {};
    const body = new Promise<void>((resolve) => {
      through = resolve;
    });
    const abandoned = inTransaction(
      pool,
      async (client) => {
        await pay(client, 1, 5);
        caller.abort(new Error('gone'));
        await body;
      },
      { signal: caller.signal },
    );
    await expect(abandoned).rejects.toThrow('gone');
    through();
    await pool.drain();
    pool = createPool(pgFactory({ connectionString }));
    expect(await balance(1)).toBe(10);
  });

  test('refuses options that it does not know how to keep', async () => {
    await expect(inTransaction(pool, () => {}, { isolation: 'snapshot' as never })).rejects.toThrow(TypeError);
    await expect(inTransaction(pool, () => {}, { attempts: 0 })).rejects.toThrow(
      new RangeError('attempts must be a positive integer, got 0'),
    );
    expect(pool.stats().acquired).toBe(1);
  });
});

describe('Transactional', () => {
  test('runs the method in one transaction with all that it calls', async () => {
    class Bank {
      readonly name = 'bank';

      @Transactional(pool, { isolation: 'serializable' })
      async transfer(amount: number): Promise<string> {
        await this.pay(1, -amount);
        await this.pay(2, amount);
        if (amount > 10) throw new Error('too much');
        return this.name;
      }

      @Transactional(pool)
      async pay(id: number, amount: number): Promise<void> {
        await pay(currentResource(pool), id, amount);
      }
    }
    const bank = new Bank();
    expect(await bank.transfer(5)).toBe('bank');
    await expect(bank.transfer(11)).rejects.toThrow('too much');
    expect([await balance(1), await balance(2)]).toEqual([5, 15]);
    expect([bank.transfer.name, bank.transfer.length]).toEqual(['transfer', 1]);
  });

  test('shares the connection of a Pooled method around it, one transaction after the other', async () => {
    const single = createPool(pgFactory({ connectionString }), { max: 1, acquireTimeoutMs: 1_000 });
    class Report {
      @Pooled(single)
      async all(): Promise<void> {
        await Promise.all([this.part(1), this.part(2).catch(() => {}), this.part(1)]);
      }

      @Transactional(single)
      async part(id: number): Promise<void> {
        const client = currentResource(single);
        expect(client.getTransactionStatus()).toBe('T');
        await pay(client, id, 1);
        await client.query('SELECT pg_sleep(0.01)');
        if (id === 2) throw new Error('only this one');
      }
    }
    await new Report().all();
    expect([await balance(1), await balance(2)]).toEqual([12, 10]);
    expect(single.stats().created).toBe(1);
    await single.drain();
  });
});

test('an error of another kind is not repeated', async () => {
  let runs = 0;
  const failing = inTransaction(pool, async (client) => {
    runs += 1;
    await client.query(`INSERT INTO ${table} VALUES (1, 1)`);
  });
  await expect(failing).rejects.toBeInstanceOf(pg.DatabaseError);
  expect(runs).toBe(1);
});
