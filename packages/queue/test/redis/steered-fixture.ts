import { randomUUID } from 'node:crypto';
import type { RedisClient } from '@xc/redis';
import type { QueueEngine } from '../../src/engine/queue-engine.ts';
import { queueTag, type RedisEngineOptions, redisEngine } from '../../src/redis/index.ts';
import type { EngineFixture } from '../../src/testing/engine-fixture.ts';

const AHEAD_MS = 10 * 86_400_000;

/**
 * The Redis engine under a time that a test steers. Engine time is the largest that was ever seen, kept in the hash `m`: one that
 * is put days ahead of the server's stands still until it is moved again.
 */
export function steeredFixture(
  client: RedisClient,
  options: RedisEngineOptions = {},
): EngineFixture & { readonly prefix: string } {
  const prefix = `t${randomUUID().slice(0, 8)}`;
  const { shards = 1 } = options;
  const engine = redisEngine(client, { deadlineMs: 20_000, events: { maxLen: 10_000 }, ...options, prefix });
  const names = new Set<string>();
  let now = Date.now() + AHEAD_MS;
  const steer = (name: string): Promise<unknown> =>
    Promise.all(
      Array.from({ length: shards }, (_, shard) =>
        (client as { hset(key: string, field: string, value: number): Promise<number> }).hset(
          `{${queueTag(name, shard, shards, prefix)}}:m`,
          't',
          now,
        ),
      ),
    );
  const steered: QueueEngine = {
    name: engine.name,
    open(name, policy) {
      const queue = engine.open(name, policy);
      names.add(name);
      const ready = steer(name);
      const after =
        <Args extends readonly unknown[], Reply>(call: (...args: Args) => Promise<Reply>) =>
        async (...args: Args): Promise<Reply> => {
          await ready;
          return call(...args);
        };
      return {
        maxAdds: queue.maxAdds,
        maxTakes: queue.maxTakes,
        pollMs: queue.pollMs,
        add: after(queue.add.bind(queue)),
        step: after(queue.step.bind(queue)),
        control: after(queue.control.bind(queue)) as typeof queue.control,
        read: after(queue.read.bind(queue)) as typeof queue.read,
        onWake: queue.onWake.bind(queue),
        audit: after(queue.audit.bind(queue)),
        close: queue.close.bind(queue),
      };
    },
  };
  return {
    engine: steered,
    prefix,
    now: () => now,
    async pass(ms) {
      now += ms;
      await Promise.all([...names].map(steer));
      // What the server pushes takes a moment of real time.
      await new Promise((resolve) => setTimeout(resolve, 1));
    },
  };
}
