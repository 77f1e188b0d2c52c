import { jsonCodec } from '@xc/core';
import type { StoredEntry, TierEntry } from '../tier/tier-entry.ts';
import type { TierFound, TierHold, TierRead, TierRight } from '../tier/tier-read.ts';
import type { TierFill, TierSet, TierTouch, TierTouched, TierWritten } from '../tier/tier-write.ts';
import type { TierTime } from './tier-time.ts';

interface Kept {
  readonly bytes: Uint8Array;
  readonly entry: Omit<TierEntry, 'value'>;
  readonly version: bigint;
  readonly stamp: bigint;
  readonly storedAt: number;
  readonly freshUntil: number;
  readonly endsAt: number;
}

interface Fence {
  readonly token: string;
  readonly until: number;
  readonly owner: string | undefined;
  readonly heldUntil: number;
}

const FENCE_MS = 60_000;

/** Values and fences of one cache, encoded, so that they are copies as they would be in a server. */
export class ValueTable {
  readonly #time: TierTime;
  readonly #maxItems: number;
  readonly #values = new Map<string, Kept>();
  readonly #fences = new Map<string, Fence>();

  constructor(time: TierTime, maxItems: number) {
    this.#time = time;
    this.#maxItems = maxItems;
  }

  read({ key, known, fence, lease }: TierRead): TierFound {
    const kept = this.#alive(key);
    const now = this.#time.ms;
    const wanted = fence === 'always' || (fence === 'miss' && !(kept !== undefined && now < kept.freshUntil));
    const right = wanted ? this.#fence(key, lease, now) : {};
    if (kept === undefined) return { state: 'miss', ...right };
    const left = { ttlLeftMs: kept.freshUntil - now, lifeLeftMs: kept.endsAt - now };
    if (kept.version === known) return { state: 'same', ...left, ...right };
    const { entry, version, stamp, storedAt, bytes } = kept;
    const found: StoredEntry = {
      ...entry,
      ...left,
      value: jsonCodec.decode(bytes, key),
      version,
      stamp,
      ageMs: now - storedAt,
      bytes: bytes.byteLength,
    };
    return { state: 'hit', entry: found, ...right };
  }

  fill({ key, entry, fence, stamp, maxBytes, owner }: TierFill): TierWritten {
    const standing = this.#fences.get(key);
    if (standing === undefined || standing.until <= this.#time.ms || standing.token !== fence)
      return { state: 'refused' };
    const written = this.#write(key, entry, stamp, maxBytes);
    // The load of that owner is over, and whoever shares the fence may still store what it loaded.
    if (owner !== undefined) this.release(key, owner);
    return written;
  }

  set({ key, entry, maxBytes, over }: TierSet, stamp: bigint): TierWritten {
    if (over !== undefined && this.#alive(key)?.version !== over) return { state: 'refused' };
    const written = this.#write(key, entry, stamp, maxBytes);
    if (written.state === 'stored') this.#fences.delete(key);
    return written;
  }

  drop(key: string, soft: boolean): bigint {
    this.#fences.delete(key);
    const kept = this.#alive(key);
    if (!soft) this.#values.delete(key);
    else if (kept !== undefined && this.#time.ms < kept.freshUntil) {
      const now = this.#time.ms;
      this.#values.set(key, { ...kept, freshUntil: now, endsAt: now + kept.entry.graceMs });
    }
    return this.#next();
  }

  touch({ key, ttlMs, known }: TierTouch): TierTouched {
    const kept = this.#alive(key);
    const now = this.#time.ms;
    if (kept === undefined || now >= kept.freshUntil || (known !== undefined && known !== kept.version))
      return undefined;
    const { entry, version, stamp, storedAt } = kept;
    const freshUntil = Math.min(now + (ttlMs ?? entry.ttlMs), storedAt + entry.maxAgeMs);
    const endsAt = freshUntil + entry.graceMs;
    this.#values.set(key, { ...kept, freshUntil, endsAt });
    return { version, stamp, tags: entry.tags, ttlLeftMs: freshUntil - now, lifeLeftMs: endsAt - now };
  }

  renew({ key, owner, leaseMs }: TierHold): boolean {
    const fence = this.#fences.get(key);
    const now = this.#time.ms;
    if (fence?.owner !== owner || fence.until <= now) return false;
    this.#fences.set(key, { ...fence, heldUntil: Math.max(fence.heldUntil, now + leaseMs) });
    return true;
  }

  release(key: string, owner: string): void {
    const fence = this.#fences.get(key);
    if (fence?.owner === owner) this.#fences.set(key, { ...fence, owner: undefined, heldUntil: 0 });
  }

  purge(): number {
    const { size } = this.#values;
    this.#values.clear();
    return size;
  }

  #fence(key: string, lease: TierRead['lease'], now: number): TierRight {
    const known = this.#fences.get(key);
    const standing = known !== undefined && known.until > now ? known : undefined;
    const held = standing?.owner !== undefined;
    if (lease !== undefined && held && standing.heldUntil > now && standing.owner !== lease.owner) {
      return { heldMs: standing.heldUntil - now };
    }
    // A lease whose time is up is taken over with a new fence, so that the late owner's fill is refused.
    const late = held && standing.heldUntil <= now;
    const token = standing === undefined || late ? String(this.#next()) : standing.token;
    const owner = lease?.owner ?? (held && !late ? standing.owner : undefined);
    const heldUntil = lease === undefined ? (owner === undefined ? 0 : (standing?.heldUntil ?? 0)) : now + lease.ms;
    this.#fences.set(key, { token, until: now + FENCE_MS, owner, heldUntil });
    this.#bound(this.#fences);
    return late && lease !== undefined && standing.owner !== lease.owner
      ? { fence: token, tookOver: true }
      : { fence: token };
  }

  #write(key: string, entry: TierEntry, stamp: bigint, maxBytes: number): TierWritten {
    let bytes: Uint8Array;
    try {
      bytes = jsonCodec.encode(entry.value, key);
    } catch (error) {
      return { state: 'unencodable', error };
    }
    if (bytes.byteLength > maxBytes) return { state: 'too_large', bytes: bytes.byteLength };
    const now = this.#time.ms;
    const version = this.#next();
    const freshUntil = now + entry.ttlMs;
    const { value: _, ...facts } = entry;
    this.#values.delete(key);
    this.#values.set(key, {
      bytes,
      entry: facts,
      version,
      stamp,
      storedAt: now,
      freshUntil,
      endsAt: freshUntil + entry.graceMs,
    });
    this.#bound(this.#values);
    return { state: 'stored', version, stamp, bytes: bytes.byteLength };
  }

  #alive(key: string): Kept | undefined {
    const kept = this.#values.get(key);
    if (kept === undefined || this.#time.ms < kept.endsAt) return kept;
    this.#values.delete(key);
    return undefined;
  }

  #next(): bigint {
    return this.#time.after(0n);
  }

  #bound(map: Map<string, unknown>): void {
    if (map.size > this.#maxItems) map.delete(map.keys().next().value as string);
  }
}
