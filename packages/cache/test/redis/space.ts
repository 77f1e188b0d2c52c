import { randomUUID } from 'node:crypto';
import { noopLogger, systemClock, systemRandom } from '@xc/core';
import type { RedisClient } from '@xc/redis';
import { type RedisTierOptions, redisTier } from '../../src/redis/index.ts';
import type { TierCache, TierSpace } from '../../src/tier/tier.ts';
import type { TierCall } from '../../src/tier/tier-call.ts';
import type { TierEntry } from '../../src/tier/tier-entry.ts';

/** Long enough for a busy machine: these tests are not about time. */
export const call: TierCall = { deadlineMs: 10_000 };

const cacheNamed = (name: string): TierCache => ({
  name,
  clock: systemClock,
  random: systemRandom,
  logger: noopLogger,
});

/** The part of a tier that belongs to a cache whose name nobody else has. */
export function openSpace(client: RedisClient, options: RedisTierOptions = {}): TierSpace & { readonly name: string } {
  const name = randomUUID();
  return { ...redisTier(client, options).open(cacheNamed(name)), name };
}

export const entryOf = (value: unknown, more: Partial<TierEntry> = {}): TierEntry => ({
  value,
  negative: false,
  tags: [],
  meta: {},
  loadMs: 1,
  ttlMs: 60_000,
  graceMs: 0,
  maxAgeMs: Number.POSITIVE_INFINITY,
  slideMs: 0,
  ...more,
});
