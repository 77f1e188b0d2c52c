import { createHash } from 'node:crypto';
import { Ratelimit } from '@upstash/ratelimit';
import type { Redis } from 'ioredis';
import { RateLimiterRedis } from 'rate-limiter-flexible';

/** Lets one call of a key through, or not. */
export type Rival = (key: string) => Promise<unknown>;

/** What a limiter can cost at least on this client: GCRA as one script, and nothing around it. */
const gcraLua = `
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local interval, tolerance, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local arrival = tonumber(redis.call('GET', KEYS[1]) or 0)
if arrival < now then arrival = now end
local next = arrival + interval * cost
if next - tolerance > now then
  return { 0, math.floor((tolerance - (arrival - now)) / interval), math.ceil((arrival - now) / 1000), math.ceil((next - tolerance - now) / 1000) }
end
redis.call('SET', KEYS[1], string.format('%.0f', next), 'PX', math.ceil((next - now) / 1000))
return { 1, math.floor((tolerance - (next - now)) / interval), math.ceil((next - now) / 1000), 0 }`;

/** Bare EVALSHA through ioredis. */
export async function rawGcra(client: Redis, limit: number): Promise<Rival> {
  const sha = (await client.script('LOAD', gcraLua)) as string;
  const interval = 60_000_000 / limit;
  return (key) => client.evalsha(sha, 1, `raw:${key}`, interval, 60_000_000, 1);
}

/** rate-limiter-flexible; a refusal is a rejection there. */
export function flexibleRival(client: Redis, limit: number): Rival {
  const limiter = new RateLimiterRedis({ storeClient: client, points: limit, duration: 60, keyPrefix: 'flexible' });
  return (key) => limiter.consume(key).catch((refusal: unknown) => refusal);
}

/**
 * The limiter of Upstash through ioredis instead of HTTP: its own scripts, without the first line, which only its own servers
 * understand.
 */
export function upstashRival(client: Redis, limit: number): Rival {
  const loaded = new Map<string, string>();
  const redis = {
    async evalsha(hash: string, keys: string[], args: string[]) {
      const sha = loaded.get(hash);
      if (sha === undefined) throw new Error('NOSCRIPT');
      return client.evalsha(sha, keys.length, ...keys, ...args);
    },
    async eval(script: string, keys: string[], args: string[]) {
      const lua = script.replace(/^#!lua.*\n/, '');
      loaded.set(createHash('sha1').update(script).digest('hex'), (await client.script('LOAD', lua)) as string);
      return client.eval(lua, keys.length, ...keys, ...args);
    },
  };
  const limiter = new Ratelimit({
    redis,
    limiter: Ratelimit.fixedWindow(limit, '60 s'),
    ephemeralCache: false,
    prefix: 'upstash',
  });
  return (key) => limiter.limit(key);
}
