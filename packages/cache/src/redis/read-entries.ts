import type { ScriptArgument, ScriptCall } from '@xc/redis';
import type { TierCall } from '../tier/tier-call.ts';
import type { TierFound, TierRead, TierReads } from '../tier/tier-read.ts';
import { digitsOf, endOf, open } from './envelope.ts';
import { fenceFrom } from './fence.ts';
import { groupsIn, readGroups } from './group-versions.ts';
import type { Place } from './place.ts';
import type { PlainReads } from './plain-reads.ts';
import { groupsScript, type RawGroups, type RawRead, readScript } from './scripts.ts';

type ReadCall = TierCall & { readonly latest?: boolean };
type Call = ScriptCall<readonly ScriptArgument[], readonly RawRead[] | RawGroups>;

const modes = { none: '0', miss: '1', always: '2' } as const;
/** How many keys of one server one script reads; a server does nothing else meanwhile. */
const MANY = 64;

/**
 * Reads keys, and beside them what is known of all groups, in one round trip; in two where something is damaged, or is not there
 * that was likely to be.
 */
export async function readEntries(place: Place, reads: readonly TierRead[], call: ReadCall): Promise<TierReads> {
  const { plain, clock } = place;
  const since = clock.monotonic();
  const rest = (): ReadCall => ({ ...call, deadlineMs: call.deadlineMs - (clock.monotonic() - since) });
  const answer = plain?.suit(reads) ? await readPlainly(place, plain, reads, call, rest) : undefined;
  const { found, groups } = answer ?? (await readByScript(place, reads, rest()));
  const wanting: number[] = [];
  for (const [index, { fence }] of reads.entries()) {
    if (fence !== 'miss') continue;
    const one = found[index] as TierFound;
    const fresh = isFresh(one);
    plain?.note(fresh);
    if (!fresh && (answer !== undefined || isUnfenced(one))) wanting.push(index);
  }
  if (wanting.length === 0) return groups === undefined ? { found } : { found, groups };
  // Whoever is going to load needs a fence. To a script what is damaged is fresh for as long as it is kept: it gets one in any case.
  const all = [...found];
  const again = wanting.map((index): TierRead => {
    const read = reads[index] as TierRead;
    return isUnfenced(found[index] as TierFound) ? { ...read, fence: 'always' } : read;
  });
  const fenced = await readByScript(place, again, { ...rest(), latest: false }).catch((error: unknown) =>
    failed(again, error),
  );
  for (const [at, index] of wanting.entries()) all[index] = fenced.found[at] as TierFound;
  return groups === undefined ? { found: all } : { found: all, groups };
}

/** undefined: Redis refused, and a script can tell of each key. */
async function readPlainly(
  place: Place,
  plain: PlainReads,
  reads: readonly TierRead[],
  call: ReadCall,
  rest: () => TierCall,
): Promise<TierReads | undefined> {
  const keys = reads.map(({ key }) => place.layout.value(key));
  const answer = await plain.read(keys, call);
  if (answer === undefined) return undefined;
  const { values, now, groups } = answer;
  const found = values.map((value, index) => plainlyFound(place, keys[index] as string, value, now));
  if (groups === undefined) return { found };
  const [latest, floor, lengths] = groups;
  // Never there, evicted or flushed: they begin anew.
  if (!latest || !floor) return { found, groups: await readGroups(place, [], rest()) };
  return { found, groups: groupsIn(place, [latest, floor, lengths ?? '']) };
}

function plainlyFound({ sealing }: Place, key: string, value: Buffer | null | undefined, now: number): TierFound {
  if (!value) return { state: 'miss' };
  const leftMs = endOf(value) - now;
  const entry = open(key, value, leftMs, sealing);
  if (entry === undefined) return { state: 'miss', corrupt: true };
  return leftMs > 0 ? { state: 'hit', entry } : { state: 'miss' };
}

function isFresh(found: TierFound): boolean {
  if (found.state === 'hit') return found.entry.ttlLeftMs > 0;
  return found.state === 'same' && found.ttlLeftMs > 0;
}

/** It is damaged, and no right to load it came with that. */
function isUnfenced(found: TierFound): boolean {
  return found.state === 'miss' && found.corrupt === true && found.fence === undefined && found.heldMs === undefined;
}

function failed(reads: readonly TierRead[], error: unknown): TierReads {
  return { found: reads.map(() => ({ state: 'failed', error })) };
}

async function readByScript(place: Place, reads: readonly TierRead[], call: ReadCall): Promise<TierReads> {
  // One key, and no batch to gather.
  if (reads.length === 1 && !call.latest) {
    const { keys, args } = operandsOf(place, reads);
    const [raw] = await place.scripts.one(readScript, keys, args, call);
    return { found: [foundIn(place, reads[0] as TierRead, raw as RawRead)] };
  }
  const chunks = inChunks(reads, place.scattered ? 1 : MANY);
  const calls: Call[] = chunks.map((chunk) => ({ script: readScript, ...operandsOf(place, chunk) }));
  if (call.latest) calls.unshift({ script: groupsScript, keys: [place.layout.groups], args: [] });
  const outcomes = await place.scripts.many(calls, call);
  const groups = call.latest ? groupsOf(place, outcomes.shift() as PromiseSettledResult<RawGroups>) : undefined;
  const found = chunks.flatMap((chunk, index) =>
    allIn(place, chunk, outcomes[index] as PromiseSettledResult<readonly RawRead[]>),
  );
  const [first] = found;
  if (groups === undefined && first?.state === 'failed' && found.every(({ state }) => state === 'failed')) {
    throw first.error;
  }
  return groups === undefined ? { found } : { found, groups };
}

function operandsOf(
  { layout, fenceMs }: Place,
  reads: readonly TierRead[],
): { keys: string[]; args: (string | number)[] } {
  const keys: string[] = [];
  const args: (string | number)[] = [fenceMs];
  for (const { key, fence, known, lease } of reads) {
    keys.push(layout.value(key), layout.fence(key));
    args.push(modes[fence], known === undefined ? '' : digitsOf(known));
    // What the last key does not ask for need not be said.
    if (lease !== undefined) args.push(lease.owner, Math.ceil(lease.ms));
    else if (reads.length > 1) args.push('', 0);
  }
  return { keys, args };
}

function allIn(
  place: Place,
  reads: readonly TierRead[],
  outcome: PromiseSettledResult<readonly RawRead[]>,
): readonly TierFound[] {
  if (outcome.status === 'rejected') return reads.map(() => ({ state: 'failed', error: outcome.reason }));
  return reads.map((read, index) => foundIn(place, read, outcome.value[index] as RawRead));
}

function foundIn(place: Place, { key }: TierRead, [what, leftMs, graceMs, fence, heldMs = 0]: RawRead): TierFound {
  const left = {
    ...(fence !== undefined && fence.length > 0 && { fence: fenceFrom(fence.toString('latin1'), place.clock) }),
    ...(heldMs > 0 && { heldMs }),
    ...(heldMs < 0 && { tookOver: true }),
  };
  if (what === 1) return { state: 'same', ttlLeftMs: leftMs - graceMs, lifeLeftMs: leftMs, ...left };
  if (what === null) return leftMs === -3 ? { state: 'miss', corrupt: true, ...left } : { state: 'miss', ...left };
  // What never ends is none of ours.
  const entry = leftMs < 0 ? undefined : open(place.layout.value(key), what, leftMs, place.sealing);
  return entry === undefined ? { state: 'miss', corrupt: true, ...left } : { state: 'hit', entry, ...left };
}

function groupsOf(place: Place, outcome: PromiseSettledResult<RawGroups>): TierReads['groups'] {
  return outcome.status === 'fulfilled' ? groupsIn(place, outcome.value) : undefined;
}

function inChunks<Item>(items: readonly Item[], size: number): (readonly Item[])[] {
  const chunks: (readonly Item[])[] = [];
  for (let at = 0; at < items.length; at += size) chunks.push(items.slice(at, at + size));
  return chunks;
}
