import { noopTracer, type Tracer } from '@xc/core';
import { currentContext, runInContext } from '@xc/core/context';
import { ManualClock, MemoryLogger, RecordingMeter } from '@xc/core/testing';
import { describe, expect, test } from 'vitest';
import { createQueryMonitor } from './create-query-monitor.ts';
import type { QueryMonitor } from './query-monitor.ts';
import type { QueryMonitorOptions, SlowQuery } from './query-monitor-options.ts';

function watched(options: QueryMonitorOptions = {}) {
  const clock = new ManualClock();
  const slow: SlowQuery[] = [];
  const monitor = createQueryMonitor({ clock, onSlow: (query) => void slow.push(query), ...options });
  return { clock, slow, monitor };
}

/** A statement that takes so long. */
async function takes(clock: ManualClock, monitor: QueryMonitor, sql: string, ms: number): Promise<void> {
  const done = monitor.observe(sql, () => clock.sleep(ms));
  await clock.advance(ms);
  await done;
}

describe('observe', () => {
  test('hands on the value, the error, and what is thrown before there is a promise', async () => {
    const { monitor } = watched();
    const value = { rows: [] };
    const error = new Error('relation does not exist');
    await expect(monitor.observe('select 1', () => Promise.resolve(value))).resolves.toBe(value);
    await expect(monitor.observe('select 1', () => Promise.reject(error))).rejects.toBe(error);
    const thrown = monitor.observe('select 1', () => {
      throw error;
    });
    await expect(thrown).rejects.toBe(error);
    expect(monitor.top('count', 5)).toMatchObject([{ count: 3, errors: 2 }]);
    expect(monitor.running()).toEqual([]);
  });

  test('refuses a statement that is not a text, without running it', async () => {
    const { monitor } = watched();
    let ran = false;
    const refused = monitor.observe(5 as never, async () => {
      ran = true;
    });
    await expect(refused).rejects.toThrow(new TypeError('sql must be a string, got number'));
    expect(ran).toBe(false);
  });

  test('takes what is only like a promise', async () => {
    const { monitor } = watched();
    // biome-ignore lint/suspicious/noThenProperty: that is the point.
    const like = { then: (resolve: (value: number) => void) => resolve(7) } as PromiseLike<number>;
    await expect(monitor.observe('select 7', () => like)).resolves.toBe(7);
  });

  test('reads a statement in the dialect that it is told, for this one or for all', async () => {
    const one = watched().monitor;
    await one.observe('select "secret"', async () => {}, 'mysql');
    expect(one.top('count', 1)[0]?.shape).toBe('select ?');
    const all = watched({ dialect: 'mysql' }).monitor;
    await all.observe('select "secret"', async () => {});
    expect(all.top('count', 1)[0]?.shape).toBe('select ?');
  });

  test('runs each statement in a span of its shape, which fails with it', async () => {
    const spans: unknown[] = [];
    const tracer: Tracer = {
      ...noopTracer,
      span(name, fn, attributes) {
        const span = { name, attributes, failed: undefined as unknown };
        spans.push(span);
        const fail = (error: unknown) => {
          span.failed = error;
        };
        return fn({ set() {}, fail });
      },
    };
    const { monitor } = watched({ tracer, pool: 'orders' });
    const error = new Error('no');
    await monitor.observe('select 1', async () => {});
    await expect(monitor.observe("delete from t where a = 'secret'", () => Promise.reject(error))).rejects.toBe(error);
    const attributes = (operation: string, text: string) => ({
      'db.operation.name': operation,
      'db.query.text': text,
      'db.client.connection.pool.name': 'orders',
    });
    expect(spans).toEqual([
      { name: 'db.query', attributes: attributes('select', 'select ?'), failed: undefined },
      { name: 'db.query', attributes: attributes('delete', 'delete from t where a = ?'), failed: error },
    ]);
  });
});

describe('a slow query', () => {
  test('is reported while it runs and again at its end, and counted once', async () => {
    const meter = new RecordingMeter();
    const { clock, slow, monitor } = watched({ slowMs: 100, meter, pool: 'orders' });
    const done = monitor.observe("select * from t where name = 'secret'", () => clock.sleep(250));
    await clock.advance(99);
    expect(slow).toEqual([]);
    await clock.advance(1);
    const shape = 'select * from t where name = ?';
    expect(slow).toEqual([{ shape, tookMs: 100, state: 'running', operation: 'select' }]);
    expect(monitor.running()).toEqual([{ shape, forMs: 100 }]);
    await clock.advance(150);
    await done;
    expect(slow.slice(1)).toEqual([{ shape, tookMs: 250, state: 'done', operation: 'select' }]);
    expect(meter.value('xc_pool_slow_queries_total', ['orders', 'select'])).toBe(1);
    expect(monitor.top('total', 1)).toMatchObject([{ slow: 1 }]);
  });

  test('that fails says so', async () => {
    const { clock, slow, monitor } = watched({ slowMs: 100 });
    const done = monitor.observe('update t set a = 1', async () => {
      await clock.sleep(100);
      throw new Error('deadlock detected');
    });
    done.catch(() => {});
    await clock.advance(100);
    await expect(done).rejects.toThrow('deadlock detected');
    expect(slow.map(({ state, operation }) => [state, operation])).toEqual([
      ['running', 'update'],
      ['failed', 'update'],
    ]);
  });

  test('among many is found at its own time, with one timer for all of them', async () => {
    const { clock, slow, monitor } = watched({ slowMs: 100 });
    const all: Promise<void>[] = [];
    for (const [name, ms] of Object.entries({ a: 500, b: 50, c: 400, d: 99, e: 300 })) {
      all.push(monitor.observe(`select ${name}`, () => clock.sleep(ms)));
      await clock.advance(10);
    }
    // Each statement sleeps on a timer of its own here; the one more is the monitor's.
    expect(clock.pending).toBe(5 + 1);
    await clock.advance(80);
    const found = () => slow.filter(({ state }) => state === 'running').map(({ shape }) => shape.at(-1));
    expect(found()).toEqual(['a', 'c']);
    await clock.advance(10);
    expect(found()).toEqual(['a', 'c', 'e']);
    await clock.advance(1_000);
    await Promise.all(all);
    expect(slow.map(({ tookMs }) => tookMs)).toEqual([100, 100, 100, 300, 400, 500]);
    expect(clock.pending).toBe(0);
  });

  test('is reported at its end alone when nothing could look at it before', async () => {
    const { clock, slow, monitor } = watched({ slowMs: 0 });
    await monitor.observe('select 1', async () => {});
    expect(slow).toMatchObject([{ state: 'done', tookMs: 0 }]);
    await clock.advance(1_000);
    expect(slow).toHaveLength(1);
  });

  test('is logged without a literal, in the context of its request', async () => {
    const logger = new MemoryLogger();
    const heard: (string | undefined)[] = [];
    const { clock, monitor } = watched({
      slowMs: 100,
      logger,
      onSlow: () => void heard.push(currentContext()?.correlationId),
    });
    const first = runInContext({ correlationId: 'first' }, () => monitor.observe('select 1', () => clock.sleep(50)));
    const second = runInContext({ correlationId: 'second' }, () =>
      monitor.observe("select 'secret'", () => clock.sleep(200)),
    );
    await clock.advance(200);
    await Promise.all([first, second]);
    expect(heard).toEqual(['second', 'second']);
    expect(JSON.stringify(logger)).not.toContain('secret');
  });

  test('harms nobody with a listener that throws', async () => {
    const { clock, monitor } = watched({
      slowMs: 10,
      onSlow: () => {
        throw new Error('of the listener');
      },
    });
    await takes(clock, monitor, 'select 1', 20);
    expect(monitor.top('count', 1)).toMatchObject([{ count: 1, errors: 0, slow: 1 }]);
  });
});

describe('top', () => {
  test('sorts by total, mean and longest time, count and errors', async () => {
    const { clock, monitor } = watched();
    await takes(clock, monitor, 'select a', 50);
    for (const ms of [10, 20, 30]) await takes(clock, monitor, 'select b', ms);
    await monitor.observe('select c', () => Promise.reject(new Error('no'))).catch(() => {});
    const first = (by: 'total' | 'mean' | 'max' | 'count' | 'errors') => monitor.top(by, 1)[0]?.shape;
    expect(first('total')).toBe('select b');
    expect(first('mean')).toBe('select a');
    expect(first('max')).toBe('select a');
    expect(first('count')).toBe('select b');
    expect(first('errors')).toBe('select c');
    expect(monitor.top('total', 2)).toEqual([
      { shape: 'select b', count: 3, errors: 0, totalMs: 60, meanMs: 20, maxMs: 30, slow: 0 },
      { shape: 'select a', count: 1, errors: 0, totalMs: 50, meanMs: 50, maxMs: 50, slow: 0 },
    ]);
    expect(monitor.top('total', 0)).toEqual([]);
    expect(monitor.top('total', Number.POSITIVE_INFINITY)).toHaveLength(3);
  });

  test('folds the least used shape into other, and loses nothing', async () => {
    const { monitor } = watched({ maxShapes: 3 });
    const run = async (shape: string, times = 1) => {
      for (let time = 0; time < times; time += 1) await monitor.observe(`select ${shape}`, async () => {});
    };
    await run('a', 3);
    await run('b');
    await run('c', 2);
    await run('d');
    const counts = () => Object.fromEntries(monitor.top('count', 10).map(({ shape, count }) => [shape, count]));
    expect(counts()).toEqual({ 'select a': 3, 'select c': 2, 'select d': 1, other: 1 });
    for (let shape = 0; shape < 26; shape += 1) await run(`x${'abcdefghijklmnopqrstuvwxyz'[shape]}`);
    expect(counts()).toEqual({ 'select a': 3, 'select c': 2, 'select xz': 1, other: 27 });
    await run('b');
    expect(counts()).toEqual({ 'select a': 3, 'select c': 2, 'select b': 1, other: 28 });
  });

  test('counts a shape that was folded while it ran', async () => {
    const { clock, monitor } = watched({ maxShapes: 1 });
    const late = monitor.observe('select late', () => clock.sleep(10));
    await monitor.observe('select other_one', async () => {});
    await clock.advance(10);
    await late;
    expect(monitor.top('count', 5).map(({ shape, count }) => [shape, count])).toEqual([
      ['select late', 1],
      ['other', 1],
    ]);
  });

  test('cuts long shapes', async () => {
    const { monitor } = watched({ maxTextLength: 10 });
    await monitor.observe('select a, b, c from t', async () => {});
    expect(monitor.top('count', 1)[0]?.shape).toBe('select a, ');
  });

  test('refuses an order that it does not know and a count that is none', () => {
    const { monitor } = watched();
    expect(() => monitor.top('median' as never, 1)).toThrow(TypeError);
    expect(() => monitor.top('total', -1)).toThrow(new RangeError('count must be a non-negative integer, got -1'));
  });
});

describe('a repeated query', () => {
  test('is reported once a request, with its shape and count', async () => {
    const repeats: unknown[] = [];
    const { monitor } = watched({ repeatLimit: 3, onRepeat: (shape, count) => void repeats.push([shape, count]) });
    const load = async () => {
      for (let id = 0; id < 10; id += 1) await monitor.observe(`select * from t where id = ${id}`, async () => {});
      await monitor.observe('select 1', async () => {});
    };
    await load();
    expect(repeats).toEqual([]);
    await runInContext({ correlationId: 'one' }, load);
    expect(repeats).toEqual([['select * from t where id = ?', 3]]);
    await runInContext({ correlationId: 'two' }, load);
    expect(repeats).toHaveLength(2);
  });

  test('in many requests at once is not one', async () => {
    const repeats: unknown[] = [];
    const { monitor } = watched({ repeatLimit: 3, onRepeat: (shape) => void repeats.push(shape) });
    const request = (id: number) =>
      runInContext({ correlationId: `r${id}` }, () => monitor.observe('select 1', async () => {}));
    await Promise.all(Array.from({ length: 50 }, (_, id) => request(id)));
    expect(repeats).toEqual([]);
  });

  test('harms nobody with a listener that throws', async () => {
    const { monitor } = watched({
      repeatLimit: 1,
      onRepeat: () => {
        throw new Error('of the listener');
      },
    });
    await expect(runInContext({ correlationId: 'a' }, () => monitor.observe('select 1', async () => 5))).resolves.toBe(
      5,
    );
  });
});

describe('the metrics', () => {
  test('are registered at construction and count by operation and outcome, in seconds', async () => {
    const meter = new RecordingMeter();
    const { clock, monitor } = watched({ meter, pool: 'orders' });
    expect(meter.specs.map(({ name, labels }) => [name, labels])).toEqual([
      ['xc_pool_query_seconds', ['pool', 'operation', 'outcome']],
      ['xc_pool_slow_queries_total', ['pool', 'operation']],
    ]);
    await takes(clock, monitor, 'INSERT INTO t VALUES (1)', 250);
    await monitor.observe('truncate t', () => Promise.reject(new Error('no'))).catch(() => {});
    expect(meter.observations('xc_pool_query_seconds', ['orders', 'insert', 'ok'])).toEqual([0.25]);
    expect(meter.observations('xc_pool_query_seconds', ['orders', 'other', 'error'])).toEqual([0]);
  });

  test.each([
    ['(select 1) union (select 2)', 'select'],
    ['with a as (delete from t returning id) insert into u select id from a', 'insert'],
    ['with a as (select ")" from t) update t set a = 1', 'update'],
    ['explain select 1', 'other'],
    ['', 'other'],
  ])('take %j for %s', async (sql, operation) => {
    const meter = new RecordingMeter();
    await watched({ meter }).monitor.observe(sql, async () => {});
    expect(meter.observations('xc_pool_query_seconds', ['default', operation, 'ok'])).toHaveLength(1);
  });
});

test.each<[QueryMonitorOptions, new () => Error, string]>([
  [{ slowMs: -1 }, RangeError, 'slowMs must be a positive number, got -1'],
  [{ slowMs: Number.NaN }, RangeError, 'slowMs must be a positive number, got NaN'],
  [{ maxShapes: 0 }, RangeError, 'maxShapes must be a positive integer, got 0'],
  [{ maxTextLength: 1.5 }, RangeError, 'maxTextLength must be a positive integer, got 1.5'],
  [{ repeatLimit: '3' as never }, TypeError, "repeatLimit must be a positive integer, got '3'"],
  [{ pool: 'a\nb' }, TypeError, 'name must be a string'],
  [{ dialect: 'oracle' as never }, TypeError, "dialect must be one of 'standard', 'mysql', got 'oracle'"],
  [{ slow: 1 } as never, TypeError, 'unknown option slow'],
])('refuses %j', (options, kind, message) => {
  expect(() => createQueryMonitor(options)).toThrow(kind);
  expect(() => createQueryMonitor(options)).toThrow(message);
});
