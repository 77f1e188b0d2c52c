import { type Bus, isXcError } from '@xc/core';
import {
  eventually,
  type RedisCluster,
  type RedisSentinel,
  type Server,
  startCluster,
  startSentinel,
} from '@xc/test-support';
import { Cluster, Redis } from 'ioredis';
import { Cluster as Cluster5, Redis as Redis5 } from 'ioredis-5';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { redisBus } from './redis-bus.ts';
import { slotOf } from './slot.ts';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

interface Seen {
  readonly heard: number[];
  gaps: number;
}

async function listen(bus: Bus, channel: string): Promise<Seen> {
  const seen: Seen = { heard: [], gaps: 0 };
  const message = ([value = -1]: Uint8Array): void => void seen.heard.push(value);
  const gap = (): void => {
    seen.gaps += 1;
  };
  await bus.subscribe(channel, { message, gap });
  return seen;
}

/** Publishes until it is heard: while a failover is under way a message may be refused or lost. */
async function isHeard(bus: Bus, channel: string, seen: Seen, value: number): Promise<void> {
  const publish = async (): Promise<boolean> => {
    await bus.publish(channel, bytes(value)).catch((error: unknown) => expect(isXcError(error)).toBe(true));
    await new Promise((resolve) => setTimeout(resolve, 50));
    return seen.heard.includes(value);
  };
  await eventually(`${channel} hears ${value}`, publish, { deadlineMs: 30_000 });
}

describe('a cluster', () => {
  let nodes: RedisCluster;
  beforeAll(async () => {
    nodes = await startCluster();
  });
  afterAll(() => nodes[Symbol.asyncDispose]());

  describe.each([
    ['ioredis 6', Cluster, false],
    ['ioredis 6, sharded', Cluster, true],
    ['ioredis 5', Cluster5 as unknown as typeof Cluster, false],
    ['ioredis 5, sharded', Cluster5 as unknown as typeof Cluster, true],
  ])('%s', (name, Client, sharded) => {
    function open(): Bus {
      const cluster = new Client([...nodes.addresses]);
      cluster.on('error', () => {});
      const bus = redisBus(cluster, { sharded, pingMs: 200, deadlineMs: 1_000 });
      onTestFinished(async () => {
        await bus[Symbol.asyncDispose]();
        cluster.disconnect();
      });
      return bus;
    }

    test('hears again, with a gap, after the node it listens on was killed', async () => {
      await nodes.settled();
      const bus = open();
      const channels = Array.from({ length: 12 }, (_, of) => `killed:${name}:${of}`);
      const seen = await Promise.all(channels.map((channel) => listen(bus, channel)));
      for (const [index, channel] of channels.entries()) await isHeard(bus, channel, seen[index] as Seen, 1);
      const listening = await listeningNodes(channels, sharded);
      const [victim] = listening;
      if (!victim) expect.unreachable('nobody listens');
      onTestFinished(() => victim.restart());
      await victim.kill();
      const lost = sharded ? await onNode(channels, victim) : channels;
      await eventually('the gaps are known', () => lost.every((channel) => seenOf(channel).gaps > 0), {
        deadlineMs: 30_000,
      });
      for (const channel of channels) await isHeard(bus, channel, seenOf(channel), 2);
      for (const channel of channels) if (!lost.includes(channel)) expect(seenOf(channel).gaps).toBe(0);

      function seenOf(channel: string): Seen {
        return seen[channels.indexOf(channel)] as Seen;
      }
    });

    test('hears again after every master gave way to a replica', async () => {
      await nodes.settled();
      const bus = open();
      const channels = Array.from({ length: 12 }, (_, of) => `promoted:${name}:${of}`);
      const seen = await Promise.all(channels.map((channel) => listen(bus, channel)));
      for (const master of await nodes.masters()) await nodes.failover(master);
      for (const [index, channel] of channels.entries()) await isHeard(bus, channel, seen[index] as Seen, 1);
      if (sharded) await eventually('all gaps are known', () => seen.every(({ gaps }) => gaps > 0));
    });

    test('hears again after a slot moved to another node', async () => {
      await nodes.settled();
      const bus = open();
      const channel = `moved:${name}`;
      const seen = await listen(bus, channel);
      await isHeard(bus, channel, seen, 1);
      for (let value = 2; value <= 4; value += 1) {
        await nodes.moveSlot(slotOf(channel));
        if (sharded) await eventually('the gap is known', () => seen.gaps >= value - 1, { deadlineMs: 20_000 });
        await isHeard(bus, channel, seen, value);
      }
    });
  });

  /** The masters before the harm, and which of the channels were theirs. */
  let owners = new Map<string, number>();

  async function listeningNodes(channels: readonly string[], sharded: boolean): Promise<Server[]> {
    owners = new Map();
    for (const channel of channels) owners.set(channel, (await nodes.masterOf(slotOf(channel))).port);
    const listening: Server[] = [];
    for (const node of nodes.nodes) {
      const client = new Redis(node.port);
      const heard = (await client.call('PUBSUB', sharded ? 'SHARDCHANNELS' : 'CHANNELS')) as string[];
      client.disconnect();
      if (heard.some((channel) => channels.includes(channel))) listening.push(node);
    }
    return listening;
  }

  async function onNode(channels: readonly string[], node: Server): Promise<string[]> {
    return channels.filter((channel) => owners.get(channel) === node.port);
  }
});

describe('Sentinel', () => {
  let watched: RedisSentinel;
  beforeAll(async () => {
    watched = await startSentinel();
  });
  afterAll(() => watched[Symbol.asyncDispose]());

  test.each([
    ['ioredis 6', Redis],
    ['ioredis 5', Redis5 as unknown as typeof Redis],
  ])('hears again, with a gap, from the replica that took over: %s', async (name, Client) => {
    await watched.settled();
    const client = new Client({ sentinels: [...watched.addresses], name: watched.name });
    client.on('error', () => {});
    const bus = redisBus(client, { pingMs: 200, deadlineMs: 1_000 });
    onTestFinished(async () => {
      await bus[Symbol.asyncDispose]();
      client.disconnect();
    });
    const seen = await listen(bus, `sentinel:${name}`);
    await isHeard(bus, `sentinel:${name}`, seen, 1);
    const master = await watched.master();
    onTestFinished(() => master.restart());
    await master.kill();
    await watched.failover();
    await eventually('the gap is known', () => seen.gaps > 0, { deadlineMs: 30_000 });
    await isHeard(bus, `sentinel:${name}`, seen, 2);
  });
});
