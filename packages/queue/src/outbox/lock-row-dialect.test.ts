import initSqlJs, { type Database } from 'sql.js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createQueue } from '../queue/create-queue.ts';
import type { AnyJobs } from '../queue/job-types.ts';
import type { Queue } from '../queue/queue.ts';
import { createOutbox } from './create-outbox.ts';
import type { Sql } from './outbox.ts';

// SQLite itself, compiled to WebAssembly.
const SQL = await initSqlJs();
const outbox = createOutbox({ dialect: 'sqlite' });
let database: Database;
let queue: Queue<AnyJobs>;
let turns: Promise<unknown> = Promise.resolve();

beforeEach(() => {
  database = new SQL.Database();
  for (const statement of [...outbox.ddl, ...outbox.ddl]) database.run(statement);
  queue = createQueue<AnyJobs>('main');
});

afterEach(async () => {
  await queue.close();
  database.close();
});

const sql: Sql = async (text, params) => {
  const statement = database.prepare(text, params as (string | number | null)[]);
  const rows: Record<string, unknown>[] = [];
  while (statement.step()) rows.push(statement.getAsObject());
  statement.free();
  return { rows };
};

/** One connection, one transaction at a time. */
function transaction<T>(fn: (tx: Sql) => Promise<T>): Promise<T> {
  const turn = turns.then(async () => {
    database.run('BEGIN');
    try {
      const value = await fn(sql);
      database.run('COMMIT');
      return value;
    } catch (error) {
      database.run('ROLLBACK');
      throw error;
    }
  });
  turns = turn.catch(() => {});
  return turn;
}

const write = (id: string) =>
  transaction((tx) => outbox.add(tx, { queue: 'main', type: 'note', data: { id }, options: { key: 'k' }, id }));
const left = async () => (await sql('SELECT count(*) AS n FROM xc_outbox', [])).rows[0]?.n;

test('moves what was committed on SQLite, in order and once', async () => {
  // More than nine: numbers that were compared as text would be out of order.
  const ids = Array.from({ length: 25 }, (_, index) => `job ${index}`);
  for (const id of ids) await write(id);
  const undone = transaction(async (tx) => {
    await outbox.add(tx, { queue: 'main', type: 'note', data: 1, id: 'undone' });
    throw new Error('no');
  });
  await expect(undone).rejects.toThrow('no');
  const relays = [1, 2].map(() => outbox.relay({ main: queue }, { transaction, batch: 7, pollMs: 600_000 }));
  const moved = await Promise.all(relays.map((relay) => relay.flush()));
  expect(moved.reduce((sum, n) => sum + n)).toBe(25);
  expect((await queue.list({ state: 'waiting' })).jobs.map(({ id }) => id)).toEqual(ids);
  expect(await left()).toBe(0);
  await Promise.all(relays.map((relay) => relay.stop()));
});

test('adds a row once on SQLite, though the relay died before it could delete it', async () => {
  await write('a');
  const dying = outbox.relay(
    { main: queue },
    {
      transaction: (fn) =>
        transaction((tx) =>
          fn(async (text, params) => {
            if (text.startsWith('DELETE')) throw new Error('killed');
            return tx(text, params);
          }),
        ),
      pollMs: 600_000,
    },
  );
  await expect(dying.flush()).rejects.toThrow('killed');
  expect(await left()).toBe(1);
  const relay = outbox.relay({ main: queue }, { transaction, pollMs: 600_000 });
  expect(await relay.flush()).toBe(1);
  expect(await queue.counts()).toMatchObject({ waiting: 1 });
  await Promise.all([dying.stop(), relay.stop()]);
});
