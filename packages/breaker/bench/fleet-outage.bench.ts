import { setTimeout as sleep } from 'node:timers/promises';
import { redisBus } from '@xc/redis';
import { Redis } from 'ioredis';
import type { Bench, Case } from '../../../bench/case.ts';
import { median } from '../../../bench/interleave.ts';
import { settings } from '../../../bench/settings.ts';
import { startBenchServer } from '../../redis/bench/bench-server.ts';
import { type Breaker, createBreaker } from '../src/index.ts';
import { createCoordinator } from '../src/redis/index.ts';

const members = 10;
/** Three members call all the time, a quorum of ten; the others now and then, and they gain from what the three have found. */
const pauseMs = (index: number): number => (index < 3 ? 1 : 20);
const trials = settings.quick ? 1 : 7;

type Wiring = 'alone' | 'rounds' | 'bus';

/** What a fleet saves a service that has died, and what one bad member does to it. */
const bench: Bench = {
  name: 'fleet-outage',
  async run(): Promise<readonly Case[]> {
    await using server = await startBenchServer();
    const outages = async (wiring: Wiring) => {
      const seen: { reached: number; convergedMs: number }[] = [];
      for (let trial = 0; trial < trials; trial += 1) seen.push(await outage(server.port, wiring));
      return { reached: median(seen.map((one) => one.reached)), ms: median(seen.map((one) => one.convergedMs)) };
    };
    const [alone, rounds, bus] = [await outages('alone'), await outages('rounds'), await outages('bus')];
    const [reached, convergence] = ['calls that reach a dead service after the first opening', 'until all are open'];
    return [
      { name: `${reached}, with a bus`, unit: 'count', value: bus.reached, peers: { alone: alone.reached } },
      { name: `${reached}, by rounds`, unit: 'count', value: rounds.reached, peers: { alone: alone.reached } },
      { name: `${convergence}, with a bus`, unit: 'ms', value: bus.ms, peers: { alone: alone.ms } },
      { name: `${convergence}, by rounds`, unit: 'ms', value: rounds.ms, peers: { alone: alone.ms } },
      { name: 'members opened by a bad one', unit: 'count', value: await openedByBadMember(server.port) },
      await callsBesideLock(server.port),
    ];
  },
};

export default bench;

interface Fleet extends AsyncDisposable {
  readonly breakers: readonly Breaker[];
}

async function fleetOf(port: number, wiring: Wiring, prefix: string): Promise<Fleet> {
  const breakers = Array.from({ length: members }, () => createBreaker({ name: 'service', openForMs: 60_000 }));
  const stops: (() => Promise<void>)[] = [];
  const joined = breakers.map(async (breaker) => {
    if (wiring === 'alone') return;
    const client = new Redis(port);
    const bus = wiring === 'bus' ? redisBus(client) : undefined;
    const options = { prefix, intervalMs: 100, deadlineMs: 5_000, ...(bus && { bus }) };
    const coordinator = createCoordinator(client, options);
    coordinator.join(breaker);
    stops.push(async () => {
      await coordinator[Symbol.asyncDispose]();
      await bus?.[Symbol.asyncDispose]();
      client.disconnect();
    });
    while (coordinator.fleet('service')?.live !== members) {
      await sleep(10);
      await coordinator.tick();
    }
  });
  await Promise.all(joined);
  return {
    breakers,
    async [Symbol.asyncDispose]() {
      for (const stop of stops) await stop();
    },
  };
}

/** Each member calls a service until its breaker opens: how many calls came after the first had opened, and for how long. */
async function outage(port: number, wiring: Wiring): Promise<{ reached: number; convergedMs: number }> {
  await using fleet = await fleetOf(port, wiring, `outage:${wiring}:${performance.now()}`);
  let [firstAt, lastAt] = [Number.POSITIVE_INFINITY, 0];
  let reached = 0;
  const dead = async (): Promise<never> => {
    if (performance.now() > firstAt) reached++;
    throw new Error('down');
  };
  const callers = fleet.breakers.map(async (breaker, index) => {
    breaker.on('transition', () => {
      firstAt = Math.min(firstAt, performance.now());
      lastAt = Math.max(lastAt, performance.now());
    });
    while (breaker.state === 'closed') {
      await breaker.run(dead).catch(() => undefined);
      await sleep(pauseMs(index));
    }
  });
  await Promise.all(callers);
  return { reached, convergedMs: lastAt - firstAt };
}

async function openedByBadMember(port: number): Promise<number> {
  await using fleet = await fleetOf(port, 'bus', 'poison');
  const [bad, ...others] = fleet.breakers;
  for (let call = 0; call < 20; call += 1) bad?.tryAcquire()?.failure();
  const since = performance.now();
  while (performance.now() - since < 1_000) {
    for (const breaker of others) breaker.tryAcquire()?.success();
    await sleep(5);
  }
  return others.filter(({ state }) => state !== 'closed').length;
}

/** A fleet in calm weather beside one that takes a lock in Redis for each call, as a breaker does that keeps its state there. */
async function callsBesideLock(port: number): Promise<Case> {
  const lengthMs = settings.quick ? 100 : 2_000;
  const perSecond = async (call: (index: number) => Promise<unknown>): Promise<number> => {
    let calls = 0;
    const since = performance.now();
    const callers = Array.from({ length: members }, async (_, index) => {
      for (; performance.now() - since < lengthMs; calls += 1) await call(index);
    });
    await Promise.all(callers);
    return (calls * 1_000) / (performance.now() - since);
  };
  const task = () => sleep(1);
  await using fleet = await fleetOf(port, 'rounds', 'calm');
  const ours = await perSecond((index) => (fleet.breakers[index] as Breaker).run(task));
  const clients = Array.from({ length: members }, () => new Redis(port));
  const locked = await perSecond(async (index) => {
    const client = clients[index] as Redis;
    while ((await client.set('lock', index, 'PX', 5_000, 'NX')) === null) await sleep(1);
    await task();
    await client.del('lock');
  });
  for (const client of clients) client.disconnect();
  return {
    name: 'calls of 1 ms by ten members',
    unit: 'ops/s',
    value: ours,
    peers: { 'lock held while a call runs': locked },
  };
}
