import { forEachMaster, type RedisClient, scanKeys } from '@xc/redis';
import { expect } from 'vitest';

/**
 * Holds all keys of a prefix to what no store may break: each has a time to live and a tag, none is bigger than it may be.
 * A test calls it when it is done.
 */
export async function expectTidy(client: RedisClient, prefix: string): Promise<void> {
  await forEachMaster(client, async (node) => {
    for await (const keys of scanKeys(node, `${prefix}*`)) {
      for (const key of keys) {
        expect(key.slice(prefix.length)).toMatch(/^[^{}]*\{[^{}]+\}:[^{}]+:([gtsflq][a-z0-9]+|c|b)$/);
        expect(key.length).toBeLessThan(prefix.length + 400);
        // -2: it has gone in the meantime.
        expect(await node.pttl(key), key).not.toBe(-1);
      }
    }
  });
}
