import type { NameSpace } from '../keys/name-space.ts';
import type { TierGroups } from '../tier/tier-groups.ts';

/** What an entry is in, beside its namespaces and prefixes: the groups of its tags. */
export type TagGroups = readonly string[];

/** Whether something from a certain moment still stands. */
export type Standing = 'valid' | 'stale' | 'invalid';

/** How something from the second level stands; a list: the versions of these groups have to be asked for first. */
export type SharedStanding = Standing | readonly string[];

/** What was asked for, for as long as whoever asked judges by it: the book may have no room for all of it. */
export type LookedUp = ReadonlyMap<string, GroupRecord>;

interface GroupRecord {
  /** Moments of this node at which the group was last invalidated and expired; 0 when never. */
  hardAt: number;
  softAt: number;
  /** Versions of the second level. */
  hard: bigint;
  soft: bigint;
  /** Those that memory has obeyed. */
  heardHard: bigint;
  heardSoft: bigint;
  /** The versions are all there were when `latest` was this. */
  asOf: bigint;
}

const NEVER = -1n;

/**
 * What this node knows of groups (tags, prefixes, namespaces), on two scales.
 *
 * *Moments* are numbers of this node: every invalidation, own or heard of, is one. Whatever memory holds remembers the moment at
 * which its load began, and is valid while no group of it was invalidated later. *Versions* are given by the second level; what
 * it holds carries the highest one known before its load. All versions above `horizon` are known here; below it a group has to
 * be asked for once.
 */
export class GroupBook {
  /** Grows with every invalidation of a group. */
  moment = 1;
  /** Whether other nodes tell of what they invalidate, as of now. */
  told = false;
  readonly #maxLive: number;
  readonly #records = new Map<string, GroupRecord>();
  readonly #asked = new Map<string, GroupRecord>();
  readonly #lengths = new Set<number>();
  #floorAt = 0;
  #floor = 0n;
  #latest = 0n;
  #horizon: bigint | undefined;

  constructor(maxLive: number) {
    this.#maxLive = maxLive;
  }

  /** The highest version known. */
  get latest(): bigint {
    return this.#latest;
  }

  /** False after messages were missed: what the second level says of `latest` must be learned before anything from there is judged. */
  get synced(): boolean {
    return this.#horizon !== undefined;
  }

  get lengths(): ReadonlySet<number> {
    return this.#lengths;
  }

  /** Invalidates (or expires) groups here and now. */
  bump(groups: readonly string[], soft: boolean, lengths: readonly number[]): void {
    this.moment++;
    for (const length of lengths) this.#lengths.add(length);
    for (const group of groups) {
      const record = this.#take(group);
      if (soft) record.softAt = this.moment;
      else record.hardAt = this.moment;
    }
    this.#collapse();
  }

  /** A version given to groups. False (and nothing done) when all of them had it or a newer one. */
  hear(groups: readonly string[], soft: boolean, lengths: readonly number[], version: bigint): boolean {
    const news = groups.filter((group) => {
      const record = this.#records.get(group);
      return record === undefined || version === 0n || (soft ? record.heardSoft : record.heardHard) < version;
    });
    if (news.length > 0) this.bump(news, soft, lengths);
    for (const group of news) {
      const record = this.#records.get(group);
      if (record === undefined) {
        // Collapsed at once, where the book is smaller than the message.
        this.#reach(version);
        continue;
      }
      if (soft) {
        record.heardSoft = version;
        if (version > record.soft) record.soft = version;
      } else {
        record.heardHard = version;
        if (version > record.hard) record.hard = version;
      }
    }
    if (version > this.#latest) this.#latest = version;
    // Without messages there may be others between the last one known and this one.
    if (!this.told) this.#reach(version);
    return news.length > 0;
  }

  /** What the second level says. True when it has lost versions that were known here. */
  learn(facts: Pick<TierGroups, 'latest' | 'floor' | 'lengths'>): boolean {
    const lost = facts.latest < this.#latest;
    const ahead = facts.latest > this.#latest;
    for (const length of facts.lengths) this.#lengths.add(length);
    if (facts.floor > this.#floor) this.#floor = facts.floor;
    if (facts.latest > this.#latest) this.#latest = facts.latest;
    if (this.#horizon === undefined || !this.told || lost || ahead) this.#horizon = this.#latest;
    return lost;
  }

  /** The versions of groups asked for, two of each: of what is invalid, and of what is stale. */
  note(groups: readonly string[], versions: readonly bigint[], asOf: bigint): LookedUp {
    const looked = new Map<string, GroupRecord>();
    groups.forEach((group, index) => {
      const hard = versions[2 * index] ?? 0n;
      const soft = versions[2 * index + 1] ?? 0n;
      let record = this.#records.get(group) ?? this.#asked.get(group);
      if (record === undefined) {
        record = newRecord();
        this.#asked.set(group, record);
        if (this.#asked.size > this.#maxLive) this.#asked.delete(this.#asked.keys().next().value as string);
      }
      if (hard > record.hard) record.hard = hard;
      if (soft > record.soft) record.soft = soft;
      record.asOf = asOf;
      looked.set(group, record);
    });
    return looked;
  }

  /** Messages may have been missed. */
  lose(): void {
    this.#horizon = undefined;
  }

  /** How something stands here that began at `moment`. */
  standing(moment: number, space: NameSpace, key: string, tags: TagGroups): Standing {
    // Most of the time: nothing has been invalidated since.
    if (moment >= this.moment) return 'valid';
    if (moment < this.#floorAt) return 'invalid';
    let standing: Standing = 'valid';
    for (const group of this.#groupsOf(space, key, tags)) {
      const record = this.#records.get(group);
      if (record === undefined) continue;
      if (record.hardAt > moment) return 'invalid';
      if (record.softAt > moment) standing = 'stale';
    }
    return standing;
  }

  /** The last moment at which something in these groups was invalidated or expired, and by what kind of group. */
  lastChange(space: NameSpace, key: string, tags: TagGroups): { readonly at: number; readonly by: 'tag' | 'prefix' } {
    let at = this.#floorAt;
    let by: 'tag' | 'prefix' = 'prefix';
    for (const group of this.#groupsOf(space, key, tags)) {
      const record = this.#records.get(group);
      const changed = record === undefined ? 0 : Math.max(record.hardAt, record.softAt);
      if (changed <= at) continue;
      at = changed;
      by = group.charCodeAt(0) === TAG ? 'tag' : 'prefix';
    }
    return { at, by };
  }

  /** How something from the second level stands that carries `stamp`. Only while `synced`. */
  sharedStanding(stamp: bigint, space: NameSpace, key: string, tags: TagGroups, looked?: LookedUp): SharedStanding {
    if (stamp < this.#floor) return 'invalid';
    if (stamp >= this.#latest) return 'valid';
    const below = stamp < (this.#horizon as bigint);
    const missing: string[] = [];
    let standing: Standing = 'valid';
    for (const group of this.#groupsOf(space, key, tags)) {
      const record = this.#records.get(group) ?? this.#asked.get(group) ?? looked?.get(group);
      if (record !== undefined && record.hard > stamp) return 'invalid';
      if (record !== undefined && record.soft > stamp) standing = 'stale';
      if (below && (record === undefined || record.asOf < (this.#horizon as bigint))) missing.push(group);
    }
    return missing.length > 0 ? missing : standing;
  }

  *#groupsOf(space: NameSpace, key: string, tags: TagGroups): IterableIterator<string> {
    yield* tags;
    yield* space.chain;
    for (const length of this.#lengths) if (length <= key.length) yield space.prefixGroup(key.slice(0, length));
  }

  /** The record, moved to the end: the oldest is the first. */
  #take(group: string): GroupRecord {
    const record = this.#records.get(group) ?? this.#asked.get(group) ?? newRecord();
    this.#asked.delete(group);
    this.#records.delete(group);
    this.#records.set(group, record);
    return record;
  }

  /** Below `version` not all is known. */
  #reach(version: bigint): void {
    if (this.#horizon !== undefined && version > this.#horizon) this.#horizon = version;
  }

  #collapse(): void {
    for (const [group, record] of this.#records) {
      if (this.#records.size <= this.#maxLive) return;
      this.#records.delete(group);
      this.#floorAt = Math.max(this.#floorAt, record.hardAt, record.softAt);
      this.#reach(record.hard);
      this.#reach(record.soft);
    }
  }
}

function newRecord(): GroupRecord {
  return { hardAt: 0, softAt: 0, hard: 0n, soft: 0n, heardHard: 0n, heardSoft: 0n, asOf: NEVER };
}

const TAG = 't'.charCodeAt(0);

/** The second level has two versions of each group: one for what is invalid, one for what is stale. */
export function softly(group: string): string {
  return `s${group}`;
}
