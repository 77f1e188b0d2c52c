import type { Bus } from '@xc/core';
import { MemoryLogger } from '@xc/core/testing';
import { eventually } from '@xc/test-support';
import { Redis, type RedisOptions } from 'ioredis';
import { Redis as Redis5 } from 'ioredis-5';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { type RedisBusOptions, redisBus } from './redis-bus.ts';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe.each([
  ['ioredis 6', Redis, false],
  ['ioredis 6, sharded', Redis, true],
  ['ioredis 5', Redis5 as unknown as typeof Redis, false],
  ['ioredis 5, sharded', Redis5 as unknown as typeof Redis, true],
])('%s', (name, Client, sharded) => {
  const channel = (of: string): string => `bus:${name}:${of}`;

  function connect(options: RedisOptions = {}): Redis {
    const client = new Client(inject('redis'), options);
    onTestFinished(() => client.disconnect());
    return client;
  }

  function open(options: RedisBusOptions = {}, client = connect()): Bus {
    const bus = redisBus(client, { sharded, ...options });
    onTestFinished(() => bus[Symbol.asyncDispose]());
    return bus;
  }

  test('brings a message to everybody on its channel, in another process as in this one, and to nobody else', async () => {
    const [one, other] = [open(), open()];
    const heard: [string, Uint8Array][] = [];
    const hear = (who: string) => ({
      message: (message: Uint8Array) => heard.push([who, message]),
      gap: () => heard.push(['gap', bytes()]),
    });
    await one.subscribe(channel('a'), hear('one'));
    await one.subscribe(channel('a'), hear('one too'));
    await other.subscribe(channel('a'), hear('other'));
    await other.subscribe(channel('b'), hear('b'));
    await one.publish(channel('a'), bytes(1, 2, 3));
    await one.publish(channel('nobody'), bytes(4));
    await eventually('all have heard', () => heard.length === 3);
    expect(heard.sort(([a], [b]) => (a < b ? -1 : 1))).toEqual([
      ['one', bytes(1, 2, 3)],
      ['one too', bytes(1, 2, 3)],
      ['other', bytes(1, 2, 3)],
    ]);
  });

  test('carries any bytes, unharmed and in order, to each its own copy', async () => {
    const bus = open();
    const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const heard: Uint8Array[] = [];
    const message = (given: Uint8Array): void => {
      heard.push(Uint8Array.from(given));
      given.fill(0);
    };
    await bus.subscribe(channel('bytes'), { message, gap() {} });
    await bus.subscribe(channel('bytes'), { message, gap() {} });
    const sent = [bytes(), all, new Uint8Array(all.buffer, 200, 3), Buffer.from('größe')];
    for (const one of sent) await bus.publish(channel('bytes'), one);
    await eventually('all have been heard', () => heard.length === 8);
    expect(heard).toEqual(sent.flatMap((one) => [Uint8Array.from(one), Uint8Array.from(one)]));
  });

  test('goes on when a handler throws, and logs it', async () => {
    const logger = new MemoryLogger();
    const bus = open({ logger });
    const heard: number[] = [];
    const message = (): never => {
      throw new Error('broken handler');
    };
    await bus.subscribe(channel('throws'), { message, gap() {} });
    await bus.subscribe(channel('throws'), { message: ([value = 0]) => heard.push(value), gap() {} });
    for (const value of [1, 2]) await bus.publish(channel('throws'), bytes(value));
    await eventually('both have been heard', () => heard.length === 2);
    expect(
      logger.find({ level: 'error', message: 'a bus handler threw', fields: { channel: channel('throws') } }),
    ).toHaveLength(2);
  });

  test('stops hearing when a subscription is closed, others on the channel notwithstanding', async () => {
    const client = connect();
    const bus = open({}, client);
    const heard: string[] = [];
    const hear = (who: string) => ({ message: () => heard.push(who), gap() {} });
    const first = await bus.subscribe(channel('close'), hear('first'));
    const second = await bus.subscribe(channel('close'), hear('second'));
    await Promise.all([first.close(), first.close()]);
    await bus.publish(channel('close'), bytes());
    await eventually('the second has heard', () => heard.length === 1);
    await second.close();
    const count = () => client.call('PUBSUB', sharded ? 'SHARDNUMSUB' : 'NUMSUB', channel('close'));
    expect(await count()).toEqual([channel('close'), 0]);
    const third = await bus.subscribe(channel('close'), hear('third'));
    const racing = third.close();
    await bus.subscribe(channel('close'), hear('fourth'));
    await racing;
    await bus.publish(channel('close'), bytes());
    await eventually('the fourth has heard', () => heard.length === 2);
    expect(heard).toEqual(['second', 'fourth']);
  });

  test('opens one connection at the first subscription, ends it with the bus, and leaves the client alone', async () => {
    const client = connect({ connectionName: `bus-${Client === Redis ? 6 : 5}-${sharded}` });
    const connections = async (): Promise<number> =>
      String(await client.call('CLIENT', 'LIST')).split(`name=${client.options.connectionName} `).length - 1;
    const bus = open({}, client);
    await client.ping();
    expect(await connections()).toBe(1);
    await Promise.all(['x', 'y', 'z'].map((of) => bus.subscribe(channel(of), { message() {}, gap() {} })));
    expect(await connections()).toBe(2);
    await Promise.all([bus[Symbol.asyncDispose](), bus[Symbol.asyncDispose]()]);
    await bus[Symbol.asyncDispose]();
    await eventually('the connection is gone', async () => (await connections()) === 1);
    await expect(client.ping()).resolves.toBe('PONG');
    await expect(bus.publish(channel('x'), bytes())).rejects.toMatchObject({ code: 'XC_BUS_CLOSED' });
    await expect(bus.subscribe(channel('x'), { message() {}, gap() {} })).rejects.toMatchObject({
      code: 'XC_BUS_CLOSED',
    });
  });

  test('is understood by a plain subscriber under the name that its documentation says', async () => {
    const prefixed = connect({ keyPrefix: 'app:' });
    const bus = open({}, prefixed);
    const heard: Uint8Array[] = [];
    await bus.subscribe(channel('name'), { message: (message) => heard.push(message), gap() {} });
    await bus.publish(channel('name'), bytes(1));
    const wire = sharded ? `app:${channel('name')}` : channel('name');
    await connect().call(sharded ? 'SPUBLISH' : 'PUBLISH', wire, Buffer.from([2]));
    await eventually('both have been heard', () => heard.length === 2);
    expect(heard).toEqual([bytes(1), bytes(2)]);
  });

  test('refuses what is no message, no channel and no handlers', async () => {
    const bus = open();
    await expect(bus.publish(channel('x'), 'text' as never)).rejects.toThrow(
      'message must be a Uint8Array, got string',
    );
    await expect(bus.publish(7 as never, bytes())).rejects.toThrow('channel must be a text, got number');
    await expect(bus.subscribe(channel('x'), { message() {} } as never)).rejects.toThrow(TypeError);
    expect(() => redisBus(connect(), { deadlineMs: 0 })).toThrow('deadlineMs must be a positive number, got 0');
    expect(() => redisBus(connect(), { pingMs: Number.NaN })).toThrow('pingMs must be a positive number, got NaN');
  });

  test('carries 5,000 messages over 200 channels', async () => {
    const bus = open();
    const counts = new Map<number, number>();
    await Promise.all(
      Array.from({ length: 200 }, (_, of) =>
        bus.subscribe(channel(`many:${of}`), { message: () => counts.set(of, (counts.get(of) ?? 0) + 1), gap() {} }),
      ),
    );
    await Promise.all(Array.from({ length: 5_000 }, (_, n) => bus.publish(channel(`many:${n % 200}`), bytes(n & 255))));
    await eventually('all are there', () => [...counts.values()].reduce((sum, count) => sum + count, 0) === 5_000);
    expect([...counts.values()]).toEqual(Array.from({ length: 200 }, () => 25));
  });
});
