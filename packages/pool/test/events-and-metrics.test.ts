import { RecordingMeter } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { createPool, type PoolEvent } from '../src/index.ts';
import { fakeFactory } from '../src/testing/index.ts';
import { givenPool, outcome } from './given-pool.ts';

test('the events of a first loan come in their order, with the time and the facts', async () => {
  const { pool, clock, events } = givenPool({ max: 1 }, { createMs: 5 });
  await clock.advance(100);
  const acquiring = pool.acquire({ label: 'me' });
  await clock.advance(5);
  const lease = await acquiring;
  await clock.advance(7);
  lease.release();
  await pool.drain();
  expect(events).toEqual([
    { type: 'acquire-started', at: 100 },
    { type: 'creating', at: 100, id: 1 },
    { type: 'ready', at: 105, id: 1, tookMs: 5 },
    { type: 'acquired', at: 105, id: 1, waitedMs: 5, label: 'me' },
    { type: 'returned', at: 112, id: 1, usedMs: 7 },
    { type: 'draining', at: 112 },
    { type: 'closed', at: 112, id: 1, reason: 'closed', ageMs: 7 },
    { type: 'drained', at: 112, report: expect.objectContaining({ clean: true }) },
  ]);
});

test('every way to fail has its event and its outcome', async () => {
  const { pool, clock, events, meter, factory } = givenPool({ max: 1, maxWaiting: 1, createErrors: 'reject' });
  const lease = await pool.acquire();
  void outcome(pool.acquire({ timeoutMs: 10 }));
  void outcome(pool.acquire());
  await clock.advance(10);
  const abort = new AbortController();
  void outcome(pool.acquire({ signal: abort.signal }));
  abort.abort();
  factory.failCreates(new Error('down'));
  await lease.destroy();
  void outcome(pool.acquire());
  await clock.advance(0);
  await pool.drain();
  void outcome(pool.acquire());
  await clock.advance(0);
  const reasons = events.flatMap((event) => (event.type === 'acquire-failed' ? [event.reason] : []));
  expect(reasons).toEqual(['full', 'timeout', 'aborted', 'create']);
  const count = (outcome: string) => meter.value('xc_pool_acquire_seconds', { pool: 'default', outcome });
  expect(['ok', 'timeout', 'aborted', 'full', 'create', 'closed'].map(count)).toEqual([1, 1, 1, 1, 1, 1]);
});

test('gauges are right at any read, and counts add up', async () => {
  const { pool, clock, meter } = givenPool({ name: 'db', max: 2 }, { createMs: 10, destroyMs: 10 });
  const resources = () =>
    Object.fromEntries(
      ['idle', 'in_use', 'creating', 'closing'].map((state) => [
        state,
        meter.value('xc_pool_resources', { pool: 'db', state }),
      ]),
    );
  const check = () => {
    const { idle, inUse, creating, closing, waiting, limit } = pool.stats();
    expect(resources()).toEqual({ idle, in_use: inUse, creating, closing });
    expect(meter.value('xc_pool_waiting', { pool: 'db' })).toBe(waiting);
    expect(meter.value('xc_pool_limit', { pool: 'db' })).toBe(limit);
  };
  check();
  const waits = [pool.acquire(), pool.acquire(), pool.acquire()];
  check();
  await clock.advance(10);
  check();
  const [first, second] = await Promise.all(waits.slice(0, 2));
  first?.release();
  await clock.advance(0);
  check();
  void second?.destroy();
  check();
  await clock.advance(10);
  check();
  pool.resize({ max: 1 });
  check();
  (await waits[2])?.release();
  check();
  const { created, closed, size, closing, acquired } = pool.stats();
  expect(created).toBe(closed + size + closing);
  expect(acquired).toBe(3);
  expect(meter.value('xc_pool_closed_total', { pool: 'db', reason: 'caller' })).toBe(1);
  expect(meter.value('xc_pool_create_seconds', { pool: 'db', outcome: 'ok' })).toBe(created);
  expect(meter.value('xc_pool_usage_seconds', { pool: 'db' })).toBe(3);
});

test('all instruments are there from the beginning', () => {
  const meter = new RecordingMeter();
  createPool(fakeFactory(), { meter });
  for (const name of [
    'xc_pool_acquire_seconds',
    'xc_pool_usage_seconds',
    'xc_pool_create_seconds',
    'xc_pool_resources',
    'xc_pool_waiting',
    'xc_pool_limit',
    'xc_pool_closed_total',
    'xc_pool_timeouts_total',
    'xc_pool_leaks_total',
    'xc_pool_misuse_total',
  ]) {
    expect(() => meter.series(name), name).not.toThrow();
    expect(meter.series(name).length, name).toBeGreaterThan(0);
  }
});

test('durations are measured in seconds', async () => {
  const { pool, clock, meter } = givenPool({ max: 1 }, { createMs: 250 });
  const use = pool.use(() => clock.sleep(500));
  await clock.advance(750);
  await use;
  expect(meter.observations('xc_pool_create_seconds', { pool: 'default', outcome: 'ok' })).toEqual([0.25]);
  expect(meter.observations('xc_pool_acquire_seconds', { pool: 'default', outcome: 'ok' })).toEqual([0.25]);
  expect(meter.observations('xc_pool_usage_seconds', { pool: 'default' })).toEqual([0.5]);
});

test('a listener hears from its adding to its removal, and what it causes comes after what it heard', async () => {
  const { pool } = givenPool({ max: 1 });
  const heard: string[] = [];
  const stop = pool.on(({ type }) => {
    if (type === 'acquired') pool.pause();
  });
  const stopOther = pool.on(({ type }: PoolEvent) => heard.push(type));
  const lease = await pool.acquire();
  stop();
  stop();
  stopOther();
  lease.release();
  expect(heard).toEqual(['acquire-started', 'creating', 'ready', 'acquired', 'paused']);
});

test('a listener that throws or rejects is logged and harms nobody', async () => {
  const { pool, logger, clock } = givenPool();
  const heard: string[] = [];
  pool.on(() => {
    throw new Error('thrown');
  });
  pool.on(async () => {
    throw new Error('rejected');
  });
  pool.on(({ type }) => heard.push(type));
  await pool.use(() => {});
  await clock.advance(0);
  expect(heard).toContain('returned');
  expect(logger.find({ level: 'error', message: 'a listener of the pool threw' }).length).toBe(heard.length * 2);
});

test('what a factory knows never shows: no password in errors, events, logs and figures', async () => {
  const password = 'hunter2-secret';
  const { pool, events, logger, clock } = givenPool({ min: 1 }, {}, (factory) => {
    const config = { password };
    factory.create = () => Promise.reject(new Error(config.password === '' ? 'empty' : 'authentication failed'));
  });
  const { error } = await outcome(pool.acquire());
  await clock.advance(100);
  const all = JSON.stringify([error, (error as Error).message, events, logger.lines, pool.diagnose(), pool.stats()]);
  expect(all).not.toContain(password);
});
