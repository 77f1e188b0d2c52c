import { randomUUID } from 'node:crypto';
import type { Bus } from '@xc/core';
import { redisBus } from '@xc/redis';
import { Redis, type RedisOptions } from 'ioredis';
import { inject, onTestFinished } from 'vitest';
import { type Breaker, type BreakerOptions, createBreaker } from '../src/index.ts';
import { type Coordinator, type CoordinatorOptions, createCoordinator } from '../src/redis/index.ts';

/** One process of a fleet, as a test sees it. */
export interface Node {
  readonly breaker: Breaker;
  readonly coordinator: Coordinator;
  readonly client: Redis;
  readonly prefix: string;
  /** What stands under a key of this fleet. */
  read(what: 'live' | 'votes' | 'probes' | 'open' | 'epoch'): Promise<readonly string[]>;
}

/** Rounds only when the test says so. */
export const byHand = { intervalMs: 600_000, memberTtlMs: 60_000, deadlineMs: 10_000 };

/** What a fleet that has nothing to do with any other is made with. */
export interface FleetOptions {
  readonly breaker?: BreakerOptions | ((index: number) => BreakerOptions);
  readonly coordinator?: CoordinatorOptions;
  readonly client?: RedisOptions;
  readonly url?: string;
  /** Gives each a bus of its own over Redis. */
  readonly bus?: boolean;
}

/** Members of one breaker, each with a connection of its own, known to each other. */
export async function fleetOf(size: number, options: FleetOptions = {}): Promise<Node[]> {
  const prefix = options.coordinator?.prefix ?? `test:${randomUUID()}`;
  const nodes = Array.from({ length: size }, (_, index) => {
    const own = typeof options.breaker === 'function' ? options.breaker(index) : options.breaker;
    return nodeOf({ ...options, coordinator: { ...options.coordinator, prefix }, breaker: own ?? {} });
  });
  await round(nodes);
  await round(nodes);
  return nodes;
}

/** One more member. */
export function nodeOf({ breaker: own, coordinator: terms, client: settings, url, bus }: FleetOptions): Node {
  const client = new Redis(url ?? inject('redis'), settings ?? {});
  client.on('error', () => {});
  const news: { readonly bus?: Bus } = bus ? { bus: redisBus(client) } : {};
  const coordinator = createCoordinator(client, { ...byHand, ...terms, ...news });
  const breaker = createBreaker({ name: 'payments', consecutive: 3, ...(own as BreakerOptions | undefined) });
  coordinator.join(breaker);
  onTestFinished(async () => {
    await coordinator[Symbol.asyncDispose]();
    await news.bus?.[Symbol.asyncDispose]();
    client.disconnect();
  });
  const read: Node['read'] = async (what) => {
    const key = `${terms?.prefix}:{payments}:${what}`;
    if ((await client.type(key)) === 'zset') return client.zrange(key, '0', '-1');
    const text = await client.get(key);
    return text === null ? [] : [text];
  };
  return { breaker, coordinator, client, prefix: terms?.prefix ?? '', read };
}

/** A round of each, one after the other. */
export async function round(nodes: readonly Node[]): Promise<void> {
  for (const { coordinator } of nodes) await coordinator.tick();
}

/** Lets the breaker open by its own verdict, and the others know. */
export async function trip({ breaker, coordinator }: Node): Promise<void> {
  for (let call = 0; call < 3; call += 1) breaker.tryAcquire()?.failure(new Error('down'));
  await coordinator.tick();
}

/** What state each is in. */
export function states(nodes: readonly Node[]): string[] {
  return nodes.map(({ breaker }) => {
    const { state, reason } = breaker.dump();
    return reason === undefined ? state : `${state}: ${reason}`;
  });
}
