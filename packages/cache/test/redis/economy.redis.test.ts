import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '@xc/test-support';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import type { Cache } from '../../src/index.ts';
import { type Nodes, openNodes } from './nodes.ts';

/** What a cache asks of Redis, as Redis tells it: commands of clients, and commands of scripts. */
class Watch {
  readonly #monitor: Redis;
  readonly #name: string;
  #lines: { readonly lua: boolean; readonly args: readonly string[] }[] = [];

  constructor(monitor: Redis, name: string) {
    this.#monitor = monitor;
    this.#name = name;
    monitor.on('monitor', (_: string, args: string[], source: string) => {
      if (args.some((arg) => arg.includes(this.#name))) this.#lines.push({ lua: source === 'lua', args });
    });
  }

  /** The commands of clients that a step takes, and what its scripts publish. */
  async during(step: () => Promise<unknown>): Promise<{ readonly sent: string[]; readonly published: number }> {
    await this.#mark();
    this.#lines = [];
    await step();
    await this.#mark();
    // Signs of life are no part of any step.
    const lines = this.#lines.filter(({ lua, args }) => lua || !['publish', 'echo'].includes(args[0] as string));
    return {
      sent: lines.filter(({ lua }) => !lua).map(({ args }) => (args[0] as string).toLowerCase()),
      published: lines.filter(({ lua, args }) => lua && args[0]?.toLowerCase() === 'publish').length,
    };
  }

  /** Resolves when everything up to now has been told. */
  async #mark(): Promise<void> {
    await sleep(20);
    const mark = `${this.#name} ${Math.random()}`;
    await control.echo(mark);
    await eventually('it has been told', () => this.#lines.some(({ args }) => args[1] === mark));
  }

  end(): void {
    this.#monitor.disconnect();
  }
}

let control: Redis;
let nodes: Nodes;
let watch: Watch;
let a: Cache;
let b: Cache;
beforeAll(() => {
  control = new Redis(inject('redis'));
});
afterAll(() => control.disconnect());
beforeEach(async () => {
  nodes = openNodes(() => new Redis(inject('redis')), { count: 2, heartbeatMs: 60_000 });
  [a, b] = nodes.caches as unknown as readonly [Cache, Cache];
  await nodes.joined();
  watch = new Watch(await control.monitor(), nodes.name);
  // Both know the latest version of groups, and the server knows the scripts.
  for (const cache of [a, b]) {
    await cache.getOrSet(`warm-${Math.random()}`, () => 1, { tags: ['w'] });
    await cache.set('warm', 1, { tags: ['w'] });
    await cache.touch('warm');
    await cache.invalidate({ tags: ['w'] });
    await cache.invalidate({ key: 'warm' });
  }
  await sleep(50);
});
afterEach(async () => {
  watch.end();
  await nodes[Symbol.asyncDispose]();
});

test('a hit in Redis is one read', async () => {
  await a.set('k', 1);
  expect((await watch.during(() => b.get('k'))).sent).toEqual(['get']);
  expect((await watch.during(() => b.get('k'))).sent).toEqual([]);
  expect((await watch.during(() => a.getOrSet('k', () => 2))).sent).toEqual([]);
});

test('a hit with tags that may have newer versions is one read more, and then none', async () => {
  await a.set('k1', 1, { tags: ['t1'] });
  await a.set('k2', 1, { tags: ['t1'] });
  await a.invalidate({ tags: ['other'] });
  await sleep(50);
  const late = openNodes(() => new Redis(inject('redis')), { count: 1, name: nodes.name, heartbeatMs: 60_000 });
  await late.joined();
  const [c] = late.caches as readonly [Cache];
  await c.get('k1');
  const again = await watch.during(() => c.get('k2'));
  expect(again.sent).toEqual(['get']);
  await late[Symbol.asyncDispose]();
});

test('a miss and its fill are two scripts', async () => {
  expect((await watch.during(() => a.getOrSet('cold', () => 1).then(() => a.settled()))).sent).toEqual([
    'evalsha',
    'evalsha',
  ]);
});

test('while all that is asked for is there a read that may load is a plain one; what is missing then is one read more', async () => {
  const keys = Array.from({ length: 40 }, (_, index) => `there-${index}`);
  await a.setMany(keys.map((key) => [key, key] as const));
  const read = (key: string) => b.getOrSet(key, () => 'loaded');
  const reading = async (some: readonly string[]): Promise<void> => {
    for (const key of some) expect(await read(key)).toBe(key);
  };
  const first = await watch.during(() => reading(keys.slice(0, 20)));
  expect(first.sent).toEqual([...Array(16).fill('evalsha'), ...Array(4).fill('get')]);
  expect((await watch.during(() => read('gone').then(() => b.settled()))).sent).toEqual(['get', 'evalsha', 'evalsha']);
  expect((await watch.during(() => reading(keys.slice(20, 22)))).sent).toEqual(['evalsha', 'evalsha']);
});

test('a set is one script, which publishes', async () => {
  expect(await watch.during(() => a.set('k', 1).then(() => a.settled()))).toEqual({ sent: ['evalsha'], published: 1 });
});

for (const [what, target] of [
  ['a key', { key: 'k' }],
  ['tags', { tags: ['t1', 't2', 't3'] }],
  ['a prefix', { prefix: 'user:' }],
  ['everything', { all: true }],
] as const) {
  test(`to invalidate ${what} is one script, which publishes, however many entries it reaches`, async () => {
    await a.setMany(
      Array.from({ length: 500 }, (_, index) => [`user:${index}`, index] as const),
      { tags: ['t1'] },
    );
    expect(await watch.during(() => a.invalidate(target))).toEqual({ sent: ['evalsha'], published: 1 });
  });
}

test('a touch is one script', async () => {
  await a.set('k', 1);
  expect((await watch.during(() => a.touch('k', 50_000))).sent).toEqual(['evalsha']);
});

test('many keys are read in a few scripts at once, and filled in as few', async () => {
  const keys = Array.from({ length: 100 }, (_, index) => `many-${index}`);
  const { sent } = await watch.during(() =>
    a.getOrSetMany(keys, async (missing) => new Map(missing.map((key) => [key, key] as const))).then(() => a.settled()),
  );
  expect(sent.every((command) => command === 'evalsha')).toBe(true);
  expect(sent.length).toBe(4);
  expect((await watch.during(() => b.getMany(keys))).sent.length).toBe(2);
});
