import { ManualClock, SeededRandom } from '@xc/core/testing';
import type { Client } from 'pg';
import { describe, expect, test } from 'vitest';
import { createPool } from '../create-pool.ts';
import { inTransaction } from '../pg/in-transaction.ts';
import type { Pool } from '../pool.ts';

/** Connections that write down what they are asked, and answer as the test says. */
function recording(answer: (sql: string) => unknown = () => undefined, max = 2) {
  const asked: string[] = [];
  const query = async (sql: string) => {
    asked.push(sql);
    return answer(sql);
  };
  const pool = createPool({ create: () => ({ query }), destroy() {}, broken: () => false }, { max });
  return { asked, pool: pool as unknown as Pool<Client> };
}

const lost = (code: string) => Object.assign(new Error('lost against another one'), { code });

describe('a transaction', () => {
  test.each(['40001', '40P01'])('that failed with %s is run again after a back-off with jitter', async (code) => {
    const clock = new ManualClock();
    const { pool, asked } = recording();
    const startedAt: number[] = [];
    const done = inTransaction(
      pool,
      async () => {
        startedAt.push(clock.monotonic());
        if (startedAt.length < 3) throw lost(code);
        return 'done';
      },
      { clock, random: new SeededRandom(3) },
    );
    await clock.advance(100);
    expect(await done).toBe('done');
    const [first = 0, second = 0, third = 0] = startedAt;
    expect(second - first).toBeGreaterThanOrEqual(5);
    expect(second - first).toBeLessThanOrEqual(10);
    expect(third - second).toBeGreaterThanOrEqual(10);
    expect(third - second).toBeLessThanOrEqual(20);
    expect(asked).toEqual(['BEGIN', 'ROLLBACK', 'BEGIN', 'ROLLBACK', 'BEGIN', 'COMMIT']);
  });

  test('holds no connection while it waits for its next try, and stops waiting when its caller does', async () => {
    const clock = new ManualClock();
    const { pool } = recording();
    const caller = new AbortController();
    const failing = inTransaction(pool, () => Promise.reject(lost('40001')), { clock, signal: caller.signal });
    failing.catch(() => {});
    await clock.advance(1);
    expect(pool.stats()).toMatchObject({ inUse: 0, size: 1 });
    caller.abort(new Error('gone'));
    await expect(failing).rejects.toThrow('gone');
  });

  test('that cannot be rolled back in time fails all the same, with its own error', async () => {
    const clock = new ManualClock();
    const { pool } = recording((sql) => (sql === 'ROLLBACK' ? new Promise(() => {}) : undefined));
    const error = new Error('of the body');
    const failing = inTransaction(pool, () => Promise.reject(error), { clock });
    failing.catch(() => {});
    await clock.advance(5_000);
    await expect(failing).rejects.toBe(error);
  });

  test('whose rollback fails fails with its own error', async () => {
    const { pool } = recording((sql) => {
      if (sql === 'ROLLBACK') throw new Error('of the rollback');
      return undefined;
    });
    await expect(inTransaction(pool, () => Promise.reject(new Error('of the body')))).rejects.toThrow('of the body');
  });

  test('that cannot begin is not committed', async () => {
    const { pool, asked } = recording((sql) => {
      if (sql.startsWith('BEGIN')) throw new Error('of the begin');
      return undefined;
    });
    await expect(inTransaction(pool, () => 1)).rejects.toThrow('of the begin');
    expect(asked).toEqual(['BEGIN']);
  });

  test('on another pool is another one', async () => {
    const [one, other] = [recording(), recording()];
    await inTransaction(one.pool, () => inTransaction(other.pool, () => inTransaction(one.pool, () => 1)));
    expect([one.asked, other.asked]).toEqual([
      ['BEGIN', 'COMMIT'],
      ['BEGIN', 'COMMIT'],
    ]);
  });
});
