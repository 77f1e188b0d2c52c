import { Redis } from 'ioredis';
import { type Caller, callsPerSecond } from '../../../bench/callers.ts';
import type { Bench, Case } from '../../../bench/case.ts';
import { startBenchServer } from '../../redis/bench/bench-server.ts';
import { createRateLimiter, type Decision } from '../src/index.ts';
import { redisStore } from '../src/redis/index.ts';
import { flexibleRival, type Rival, rawGcra, upstashRival } from './redis-rivals.ts';

const KEYS = 1_024;
const LIMIT = 1_000_000;
const rule = { limit: LIMIT, windowMs: 60_000 } as const;
const names = Array.from({ length: KEYS }, (_, index) => `client-${index}`);

/** What a decision on Redis costs, beside the bare script on the same connection and the limiters that others wrote. */
const bench: Bench = {
  name: 'redis',
  async run() {
    await using server = await startBenchServer();
    const client = new Redis(server.port);
    try {
      return [
        ...(await allowed(client)),
        ...(await several(client)),
        ...(await denied(client)),
        ...(await leased(client)),
      ];
    } finally {
      client.disconnect();
    }
  },
};

export default bench;

/** A machine that stops for a moment must not turn a round into one of the fallback. */
function on(client: Redis) {
  return { store: redisStore(client), deadlineMs: 10_000 };
}

async function allowed(client: Redis): Promise<readonly Case[]> {
  const limiter = createRateLimiter({ limits: { api: rule }, ...on(client) });
  const rivals = {
    ours: keyed(async (key) => decided(await limiter.take(key))),
    raw: keyed(await rawGcra(client, LIMIT)),
    flexible: keyed(flexibleRival(client, LIMIT)),
    upstash: keyed(upstashRival(client, LIMIT)),
  };
  const cases: Case[] = [];
  for (const callers of [1, 64, 256]) {
    const { ours, raw, flexible, upstash } = await callsPerSecond(rivals, callers);
    const name = callers === 1 ? '1 caller' : `${callers} callers`;
    const peers = { 'raw EVALSHA': raw, 'rate-limiter-flexible': flexible, '@upstash/ratelimit': upstash };
    cases.push({ name, unit: 'ops/s', value: ours, peers });
    const best = { 'best peer': Math.max(flexible, upstash) };
    cases.push({ name: `${name}, against the best peer`, unit: 'ops/s', value: ours, peers: best });
  }
  await limiter.close();
  return cases;
}

async function several(client: Redis): Promise<readonly Case[]> {
  const one = createRateLimiter({ limits: { api: rule }, ...on(client) });
  const three = createRateLimiter({ limits: { a: rule, b: rule, c: rule }, ...on(client) });
  const rivals = [1, 2, 3].map(() => flexibleRival(client, LIMIT));
  const measured = await callsPerSecond(
    {
      three: keyed(async (key) => decided(await three.take(key))),
      one: keyed(async (key) => decided(await one.take(key))),
      flexible: keyed((key) => Promise.all(rivals.map((rival, index) => rival(`${key}-${index}`)))),
    },
    64,
  );
  await Promise.all([one.close(), three.close()]);
  const value = measured.three;
  return [
    { name: '3 limits of one key', unit: 'ops/s', value, peers: { 'one limit': measured.one } },
    {
      name: '3 limits of one key, against 3 calls',
      unit: 'ops/s',
      value,
      peers: { 'rate-limiter-flexible': measured.flexible },
    },
  ];
}

async function denied(client: Redis): Promise<readonly Case[]> {
  const limiter = createRateLimiter({ limits: { api: { limit: 1, windowMs: 3_600_000 } }, ...on(client) });
  const raw = await rawGcra(client, 1);
  await limiter.take('hot');
  const { ours, theirs } = await callsPerSecond({ ours: () => limiter.take('hot'), theirs: () => raw('hot') }, 1);
  await limiter.close();
  return [{ name: 'one denied hot key', unit: 'ops/s', value: ours, peers: { 'raw EVALSHA': theirs } }];
}

async function leased(client: Redis): Promise<readonly Case[]> {
  const limiter = createRateLimiter({
    limits: { api: { limit: 100_000_000, windowMs: 60_000, tokenLease: { maxTokens: 100 } } },
    ...on(client),
  });
  const raw = await rawGcra(client, 100_000_000);
  const ours = async (): Promise<void> => decided(await limiter.take('hot'));
  const measured = await callsPerSecond({ ours, theirs: () => raw('hot') }, 1);
  await limiter.close();
  const peers = { 'raw EVALSHA': measured.theirs };
  return [{ name: 'one allowed hot key with tokenLease 100', unit: 'ops/s', value: measured.ours, peers }];
}

/** A figure of refusals or fallbacks would be one of something else. */
function decided({ allowed, degraded }: Decision): void {
  if (!allowed || degraded) throw new Error('the bench wants every call allowed by the store');
}

function keyed(rival: Rival): Caller {
  return (index) => rival(names[index % KEYS] as string);
}
