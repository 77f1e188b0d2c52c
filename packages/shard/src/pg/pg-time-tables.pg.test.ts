import { ManualClock } from '@xc/core/testing';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type PgDatabases, pgDatabases } from '../../test/pg-databases.ts';
import { pgTimeTables } from './index.ts';
import { type PgTimePeriod, periodName, periodStart } from './time-period.ts';

const DAY = 86_400_000;
let db: PgDatabases;
beforeAll(async () => {
  db = await pgDatabases(inject('postgres').slice(0, 1));
});
afterAll(() => db[Symbol.asyncDispose]());

const clockAt = (time: string): ManualClock => {
  const clock = new ManualClock();
  clock.set(Date.parse(time));
  return clock;
};
const partitions = async (table: string): Promise<unknown[]> => {
  const rows = await db.rows(
    'a',
    'select inhrelid::regclass::text as name from pg_inherits where inhparent = $1::regclass order by 1',
    [table],
  );
  return rows.map(({ name }) => name);
};

describe('tables by time', () => {
  test('are made ahead, and let go of beyond what is kept', async () => {
    await db.everywhere('create table event (at timestamptz not null, n int) partition by range (at)');
    const pool = db.pool('a');
    const clock = clockAt('2026-02-27T23:59:59.999Z');
    const events = pgTimeTables({ pool, table: 'event', every: 'day', ahead: 2, keep: 1, clock });
    const plan = await events.plan();
    expect(plan.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'create event_20260227',
      'create event_20260228',
      'create event_20260301',
    ]);
    expect(await partitions('event')).toEqual([]);
    expect(await events.apply()).toEqual(plan);
    expect(await events.apply()).toEqual([]);
    await pool.query(`set timezone = 'Asia/Tokyo'`);
    await pool.query(`insert into event values ('2026-02-27 00:00+00', 1), ('2026-03-01 23:59:59.999999+00', 2)`);
    await expect(pool.query(`insert into event values ('2026-03-02 00:00+00', 3)`)).rejects.toMatchObject({
      code: '23514',
    });
    clock.set(Date.parse('2026-02-28T00:00:00Z'));
    expect((await events.apply()).map(({ kind, name }) => `${kind} ${name}`)).toEqual(['create event_20260302']);
    clock.set(Date.parse('2026-03-01T12:00:00Z'));
    const done = await events.apply();
    expect(done.map(({ kind, name }) => `${kind} ${name}`)).toEqual(['create event_20260303', 'drop event_20260227']);
    expect(await partitions('event')).toEqual(['event_20260228', 'event_20260301', 'event_20260302', 'event_20260303']);
    expect(await db.rows('a', 'select n from event')).toEqual([{ n: 2 }]);
  });

  test('of others are left alone, whatever their age and name', async () => {
    await db.everywhere(`create table entry (day date not null) partition by range (day);
      create table entry_2019 partition of entry for values from (minvalue) to ('2020-01-01');
      create table entry_202603 partition of entry for values from ('2026-03-01') to ('2026-03-20');
      create table entry_rest partition of entry default`);
    const pool = db.pool('a');
    const clock = clockAt('2026-02-10T00:00:00Z');
    const entries = pgTimeTables({ pool, table: 'entry', every: 'month', ahead: 2, keep: 0, expired: 'detach', clock });
    expect((await entries.apply()).map(({ name }) => name)).toEqual(['entry_202602', 'entry_202604']);
    await pool.query(`insert into entry values ('2026-02-28')`);
    clock.set(Date.parse('2026-05-01T00:00:00Z'));
    const done = await entries.apply();
    expect(done.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'create entry_202605',
      'create entry_202606',
      'create entry_202607',
      'detach entry_202602',
      'detach entry_202604',
    ]);
    expect(await partitions('entry')).toContain('entry_202603');
    expect(await partitions('entry')).toContain('entry_2019');
    expect(await db.rows('a', 'select count(*)::int as kept from entry_202602')).toEqual([{ kept: 1 }]);
    await expect(entries.apply()).resolves.toEqual([]);
  });

  test('may be looked after by several processes at once', async () => {
    await db.everywhere('create table log (at timestamp not null) partition by range (at)');
    const clock = clockAt('2026-01-01T00:00:00Z');
    const options = { table: 'log', every: 'hour', ahead: 5, keep: 2, clock } as const;
    const many = await Promise.all([1, 2, 3].map(() => pgTimeTables(options).apply(db.pool('a'))));
    expect(many.flat().length).toBe(6);
    expect(await partitions('log')).toHaveLength(6);
    clock.set(Date.parse('2026-01-02T00:00:00Z'));
    const later = await Promise.all([1, 2, 3].map(() => pgTimeTables(options).apply(db.pool('a'))));
    expect(later.flat().length).toBe(12);
    expect((await partitions('log'))[0]).toBe('log_2026010200');
  });

  test('wait for nobody who holds the table, and get there all the same', async () => {
    await db.everywhere('create table held (at timestamptz not null) partition by range (at)');
    const clock = clockAt('2026-01-01T00:00:00Z');
    const held = pgTimeTables({ pool: db.pool('a'), table: 'held', every: 'year', ahead: 0, keep: 0, clock });
    await held.apply();
    clock.set(Date.parse('2027-01-01T00:00:00Z'));
    const client = await db.pool('a').connect();
    await client.query('begin; select from held');
    const applied = held.apply();
    // Readers come past a change that waits, and would not if it waited for as long as it takes.
    for (let time = 0; time < 4; time += 1) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      await db.pool('a').query('select from held');
    }
    expect(await partitions('held')).toContain('held_2026');
    await client.query('commit');
    client.release();
    expect((await applied).map(({ kind }) => kind)).toEqual(['create', 'drop']);
  });

  test('need a table that is one, and options that say how', async () => {
    await db.everywhere('create table plain (at timestamptz); create table listed (k int) partition by list (k)');
    const pool = db.pool('a');
    for (const table of ['plain', 'listed', 'nowhere']) {
      const tables = pgTimeTables({ pool, table, every: 'day', ahead: 1, keep: 1 });
      await expect(tables.plan()).rejects.toMatchObject({ code: 'XC_SHARD_TABLE_UNFIT' });
    }
    const fine = { table: 'event', every: 'day', ahead: 1, keep: 1 } as const;
    await expect(pgTimeTables(fine).plan()).rejects.toThrow('pool must be a pool');
    expect(() => pgTimeTables({ ...fine, every: 'decade' as never })).toThrow('every must be one of');
    expect(() => pgTimeTables({ ...fine, ahead: -1 })).toThrow(RangeError);
    expect(() => pgTimeTables({ ...fine, keep: 0.5 })).toThrow(RangeError);
    expect(() => pgTimeTables({ ...fine, table: '' })).toThrow(TypeError);
    expect(() => pgTimeTables({ ...fine, expired: 'burn' as never })).toThrow(TypeError);
  });

  test('begin where the calendar says, in UTC', () => {
    const at = Date.parse('2024-02-29T13:45:10.500Z');
    const starts: readonly (readonly [PgTimePeriod, number, string, string])[] = [
      ['hour', 0, '2024-02-29T13:00:00.000Z', '2024022913'],
      ['day', 1, '2024-03-01T00:00:00.000Z', '20240301'],
      ['week', 0, '2024-02-26T00:00:00.000Z', '20240226'],
      ['month', 12, '2025-02-01T00:00:00.000Z', '202502'],
      ['year', -1, '2023-01-01T00:00:00.000Z', '2023'],
      [10 * DAY, 0, '2024-02-27T00:00:00.000Z', '20240227000000'],
    ];
    for (const [every, after, start, name] of starts) {
      const ms = periodStart(every, at, after);
      expect([new Date(ms).toISOString(), periodName(every, ms)]).toEqual([start, name]);
    }
  });
});
