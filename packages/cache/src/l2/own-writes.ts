import type { Standing } from '../groups/group-book.ts';

const KEPT_MS = 60_000;
const MAX_ITEMS = 10_000;

interface OwnWrite {
  /** The version that the key got when it was set or invalidated, and when it was expired. */
  readonly hard: bigint;
  readonly soft: bigint;
  readonly at: number;
}

/**
 * What this node did to keys of the second level lately, by the versions that they got. A server that comes back from an older
 * copy, or a replica that takes over without the last writes, has what was there before; nobody else may know, but who wrote does.
 */
export class OwnWrites {
  /** By keys of the tier, in the order of their moments. */
  readonly #items = new Map<string, OwnWrite>();

  note(key: string, version: bigint, soft: boolean, now: number): void {
    const hard = soft ? (this.#items.get(key)?.hard ?? 0n) : version;
    this.#items.delete(key);
    this.#items.set(key, { hard, soft: soft ? version : 0n, at: now });
    for (const [oldest, { at }] of this.#items) {
      if (this.#items.size <= MAX_ITEMS && now - at <= KEPT_MS) return;
      this.#items.delete(oldest);
    }
  }

  has(key: string): boolean {
    return this.#items.has(key);
  }

  /** How what the second level has under a version stands by what this node did since. */
  standing(key: string, version: bigint, now: number): Standing {
    const own = this.#items.get(key);
    if (own === undefined || now - own.at > KEPT_MS) return 'valid';
    if (version < own.hard) return 'invalid';
    return version < own.soft ? 'stale' : 'valid';
  }
}
