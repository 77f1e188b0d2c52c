import type { RedisClient } from '@xc/redis';
import { shown } from '../keys/shown.ts';

/** Options of what is kept in Redis. */
export interface NamedOptions {
  /** Names the sharded data: 1 to 100 characters, no braces, no white space. All keys of one name are in one slot. */
  readonly name: string;
}

/** How long a call may take, whatever the client does, in ms. */
export const DEADLINE_MS = 2_000;

/** What stands before all keys of a name. @throws TypeError for a name or a client that is none. */
export function keyBase(client: RedisClient, { name }: NamedOptions): string {
  if (typeof client?.status !== 'string' || typeof client.evalsha !== 'function') {
    // Not what it is: a URL has a password in it.
    throw new TypeError(`client must be a client of ioredis, got ${client === null ? 'null' : typeof client}`);
  }
  if (typeof name === 'string' && /^[^{}\s]{1,100}$/u.test(name)) return `xc:shard:{${name}}`;
  throw new TypeError(`name must be 1 to 100 characters without braces and white space, got ${shown(name)}`);
}
