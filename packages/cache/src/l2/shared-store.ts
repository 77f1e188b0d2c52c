import type { Clock } from '@xc/core';
import { type GroupBook, type LookedUp, type Standing, softly } from '../groups/group-book.ts';
import { type NameSpace, tierKeyOf } from '../keys/name-space.ts';
import type { StoredEntry } from '../tier/tier-entry.ts';
import type { TierFound, TierRead, TierRight } from '../tier/tier-read.ts';
import type { TierFill, TierWritten } from '../tier/tier-write.ts';
import { MicroBatch } from './micro-batch.ts';
import { OwnWrites } from './own-writes.ts';
import type { Recovery } from './recovery.ts';
import { TierAway, type TierGate } from './tier-gate.ts';

/** What a node asks of one key. */
export interface SharedRead {
  readonly place: string;
  readonly key: string;
  readonly space: NameSpace;
  readonly fence: TierRead['fence'];
  /** The copy in memory that may still stand. */
  readonly known?: { readonly version: bigint; readonly stamp: bigint; readonly tags: readonly string[] };
  readonly lease?: TierRead['lease'];
}

/** What the second level has, judged by what is known of its groups. Times are of `clock.monotonic()`, and never too late. */
export type SharedFound =
  | ({
      readonly state: 'hit';
      readonly entry: StoredEntry;
      readonly freshUntil: number;
      readonly keptUntil: number;
    } & TierRight)
  | ({ readonly state: 'same'; readonly freshUntil: number; readonly keptUntil: number } & TierRight)
  /** `stood`: there is something, which is damaged or was invalidated. */
  | ({ readonly state: 'miss'; readonly stood?: boolean } & TierRight);

const LOOKUPS = 4;
const NOTHING = { version: 0n, stamp: 0n, tags: [] } as const;

/** The second level as an engine uses it: batched by tick, and with everything it answers judged. */
export class SharedStore {
  readonly gate: TierGate;
  readonly #book: GroupBook;
  readonly #clock: Clock;
  readonly #recovery: Recovery;
  readonly #lost: () => void;
  readonly #own = new OwnWrites();
  readonly #reads: MicroBatch<TierRead, TierFound>;
  readonly #fills: MicroBatch<TierFill, TierWritten>;
  readonly #lookups: MicroBatch<readonly string[], LookedUp>;

  /** @param lost - The second level has lost versions. */
  constructor(gate: TierGate, book: GroupBook, clock: Clock, recovery: Recovery, lost: () => void) {
    this.gate = gate;
    this.#book = book;
    this.#clock = clock;
    this.#recovery = recovery;
    this.#lost = lost;
    this.#reads = new MicroBatch((reads) => this.#readAll(reads));
    this.#fills = new MicroBatch((fills) =>
      gate.run('fill', async (tier, call) => mostly(await tier.fill(fills, call))),
    );
    this.#lookups = new MicroBatch((groups) => this.#lookUpAll(groups));
  }

  /** Whether all that is known here of groups is all there is. */
  get isTold(): boolean {
    return this.#book.told && this.#book.synced;
  }

  /** @throws what the second level failed with, or TierAway where it may not be believed yet. */
  async read(read: SharedRead): Promise<SharedFound> {
    const { place, known } = read;
    if (this.#recovery.coversKey(place)) throw new TierAway('an invalidation of the key has not arrived yet', false);
    const at = this.#clock.monotonic();
    const request = requestOf(read);
    const found = await this.#reads.add(request);
    if (found.state === 'failed') throw found.error;
    if (found.state === 'hit') freezeBesides(found.entry);
    if (found.state === 'miss') {
      if (found.corrupt !== true) return found;
      this.gate.corrupt();
      return { ...found, stood: true };
    }
    const { version, stamp, tags } = (found.state === 'hit' ? found.entry : known) ?? NOTHING;
    const own = this.#own.standing(request.key, version, at);
    if (own === 'invalid') return this.#claim(read, request, found);
    const grouped =
      this.#known(stamp, read.space, read.key, tags) ?? (await this.standing(stamp, read.space, read.key, tags));
    if (grouped === 'invalid') return this.#claim(read, request, found);
    const standing = own === 'stale' ? own : grouped;
    const left = found.state === 'hit' ? found.entry : found;
    const freshUntil = standing === 'stale' ? at : at + left.ttlLeftMs;
    // What a group made stale has no more than its grace; since when is not known.
    const keptUntil = standing === 'stale' ? at + left.lifeLeftMs - Math.max(0, left.ttlLeftMs) : at + left.lifeLeftMs;
    const fenced = found.fence !== undefined || found.heldMs !== undefined;
    if (found.state === 'hit' && !fenced && (standing === 'valid' || read.fence === 'none')) {
      return { state: 'hit', entry: found.entry, freshUntil, keptUntil };
    }
    const times = { freshUntil, keptUntil, ...rightOf(found) };
    const result: SharedFound =
      found.state === 'hit' ? { state: 'hit', entry: found.entry, ...times } : { state: 'same', ...times };
    if (standing === 'valid' || read.fence === 'none' || fenced) return result;
    return { ...result, ...rightOf(await this.#reads.add({ ...request, fence: 'always' })) };
  }

  /** How something from the second level stands, its groups looked up where that is not known here. */
  async standing(stamp: bigint, space: NameSpace, key: string, tags: readonly string[]): Promise<Standing> {
    const groups = tags.map((tag) => space.tagGroup(tag));
    if (this.#recovery.coversGroups(space, key, groups)) return 'invalid';
    let looked: LookedUp | undefined;
    for (let tries = 0; tries < LOOKUPS; tries++) {
      if (!this.#book.synced) {
        await this.#lookups.add([]);
        continue;
      }
      const standing = this.#book.sharedStanding(stamp, space, key, groups, looked);
      if (typeof standing === 'string') return standing;
      looked = await this.#lookups.add(standing);
    }
    return 'invalid';
  }

  /** How it stands, where that is known here. */
  #known(stamp: bigint, space: NameSpace, key: string, tags: readonly string[]): Standing | undefined {
    if (!this.#book.synced || this.#recovery.size > 0) return undefined;
    const standing = this.#book.sharedStanding(
      stamp,
      space,
      key,
      tags.length === 0 ? tags : tags.map((tag) => space.tagGroup(tag)),
    );
    return typeof standing === 'string' ? standing : undefined;
  }

  async fill(fill: TierFill): Promise<TierWritten> {
    const written = await this.#fills.add(fill);
    // By a clock that was set back it may have a version below that of what it replaces.
    if (written.state === 'stored' && this.#own.has(fill.key)) this.wrote(fill.key, written.version, false);
    return written;
  }

  /** The key got a version from this node: what stood there before is not believed if it should come back. */
  wrote(key: string, version: bigint, soft: boolean): void {
    this.#own.note(key, version, soft, this.#clock.monotonic());
  }

  /** The tier took it for fresh and left no fence: whoever is going to load needs one. */
  async #claim(read: SharedRead, request: TierRead, found: TierFound): Promise<SharedFound> {
    const right = rightOf(found);
    if (read.fence === 'none' || right.fence !== undefined || right.heldMs !== undefined) {
      return { state: 'miss', stood: true, ...right };
    }
    return { state: 'miss', stood: true, ...rightOf(await this.#reads.add({ ...request, fence: 'always' })) };
  }

  async #readAll(reads: readonly TierRead[]): Promise<readonly TierFound[]> {
    const latest = !this.isTold;
    const { found, groups } = await this.gate.run('read', async (tier, call) => {
      const answer = await tier.read(reads, { ...call, latest });
      mostly(answer.found);
      return answer;
    });
    if (groups !== undefined && this.#book.learn(groups)) this.#lost();
    return found;
  }

  async #lookUpAll(asked: readonly (readonly string[])[]): Promise<readonly LookedUp[]> {
    const groups = [...new Set(asked.flat())];
    const ids = groups.flatMap((group) => [group, softly(group)]);
    const answer = await this.gate.run('groups', (tier, call) => tier.groups(ids, call));
    const lost = this.#book.learn(answer);
    const looked = this.#book.note(groups, answer.versions, lost ? this.#book.latest : answer.latest);
    if (lost) this.#lost();
    return asked.map(() => looked);
  }
}

/** What is kept beside a value is handed out later, and nobody who gets it may change what others get. */
function freezeBesides({ tags, meta }: StoredEntry): void {
  Object.freeze(tags);
  Object.freeze(meta);
}

function requestOf({ place, fence, known, lease }: SharedRead): TierRead {
  const key = tierKeyOf(place);
  if (known === undefined && lease === undefined) return { key, fence };
  return {
    key,
    fence,
    ...(known === undefined ? {} : { known: known.version }),
    ...(lease === undefined ? {} : { lease }),
  };
}

function rightOf(found: TierFound): TierRight {
  if (found.state === 'failed') return {};
  return {
    ...(found.fence === undefined ? {} : { fence: found.fence }),
    ...(found.heldMs === undefined ? {} : { heldMs: found.heldMs }),
    ...(found.tookOver === undefined ? {} : { tookOver: found.tookOver }),
  };
}

/** @throws the first error where all failed: one dead master of several fails only its own keys. */
function mostly<Answer extends { readonly state: string }>(answers: readonly Answer[]): readonly Answer[] {
  const first = answers[0];
  if (first?.state === 'failed' && answers.every(({ state }) => state === 'failed')) {
    throw (first as { readonly error?: unknown }).error;
  }
  return answers;
}
