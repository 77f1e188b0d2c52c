import { systemClock } from '@xc/core';
import { SeededRandom } from '@xc/core/testing';
import pg from 'pg';
import { afterAll, afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { createQueue } from '../queue/create-queue.ts';
import type { AnyJobs } from '../queue/job-types.ts';
import type { Queue } from '../queue/queue.ts';
import { createOutbox } from './create-outbox.ts';
import type { OutboxRelay, RelayOptions, Sql } from './outbox.ts';

const pool = new pg.Pool({ connectionString: inject('postgres')[2] as string, max: 20 });
// Connections are killed on purpose; what that means shows in the statements.
pool.on('error', () => {});
const seed = 20_261_121 + process.pid;
const table = `outbox_${process.pid}`;
const outbox = createOutbox({ table });
const slow = { pollMs: 600_000, backoff: { delayMs: () => 600_000 } };

let queue: Queue<AnyJobs>;
const relays: OutboxRelay[] = [];

beforeEach(async () => {
  queue = createQueue<AnyJobs>('main');
  for (const statement of [...outbox.ddl, ...outbox.ddl]) await pool.query(statement);
});

afterEach(async () => {
  await Promise.all(relays.splice(0).map((relay) => relay.stop()));
  await pool.query(`DROP TABLE ${table}; DROP SEQUENCE ${table}_seq`);
  await queue.close();
});

afterAll(() => pool.end());

const sqlOf =
  (client: pg.ClientBase): Sql =>
  (text, params) =>
    client.query(text, [...params]);

async function inTransaction<T>(fn: (tx: Sql, client: pg.PoolClient) => Promise<T>, isolation = ''): Promise<T> {
  const client = await pool.connect();
  const failed = () => {};
  client.on('error', failed);
  try {
    await client.query(`BEGIN ${isolation}`);
    const value = await fn(sqlOf(client), client);
    await client.query('COMMIT');
    client.off('error', failed);
    client.release();
    return value;
  } catch (error) {
    const broken = await client.query('ROLLBACK').then(
      () => false,
      () => true,
    );
    client.release(broken);
    throw error;
  }
}

function relay(options: Partial<RelayOptions> = {}, queues = { main: queue }): OutboxRelay {
  const started = outbox.relay(queues, { transaction: (fn) => inTransaction((tx) => fn(tx)), ...slow, ...options });
  relays.push(started);
  return started;
}

/** A transaction that a test holds open. */
async function open(isolation = '') {
  const client = await pool.connect();
  await client.query(`BEGIN ${isolation}`);
  const end = async (how: string) => {
    await client.query(how);
    client.release();
  };
  return { tx: sqlOf(client), commit: () => end('COMMIT'), rollback: () => end('ROLLBACK') };
}

const write = (tx: Sql, id: string, key = 'k') =>
  outbox.add(tx, { queue: 'main', type: 'note', data: { id }, options: { key }, id });
const committed = (id: string, key?: string) => inTransaction((tx) => write(tx, id, key));

/** What has arrived, in the order in which it will run. */
async function arrived(): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await queue.list({ state: 'waiting', limit: 1_000, ...(cursor === undefined ? {} : { cursor }) });
    ids.push(...page.jobs.map(({ id }) => id));
    cursor = page.cursor;
  } while (cursor !== undefined);
  return ids;
}

const left = async () => Number((await pool.query(`SELECT count(*) AS n FROM ${table}`)).rows[0]?.n);

describe('a row', () => {
  test('becomes a job when its transaction commits, with all that was given', async () => {
    const options = { key: "o'brien", lane: 'high', maxAttempts: 7, timeoutMs: 50 };
    const data = { text: "'); DROP TABLE x; --", nested: [1, null, '\u0000', '\ud800'] };
    const { id } = await inTransaction((tx) => outbox.add(tx, { queue: 'main', type: "it's", data, options }));
    expect(await relay().flush()).toBe(1);
    const job = await queue.inspect(id);
    expect(job).toMatchObject({ type: "it's", key: "o'brien", lane: 'high' });
    expect(job?.data).toEqual(data);
    expect(await left()).toBe(0);
  });

  test('is nothing when its transaction rolls back', async () => {
    const failing = inTransaction(async (tx) => {
      await write(tx, 'a');
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await relay().flush()).toBe(0);
    expect(await arrived()).toEqual([]);
  });

  test('may carry nothing, or a delay that counts from the move', async () => {
    await inTransaction((tx) => outbox.add(tx, { queue: 'main', type: 't', data: undefined, id: 'none' }));
    await inTransaction((tx) =>
      outbox.add(tx, { queue: 'main', type: 't', data: 0, id: 'later', options: { delayMs: 60_000 } }),
    );
    expect(await relay().flush()).toBe(2);
    expect((await queue.inspect('none'))?.data).toBeUndefined();
    expect(await queue.inspect('later')).toMatchObject({ state: 'delayed', data: 0 });
  });

  test('is refused at once where no queue could take it', async () => {
    const add = (entry: object) =>
      inTransaction((tx) => outbox.add(tx, { queue: 'main', type: 't', data: 1, ...entry } as never));
    await expect(add({ id: '~1' })).rejects.toThrow(RangeError);
    await expect(add({ options: { id: '~1' } })).rejects.toThrow(RangeError);
    await expect(add({ type: '' })).rejects.toThrow(RangeError);
    await expect(add({ queue: 5 })).rejects.toThrow(TypeError);
    await expect(add({ options: { delayMs: -1 } })).rejects.toThrow(RangeError);
    await expect(add({ options: { kee: 'k' } })).rejects.toThrow('unknown option kee');
    await expect(add({ data: 1n })).rejects.toMatchObject({ code: 'XC_QUEUE_UNSERIALIZABLE' });
    expect(await left()).toBe(0);
  });

  test('is one job, however often its id is written', async () => {
    await committed('same');
    await committed('same');
    expect(await relay().flush()).toBe(2);
    expect(await arrived()).toEqual(['same']);
  });
});

describe('transactions that overlap', () => {
  test('hold back a higher number until the lower one has committed', async () => {
    const [first, second] = [await open(), await open()];
    await write(first.tx, '1');
    await write(second.tx, '2');
    await second.commit();
    const mover = relay();
    expect(await mover.flush()).toBe(0);
    await first.commit();
    expect(await mover.flush()).toBe(2);
    expect(await arrived()).toEqual(['1', '2']);
  });

  test('do not hold back what was written before they began to write', async () => {
    await committed('1');
    const other = await open();
    await write(other.tx, '2');
    expect(await relay().flush()).toBe(1);
    await other.rollback();
    expect(await relay().flush()).toBe(0);
    expect(await arrived()).toEqual(['1']);
  });

  test('do not let a row pass an earlier one that a third transaction holds back', async () => {
    // The writer of 2 began first, the writer of 1 last, and a third one is open all the time.
    const [second, third, first] = [await open(), await open(), await open()];
    for (const { tx } of [second, third, first]) await tx('SELECT pg_current_xact_id()::text', []);
    await write(first.tx, '1');
    await first.commit();
    await write(second.tx, '2');
    await second.commit();
    const mover = relay();
    expect(await mover.flush()).toBe(0);
    await third.rollback();
    expect(await mover.flush()).toBe(2);
    expect(await arrived()).toEqual(['1', '2']);
  });
});

describe('a relay', () => {
  /** Statements of a turn: lock, read, delete; then the commit. A crash cuts the connection there. */
  const crashAt = (step: number) => {
    let crashed = false;
    const transaction: RelayOptions['transaction'] = (fn) =>
      inTransaction(async (tx, client) => {
        let statement = 0;
        const die = async () => {
          crashed = true;
          const pid = (client as unknown as { readonly processID: number }).processID;
          await pool.query('SELECT pg_terminate_backend($1)', [pid]);
        };
        const value = await fn(async (text, params) => {
          if (!crashed && statement++ === step) await die();
          return tx(text, params);
        });
        if (!crashed && statement === step) await die();
        return value;
      });
    return { transaction, crashed: () => crashed };
  };

  test.each([
    [0, 'before its turn'],
    [1, 'before it reads'],
    [2, 'between the add and the delete'],
    [3, 'between the delete and the commit'],
  ])('that dies at step %d, %s, loses and doubles nothing', async (step) => {
    const ids = Array.from({ length: 25 }, (_, index) => `job ${index}`);
    for (const id of ids) await committed(id);
    const { transaction, crashed } = crashAt(step);
    await expect(relay({ transaction }).flush()).rejects.toThrow();
    expect(crashed()).toBe(true);
    expect(await left()).toBe(25);
    expect(await relay().flush()).toBe(25);
    expect(await arrived()).toEqual(ids);
    expect(await left()).toBe(0);
  });

  test('goes on by itself after its connection died', async () => {
    const errors: unknown[] = [];
    const { transaction } = crashAt(1);
    await committed('a');
    relay({ transaction, pollMs: 20, backoff: { delayMs: () => 20 }, onError: (error) => errors.push(error) });
    await expect.poll(arrived).toEqual(['a']);
    expect(errors).toHaveLength(1);
  });

  test('moves more rows than a batch, in order, and looks at once when woken', async () => {
    const mover = relay({ batch: 10 });
    await mover.flush();
    const ids = Array.from({ length: 35 }, (_, index) => `job ${index}`);
    await inTransaction(async (tx) => {
      for (const id of ids) await write(tx, id);
    });
    mover.wake();
    await expect.poll(arrived).toEqual(ids);
  });

  test('looks by itself every pollMs', async () => {
    relay({ pollMs: 30 });
    await committed('a');
    await expect.poll(arrived).toEqual(['a']);
    await committed('b');
    await expect.poll(arrived).toEqual(['a', 'b']);
  });

  test('leaves rows of a queue it does not know and rows that are refused, and moves the others', async () => {
    const errors: { code: string; details: { id: string } }[] = [];
    await inTransaction((tx) => outbox.add(tx, { queue: 'other', type: 't', data: 1, id: 'lost' }));
    await inTransaction((tx) =>
      outbox.add(tx, { queue: 'main', type: 't', data: 1, id: 'laneless', options: { lane: 'nowhere' } }),
    );
    await inTransaction((tx) => outbox.add(tx, { queue: 'main', type: 't', data: 'x'.repeat(2_000_000), id: 'large' }));
    await committed('a');
    const mover = relay({ onError: (error) => errors.push(error as never) });
    expect(await mover.flush()).toBe(1);
    expect(await arrived()).toEqual(['a']);
    expect(errors.map(({ details }) => details.id).sort()).toEqual(['laneless', 'large', 'lost']);
    expect(errors.find(({ details }) => details.id === 'large')?.code).toBe('XC_QUEUE_TOO_LARGE');
    expect(await left()).toBe(3);
    const other = createQueue<AnyJobs>('other');
    const both = outbox.relay(
      { main: queue, other },
      {
        transaction: (fn) => inTransaction((tx) => fn(tx)),
        ...slow,
        onError: () => {},
      },
    );
    relays.push(both);
    expect(await both.flush()).toBe(1);
    expect(await other.inspect('lost')).toMatchObject({ data: 1 });
    await other.close();
  });

  test('waits where its queue is full, and keeps the order when there is room', async () => {
    await queue.close();
    queue = createQueue<AnyJobs>('main', { maxWaiting: 3 });
    for (const id of ['1', '2', '3', '4', '5']) await committed(id);
    const errors: unknown[] = [];
    const mover = relay({ onError: (error) => errors.push(error) });
    expect(await mover.flush()).toBe(3);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({ code: 'XC_QUEUE_FULL', retryable: true });
    expect(await arrived()).toEqual(['1', '2', '3']);
    await queue.drain();
    expect(await mover.flush()).toBe(2);
    expect(await arrived()).toEqual(['4', '5']);
  });

  test('rejects a flush whose transaction fails, and after its end', async () => {
    const away = relay({ transaction: () => Promise.reject(new Error('no database')) });
    await expect(away.flush()).rejects.toThrow('no database');
    await away.stop();
    await away.stop();
    await expect(away.flush()).rejects.toMatchObject({ code: 'XC_QUEUE_CLOSED' });
    away.wake();
  });

  test('finishes the turn on its way when stopped', async () => {
    for (let index = 0; index < 50; index++) await committed(`job ${index}`);
    const mover = relay();
    const moving = mover.flush();
    await mover.stop();
    await moving;
    expect((await arrived()).length + (await left())).toBe(50);
  });
});

test('moves exactly what eight writers commit at random, in order per key, through two relays', async () => {
  await pool.query(`CREATE TABLE IF NOT EXISTS ${table}_keys (key text PRIMARY KEY, n int NOT NULL)`);
  await pool.query(`INSERT INTO ${table}_keys SELECT 'key ' || i, 0 FROM generate_series(0, 4) i`);
  const [first, second] = [relay({ batch: 7, pollMs: 5 }), relay({ batch: 11, pollMs: 5 })];
  const expected = new Map<string, string[]>();
  const writer = async (number: number) => {
    const random = new SeededRandom(seed + number);
    const below = (n: number) => Math.floor(random.next() * n);
    for (let round = 0; round < 40; round++) {
      const isolation = below(4) === 0 ? 'ISOLATION LEVEL READ COMMITTED' : '';
      const transaction = await open(isolation);
      const written: { key: string; id: string }[] = [];
      // Some have their number long before they write to the outbox.
      if (below(2) === 0) await transaction.tx('SELECT pg_current_xact_id()::text', []);
      if (below(3) === 0) await systemClock.sleep(below(8));
      // Locks in one order: whoever writes a key waits for those before.
      const keys = [...new Set(Array.from({ length: 1 + below(3) }, () => `key ${below(5)}`))].sort();
      for (const key of keys) {
        const { rows } = await transaction.tx(`UPDATE ${table}_keys SET n = n + 1 WHERE key = $1 RETURNING n`, [key]);
        const id = `${key} #${rows[0]?.n}`;
        await write(transaction.tx, id, key);
        written.push({ key, id });
      }
      if (below(3) === 0) await systemClock.sleep(below(8));
      if (below(4) === 0) {
        await transaction.rollback();
        continue;
      }
      // Noted while the rows are still locked: in the order of the commits.
      for (const { key, id } of written) expected.set(key, [...(expected.get(key) ?? []), id]);
      await transaction.commit();
    }
  };
  await Promise.all(Array.from({ length: 8 }, (_, number) => writer(number)));
  await first.flush();
  await second.flush();
  expect(await left(), `seed ${seed}`).toBe(0);
  const moved = new Map<string, string[]>();
  for (const id of await waitingByKey()) {
    const key = id.split(' #')[0] as string;
    moved.set(key, [...(moved.get(key) ?? []), id]);
  }
  await pool.query(`DROP TABLE ${table}_keys`);
  for (const [key, ids] of expected) expect(moved.get(key), `${key}, seed ${seed}`).toEqual(ids);
  expect(moved.size).toBe(expected.size);
});

/** Ids in the order in which their keys would give them. */
async function waitingByKey(): Promise<string[]> {
  return arrived();
}

test('keeps to a schema of its own', async () => {
  const dotted = createOutbox({ table: `other_schema.${table}` });
  await pool.query('CREATE SCHEMA IF NOT EXISTS other_schema');
  for (const statement of dotted.ddl) await pool.query(statement);
  await inTransaction((tx) => dotted.add(tx, { queue: 'main', type: 't', data: 1, id: 'a' }));
  const mover = dotted.relay({ main: queue }, { transaction: (fn) => inTransaction((tx) => fn(tx)), ...slow });
  relays.push(mover);
  expect(await mover.flush()).toBe(1);
  await pool.query(`DROP TABLE other_schema.${table}; DROP SEQUENCE other_schema.${table}_seq`);
});
