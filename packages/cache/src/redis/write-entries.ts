import type { ScriptCall } from '@xc/redis';
import type { Announcement, TierCall } from '../tier/tier-call.ts';
import type { TierEntry } from '../tier/tier-entry.ts';
import type { TierDrop, TierDropped, TierFill, TierSet, TierWritten } from '../tier/tier-write.ts';
import { digitsOf, type Sealed, seal } from './envelope.ts';
import { ageOfFence, storedFence } from './fence.ts';
import { readGroups } from './group-versions.ts';
import type { Place } from './place.ts';
import { dropScript, fillScript, setScript } from './scripts.ts';

type Argument = string | number | Uint8Array;
type WriteScript = typeof fillScript;

/** A write that is to be sent, or what became of it before it was. */
interface Prepared {
  readonly key: string;
  readonly sealed: Sealed;
  readonly stamp: bigint;
  readonly args: readonly Argument[];
}

/** What became of all, and what the last script told besides. */
interface Written {
  readonly written: readonly TierWritten[];
  readonly told: string | null | undefined;
}

/** How many keys of one server one script writes, and how many bytes; a server does nothing else meanwhile. */
const MANY = 64;
const MANY_BYTES = 1_000_000;

/** Stores what was loaded where its fence still stands. */
export async function fillEntries(
  place: Place,
  fills: readonly TierFill[],
  call: TierCall,
): Promise<readonly TierWritten[]> {
  const prepared = fills.map((fill) => {
    const { key, entry, fence, stamp, maxBytes, owner = '', announcement } = fill;
    if (ageOfFence(fence, place.clock) > place.fenceMs) return { state: 'refused' } as const;
    return prepare(place, key, entry, maxBytes, stamp, ({ body, check, lifeMs }) => {
      return [storedFence(fence), lifeMs, body, check, owner, ...announced(announcement)];
    });
  });
  return (await write(place, fillScript, [], prepared, call)).written;
}

/** Stores what callers set, and takes the fences of loads under way. */
export async function setEntries(
  place: Place,
  sets: readonly TierSet[],
  call: TierCall,
): Promise<readonly TierWritten[]> {
  const { latest, clock } = place;
  if (sets.every(({ stamp }) => stamp !== 'latest')) return (await setStamped(place, sets, 0n, call)).written;
  const since = clock.monotonic();
  const rest = (): TierCall => ({ ...call, deadlineMs: call.deadlineMs - (clock.monotonic() - since) });
  if (latest.seen === 0n) await readGroups(place, [], call);
  // The write goes out with the latest version as last seen, and where that has been raised since, or the groups were lost, once
  // more.
  const guess = latest.seen;
  const { written, now } = await setAndLook(place, sets, guess, rest);
  if (now === guess) return written;
  const again = sets.flatMap((set, index) => {
    const one = written[index];
    return set.stamp === 'latest' && one?.state === 'stored' ? [{ index, set: { ...set, over: one.version } }] : [];
  });
  const renewed = again.map(({ set }) => set);
  const later = (await setStamped(place, renewed, now, rest())).written;
  const answers = [...written];
  again.forEach(({ index }, place) => {
    const one = later[place] as TierWritten;
    // Refused: somebody else has set or dropped the key in between, after this one.
    if (one.state !== 'refused') answers[index] = one;
  });
  return answers;
}

/** Sets, and reads the latest version of groups in the same round trip. */
async function setAndLook(
  place: Place,
  sets: readonly TierSet[],
  guess: bigint,
  rest: () => TierCall,
): Promise<{ readonly written: readonly TierWritten[]; readonly now: bigint }> {
  if (place.scattered) {
    const both = () => Promise.all([setStamped(place, sets, guess, rest()), readGroups(place, [], rest())]);
    const [{ written }, { latest }] = await place.scripts.together(both);
    return { written, now: latest };
  }
  const { written, told } = await setStamped(place, sets, guess, rest(), [place.layout.groups]);
  // Nothing was written; or nobody answered, or the groups were never there or are lost: they begin anew.
  if (!written.some(({ state }) => state === 'stored')) return { written, now: guess };
  if (!told) return { written, now: (await readGroups(place, [], rest())).latest };
  place.latest.seen = BigInt(told);
  return { written, now: place.latest.seen };
}

function setStamped(
  place: Place,
  sets: readonly TierSet[],
  latest: bigint,
  call: TierCall,
  besides: readonly string[] = [],
): Promise<Written> {
  const prepared = sets.map((set) => {
    const { key, entry, maxBytes, over, announcement } = set;
    const stamp = set.stamp === 'latest' ? latest : set.stamp;
    const expected = over === undefined ? '' : digitsOf(over);
    return prepare(place, key, entry, maxBytes, stamp, ({ body, check, lifeMs }) => {
      return [lifeMs, body, check, expected, ...announced(announcement)];
    });
  });
  return write(place, setScript, [place.fenceMs], prepared, call, besides);
}

/** Removes values or makes them stale, and takes the fences of loads under way. */
export async function dropEntries(
  place: Place,
  drops: readonly TierDrop[],
  call: TierCall,
): Promise<readonly TierDropped[]> {
  const calls = drops.map(({ key, soft, announcement }) => {
    const args: readonly Argument[] = [place.fenceMs, soft ? '1' : '0', ...announced(announcement)];
    return { script: dropScript, keys: keysOf(place, key), args };
  });
  const outcomes = await send(place, calls, call);
  return outcomes.map(
    (outcome): TierDropped =>
      outcome.status === 'fulfilled'
        ? { state: 'dropped', version: BigInt(outcome.value) }
        : { state: 'failed', error: outcome.reason },
  );
}

/** @param besides - What the last script is given after its keys. */
async function write(
  place: Place,
  script: WriteScript,
  first: readonly Argument[],
  prepared: readonly (Prepared | TierWritten)[],
  call: TierCall,
  besides: readonly string[] = [],
): Promise<Written> {
  const chunks = chunksOf(
    place,
    prepared.filter((one): one is Prepared => 'args' in one),
  );
  const last = chunks.length - 1;
  const calls = chunks.map((chunk, at) => ({
    script,
    keys: [...chunk.flatMap(({ key }) => keysOf(place, key)), ...(at === last ? besides : [])],
    args: [...first, ...chunk.flatMap(({ args }) => args)],
  }));
  const outcomes = await send(place, calls, call);
  const written = new Map<Prepared, TierWritten>();
  chunks.forEach((chunk, at) => {
    const outcome = outcomes[at] as PromiseSettledResult<readonly (string | null)[]>;
    chunk.forEach((one, index) => {
      written.set(one, became(one, outcome, index));
    });
  });
  const answer = outcomes[last];
  return {
    written: prepared.map((one) => ('args' in one ? (written.get(one) as TierWritten) : one)),
    told: answer?.status === 'fulfilled' ? answer.value[(chunks[last] as Prepared[]).length] : undefined,
  };
}

function became(
  { stamp, sealed: { bytes } }: Prepared,
  outcome: PromiseSettledResult<readonly (string | null)[]>,
  index: number,
): TierWritten {
  if (outcome.status === 'rejected') return { state: 'failed', error: outcome.reason };
  const version = outcome.value[index];
  if (version === null || version === undefined) return { state: 'refused' };
  return { state: 'stored', version: BigInt(version), stamp, bytes };
}

/** Of one server together; in a cluster each key is in a slot of its own. */
function chunksOf({ scattered }: Place, writes: readonly Prepared[]): Prepared[][] {
  if (scattered) return writes.map((one) => [one]);
  const chunks: Prepared[][] = [];
  let bytes = 0;
  for (const one of writes) {
    const last = chunks.at(-1);
    bytes += one.sealed.bytes;
    if (last !== undefined && last.length < MANY && bytes <= MANY_BYTES) last.push(one);
    else {
      chunks.push([one]);
      bytes = one.sealed.bytes;
    }
  }
  return chunks;
}

function prepare(
  place: Place,
  key: string,
  entry: TierEntry,
  maxBytes: number,
  stamp: bigint,
  argsFor: (sealed: Sealed) => readonly Argument[],
): Prepared | TierWritten {
  let sealed: Sealed;
  try {
    sealed = seal(place.layout.value(key), entry, stamp, place.sealing);
  } catch (error) {
    return { state: 'unencodable', error };
  }
  const { bytes } = sealed;
  return bytes > maxBytes ? { state: 'too_large', bytes } : { key, sealed, stamp, args: argsFor(sealed) };
}

/** One call by itself needs no batch. @throws the first reason when none was answered. */
async function send<Raw>(
  { scripts }: Place,
  calls: readonly ScriptCall<readonly Argument[], Raw>[],
  call: TierCall,
): Promise<PromiseSettledResult<Raw>[]> {
  const [only] = calls;
  if (only === undefined) return [];
  if (calls.length === 1) {
    return [{ status: 'fulfilled', value: await scripts.one(only.script, only.keys as string[], only.args, call) }];
  }
  const outcomes = await scripts.many(calls, call);
  const [first] = outcomes;
  if (first?.status === 'rejected' && outcomes.every(({ status }) => status === 'rejected')) throw first.reason;
  return outcomes;
}

function keysOf({ layout }: Place, key: string): string[] {
  return [layout.value(key), layout.fence(key)];
}

function announced(announcement: Announcement | undefined): string[] {
  return announcement === undefined ? ['', ''] : [announcement.channel, announcement.head];
}
