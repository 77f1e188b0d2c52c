import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { Bench, Case } from '../../../bench/case.ts';
import { interleave } from '../../../bench/interleave.ts';
import { settings } from '../../../bench/settings.ts';
import { startBenchServer } from '../../redis/bench/bench-server.ts';
import { createBreaker } from '../src/index.ts';
import { createCoordinator } from '../src/redis/index.ts';

const task = async () => 1;
const breakers = 10;
const intervalMs = 100;

/** What a fleet costs a breaker that is closed: time for each call, commands for each interval. */
const bench: Bench = {
  name: 'fleet',
  async run(): Promise<readonly Case[]> {
    await using server = await startBenchServer();
    const client = new Redis(server.port);
    try {
      return [await callsOfMember(client), await commandsOfMembers(client)];
    } finally {
      client.disconnect();
    }
  },
};

export default bench;

async function callsOfMember(client: Redis): Promise<Case> {
  await using coordinator = createCoordinator(client, { deadlineMs: 5_000 });
  const joined = createBreaker({ name: 'joined' });
  const alone = createBreaker({ name: 'alone' });
  coordinator.join(joined);
  await coordinator.tick();
  const ns = await interleave({ joined: () => joined.run(task), alone: () => alone.run(task) });
  return { name: 'closed call of a member', unit: 'ns', value: ns.joined, peers: { alone: ns.alone } };
}

async function commandsOfMembers(client: Redis): Promise<Case> {
  await using coordinator = createCoordinator(client, { intervalMs, deadlineMs: 5_000 });
  const joined = Array.from({ length: breakers }, (_, index) => createBreaker({ name: `breaker ${index}` }));
  for (const breaker of joined) coordinator.join(breaker);
  await coordinator.tick();
  const before = await commands(client);
  const since = performance.now();
  const lengthMs = settings.quick ? 500 : 5_000;
  while (performance.now() - since < lengthMs) {
    for (const breaker of joined) await breaker.run(task);
    await sleep(1);
  }
  const intervals = Math.ceil((performance.now() - since) / intervalMs);
  const perInterval = ((await commands(client)) - before) / intervals / breakers;
  return { name: 'commands a breaker and interval', unit: 'count', value: perInterval };
}

/** Scripts that the server has run by their hash: what a round is, and nothing else here. */
async function commands(client: Redis): Promise<number> {
  const stats = await client.info('commandstats');
  return Number(/cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1] ?? 0);
}
