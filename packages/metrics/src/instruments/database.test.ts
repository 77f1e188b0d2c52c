import { readFileSync } from 'node:fs';
import { ManualClock } from '@xc/core/testing';
import { describe, expect, test } from 'vitest';
import { createMetrics } from '../create-metrics.ts';
import { seriesOf } from '../testing/index.ts';
import { instrumentDatabase, type SlowQuery } from './database.ts';
import { sqlOperation } from './sql-operation.ts';
import { sqlWithoutValues } from './sql-without-values.ts';

const vectors = JSON.parse(readFileSync(new URL('../../test/vectors/metrics.json', import.meta.url), 'utf8'));

test.each<{ sql: string; operation: string }>(vectors.sqlOperations)('the operation of %j', ({ sql, operation }) => {
  expect(sqlOperation(sql)).toBe(operation);
});

test.each([
  ['-- a\n-- b\nupdate t set a = 1', 'UPDATE'],
  ['--', 'OTHER'],
  ['/**/ ( ( with x as (select 1) select * from x', 'WITH'],
  ['select_all', 'OTHER'],
  ['sélect 1', 'OTHER'],
  ['explain(analyze) select 1', 'EXPLAIN'],
  [undefined as never, 'OTHER'],
])('the operation of %j is %s', (sql, operation) => {
  expect(sqlOperation(sql)).toBe(operation);
});

test.each([
  ["SELECT * FROM users WHERE email = 'a@b.c' AND age > 42", 'SELECT * FROM users WHERE email = ? AND age > ?'],
  ["insert into t1 values ('it''s', -1.5e-3, .5, 0x1F, 1_000)", 'insert into t1 values (?, -?, ?, ?, ?)'],
  ["select E'it\\'s secret', col2 from t", 'select ?'],
  ['select $$secret$$, $a$se$$cret$a$, $1 from t', 'select ?, ?, $1 from t'],
  ['select "name" from "t" where x = \'secret', 'select "name" from "t" where x = ?'],
  ["select a -- secret 5\nfrom t /* secret */ where `b` = N'secret'", 'select a \nfrom t  where `b` = ?'],
  ["select x'1F', U&'secret'", 'select ?, ?'],
  ["select 'C:\\', 'secret'", 'select ?'],
])('a statement is shown without its values: %s', (sql, shown) => {
  expect(sqlWithoutValues(sql, 'postgresql')).toBe(shown);
});

test('double quotes are strings where they may be', () => {
  expect(sqlWithoutValues('select a from t where b = "secret"', 'mysql')).toBe('select a from t where b = ?');
});

describe('a database', () => {
  test('is measured by operation and outcome', async () => {
    const clock = new ManualClock();
    const metrics = createMetrics();
    const database = instrumentDatabase(metrics, { system: 'postgresql', clock });
    const call = database.begin({ sql: 'select 1' });
    await clock.advance(500);
    call.end({ rows: 12 });
    call.end({ error: new Error('late') });
    database.begin({ operation: 'insert' }).end({ error: new Error('no') });
    database.begin({}).end();
    expect(seriesOf(metrics, 'db_query_duration_seconds')).toEqual({
      'postgresql,SELECT,ok': 1,
      'postgresql,INSERT,error': 1,
      'postgresql,OTHER,ok': 1,
    });
    expect(seriesOf(metrics, 'db_query_rows')).toEqual({ 'postgresql,SELECT': 1 });
    expect(seriesOf(metrics, 'db_slow_queries_total')).toEqual({});
  });

  test('tells of slow statements, never with a value, and is not failed by who listens', async () => {
    const clock = new ManualClock();
    const metrics = createMetrics();
    const heard: SlowQuery[] = [];
    const database = instrumentDatabase(metrics, {
      system: 'postgresql',
      slowMs: 100,
      clock,
      onSlow(fact) {
        heard.push(fact);
        throw new Error('no');
      },
    });
    const calls = [
      database.begin({ sql: "select * from t where a = 'secret' and b = 5" }),
      database.begin({ operation: 'COPY' }),
    ];
    await clock.advance(99);
    database.begin({ sql: 'select 1' }).end();
    await clock.advance(1);
    for (const call of calls) call.end();
    expect(heard).toEqual([
      { operation: 'SELECT', ms: 100, statement: 'select * from t where a = ? and b = ?' },
      { operation: 'COPY', ms: 100, statement: undefined },
    ]);
    expect(seriesOf(metrics, 'db_slow_queries_total')).toEqual({ 'postgresql,SELECT': 1, 'postgresql,COPY': 1 });
  });
});
