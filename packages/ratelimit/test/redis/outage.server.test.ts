import { systemClock } from '@xc/core';
import { eventually, type Server, startRedis, startSentinel, tcpProxy } from '@xc/test-support';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createRateLimiter, type LimitStore } from '../../src/index.ts';
import { redisStore } from '../../src/redis/index.ts';
import { expectTidy } from './keyspace.ts';
import { SteadyLoad } from './steady-load.ts';

const DEADLINE_MS = 100;
const PROBE_MS = 200;
const PER_SECOND = 5_000;
const api = { limit: 1_000_000, windowMs: 60_000 } as const;

let server: Server;
let client: Redis;
beforeAll(async () => {
  server = await startRedis({ appendOnly: true });
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(async () => {
  client = quiet(new Redis(server.port));
  await client.ping();
});
afterEach(async () => {
  await eventually('the client is back', async () => (await client.ping()) === 'PONG');
  await expectTidy(client, 'xc:rl:');
  client.disconnect();
});

/** A client of an application has a listener for errors. */
function quiet(redis: Redis): Redis {
  return redis.on('error', () => {});
}

function limiterOn(store: LimitStore, onStoreError: 'open' | 'closed' | 'local') {
  return createRateLimiter({
    limits: { api: { ...api, onStoreError } },
    store,
    deadlineMs: DEADLINE_MS,
    probeMs: PROBE_MS,
  });
}

const answerOf = { open: 'open', closed: 'closed', local: 'local' } as const;

test.for(['open', 'closed', 'local'] as const)(
  'server killed under load: every decision in time, by its rule (%s)',
  async (rule) => {
    await using limiter = limiterOn(redisStore(client), rule);
    const load = new SteadyLoad(PER_SECOND, DEADLINE_MS, (index) => limiter.take(`key-${index % 100}`));
    await eventually('the store decides', () => load.decisions > 500);
    await server.kill();
    await eventually('the rule decides', () => load.degraded > 500);
    await server.restart();
    await eventually('the store decides again', async () => !(await limiter.take('probe')).degraded, {
      deadlineMs: 20_000,
    });
    const result = await load.stop();
    expect(result.failures).toEqual([]);
    expect([...result.sources]).toEqual([answerOf[rule]]);
    expect(result.lateMs).toBeLessThan(20);
  },
);

test('server paused under load: every decision in time, and none waits once it is known', async () => {
  await using limiter = limiterOn(redisStore(client), 'local');
  const load = new SteadyLoad(PER_SECOND, DEADLINE_MS, (index) => limiter.take(`key-${index % 100}`));
  await eventually('the store decides', () => load.decisions > 500);
  await server.pause();
  try {
    await eventually('the rule decides', () => load.degraded > 2_000);
  } finally {
    await server.resume();
  }
  await eventually('the store decides again', async () => !(await limiter.take('probe')).degraded, {
    deadlineMs: 20_000,
  });
  const result = await load.stop();
  expect(result.failures).toEqual([]);
  expect([...result.sources]).toEqual(['local']);
  expect(result.lateMs).toBeLessThan(20);
});

test('server paused: three calls pay the deadline, the fourth is answered at once, and the store is back soon after', async () => {
  const asked: string[] = [];
  const store = redisStore(client);
  const watched: LimitStore = {
    ...store,
    apply(step, call) {
      asked.push(step.kind);
      return store.apply(step, call);
    },
  };
  await using limiter = limiterOn(watched, 'local');
  await limiter.take('ada');
  asked.length = 0;
  await server.pause();
  try {
    for (let call = 1; call <= 3; call += 1) {
      const timer = systemClock.sleep(DEADLINE_MS).then(() => performance.now());
      const decision = await limiter.take('ada');
      const settledAt = performance.now();
      expect(decision).toMatchObject({ allowed: true, degraded: true, source: 'local' });
      // Whatever the machine does to our timer it does to this one as well.
      expect(settledAt - (await timer)).toBeLessThan(20);
    }
    expect(asked).toEqual(['take', 'take', 'take']);
    let settled = false;
    const fourth = limiter.take('ada').finally(() => {
      settled = true;
    });
    await new Promise(setImmediate);
    expect(settled).toBe(true);
    expect(await fourth).toMatchObject({ degraded: true, source: 'local' });
    expect(asked.filter((kind) => kind === 'take')).toHaveLength(3);
  } finally {
    await server.resume();
  }
  await systemClock.sleep(PROBE_MS + DEADLINE_MS);
  await eventually('one decision of the store', async () => !(await limiter.take('ada')).degraded, { deadlineMs: 500 });
});

test('network cut and delayed: every decision in time, and none is left hanging', async () => {
  await using network = await tcpProxy(server.port);
  const far = quiet(new Redis(network.port));
  await using limiter = limiterOn(redisStore(far), 'closed');
  const load = new SteadyLoad(500, DEADLINE_MS, (index) => limiter.take(`key-${index % 10}`));
  await eventually('the store decides', () => load.decisions > 100);
  await network.delay(3 * DEADLINE_MS);
  await eventually('late answers do not count', () => load.degraded > 100);
  await network.restore();
  await eventually('the store decides again', async () => !(await limiter.take('probe')).degraded, {
    deadlineMs: 20_000,
  });
  await network.halfOpen();
  const before = load.degraded;
  await eventually('silence is a failure', () => load.degraded > before + 100);
  await network.cut();
  await systemClock.sleep(DEADLINE_MS);
  await network.restore();
  await eventually('the store decides again', async () => !(await limiter.take('probe')).degraded, {
    deadlineMs: 20_000,
  });
  const result = await load.stop();
  far.disconnect();
  expect(result.failures).toEqual([]);
  expect([...result.sources]).toEqual(['closed']);
  expect(result.lateMs).toBeLessThan(20);
});

test('failover of Sentinel under load: every decision in time, and the new master decides', async () => {
  await using watched = await startSentinel();
  const behind = quiet(
    new Redis({
      name: watched.name,
      sentinels: [...watched.addresses],
      sentinelRetryStrategy: () => 50,
      retryStrategy: () => 50,
    }),
  );
  await using limiter = limiterOn(redisStore(behind), 'local');
  const load = new SteadyLoad(PER_SECOND, DEADLINE_MS, (index) => limiter.take(`key-${index % 100}`));
  await eventually('the store decides', () => load.decisions > 500);
  const master = await watched.master();
  await master.kill();
  const promoted = await watched.failover();
  await eventually('the new master decides', async () => !(await limiter.take('probe')).degraded, {
    deadlineMs: 30_000,
  });
  const result = await load.stop();
  expect(result.failures).toEqual([]);
  expect([...result.sources]).toEqual(['local']);
  expect(result.lateMs).toBeLessThan(20);
  const direct = new Redis(promoted.port);
  expect(await direct.info('commandstats')).toMatch(/cmdstat_evalsha:calls=[1-9]/);
  await expectTidy(direct, 'xc:rl:');
  direct.disconnect();
  behind.disconnect();
});

test('a limit that says no is never taken for a failure, nor a failure for a no', async () => {
  await using limiter = createRateLimiter({
    limits: { api: { limit: 1, windowMs: 60_000 } },
    store: redisStore(client),
    deadlineMs: 5_000,
  });
  await limiter.take('eve');
  for (let call = 0; call < 5; call += 1) {
    expect(await limiter.take('eve')).toMatchObject({ allowed: false, degraded: false });
  }
  expect(await limiter.take('ada')).toMatchObject({ allowed: true, degraded: false, source: 'store' });
});

test('foreign data under a key is a failure of that call alone, with one line in the log', async () => {
  const lines: unknown[] = [];
  const log = (fields: unknown) => lines.push(fields);
  const logger = { trace() {}, debug() {}, info() {}, warn: log, error: log, fatal: log, child: () => logger };
  await using limiter = createRateLimiter({ limits: { api }, store: redisStore(client), deadlineMs: 5_000, logger });
  await client.set('xc:rl:{odd}:api:g60000', 'foreign', 'EX', 60);
  expect(await limiter.take('odd')).toMatchObject({ allowed: true, degraded: true, source: 'local' });
  expect(lines).toHaveLength(1);
  expect(await limiter.take('ada')).toMatchObject({ degraded: false, source: 'store' });
});
