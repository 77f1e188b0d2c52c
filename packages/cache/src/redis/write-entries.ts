import type { ScriptCall } from '@xc/redis';
import type { Announcement, TierCall } from '../tier/tier-call.ts';
import type { TierEntry } from '../tier/tier-entry.ts';
import type { TierDrop, TierDropped, TierFill, TierSet, TierWritten } from '../tier/tier-write.ts';
import { digitsOf, type Sealed, seal } from './envelope.ts';
import { ageOfFence, storedFence } from './fence.ts';
import { readGroups } from './group-versions.ts';
import type { Place } from './place.ts';
import { dropScript, fillScript, setScript } from './scripts.ts';

type Call<Raw> = ScriptCall<readonly (string | number | Uint8Array)[], Raw>;

/** A write that is on its way, or what became of it before it was sent. */
type Prepared = { readonly sealed: Sealed; readonly stamp: bigint; readonly call: Call<string | null> };

/** Stores what was loaded where its fence still stands. */
export function fillEntries(place: Place, fills: readonly TierFill[], call: TierCall): Promise<readonly TierWritten[]> {
  return write(place, fills, call, (fill) => {
    const { key, entry, fence, stamp, maxBytes, owner = '', announcement } = fill;
    if (ageOfFence(fence, place.clock) > place.fenceMs) return { state: 'refused' };
    return sealed(place, key, entry, maxBytes, stamp, ({ body, check, lifeMs }) => ({
      script: fillScript,
      keys: keysOf(place, key),
      args: [storedFence(fence), lifeMs, body, check, owner, ...announced(announcement)],
    }));
  });
}

/** Stores what callers set, and takes the fences of loads under way. */
export async function setEntries(
  place: Place,
  sets: readonly TierSet[],
  call: TierCall,
): Promise<readonly TierWritten[]> {
  const { latest, clock } = place;
  if (sets.every(({ stamp }) => stamp !== 'latest')) return setStamped(place, sets, 0n, call);
  const since = clock.monotonic();
  const rest = (): TierCall => ({ ...call, deadlineMs: call.deadlineMs - (clock.monotonic() - since) });
  if (latest.seen === 0n) await readGroups(place, [], call);
  // The latest version lives in another slot: the write goes out with the one last seen, and where that has been raised since,
  // or the groups were lost, once more.
  const guess = latest.seen;
  const [written, groups] = await Promise.all([setStamped(place, sets, guess, rest()), readGroups(place, [], rest())]);
  if (groups.latest === guess) return written;
  const again = sets.flatMap((set, index) => {
    const one = written[index];
    return set.stamp === 'latest' && one?.state === 'stored' ? [{ index, set: { ...set, over: one.version } }] : [];
  });
  const later = await setStamped(
    place,
    again.map(({ set }) => set),
    groups.latest,
    rest(),
  );
  const answers = [...written];
  again.forEach(({ index }, place) => {
    const one = later[place] as TierWritten;
    // Refused: somebody else has set or dropped the key in between, after this one.
    if (one.state !== 'refused') answers[index] = one;
  });
  return answers;
}

function setStamped(
  place: Place,
  sets: readonly TierSet[],
  latest: bigint,
  call: TierCall,
): Promise<readonly TierWritten[]> {
  return write(place, sets, call, (set) => {
    const { key, entry, maxBytes, over, announcement } = set;
    const stamp = set.stamp === 'latest' ? latest : set.stamp;
    const expected = over === undefined ? '' : digitsOf(over);
    return sealed(place, key, entry, maxBytes, stamp, ({ body, check, lifeMs }) => ({
      script: setScript,
      keys: keysOf(place, key),
      args: [place.fenceMs, lifeMs, body, check, expected, ...announced(announcement)],
    }));
  });
}

/** Removes values or makes them stale, and takes the fences of loads under way. */
export async function dropEntries(
  place: Place,
  drops: readonly TierDrop[],
  call: TierCall,
): Promise<readonly TierDropped[]> {
  const calls = drops.map(({ key, soft, announcement }): Call<string> => {
    const args = [place.fenceMs, soft ? '1' : '0', ...announced(announcement)];
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

async function write<Task>(
  place: Place,
  tasks: readonly Task[],
  call: TierCall,
  prepare: (task: Task) => Prepared | TierWritten,
): Promise<readonly TierWritten[]> {
  const prepared = tasks.map(prepare);
  const sent = prepared.filter((one): one is Prepared => 'call' in one);
  const outcomes = await send(
    place,
    sent.map((one) => one.call),
    call,
  );
  let next = 0;
  return prepared.map((one): TierWritten => {
    if (!('call' in one)) return one;
    const outcome = outcomes[next++] as PromiseSettledResult<string | null>;
    if (outcome.status === 'rejected') return { state: 'failed', error: outcome.reason };
    if (outcome.value === null) return { state: 'refused' };
    return { state: 'stored', version: BigInt(outcome.value), stamp: one.stamp, bytes: one.sealed.bytes };
  });
}

function sealed(
  place: Place,
  key: string,
  entry: TierEntry,
  maxBytes: number,
  stamp: bigint,
  callFor: (sealed: Sealed) => Call<string | null>,
): Prepared | TierWritten {
  let one: Sealed;
  try {
    one = seal(place.layout.value(key), entry, stamp, place.sealing);
  } catch (error) {
    return { state: 'unencodable', error };
  }
  return one.bytes > maxBytes ? { state: 'too_large', bytes: one.bytes } : { sealed: one, stamp, call: callFor(one) };
}

/** One call by itself needs no batch. @throws the first reason when none was answered. */
async function send<Raw>(
  { scripts }: Place,
  calls: readonly Call<Raw>[],
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
  return announcement === undefined ? [] : [announcement.channel, announcement.head];
}
