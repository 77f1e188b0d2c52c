import { Redis } from 'ioredis';
import type { Bench, Case } from '../../../bench/case.ts';
import { interleave } from '../../../bench/interleave.ts';
import { settings } from '../../../bench/settings.ts';
import { startBenchServer } from '../../redis/bench/bench-server.ts';
import { createLocks } from '../src/index.ts';
import { redisLockStore } from '../src/redis/index.ts';
import { redlockRound, twoScripts, verrouRound } from './redis-rivals.ts';

/** What a lock that nobody else wants costs, beside the two bare scripts it is made of and the locks that others wrote. */
export default {
  name: 'redis',
  async run() {
    await using server = await startBenchServer();
    const client = new Redis(server.port);
    // A machine that stops for a moment must not end a round with an error.
    const locks = createLocks({ store: redisLockStore(client, { deadlineMs: 10_000 }) });
    const rounds = {
      ours: async () => (await locks.acquire('ours')).release(),
      scripts: await twoScripts(client),
      redlock: redlockRound(client),
      verrou: verrouRound(client),
    };
    // Most of a round is waiting: many short ones, so that whatever else the machine does falls on all alike.
    const options = settings.quick ? {} : { rounds: 101, roundMs: 20 };
    const { ours, scripts, redlock, verrou } = await interleave(rounds, options);
    await locks[Symbol.asyncDispose]();
    client.disconnect();
    const us = (ns: number): number => ns / 1_000;
    const name = 'acquire + release';
    const cases: readonly Case[] = [
      { name, unit: 'us', value: us(ours), peers: { 'two EVALSHA': us(scripts), '@verrou/core': us(verrou) } },
      { name: `${name}, against redlock`, unit: 'us', value: us(ours), peers: { redlock: us(redlock) } },
    ];
    return cases;
  },
} satisfies Bench;
