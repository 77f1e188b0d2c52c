import type { RedisClient } from '@xc/redis';
import { atEndOfTick } from '../queue/end-of-tick.ts';

/**
 * Writes what a client sends from now on to its socket at once, where it has one socket, when the tick is over and what was woken in it
 * has had its say: a write of its own for each costs more than making it.
 */
export function inOneWrite({ stream }: RedisClient & { readonly stream?: Corked | undefined }): void {
  if (stream === undefined) return;
  stream.cork();
  atEndOfTick(() => atEndOfTick(() => stream.uncork()));
}

interface Corked {
  cork(): void;
  uncork(): void;
}
