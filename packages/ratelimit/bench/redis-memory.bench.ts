import { Redis } from 'ioredis';
import type { Bench, Case } from '../../../bench/case.ts';
import { startBenchServer } from '../../redis/bench/bench-server.ts';
import type { LimitRule } from '../src/index.ts';
import { redisStore } from '../src/redis/index.ts';

const per = { limit: 100, windowMs: 60_000 };
const rules: readonly (readonly [name: string, rule: LimitRule, calls: number])[] = [
  ['gcra', per, 1],
  ['bucket', { algorithm: 'bucket', ...per }, 1],
  ['sliding', { algorithm: 'sliding', ...per }, 1],
  ['fixed', { algorithm: 'fixed', ...per }, 1],
  ['log, 10 entries', { algorithm: 'log', ...per }, 10],
];

/** What a key of 30 bytes takes in Redis, by MEMORY USAGE. */
const bench: Bench = {
  name: 'redis-memory',
  async run() {
    await using server = await startBenchServer();
    const client = new Redis(server.port);
    const store = redisStore(client);
    const cases: Case[] = [];
    for (const [name, rule, calls] of rules) {
      await client.flushall();
      const op = { name: 'api', key: 'eleven-char', rule, cost: 1, enforce: true };
      for (let call = 0; call < calls; call += 1) {
        await store.apply({ kind: 'take', ops: [op] }, { deadlineMs: 10_000 });
      }
      const [key = ''] = await client.keys('*');
      if (key.length !== 30) throw new Error(`a key of ${key.length} bytes instead of 30`);
      cases.push({ name, unit: 'bytes', value: Number(await client.memory('USAGE', key)) });
    }
    client.disconnect();
    return cases;
  },
};

export default bench;
