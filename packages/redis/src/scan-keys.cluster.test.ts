import { Cluster } from 'ioredis';
import { Cluster as Cluster5 } from 'ioredis-5';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { forEachMaster } from './for-each-master.ts';
import { scanKeys } from './scan-keys.ts';

describe.each([
  ['ioredis 6', Cluster],
  ['ioredis 5', Cluster5 as unknown as typeof Cluster],
])('%s', (name, Client) => {
  function open(options = {}): Cluster {
    const cluster = new Client([...inject('cluster')], options);
    onTestFinished(() => cluster.disconnect());
    return cluster;
  }

  test('finds 10,000 keys over all masters, with the prefix of the client taken for granted', async () => {
    const cluster = open({ redisOptions: { keyPrefix: `scan-cluster:${name.at(-1)}:` } });
    const keys = Array.from({ length: 10_000 }, (_, index) => `key:${index}`);
    for (let start = 0; start < keys.length; start += 500) {
      await Promise.all(keys.slice(start, start + 500).map((key) => cluster.set(key, '', 'PX', 120_000)));
    }
    const found = new Map<string, number>();
    for await (const batch of scanKeys(cluster, 'key:*', { count: 200 })) {
      for (const key of batch) found.set(key, (found.get(key) ?? 0) + 1);
    }
    expect([...found.keys()].sort()).toEqual([...keys].sort());
    for await (const batch of scanKeys(cluster, '*')) await Promise.all(batch.map((key) => cluster.unlink(key)));
    for await (const batch of scanKeys(cluster, '*')) expect.unreachable(`${batch.length} keys are left`);
  });

  test('calls a function with each master, and with no replica', async () => {
    const cluster = open();
    const roles: string[] = [];
    const ports = new Set<number | undefined>();
    await forEachMaster(cluster, async (node) => {
      roles.push(((await node.role()) as [string])[0]);
      ports.add(node.options.port);
    });
    expect(roles).toEqual(['master', 'master', 'master']);
    expect(ports.size).toBe(3);
  });

  test('rejects with the first failure after all have settled', async () => {
    let settled = 0;
    const visit = forEachMaster(open(), async (node) => {
      await node.ping();
      settled += 1;
      throw new Error('no');
    });
    await expect(visit).rejects.toThrow('no');
    expect(settled).toBe(3);
  });
});
