import type { Bus } from '@xc/core';
import { MemoryLogger } from '@xc/core/testing';
import { eventually, type Server, startRedis, tcpProxy } from '@xc/test-support';
import { Redis, type RedisOptions } from 'ioredis';
import { Redis as Redis5 } from 'ioredis-5';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { type RedisBusOptions, redisBus } from './redis-bus.ts';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe.each([
  ['ioredis 6', Redis, false],
  ['ioredis 6, sharded', Redis, true],
  ['ioredis 5', Redis5 as unknown as typeof Redis, false],
  ['ioredis 5, sharded', Redis5 as unknown as typeof Redis, true],
])('%s', (_, Client, sharded) => {
  let server: Server;
  beforeEach(async () => {
    server = await startRedis();
  });
  afterEach(() => server[Symbol.asyncDispose]());

  function connect(options: RedisOptions = {}, port = server.port): Redis {
    const client = new Client({ port, host: '127.0.0.1', retryStrategy: () => 50, ...options });
    client.on('error', () => {});
    onTestFinished(() => client.disconnect());
    return client;
  }

  function open(client: Redis, options: RedisBusOptions = {}): Bus {
    const bus = redisBus(client, { sharded, ...options });
    onTestFinished(() => bus[Symbol.asyncDispose]());
    return bus;
  }

  async function listen(bus: Bus, channel: string) {
    const seen = { heard: [] as number[], gaps: 0 };
    const message = ([value = -1]: Uint8Array): void => void seen.heard.push(value);
    await bus.subscribe(channel, {
      message,
      gap: () => {
        seen.gaps += 1;
        if (channel === 'throwing') throw new Error('broken handler');
      },
    });
    return seen;
  }

  test('calls gap on every subscriber after its connection was killed, and messages come again', async () => {
    const client = connect();
    const bus = open(client);
    const seen = await Promise.all(['throwing', 'a', 'a', 'b'].map((channel) => listen(bus, channel)));
    for (let round = 1; round <= 3; round += 1) {
      await client.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
      await eventually('all know of the gap', () => seen.every(({ gaps }) => gaps === round));
      await Promise.all(['throwing', 'a', 'b'].map((channel) => bus.publish(channel, bytes(round))));
      await eventually('all have heard', () => seen.every(({ heard }) => heard.at(-1) === round));
    }
    for (const { heard, gaps } of seen) expect({ heard, gaps }).toEqual({ heard: [1, 2, 3], gaps: 3 });
  });

  test('comes back after the server was killed and restarted', async () => {
    const bus = open(connect());
    const seen = await listen(bus, 'a');
    await server.kill();
    await server.restart();
    await eventually('the gap is known', () => seen.gaps === 1);
    await eventually('messages come again', async () => {
      await bus.publish('a', bytes(7));
      return seen.heard.length > 0;
    });
    expect(seen.gaps).toBe(1);
  });

  test('notices a half-open connection, and a server that is stopped', async () => {
    const proxy = await tcpProxy(server.port);
    onTestFinished(() => proxy[Symbol.asyncDispose]());
    const logger = new MemoryLogger();
    const bus = open(connect({}, proxy.port), { pingMs: 100, deadlineMs: 200, logger });
    const direct = open(connect());
    const seen = await listen(bus, 'a');
    await proxy.halfOpen();
    await expect(bus.publish('a', bytes(1))).rejects.toMatchObject({ code: 'XC_REDIS_TIMEOUT' });
    await eventually(
      'the connection is given up',
      () => logger.find({ message: 'a bus has lost a connection' }).length > 0,
    );
    await direct.publish('a', bytes(2));
    await proxy.restore();
    await eventually('the gap is known', () => seen.gaps > 0);
    await hears(3);
    expect(seen.heard).not.toContain(2);

    await server.pause();
    await expect(listen(bus, 'late')).rejects.toMatchObject({ code: 'XC_REDIS_TIMEOUT' });
    await new Promise((resolve) => setTimeout(resolve, 600));
    const gaps = seen.gaps;
    await server.resume();
    await eventually('the gap is known', () => seen.gaps > gaps);
    await hears(4);

    // On a busy machine so short a patience may end once more, and a message fall into that gap.
    async function hears(value: number): Promise<void> {
      await eventually('messages come again', async () => {
        await direct.publish('a', bytes(value));
        return seen.heard.at(-1) === value;
      });
    }
  });

  test('keeps a quiet connection', async () => {
    const bus = open(connect(), { pingMs: 20, deadlineMs: 1_000 });
    const seen = await listen(bus, 'a');
    await new Promise((resolve) => setTimeout(resolve, 300));
    await bus.publish('a', bytes(1));
    await eventually('it is heard', () => seen.heard.length === 1);
    expect(seen.gaps).toBe(0);
  });

  test('settles every call by its deadline while the server is away, and forgets a subscription that came to nothing', async () => {
    const bus = open(connect(), { deadlineMs: 200 });
    const seen = await listen(bus, 'a');
    await server.kill();
    await new Promise((resolve) => setTimeout(resolve, 50));
    const start = performance.now();
    const [subscribed, published] = await Promise.allSettled([listen(bus, 'b'), bus.publish('a', bytes(1))]);
    expect(performance.now() - start).toBeLessThan(400);
    expect(subscribed).toMatchObject({ reason: { code: 'XC_REDIS_UNAVAILABLE', details: { sent: false } } });
    expect(published).toMatchObject({ reason: { code: 'XC_REDIS_UNAVAILABLE', details: { sent: false } } });
    await server.restart();
    await eventually('the gap is known', () => seen.gaps === 1);
    const admin = connect();
    expect(await admin.call('PUBSUB', sharded ? 'SHARDCHANNELS' : 'CHANNELS')).toEqual(['a']);
  });

  test('ends at once with the bus, also while the server is away', async () => {
    const bus = open(connect(), { deadlineMs: 5_000 });
    await listen(bus, 'a');
    await server.pause();
    const waiting = listen(bus, 'b');
    const subscription = bus.subscribe('c', { message() {}, gap() {} });
    const start = performance.now();
    await bus[Symbol.asyncDispose]();
    expect(performance.now() - start).toBeLessThan(100);
    await expect(waiting).rejects.toMatchObject({ code: 'XC_BUS_CLOSED' });
    await expect(subscription).rejects.toMatchObject({ code: 'XC_BUS_CLOSED' });
    await server.resume();
  });

  test('says at once that it may not listen', async () => {
    const admin = connect();
    await admin.call('ACL', 'SETUSER', 'mute', 'on', '>pw', '+@all', '~*', '&allowed');
    const bus = open(connect({ username: 'mute', password: 'pw' }), { deadlineMs: 5_000 });
    const seen = await listen(bus, 'allowed');
    const refused = { code: 'XC_REDIS_UNAVAILABLE', retryable: false, details: { reply: 'NOPERM' } };
    await expect(listen(bus, 'forbidden')).rejects.toMatchObject(refused);
    await bus.publish('allowed', bytes(1));
    await eventually('the other channel is heard', () => seen.heard.length === 1);
    expect(seen.gaps).toBe(0);

    const stranger = open(connect({ username: 'mute', password: 'wrong' }), { deadlineMs: 5_000 });
    const shut = { code: 'XC_REDIS_UNAVAILABLE', retryable: false, details: { reply: 'WRONGPASS' } };
    await expect(listen(stranger, 'allowed')).rejects.toMatchObject(shut);
    await expect(stranger.publish('allowed', bytes(1))).rejects.toMatchObject(shut);
  });
});
