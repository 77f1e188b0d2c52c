import { runInContext } from '@xc/core/context';
import { describe, expect, test } from 'vitest';
import { database, routeOf } from '../../test/replica/database.ts';
import type { ManualConnection } from '../testing/manual-replication.ts';
import { createReplicaPool } from './create-replica-pool.ts';
import type { ReplicaPoolOptions } from './replica-pool-options.ts';

describe('a write', () => {
  test('goes to the node that accepts writes, wherever it stands in the list', async () => {
    using db = database('abc');
    db.servers.promote('c');
    expect(await db.replicas.write(routeOf)).toBe('c primary write');
    expect(db.replicas.nodes().map(({ name, role }) => `${name} ${role}`)).toEqual([
      'a replica',
      'b replica',
      'c primary',
    ]);
    expect(db.meter.value('xc_pool_routed_total', ['c', 'primary', 'write'])).toBe(1);
  });

  test('never goes to a node that claims an older term', async () => {
    using db = database('ab');
    db.servers.promote('b', { oldOne: 'hears nothing' });
    const routes = await Promise.all(Array.from({ length: 20 }, () => db.replicas.write(routeOf)));
    expect(new Set(routes)).toEqual(new Set(['b primary write']));
    expect(db.state('a').role).toBe('outdated');
    const written: string[] = [];
    // Not even when the right one is gone: what it wrote would be lost.
    db.servers.stop('b');
    await db.clock.advance(5_000);
    const late = db.replicas.write(({ node }) => written.push(node));
    late.catch(() => {});
    await db.clock.advance(30_000);
    await expect(late).rejects.toMatchObject({ code: 'XC_POOL_NO_PRIMARY', retryable: true });
    expect(written).toEqual([]);
  });

  test('waits for a primary, and goes to the one that comes', async () => {
    using db = database('ab');
    await db.clock.advance(0);
    db.servers.demote('a');
    await db.clock.advance(1_000);
    const write = db.replicas.write(routeOf);
    await db.clock.advance(20_000);
    db.servers.promote('b');
    await db.clock.advance(1_000);
    expect(await write).toBe('b primary write');
  });

  test('that finds no way to the primary waits for another one, and is run once', async () => {
    using db = database('ab');
    await db.clock.advance(0);
    db.servers.stop('a');
    let runs = 0;
    const write = db.replicas.write((connection, facts) => {
      runs += 1;
      return routeOf(connection, facts);
    });
    await db.clock.advance(10_000);
    expect(runs).toBe(0);
    db.servers.promote('b');
    await db.clock.advance(1_000);
    expect([await write, runs]).toEqual(['b primary write', 1]);
  });

  test('that finds no way to the only node fails with the reason for that', async () => {
    using db = database('a', { failoverTimeoutMs: 5_000 });
    await db.clock.advance(0);
    db.servers.stop('a');
    const write = db.replicas.write(routeOf);
    write.catch(() => {});
    await db.clock.advance(5_000);
    await expect(write).rejects.toMatchObject({ code: 'XC_POOL_NO_PRIMARY' });
    const brief = db.replicas.write(routeOf, { timeoutMs: 10 });
    brief.catch(() => {});
    db.servers.start('a');
    await db.clock.advance(2_000);
    await expect(brief).rejects.toMatchObject({ code: 'XC_POOL_NO_PRIMARY' });
    expect(await db.replicas.write(routeOf)).toBe('a primary write');
  });

  test.each([
    ['failoverTimeoutMs', { failoverTimeoutMs: 700 }, {}],
    ['its own timeoutMs', {}, { timeoutMs: 700 }],
  ])('fails when there is none within %s', async (_name, options, own) => {
    using db = database('ab', options);
    db.servers.demote('a');
    const write = db.replicas.write(routeOf, own);
    write.catch(() => {});
    await db.clock.advance(699);
    expect(await Promise.race([write.catch(() => 'failed'), Promise.resolve('waits')])).toBe('waits');
    await db.clock.advance(1);
    await expect(write).rejects.toMatchObject({
      code: 'XC_POOL_NO_PRIMARY',
      details: { waitedMs: 700, nodes: ['a', 'b'] },
    });
  });

  test('gives up at the deadline of its request, and at once when its caller does', async () => {
    using db = database('ab');
    db.servers.demote('a');
    const write = runInContext({ correlationId: 'r', deadline: 300 }, () => db.replicas.write(routeOf));
    write.catch(() => {});
    const caller = new AbortController();
    const other = db.replicas.write(routeOf, { signal: caller.signal });
    other.catch(() => {});
    await db.clock.advance(100);
    caller.abort(new Error('gone'));
    await expect(other).rejects.toThrow('gone');
    await db.clock.advance(200);
    await expect(write).rejects.toMatchObject({ code: 'XC_POOL_NO_PRIMARY' });
    await expect(db.replicas.write(routeOf, { signal: AbortSignal.abort('early') })).rejects.toBe('early');
  });

  test('that is running hears of a change of the primary, and ends as it will', async () => {
    using db = database('ab');
    const reasons: unknown[] = [];
    const write = db.replicas.write(
      (_connection, { signal }) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            reasons.push(signal.reason);
            resolve('cleaned up');
          });
        }),
    );
    await db.clock.advance(1_000);
    db.servers.promote('b');
    await db.clock.advance(1_000);
    expect(await write).toBe('cleaned up');
    expect(reasons).toMatchObject([{ code: 'XC_POOL_LOST', retryable: true, details: { node: 'a', term: 1 } }]);
    expect(db.meter.value('xc_pool_failovers_total')).toBe(1);
  });

  test('that waits for a connection to the old primary gets one to the new one, and runs once', async () => {
    using db = database('ab', { max: 2 });
    await db.clock.advance(1_000);
    const held = await Promise.all([db.pools.a?.acquire(), db.pools.a?.acquire()]);
    let runs = 0;
    const write = db.replicas.write((connection, facts) => {
      runs += 1;
      return routeOf(connection, facts);
    });
    await db.clock.advance(500);
    db.servers.promote('b');
    await db.clock.advance(3_000);
    expect(await write).toBe('b primary write');
    expect(runs).toBe(1);
    for (const lease of held) lease?.release();
  });

  test.each([
    ['PostgreSQL', { code: '25006' }],
    ['MySQL', { errno: 1290 }],
    ['Redis', { message: "READONLY You can't write against a read only replica." }],
    ['a wrapper', { cause: { code: '25006' } }],
  ])('refused as read-only by %s has all nodes looked at now, and is not repeated', async (_name, fields) => {
    using db = database('ab');
    await db.clock.advance(0);
    db.servers.promote('b');
    const error = Object.assign(new Error(), fields);
    let runs = 0;
    const refused = db.replicas.write(() => {
      runs += 1;
      throw error;
    });
    await expect(refused).rejects.toBe(error);
    expect(runs).toBe(1);
    await db.clock.advance(0);
    expect(await db.replicas.write(routeOf)).toBe('b primary write');
  });

  test('that fails otherwise is looked into by nobody', async () => {
    using db = database('ab');
    await db.clock.advance(0);
    const before = db.servers.asked.total;
    await expect(db.replicas.write(() => Promise.reject(new Error('duplicate key')))).rejects.toThrow('duplicate key');
    await db.clock.advance(0);
    expect(db.servers.asked.total).toBe(before);
  });
});

describe('a read', () => {
  test('goes to a replica, and says so', async () => {
    using db = database('ab');
    db.servers.lag('b', 1_200);
    expect(await db.replicas.read((_connection, { node, role, lagMs, why }) => ({ node, role, lagMs, why }))).toEqual({
      node: 'b',
      role: 'replica',
      lagMs: 1_200,
      why: 'fresh',
    });
    expect(db.meter.value('xc_pool_replica_lag_seconds', ['b'])).toBe(1.2);
    expect(db.meter.value('xc_pool_routed_total', ['b', 'replica', 'fresh'])).toBe(1);
  });

  test('goes to the primary when all replicas are stale, or fails if that is preferred', async () => {
    using db = database('ab');
    db.servers.lag('b', 5_001);
    expect(await db.replicas.read(routeOf)).toBe('a primary stale');
    expect(await db.replicas.read(routeOf, { maxStalenessMs: 6_000 })).toBe('b replica fresh');
    expect(await db.replicas.read(routeOf, { maxStalenessMs: Infinity })).toBe('b replica fresh');
    using strict = database('ab', { whenAllStale: 'fail', maxStalenessMs: 100 });
    strict.servers.lag('b', 101);
    await expect(strict.replicas.read(routeOf)).rejects.toMatchObject({
      code: 'XC_POOL_STALE',
      retryable: true,
      details: { maxStalenessMs: 100, lags: { a: 0, b: 101 } },
    });
  });

  test('goes where it is told', async () => {
    using db = database('ab');
    expect(await db.replicas.read(routeOf, { from: 'primary' })).toBe('a primary asked');
    expect(await db.replicas.read(routeOf, { from: 'replica' })).toBe('b replica fresh');
    const any = new Set<string>();
    for (let read = 0; read < 40; read += 1) any.add(await db.replicas.read(routeOf, { from: 'any' }));
    expect(any).toEqual(new Set(['a primary any', 'b replica any']));
    await expect(db.replicas.read(routeOf, { from: 'nowhere' as never })).rejects.toThrow(TypeError);
  });

  test('of an idle primary lags by nothing, however long nothing was written', async () => {
    using db = database('ab');
    await db.clock.advance(3_600_000);
    expect(await db.replicas.read(routeOf)).toBe('b replica fresh');
    expect(db.state('b').lagMs).toBe(0);
  });

  test('does not go to a replica that was cut off and believes that it has everything', async () => {
    using db = database('ab');
    await db.clock.advance(1_000);
    db.servers.pause('b');
    db.servers.commit();
    await db.clock.advance(5_500);
    expect(db.state('b').lagMs).toBeGreaterThan(3_000);
    await db.clock.advance(2_000);
    expect(await db.replicas.read(routeOf)).toBe('a primary stale');
    db.servers.replay('b');
    await db.clock.advance(1_000);
    expect(await db.replicas.read(routeOf)).toBe('b replica fresh');
  });

  test('takes the less loaded of two, and shares by weight when they are idle', async () => {
    using db = database('abc', { weights: { b: 3, c: 1 } });
    await db.clock.advance(0);
    const nodes: string[] = [];
    for (let read = 0; read < 400; read += 1) nodes.push(await db.replicas.read((_connection, { node }) => node));
    const share = nodes.filter((node) => node === 'b').length / nodes.length;
    expect(share).toBeGreaterThan(0.68);
    expect(share).toBeLessThan(0.82);
    const held = await Promise.all(Array.from({ length: 5 }, () => db.pools.b?.acquire()));
    for (let read = 0; read < 20; read += 1) expect(await db.replicas.read(routeOf)).toBe('c replica fresh');
    for (const lease of held) lease?.release();
  });

  test('weighs load by latency', async () => {
    using db = database('abc');
    const quick = db.servers.view.role;
    Object.assign(db.servers.view, {
      role: async (connection: ManualConnection) => {
        if (connection.node === 'b') await db.clock.sleep(40);
        return quick(connection);
      },
    });
    await db.clock.advance(3_000);
    expect(db.state('b').latencyMs).toBe(40);
    const held = await Promise.all([db.pools.b?.acquire(), db.pools.c?.acquire(), db.pools.c?.acquire()]);
    for (let read = 0; read < 20; read += 1) expect(await db.replicas.read(routeOf)).toBe('c replica fresh');
    for (const lease of held) lease?.release();
  });

  test('goes to another node when there is no connection to the first', async () => {
    using db = database('abc');
    await db.clock.advance(0);
    db.servers.stop('b');
    for (let read = 0; read < 10; read += 1) expect(await db.replicas.read(routeOf)).toBe('c replica fresh');
    db.servers.stop('c');
    expect(await db.replicas.read(routeOf)).toBe('a primary stale');
    db.servers.stop('a');
    await expect(db.replicas.read(routeOf)).rejects.toMatchObject({ code: 'XC_POOL_CREATE' });
  });

  test('that has begun is not repeated', async () => {
    using db = database('abc');
    let runs = 0;
    const failing = db.replicas.read(() => {
      runs += 1;
      throw Object.assign(new Error('of a pool inside'), { code: 'XC_POOL_CREATE' });
    });
    await expect(failing).rejects.toThrow('of a pool inside');
    expect(runs).toBe(1);
  });

  test('has a signal that follows its caller and its connection', async () => {
    using db = database('ab');
    await db.clock.advance(0);
    const caller = new AbortController();
    const signals: AbortSignal[] = [];
    const hold = (_connection: ManualConnection, { signal }: { signal: AbortSignal }) => {
      signals.push(signal);
      return new Promise<never>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    };
    const aborted = db.replicas.read(hold, { signal: caller.signal });
    const lost = db.replicas.read(hold);
    aborted.catch(() => {});
    lost.catch(() => {});
    await db.clock.advance(0);
    caller.abort(new Error('gone'));
    await expect(aborted).rejects.toThrow('gone');
    expect(signals[1]?.aborted).toBe(false);
    db.servers.stop('b');
    await expect(lost).rejects.toMatchObject({ code: 'XC_POOL_LOST' });
  });
});

test('a disposed pool refuses, lets go of whoever waits, and leaves the pools of its nodes open', async () => {
  const db = database('ab');
  db.servers.demote('a');
  const waiting = db.replicas.write(routeOf);
  waiting.catch(() => {});
  await db.clock.advance(100);
  await db.replicas[Symbol.asyncDispose]();
  await db.replicas[Symbol.asyncDispose]();
  await expect(waiting).rejects.toMatchObject({ code: 'XC_POOL_CLOSED' });
  await expect(db.replicas.read(routeOf)).rejects.toMatchObject({ code: 'XC_POOL_CLOSED' });
  expect(db.pools.b?.stats().state).toBe('running');
  const asked = db.servers.asked.total;
  await db.clock.advance(10_000);
  expect(db.servers.asked.total).toBe(asked);
});

test.each<[Partial<Record<keyof ReplicaPoolOptions<never>, unknown>>, new () => Error, string]>([
  [{ nodes: [] }, TypeError, 'nodes must be at least one node'],
  [{ view: {} }, TypeError, 'view.position must be a function, got undefined'],
  [{ probeEveryMs: 0 }, RangeError, 'probeEveryMs must be a positive number, got 0'],
  [{ probeTimeoutMs: Number.NaN }, RangeError, 'probeTimeoutMs must be a positive number, got NaN'],
  [{ ejectAfter: 0 }, RangeError, 'ejectAfter must be a positive integer, got 0'],
  [{ readmitAfter: 1.5 }, RangeError, 'readmitAfter must be a positive integer, got 1.5'],
  [{ maxStalenessMs: -1 }, RangeError, 'maxStalenessMs must be a positive number, got -1'],
  [{ waitForReplicaMs: '1' }, TypeError, "waitForReplicaMs must be a positive number, got '1'"],
  [{ whenAllStale: 'replica' }, TypeError, "whenAllStale must be one of 'primary', 'fail', got 'replica'"],
  [{ failoverTimeoutMs: -1 }, RangeError, 'failoverTimeoutMs must be a positive number, got -1'],
])('refuses %j', (options, kind, message) => {
  using db = database('a');
  const nodes = [{ name: 'a', pool: db.pools.a }];
  const create = () => createReplicaPool({ nodes, view: db.servers.view, ...options } as never);
  expect(create).toThrow(kind);
  expect(create).toThrow(message);
});

test('refuses two nodes of one name, and a weight that is none', () => {
  using db = database('a');
  const node = { name: 'a', pool: db.pools.a };
  expect(() => createReplicaPool({ nodes: [node, node], view: db.servers.view } as never)).toThrow(
    new TypeError("nodes must have different names, got 'a' twice"),
  );
  expect(() => createReplicaPool({ nodes: [{ ...node, weight: 0 }], view: db.servers.view } as never)).toThrow(
    RangeError,
  );
});
