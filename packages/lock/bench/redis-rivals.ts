import { LockFactory } from '@verrou/core';
import { redisStore } from '@verrou/core/drivers/redis';
import type { Redis } from 'ioredis';
import Redlock from 'redlock';

/** Takes a lock that nobody holds, and frees it. */
export type Round = () => Promise<unknown>;

const TTL_MS = 30_000;

const acquireLua = "return redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2])";
const releaseLua = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0";

/** What a lock costs at least on this client: no fence, no message, no deadline, no renewal. */
export async function twoScripts(client: Redis): Promise<Round> {
  const acquire = (await client.script('LOAD', acquireLua)) as string;
  const release = (await client.script('LOAD', releaseLua)) as string;
  return async () => {
    await client.evalsha(acquire, 1, 'raw', 'owner', TTL_MS);
    await client.evalsha(release, 1, 'raw', 'owner');
  };
}

/** redlock on one server. */
export function redlockRound(client: Redis): Round {
  const redlock = new Redlock([client]);
  return async () => (await redlock.lock('redlock', TTL_MS)).unlock();
}

/** verrou, whose locks are objects that are made once. */
export function verrouRound(client: Redis): Round {
  const lock = new LockFactory(redisStore({ connection: client }).factory()).createLock('verrou', TTL_MS);
  return async () => {
    await lock.acquire();
    await lock.release();
  };
}
