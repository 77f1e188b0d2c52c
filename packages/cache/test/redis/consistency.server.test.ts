import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { SeededRandom } from '@xc/core/testing';
import { eventually, startRedis, tcpProxy } from '@xc/test-support';
import { runSeed } from '@xc/test-support/run-seed';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import type { Cache } from '../../src/index.ts';
import { History } from './history.ts';
import { type Kind, openNodes } from './nodes.ts';

const NODES = 3;
const KEYS = 50;
const TAGS = 8;
const HEARTBEAT_MS = 150;
/** Three heartbeats, and what a message and a busy machine take. */
const BOUND_MS = 3 * HEARTBEAT_MS + 350;
const LONG = process.env.XC_LONG === '1';

const runs: readonly (readonly [Kind, number])[] = LONG
  ? [
      ['pubsub', 60_000],
      ['tracking', 60_000],
      ['stream', 60_000],
    ]
  : [
      ['pubsub', 7_000],
      ['tracking', 2_500],
      ['stream', 2_500],
    ];

test.each(runs)(
  'after an invalidation no node serves an older value beyond the bound: %s, %i ms of cuts, restarts and slow loads',
  async (kind, durationMs) => {
    const seed = runSeed(4_104);
    const random = new SeededRandom(seed);
    const below = (limit: number): number => Math.floor(random.next() * limit);
    const server = await startRedis({ appendOnly: true });
    const proxies = await Promise.all(Array.from({ length: NODES }, () => tcpProxy(server.port)));
    const ears = proxies.map(({ host, port }) =>
      new Redis({ host, port, retryStrategy: () => 20 }).on('error', () => {}),
    );
    const name = randomUUID();
    const cache = { recovery: { retryMs: 50 }, defaults: { ttlMs: 60_000, jitter: 0 }, maxLiveGroups: 6 };
    const nodes = ears.map((subscriber) =>
      openNodes(() => new Redis(server.url, { retryStrategy: () => 20 }), {
        count: 1,
        kind,
        name,
        heartbeatMs: HEARTBEAT_MS,
        tier: { deadlineMs: 150 },
        cache,
        subscriber,
      }),
    );
    await Promise.all(nodes.map((node) => node.joined()));
    const caches = nodes.map((node) => node.caches[0] as Cache);

    const names = Array.from({ length: KEYS }, (_, index) => `key-${index}`);
    const database = new Map<string, number>();
    const tagOf = (key: string): string => `tag-${Number(key.slice(4)) % TAGS}`;
    const history = new History(NODES, BOUND_MS);
    const load = (key: string) => async (): Promise<{ version: number }> => {
      const version = database.get(key) ?? 0;
      await sleep(below(10) === 0 ? below(120) : below(4));
      return { version };
    };
    let over = false;

    const reader = async (): Promise<void> => {
      while (!over) {
        const node = below(NODES);
        const key = `key-${below(KEYS)}`;
        const startedAt = performance.now();
        const many = below(12) === 0;
        const found = many
          ? (await (caches[node] as Cache).getMany<{ version: number }>([key])).get(key)
          : await (caches[node] as Cache).getOrSet(key, load(key), { tags: [tagOf(key)] });
        if (found !== undefined)
          history.read({ node, key, startedAt, version: found.version, by: many ? 'getMany' : 'getOrSet' });
        await sleep(below(3));
      }
    };
    const write = async (node: number): Promise<void> => {
      const own = caches[node] as Cache;
      const byTag = below(4) === 0;
      const first = below(KEYS);
      const tag = `tag-${first % TAGS}`;
      const keys = byTag ? names.filter((key) => tagOf(key) === tag) : [`key-${first}`];
      for (const key of keys) database.set(key, (database.get(key) ?? 0) + 1);
      const versions = new Map(keys.map((key) => [key, database.get(key) as number]));
      const { delivered } = await own.invalidate(byTag ? { tags: [tag] } : { key: `key-${first}` });
      const facts = [...versions].map(([key, version]) =>
        history.invalidated(node, key, version, delivered, byTag ? 'tag' : 'key'),
      );
      if (delivered) return;
      void eventually('what waits arrives', () => own.stats().recoveryQueue === 0, { deadlineMs: 30_000 }).then(
        () => {
          for (const fact of facts) fact.deliveredAt = performance.now();
        },
        () => {},
      );
    };
    // Seldom enough for what was missed not to be repaired by the next write of the same key.
    const writer = async (): Promise<void> => {
      while (!over) {
        await write(below(NODES));
        await sleep(100 + below(200));
      }
    };
    /** What a node misses that is away. */
    const burst = async (deaf: number): Promise<void> => {
      for (let index = 0; index < 6; index++) await write((deaf + 1 + below(NODES - 1)) % NODES);
    };
    const heard = async (node: number): Promise<void> => {
      await eventually('it hears again', () => caches[node]?.stats().coherence === 'up', { deadlineMs: 20_000 });
      history.hears(node);
    };
    const trouble = async (): Promise<void> => {
      while (!over) {
        await sleep(200 + below(900));
        if (over) return;
        const node = below(NODES);
        switch (below(4)) {
          case 0:
            history.deaf(node);
            await proxies[node]?.cut();
            await burst(node);
            await sleep(below(200));
            await proxies[node]?.restore();
            await heard(node);
            break;
          case 1: {
            // What was under way when it died may not have been heard by anybody.
            for (let one = 0; one < NODES; one++) history.deaf(one);
            await server.kill();
            await sleep(below(200));
            await server.restart();
            await Promise.all(caches.map((_, one) => heard(one)));
            await eventually(
              'all use it again',
              async () => {
                await Promise.all(caches.map((one) => one.getOrSet(`probe-${below(1e9)}`, () => 1)));
                return caches.every((one) => one.stats().l2 === 'up' && one.stats().recoveryQueue === 0);
              },
              { deadlineMs: 40_000, everyMs: 20 },
            );
            for (let one = 0; one < NODES; one++) history.hears(one);
            break;
          }
          case 2:
            history.deaf(node);
            await proxies[node]?.halfOpen();
            await burst(node);
            await sleep(below(300));
            await proxies[node]?.restore();
            await sleep(20);
            await heard(node);
            break;
          default:
            await proxies[node]?.delay(below(60));
            await sleep(below(300));
            await proxies[node]?.restore();
            break;
        }
      }
    };

    const work = [...Array.from({ length: 6 }, () => reader()), writer(), writer(), trouble()];
    await sleep(durationMs);
    over = true;
    await Promise.all(work);
    try {
      expect(history.violations.slice(0, 5), `seed ${seed}`).toEqual([]);
      expect(history.reads).toBeGreaterThan(durationMs / 10);
    } finally {
      for (const node of nodes) await node[Symbol.asyncDispose]();
      for (const ear of ears) ear.disconnect();
      for (const proxy of proxies) await proxy[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    }
  },
  180_000,
);
