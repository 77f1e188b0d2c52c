import { randomUUID } from 'node:crypto';
import type { RedisClient } from '@xc/redis';
import { eventually } from '@xc/test-support';
import { type Cache, type CacheOptions, type Coherence, createCache } from '../../src/index.ts';
import {
  type CoherenceOptions,
  pubsub,
  type RedisTierOptions,
  redisTier,
  stream,
  tracking,
} from '../../src/redis/index.ts';

/** The ways in which nodes tell each other. */
export const kinds = { pubsub, tracking, stream } as const;
export type Kind = keyof typeof kinds;

export interface NodesOptions {
  readonly count?: number;
  readonly kind?: Kind;
  readonly heartbeatMs?: number;
  readonly tier?: RedisTierOptions;
  readonly cache?: Omit<CacheOptions, 'name' | 'l2' | 'coherence'>;
  readonly name?: string;
  /** What the connections that listen are made with. */
  readonly subscriber?: RedisClient;
}

/** Nodes of one cache, each with a client of its own. */
export interface Nodes extends AsyncDisposable {
  readonly name: string;
  readonly caches: readonly Cache[];
  readonly clients: readonly RedisClient[];
  /** Resolves when all of them hear each other. */
  joined(): Promise<void>;
}

/** @param connect - Makes a client; ended with the nodes. */
export function openNodes(connect: () => RedisClient, options: NodesOptions = {}): Nodes {
  const { count = 3, kind = 'pubsub', heartbeatMs = 200, tier = { deadlineMs: 2_000 }, name = randomUUID() } = options;
  const clients = Array.from({ length: count }, connect);
  const make: (client: RedisClient, options: CoherenceOptions) => Coherence = kinds[kind];
  const caches = clients.map((client) => {
    client.on('error', () => {});
    const settings = {
      name,
      l2: redisTier(client, tier),
      coherence: make(client, { heartbeatMs, ...(options.subscriber && { subscriber: options.subscriber }) }),
    };
    return createCache({ ...options.cache, ...settings });
  });
  return {
    name,
    caches,
    clients,
    async joined() {
      await eventually('all nodes hear each other', () => caches.every((cache) => cache.stats().coherence === 'up'));
      await Promise.all(caches.map((cache) => cache.settled()));
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(caches.map((cache) => cache[Symbol.asyncDispose]()));
      for (const client of clients) client.disconnect();
    },
  };
}

/** A loader that a test lets finish. */
export function gated<T>(value: T): { readonly load: () => Promise<T>; readonly begun: Promise<void>; finish(): void } {
  let begin!: () => void;
  let finish!: () => void;
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const gate = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const load = async (): Promise<T> => {
    begin();
    await gate;
    return value;
  };
  return { load, begun, finish };
}
