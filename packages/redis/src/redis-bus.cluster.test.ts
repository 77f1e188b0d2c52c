import type { Bus } from '@xc/core';
import { eventually } from '@xc/test-support';
import { Cluster } from 'ioredis';
import { Cluster as Cluster5 } from 'ioredis-5';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { redisBus } from './redis-bus.ts';
import { slotOf } from './slot.ts';

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

  test('keeps the order of one publisher on one channel, whichever node the channel belongs to', async () => {
    const [one, other] = [open(), open()];
    const channels = Array.from({ length: 6 }, (_, of) => `bus-order:${name}:${of}`);
    for (const channel of channels) {
      const heard: number[] = [];
      const sent = Array.from({ length: 100 }, (_, index) => index);
      await one.subscribe(channel, { message: ([value = -1]) => heard.push(value), gap() {} });
      for (const index of sent) await other.publish(channel, bytes(index));
      await eventually('all have been heard', () => heard.length === sent.length);
      expect(heard).toEqual(sent);
    }
  });

  test('publishes by way of the master of the slot, automatic pipelines or not', async () => {
    for (const enableAutoPipelining of [false, true]) {
      const cluster = new Client([...inject('cluster')], { enableAutoPipelining });
      const bus = redisBus(cluster, { sharded });
      onTestFinished(async () => {
        await bus[Symbol.asyncDispose]();
        cluster.disconnect();
      });
      await bus.publish('warm-up', bytes(1));
      const channel = `bus-pinned:${name}`;
      const published = async (): Promise<Record<string, number>> => {
        const stats: Record<string, number> = {};
        for (const node of cluster.nodes('master')) {
          const info = await node.info('commandstats');
          const calls = new RegExp(`cmdstat_${sharded ? 's' : ''}publish:calls=(\\d+)`).exec(info)?.[1];
          stats[`${node.options.host}:${node.options.port}`] = Number(calls ?? 0);
        }
        return stats;
      };
      const before = await published();
      for (let count = 0; count < 50; count += 1) await bus.publish(channel, bytes(count));
      const after = await published();
      const master = cluster.slots[slotOf(channel)]?.[0] as string;
      // At least: others may publish on this cluster at the same time.
      expect((after[master] ?? 0) - (before[master] ?? 0)).toBeGreaterThanOrEqual(50);
    }
  });

  test('takes any text for a channel, an empty one too', async () => {
    const [one, other] = [open(), open()];
    const heard: Uint8Array[] = [];
    await one.subscribe('', { message: (message) => heard.push(message), gap() {} });
    await other.publish('', bytes(7));
    await eventually('it has been heard', () => heard.length > 0);
    for (const channel of [5, undefined, null]) {
      await expect(one.publish(channel as never, bytes(1))).rejects.toThrow(TypeError);
      await expect(one.subscribe(channel as never, { message() {}, gap() {} })).rejects.toThrow(TypeError);
    }
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
