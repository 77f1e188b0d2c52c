import { Cluster, type ClusterOptions, Redis } from 'ioredis';
import { Cluster as Cluster5 } from 'ioredis-5';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { forEachMaster } from './for-each-master.ts';
import { runScript } from './run-script.ts';
import { runScripts } from './run-scripts.ts';
import { defineScript } from './script.ts';
import { slotOf } from './slot.ts';

const soon = { deadlineMs: 5_000 };

describe.each([
  ['ioredis 6', Cluster],
  ['ioredis 5', Cluster5 as unknown as typeof Cluster],
])('%s', (name, Client) => {
  const version = name.at(-1);
  let cluster: Cluster;
  const open = (options: ClusterOptions = {}): Cluster => new Client([...inject('cluster')], options);
  beforeAll(() => {
    cluster = open();
  });
  afterAll(() => cluster.disconnect());

  const count = defineScript({ name: 'count', lua: `return redis.call('INCR', KEYS[1])`, keys: 1, parse: Number });
  const owner = defineScript({
    name: 'owner',
    lua: `redis.call('SET', KEYS[1], ARGV[1], 'PX', 60000) return ARGV[1]`,
    keys: 1,
    parse: String,
  });

  test('runs on the master of its key, wherever that is, known to it or not', async () => {
    await forEachMaster(cluster, async (node) => {
      await node.script('FLUSH');
    });
    const keys = Array.from({ length: 300 }, (_, index) => `run-script-cluster:${version}:${index}`);
    const replies = await Promise.all(keys.map((key) => runScript(cluster, owner, [key], [key], soon)));
    expect(replies).toEqual(keys);
    await expect(Promise.all(keys.map((key) => cluster.get(key)))).resolves.toEqual(keys);
  });

  test('finds the node of a key whose slot the client library gets wrong', async () => {
    const keys = ['foo{}{bar}', '{}{a}{b}', 'x{}{user}:1'].map((key) => `${key}:${version}`);
    for (const key of keys) {
      await expect(runScript(cluster, owner, [key], ['here'], soon)).resolves.toBe('here');
      expect(await cluster.cluster('KEYSLOT', key)).toBe(slotOf(key));
    }
  });

  test('refuses keys of several slots before it sends anything, and tells no key', async () => {
    const both = defineScript({
      name: 'both',
      lua: `return redis.call('DEL', KEYS[1], KEYS[2])`,
      keys: 2,
      parse: Number,
    });
    const refused = runScript(cluster, both, ['s3cr3t', 'bar'], [], soon);
    await expect(refused).rejects.toThrow(TypeError);
    await expect(refused).rejects.toThrow(
      `the keys of script "both" must be in one slot, got slots ${slotOf('s3cr3t')}, ${slotOf('bar')}: give them one hash tag`,
    );
    await expect(runScript(cluster, both, ['{t}a', '{t}b'], [], soon)).resolves.toBe(0);
    await expect(runScript(cluster, both, ['{t}a', Buffer.from('b{t}')], [], soon)).resolves.toBe(0);
  });

  test('counts the prefix of the client when it compares slots', async () => {
    const both = defineScript({ name: 'both', lua: 'return KEYS', keys: 'many', parse: (raw) => raw });
    const tagged = open({ redisOptions: { keyPrefix: '{app}:' } });
    const plain = open({ redisOptions: { keyPrefix: 'app{:' } });
    onTestFinished(() => [tagged, plain].forEach((client) => void client.disconnect()));
    await expect(runScript(tagged, both, ['a', 'b'], [], soon)).resolves.toEqual(['{app}:a', '{app}:b']);
    await expect(runScript(plain, both, ['x}a', 'x}b'], [], soon)).resolves.toEqual(['app{:x}a', 'app{:x}b']);
    await expect(runScript(plain, both, ['{t}a', '{t}b'], [], soon)).resolves.toHaveLength(2);
    await expect(runScript(plain, both, ['a', 'b'], [], soon)).rejects.toThrow('must be in one slot');
  });

  test('runs without keys on any node', async () => {
    const hello = defineScript({ name: 'hello', lua: `return 'hello ${version}'`, keys: 0, parse: String });
    for (let times = 0; times < 10; times += 1) {
      await expect(runScript(cluster, hello, [], [], soon)).resolves.toBe(`hello ${version}`);
    }
  });

  test('takes no part in automatic pipelines, which older releases route by the hash of the script', async () => {
    const piped = open({ enableAutoPipelining: true });
    onTestFinished(() => piped.disconnect());
    const keys = Array.from({ length: 200 }, (_, index) => `auto:${version}:${index}`);
    await expect(Promise.all(keys.map((key) => runScript(piped, owner, [key], [key], soon)))).resolves.toEqual(keys);
  });

  test('runs many at once over all slots, each by itself', async () => {
    await forEachMaster(cluster, async (node) => {
      await node.script('FLUSH');
    });
    const broken = defineScript({ name: 'broken', lua: `return redis.call('LLEN', KEYS[1])`, keys: 1, parse: Number });
    const calls = Array.from({ length: 100 }, (_, index) => ({
      script: index % 10 === 3 ? broken : owner,
      keys: [`many:${version}:${index}`],
      args: [index],
    }));
    await Promise.all(calls.map(({ keys: [key = ''] }) => cluster.set(key, '', 'PX', 60_000)));
    const outcomes = await runScripts(cluster, calls, soon);
    outcomes.forEach((outcome, index) => {
      if (index % 10 === 3) expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'XC_REDIS_SCRIPT' } });
      else expect(outcome).toEqual({ status: 'fulfilled', value: String(index) });
    });
  });

  test('loses no call while the scripts of every node are flushed all the time', async () => {
    let flushing = true;
    const nodes = inject('cluster').map((address) => new Redis(address));
    const flushes = nodes.map(async (node) => {
      while (flushing) await node.script('FLUSH');
      node.disconnect();
    });
    const keys = Array.from({ length: 60 }, (_, index) => `flush:${version}:${index}`);
    await Promise.all(keys.map((key) => cluster.del(key)));
    for (let round = 0; round < 20; round += 1) {
      await Promise.all(keys.map((key) => runScript(cluster, count, [key], [], soon)));
    }
    flushing = false;
    await Promise.all(flushes);
    await expect(Promise.all(keys.map((key) => cluster.get(key)))).resolves.toEqual(keys.map(() => '20'));
    await Promise.all(keys.map((key) => cluster.del(key)));
  });
});
