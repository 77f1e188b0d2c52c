import type { Bus } from '@xc/core';
import { eventually } from '@xc/test-support';
import { Cluster } from 'ioredis';
import { Cluster as Cluster5 } from 'ioredis-5';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { redisBus } from './redis-bus.ts';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe.each([
  ['ioredis 6', Cluster, false],
  ['ioredis 6, sharded', Cluster, true],
  ['ioredis 5', Cluster5 as unknown as typeof Cluster, false],
  ['ioredis 5, sharded', Cluster5 as unknown as typeof Cluster, true],
])('%s', (name, Client, sharded) => {
  function open(keyPrefix = ''): Bus {
    const cluster = new Client([...inject('cluster')], { redisOptions: { keyPrefix } });
    const bus = redisBus(cluster, { sharded });
    onTestFinished(async () => {
      await bus[Symbol.asyncDispose]();
      cluster.disconnect();
    });
    return bus;
  }

  test('brings messages on channels of every slot from one node to all', async () => {
    const [one, other] = [open(), open()];
    const channels = Array.from({ length: 60 }, (_, of) => `bus-cluster:${name}:${of}`).concat([
      `foo{}{bar}:${name}`,
      `{tag}:${name}`,
    ]);
    const heard = new Map<string, number[]>();
    const hear = (who: string, channel: string) => ({
      message: ([value = -1]: Uint8Array) =>
        heard.set(`${who} ${channel}`, [...(heard.get(`${who} ${channel}`) ?? []), value]),
      gap: () => expect.unreachable('nothing was lost'),
    });
    await Promise.all(channels.map((channel) => one.subscribe(channel, hear('one', channel))));
    await Promise.all(channels.map((channel) => other.subscribe(channel, hear('other', channel))));
    await Promise.all(channels.map((channel, index) => one.publish(channel, bytes(index))));
    await eventually('all have heard', () => heard.size === 2 * channels.length);
    channels.forEach((channel, index) => {
      expect(heard.get(`one ${channel}`)).toEqual([index]);
      expect(heard.get(`other ${channel}`)).toEqual([index]);
    });
  });

  test('agrees with itself under a key prefix', async () => {
    const [one, other] = [open('app:'), open('app:')];
    const heard: Uint8Array[] = [];
    const channels = Array.from({ length: 20 }, (_, of) => `bus-prefix:${name}:${of}`);
    await Promise.all(channels.map((of) => one.subscribe(of, { message: (message) => heard.push(message), gap() {} })));
    await Promise.all(channels.map((of) => other.publish(of, bytes(1))));
    await eventually('all have been heard', () => heard.length === 20);
  });
});
