import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { noopLogger, systemClock, systemRandom } from '@xc/core';
import type { Tier, TierSpace } from '../../tier/tier.ts';
import type { TierEntry } from '../../tier/tier-entry.ts';
import type { TierFound } from '../../tier/tier-read.ts';
import type { TierFill, TierWritten } from '../../tier/tier-write.ts';

/** How the contract sees a tier: one on a clock that is moved advances, a real server really waits. */
export interface TierFixture {
  readonly tier: Tier;
  /** Lets so many milliseconds go by for the tier. */
  pass(ms: number): Promise<void>;
}

/** One promise that every tier keeps. */
export interface TierCase {
  /** As a sentence, to name a test by. */
  readonly name: string;
  /** Holds a tier to it, in a cache of its own. @throws AssertionError when the tier breaks it. */
  run(fixture: TierFixture): Promise<void>;
}

/** No server is that slow. */
export const call = { deadlineMs: 5_000 };
export const MAX_BYTES = 1_000_000;

/** What a case stores. */
export function entryOf(value: unknown, over: Partial<TierEntry> = {}): TierEntry {
  return {
    value,
    negative: false,
    tags: [],
    meta: {},
    loadMs: 0,
    ttlMs: 60_000,
    graceMs: 0,
    maxAgeMs: Number.POSITIVE_INFINITY,
    slideMs: 0,
    ...over,
  };
}

/** A part of a tier as a case uses it. */
export class Part {
  readonly space: TierSpace;

  constructor(tier: Tier, name: string) {
    this.space = tier.open({ name, clock: systemClock, random: systemRandom, logger: noopLogger });
  }

  async read(key: string, fence: 'none' | 'miss' | 'always' = 'none', known?: bigint): Promise<TierFound> {
    const { found } = await this.space.read([{ key, fence, ...(known === undefined ? {} : { known }) }], call);
    return found[0] as TierFound;
  }

  /** Without fences. */
  async readAll(keys: readonly string[]): Promise<readonly TierFound[]> {
    const reads = keys.map((key) => ({ key, fence: 'none' }) as const);
    return (await this.space.read(reads, call)).found;
  }

  async fence(key: string): Promise<string> {
    const found = await this.read(key, 'always');
    assert.ok(found.state !== 'failed' && found.fence !== undefined, 'a fence is left');
    return found.fence;
  }

  async fill(key: string, entry: TierEntry, fence: string): Promise<TierWritten> {
    return (await this.space.fill([this.fillOf(key, entry, fence)], call))[0] as TierWritten;
  }

  fillOf(key: string, entry: TierEntry, fence: string): TierFill {
    return { key, entry, fence, stamp: 0n, maxBytes: MAX_BYTES };
  }

  async set(key: string, entry: TierEntry): Promise<bigint> {
    const [written] = await this.space.set([{ key, entry, stamp: 'latest', maxBytes: MAX_BYTES }], call);
    assert.equal(written?.state, 'stored');
    return (written as TierWritten & { readonly state: 'stored' }).version;
  }

  async drop(key: string, soft = false): Promise<bigint> {
    const [dropped] = await this.space.drop([{ key, soft }], call);
    assert.equal(dropped?.state, 'dropped');
    return (dropped as { readonly version: bigint }).version;
  }

  async value(key: string): Promise<unknown> {
    const found = await this.read(key);
    return found.state === 'hit' ? found.entry.value : undefined;
  }

  raise(ids: readonly string[], above = 0n, maxLive = 1_000) {
    return this.space.raise({ ids, lengths: [], above, maxLive }, call);
  }
}

/** What a case has beside its part of a tier. */
export interface Beside {
  /** Of a cache of another name. */
  readonly other: Part;
  /** Of the same cache, as another node has it. */
  readonly twin: Part;
  pass(ms: number): Promise<void>;
}

/** Makes a case of caches that are new to the tier. */
export function on(name: string, hold: (part: Part, beside: Beside) => Promise<void>): TierCase {
  return {
    name,
    run({ tier, pass }) {
      const cache = `contract-${randomUUID()}`;
      const other = new Part(tier, `${cache}-other`);
      return hold(new Part(tier, cache), { other, twin: new Part(tier, cache), pass });
    },
  };
}
