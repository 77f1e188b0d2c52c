import { runInContext } from '@xc/core/context';
import { describe, expect, test } from 'vitest';
import { database, routeOf } from '../../test/replica/database.ts';

describe('a node', () => {
  test('is ejected after its failures, looked at ever more rarely, and readmitted after good answers', async () => {
    using db = database('abc');
    await db.clock.advance(500);
    db.servers.stop('b');
    await db.clock.advance(2_000);
    expect(db.state('b').ejected).toBe(false);
    await db.clock.advance(1_000);
    expect(db.state('b').ejected).toBe(true);
    expect(db.logger.find({ level: 'warn', message: /ejected/ })).toHaveLength(1);
    const failed = () => db.pools.b?.stats().createFailures ?? 0;
    const before = failed();
    await db.clock.advance(60_000);
    expect(failed() - before).toBeGreaterThanOrEqual(6);
    expect(failed() - before).toBeLessThanOrEqual(16);
    db.servers.start('b');
    await db.clock.advance(10_000);
    await db.clock.advance(1_000);
    expect(db.state('b').ejected).toBe(false);
    const nodes = new Set<string>();
    for (let read = 0; read < 40; read += 1) nodes.add(await db.replicas.read((_connection, { node }) => node));
    expect(nodes).toEqual(new Set(['b', 'c']));
  });

  test('needs readmitAfter good answers in a row', async () => {
    using db = database('ab', { readmitAfter: 3 });
    await db.clock.advance(0);
    db.servers.stop('b');
    await db.clock.advance(3_000);
    expect(db.state('b').ejected).toBe(true);
    db.servers.start('b');
    const looks = db.pools.b?.stats().acquired ?? 0;
    while (db.state('b').ejected) await db.clock.advance(100);
    expect((db.pools.b?.stats().acquired ?? 0) - looks).toBe(3);
  });

  test('that is the last one to be read stays, and is read', async () => {
    using db = database('ab');
    await db.clock.advance(0);
    db.servers.stop('a');
    await db.clock.advance(4_000);
    db.servers.hang('b');
    await db.clock.advance(60_000);
    expect([db.state('a').ejected, db.state('b').ejected]).toEqual([true, false]);
    db.servers.start('b');
    await db.clock.advance(6_000);
    expect(await db.replicas.read(routeOf)).toBe('b replica fresh');
    // And as soon as another one is back, it may go.
    db.servers.start('a');
    await db.clock.advance(20_000);
    db.servers.stop('b');
    await db.clock.advance(5_000);
    expect([db.state('a').ejected, db.state('b').ejected]).toEqual([false, true]);
  });

  test('that hangs has failed at probeTimeoutMs, and is asked one question at a time', async () => {
    using db = database('ab', { probeTimeoutMs: 400, max: 3 });
    await db.clock.advance(0);
    db.servers.hang('b');
    for (let second = 0; second < 30; second += 1) {
      await db.clock.advance(1_000);
      const { inUse, size } = db.pools.b?.stats() ?? { inUse: 9, size: 9 };
      expect(inUse).toBeLessThanOrEqual(1);
      expect(size).toBeLessThanOrEqual(1);
    }
    expect(db.state('b').ejected).toBe(true);
    expect(db.pools.b?.stats().acquired).toBeLessThan(15);
  });

  test('whose connections are all lent is not taken for one that fails', async () => {
    using db = database('ab', { max: 2 });
    await db.clock.advance(0);
    const held = await Promise.all([db.pools.b?.acquire(), db.pools.b?.acquire()]);
    await db.clock.advance(20_000);
    expect(db.state('b').ejected).toBe(false);
    for (const lease of held) lease?.release();
    await db.clock.advance(2_000);
    expect(await db.replicas.read(routeOf)).toBe('b replica fresh');
  });

  test('is looked at before its borrowers are served, and whatever the deadline around its creation is', async () => {
    const db = runInContext({ correlationId: 'r', deadline: 10 }, () => database('ab', { max: 1 }));
    using _ = db;
    await db.clock.advance(5_000);
    expect(db.replicas.nodes().map(({ role }) => role)).toEqual(['primary', 'replica']);
    const held = await db.pools.b?.acquire();
    const waiting = Array.from({ length: 5 }, () => db.pools.b?.acquire());
    const before = db.servers.asked.total;
    await db.clock.advance(1_500);
    held?.release();
    await db.clock.advance(0);
    expect(db.servers.asked.total).toBeGreaterThan(before);
    for (const lease of waiting) (await lease)?.release();
  });

  test('whose answers make no sense harms nobody', async () => {
    using db = database('ab');
    await db.clock.advance(0);
    Object.assign(db.servers.view, {
      compare: () => {
        throw new Error('not a position');
      },
    });
    db.servers.commit();
    await db.clock.advance(3_000);
    expect(await db.replicas.write(routeOf)).toBe('a primary write');
  });
});

describe('a failover', () => {
  test('from a primary that is gone happens as soon as there is another one, and is told once', async () => {
    using db = database('abc');
    await db.clock.advance(0);
    db.servers.stop('a');
    db.servers.promote('b', { oldOne: 'hears nothing' });
    await db.clock.advance(1_000);
    expect(await db.replicas.write(routeOf)).toBe('b primary write');
    await db.clock.advance(20_000);
    expect(db.meter.value('xc_pool_failovers_total')).toBe(1);
    // The old one comes back and knows nothing of it.
    db.servers.start('a');
    await db.clock.advance(20_000);
    expect(db.state('a')).toMatchObject({ role: 'outdated', ejected: false, term: 1 });
    expect(await db.replicas.write(routeOf)).toBe('b primary write');
    expect(await db.replicas.read(routeOf)).toBe('c replica fresh');
  });

  test('is none when the primary was only not to be reached for a while', async () => {
    using db = database('ab');
    await db.clock.advance(0);
    db.servers.stop('a');
    await db.clock.advance(5_000);
    const write = db.replicas.write(routeOf);
    db.servers.start('a');
    await db.clock.advance(12_000);
    expect(await write).toBe('a primary write');
    expect(db.meter.value('xc_pool_failovers_total')).toBe(0);
  });

  test('in one term leaves the primary where it is, and takes another one only when that is gone', async () => {
    using db = database('ab');
    await db.clock.advance(0);
    db.servers.promote('b', { term: 1, oldOne: 'hears nothing' });
    db.servers.commit('b');
    await db.clock.advance(2_000);
    expect(await db.replicas.write(routeOf)).toBe('a primary write');
    db.servers.stop('a');
    await db.clock.advance(4_000);
    expect(await db.replicas.write(routeOf)).toBe('b primary write');
  });

  test('to the same node in a higher term ends the writes of the lower one', async () => {
    using db = database('ab');
    const write = db.replicas.write(
      (_connection, { signal }) => new Promise((resolve) => signal.addEventListener('abort', () => resolve('ended'))),
    );
    await db.clock.advance(0);
    db.servers.promote('a');
    await db.clock.advance(1_000);
    expect(await write).toBe('ended');
  });
});

test('all metrics are there from the start', () => {
  using db = database('ab');
  expect(db.meter.specs.map(({ name, labels = [] }) => [name, labels])).toEqual([
    ['xc_pool_replica_lag_seconds', ['node']],
    ['xc_pool_routed_total', ['node', 'role', 'why']],
    ['xc_pool_failovers_total', []],
  ]);
});
