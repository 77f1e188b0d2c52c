import type { Writable } from 'node:stream';
import type { RedisLike } from './client.ts';

/**
 * Calls `send` and writes all commands that it sends to the socket at once, where the client has one socket: a write of its own
 * for each costs more than making it.
 *
 * @example
 * ```ts
 * const [name, left] = await Promise.all(inOneWrite(client, () => [client.get('name'), client.pttl('name')]));
 * ```
 */
export function inOneWrite<T>(client: RedisLike & { readonly stream?: Writable | undefined }, send: () => T): T {
  const { stream } = client;
  stream?.cork();
  try {
    return send();
  } finally {
    stream?.uncork();
  }
}
