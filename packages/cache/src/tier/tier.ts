import type { Clock, Logger, Policy, Random } from '@xc/core';
import type { TierCall } from './tier-call.ts';
import type { TierGroups, TierRaise } from './tier-groups.ts';
import type { OnceAbandon, OnceAsk, OnceFinish, OnceFinished, OnceHold, OnceRecord } from './tier-once.ts';
import type { TierHold, TierRead, TierReads } from './tier-read.ts';
import type { TierDrop, TierDropped, TierFill, TierSet, TierTouch, TierTouched, TierWritten } from './tier-write.ts';

/**
 * The second level of a cache, shared by its nodes: keeps values, fences, group versions and once-records.
 *
 * A tier owns time: everything that expires in it does so by its own clock, never by that of a node. It keeps no state of a node
 * apart from its connection, and closes nothing that it was handed.
 */
export interface Tier {
  /** What it is, for logs and probes: `redis`, `memory`. */
  readonly name: string;
  /** How long one operation may take, in milliseconds. What takes longer counts as failed, and a late answer is dropped. */
  readonly deadlineMs: number;
  /**
   * How long a fence stands, in milliseconds: a load that takes longer is not stored.
   * @defaultValue 60_000
   */
  readonly fenceMs?: number;
  /**
   * Wraps every operation; one that it refuses counts as failed without a wait, and one that waits in it does so within
   * `deadlineMs`. With or without it, one missed deadline is enough
   * for callers not to wait any more: until an operation in the background (every 200 ms) is answered, the tier is skipped.
   *
   * @defaultValue After 5 failures in a row the tier is skipped for 1 s, doubling to 30 s, then tried with one operation.
   */
  readonly policy?: Policy;
  /**
   * What this tier publishes through, compared by identity with {@link Coherence.medium}. Where both are the same object, the
   * writes of this tier publish the announcements they are given in their own atomic step.
   */
  readonly medium?: unknown;
  /** The part of the tier that belongs to one cache. Caches of one name share it; different names never see each other. */
  open(cache: TierCache): TierSpace;
}

/** The cache that a tier is opened for. */
export interface TierCache {
  readonly name: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/**
 * What a cache does to its part of a tier. Keys are `<namespace>/<key>`, 1 to about 1,200 bytes of UTF-8, compared exactly;
 * groups are opaque text that begins with a letter.
 *
 * Every method settles by `call.deadlineMs`. A batch is answered in the order it was asked in; where one key of a batch cannot
 * be reached its own answer says `failed` and the others stand. A method rejects when nothing of it could be done.
 */
export interface TierSpace {
  /** What the keys of this cache begin with on the medium, where they have names that a coherence of the same medium can use. */
  readonly root?: string;
  /**
   * Calls when the medium may have lost what was written last: a server came back, or a replica took over. What it answers ends the
   * watch. Not asked for where a coherence of the same medium tells of that.
   */
  onLoss?(lost: () => void): () => void;
  /**
   * Reads in one round trip. What is missing, cut, altered, written for another key or in an unknown format is a miss, never a
   * wrong value and never a rejection.
   */
  read(reads: readonly TierRead[], call: TierCall & { readonly latest?: boolean }): Promise<TierReads>;
  /** Stores what was loaded, each only if the fence left by its read is still there and unchanged, in one atomic step per key. */
  fill(fills: readonly TierFill[], call: TierCall): Promise<readonly TierWritten[]>;
  /** Stores unconditionally and takes the fences of loads under way, in one atomic step per key. */
  set(sets: readonly TierSet[], call: TierCall): Promise<readonly TierWritten[]>;
  /**
   * Removes values (`soft`: makes them stale, prolonging nothing) and takes the fences of loads under way, in one atomic step
   * per key; the version of each grows.
   */
  drop(drops: readonly TierDrop[], call: TierCall): Promise<readonly TierDropped[]>;
  /** Gives all groups one new version, `max(latest + 1, above + 1, microseconds of the tier's clock)`, in one atomic step. */
  raise(raise: TierRaise, call: TierCall): Promise<TierGroups>;
  /** The versions of groups, and what is known of all of them, in one consistent read. */
  groups(ids: readonly string[], call: TierCall): Promise<TierGroups>;
  /** Moves the expiry of a value that is fresh, in one atomic step; never revives. */
  touch(touch: TierTouch, call: TierCall): Promise<TierTouched>;
  /**
   * Prolongs a lease taken by {@link TierSpace.read}, in one atomic step; false when that owner does not hold it any more, be it
   * that its time was up and another took over, or that the fence is gone or a new one.
   */
  renew(hold: TierHold, call: TierCall): Promise<boolean>;
  /** Gives up a lease taken by {@link TierSpace.read}, when it is still held by that owner, and wakes nobody. */
  release(key: string, owner: string, call: TierCall): Promise<void>;
  /** Begins a once-record or says how it stands, in one atomic step. */
  onceBegin(ask: OnceAsk, call: TierCall): Promise<OnceRecord>;
  /** Prolongs the hold of the owner; false when it is no longer the owner. */
  onceRenew(hold: OnceHold, call: TierCall): Promise<boolean>;
  /**
   * Stores the result; false (and nothing stored) when it is no longer the owner. What the codec cannot carry finishes the record
   * without a result, so that nobody runs it again.
   */
  onceFinish(finish: OnceFinish, call: TierCall): Promise<OnceFinished>;
  /** Removes the record of an owner whose function rejected, or was never called, so that the next caller runs. */
  onceAbandon(hold: OnceAbandon, call: TierCall): Promise<void>;
  /**
   * Gives the memory of all values of the cache back now, valid or not, and says how many there were. Group versions, fences
   * and once-records stay.
   */
  purge(call: Pick<TierCall, 'signal'>): Promise<number>;
}
