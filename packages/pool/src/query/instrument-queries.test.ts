import { EventEmitter } from 'node:events';
import { noopTracer } from '@xc/core';
import { ManualClock } from '@xc/core/testing';
import { describe, expect, test } from 'vitest';
import { createQueryMonitor } from './create-query-monitor.ts';
import { instrumentQueries } from './instrument-queries.ts';

const monitored = () => createQueryMonitor({ clock: new ManualClock() });

describe('an instrumented client', () => {
  test('is the client itself, with methods that look as before', () => {
    class Client {
      async query(sql: string, _values?: unknown[]) {
        return sql;
      }
    }
    const client = new Client();
    const original = client.query;
    expect(instrumentQueries(client, monitored())).toBe(client);
    expect(client.query).not.toBe(original);
    expect([client.query.name, client.query.length]).toEqual(['query', original.length]);
    expect(Object.keys(client)).toEqual([]);
    expect(new Client().query).toBe(original);
  });

  test('counts once, however often it is instrumented', async () => {
    const monitor = monitored();
    const client = { query: async (_sql: string) => 1 };
    for (let time = 0; time < 3; time += 1) instrumentQueries(client, monitor);
    await client.query('select 1');
    expect(monitor.top('count', 1)).toMatchObject([{ count: 1 }]);
  });

  test('measures query and execute, or the methods that it is told', async () => {
    const monitor = monitored();
    const client = {
      query: async (sql: string) => sql,
      execute: async (sql: string) => sql,
      unsafe: async (sql: string) => sql,
    };
    instrumentQueries(client, monitor);
    await Promise.all([client.query('select a'), client.execute('select b'), client.unsafe('select c')]);
    instrumentQueries(client, monitor, ['unsafe', 'missing']);
    await client.unsafe('select d');
    expect(monitor.top('count', 9).map(({ shape }) => shape)).toEqual(['select a', 'select b', 'select d']);
  });

  test('keeps this, results, rejections, and what is thrown at once', async () => {
    const monitor = monitored();
    const error = new Error('no');
    const client = {
      query(sql: string, fails?: 'rejects' | 'throws') {
        if (fails === 'throws') throw error;
        return fails === 'rejects' ? Promise.reject(error) : Promise.resolve({ self: this, sql });
      },
    };
    instrumentQueries(client, monitor);
    expect((await client.query('select 1')).self).toBe(client);
    await expect(client.query('select 1', 'rejects')).rejects.toBe(error);
    expect(() => client.query('select 1', 'throws')).toThrow(error);
    const borrower = { query: client.query };
    expect((await borrower.query('select 1')).self).toBe(borrower);
    expect(monitor.top('count', 1)).toMatchObject([{ count: 4, errors: 2 }]);
  });

  test('calls back with the same this and arguments, and measures until then', async () => {
    const monitor = monitored();
    let answer: (...results: unknown[]) => void = () => {};
    const handle = {};
    const client = {
      query(_sql: string, _values: unknown[], callback: (...results: unknown[]) => void) {
        answer = (...results) => callback.apply(client, results);
        return handle;
      },
    };
    instrumentQueries(client, monitor);
    const heard: unknown[] = [];
    const callback = function (this: unknown, ...results: unknown[]) {
      heard.push(this, ...results);
    };
    expect(client.query('select 1', [1], callback)).toBe(handle);
    expect(monitor.running()).toHaveLength(1);
    answer(null, 'rows', 'fields');
    expect(heard).toEqual([client, null, 'rows', 'fields']);
    await new Promise(setImmediate);
    expect(monitor.top('count', 1)).toMatchObject([{ count: 1, errors: 0 }]);
    client.query('select 1', [], callback);
    answer(new Error('no'));
    await new Promise(setImmediate);
    expect(monitor.top('count', 1)).toMatchObject([{ count: 2, errors: 1 }]);
  });

  test('leaves a config object with a callback in it as it was', async () => {
    const monitor = monitored();
    const client = {
      query: (config: { text: string; values: unknown[]; callback: (error: unknown, n: unknown) => void }) =>
        config.callback(null, config.values[0]),
    };
    instrumentQueries(client, monitor);
    const heard: unknown[] = [];
    const config = {
      text: 'select $1',
      values: [7],
      callback: (_error: unknown, value: unknown) => void heard.push(value),
    };
    const { callback } = config;
    client.query(config);
    await new Promise(setImmediate);
    expect(heard).toEqual([7]);
    expect(config.callback).toBe(callback);
    expect(monitor.top('count', 1)).toMatchObject([{ shape: 'select ?', count: 1 }]);
  });

  test('hands over an emitter, hears its end, and does not swallow its error', async () => {
    const monitor = monitored();
    class Command extends EventEmitter {
      // biome-ignore lint/suspicious/noThenProperty: the commands of mysql2 have one, to complain.
      then() {
        throw new Error('is not a promise');
      }
    }
    const command = new Command();
    const client = { query: (_options: { sql: string }) => command };
    instrumentQueries(client, monitor);
    expect(client.query({ sql: 'select 1' })).toBe(command);
    expect(command.listenerCount('error')).toBe(0);
    expect(() => command.emit('error', new Error('nobody listens'))).toThrow('nobody listens');
    command.emit('end');
    await new Promise(setImmediate);
    expect(monitor.top('count', 1)).toMatchObject([{ count: 1, errors: 1 }]);
    client.query({ sql: 'select 1' });
    command.emit('end');
    await new Promise(setImmediate);
    expect(monitor.top('count', 1)).toMatchObject([{ count: 2, errors: 1 }]);
  });

  test.each(['a tracer', 'a monitor of somebody else'])('is the same with %s', async (kind) => {
    const monitor = createQueryMonitor({ clock: new ManualClock(), tracer: noopTracer });
    const given = kind === 'a tracer' ? monitor : { ...monitor, observe: monitor.observe.bind(monitor) };
    const error = new Error('no');
    const client = {
      query(sql: string, callback?: (error: unknown, value: unknown) => void): unknown {
        if (sql === 'select throws') throw error;
        if (callback !== undefined) return callback(null, this);
        return sql === 'select rejects' ? Promise.reject(error) : Promise.resolve(this);
      },
    };
    instrumentQueries(client, given);
    expect(await client.query('select 1')).toBe(client);
    await expect(client.query('select rejects')).rejects.toBe(error);
    expect(() => client.query('select throws')).toThrow(error);
    expect(await new Promise((resolve) => client.query('select 1', (_error, value) => resolve(value)))).toBe(client);
    expect(monitor.top('count', 3)).toMatchObject([{ count: 2 }, { errors: 1 }, { errors: 1 }]);
  });

  test('passes on what has no statement in it', () => {
    const monitor = monitored();
    const client = { query: (...args: unknown[]) => args };
    instrumentQueries(client, monitor);
    const odd = { some: 'thing' };
    for (const args of [[], [null], [5], [odd]]) expect(client.query(...args)).toEqual(args);
    expect(monitor.top('count', 1)).toEqual([]);
  });

  test('leaves a rejection that nobody handles unhandled', async () => {
    const client = { query: (_sql: string) => Promise.reject(new Error('unheard')) };
    instrumentQueries(client, monitored());
    const unhandled = new Promise((resolve) => process.once('unhandledRejection', resolve));
    void client.query('select 1');
    await expect(unhandled).resolves.toMatchObject({ message: 'unheard' });
  });

  test('has to be one', () => {
    expect(() => instrumentQueries(null as never, monitored())).toThrow(
      new TypeError('client must be an object, got null'),
    );
  });
});
