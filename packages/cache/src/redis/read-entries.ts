import type { ScriptCall } from '@xc/redis';
import type { TierCall } from '../tier/tier-call.ts';
import type { TierFound, TierRead, TierReads } from '../tier/tier-read.ts';
import { digitsOf, open } from './envelope.ts';
import { fenceFrom } from './fence.ts';
import { groupsIn } from './group-versions.ts';
import type { Place } from './place.ts';
import { groupsScript, type RawGroups, type RawRead, readScript } from './scripts.ts';

type ReadCall = TierCall & { readonly latest?: boolean };
type Operands = Parameters<Place['scripts']['one']>[2];

const modes = { none: '0', miss: '1', always: '2' } as const;

/** Reads keys, and beside them what is known of all groups, in one round trip. */
export async function readEntries(place: Place, reads: readonly TierRead[], call: ReadCall): Promise<TierReads> {
  const [only] = reads;
  // The most frequent call of all: one key, and no batch to gather.
  if (reads.length === 1 && only !== undefined && !call.latest) {
    const raw = await place.scripts.one(readScript, keysOf(place, only), argsOf(place, only), call);
    return { found: [foundIn(place, only, raw)] };
  }
  const calls: ScriptCall<Operands, RawRead | RawGroups>[] = reads.map((read) => {
    return { script: readScript, keys: keysOf(place, read), args: argsOf(place, read) };
  });
  if (call.latest) calls.unshift({ script: groupsScript, keys: [place.layout.groups], args: [] });
  const outcomes = await place.scripts.many(calls, call);
  const groups = call.latest ? groupsOf(place, outcomes.shift() as PromiseSettledResult<RawGroups>) : undefined;
  const found = reads.map((read, index): TierFound => {
    const outcome = outcomes[index] as PromiseSettledResult<RawRead>;
    return outcome.status === 'fulfilled'
      ? foundIn(place, read, outcome.value)
      : { state: 'failed', error: outcome.reason };
  });
  const [first] = found;
  if (groups === undefined && first?.state === 'failed' && found.every(({ state }) => state === 'failed')) {
    throw first.error;
  }
  return groups === undefined ? { found } : { found, groups };
}

function keysOf({ layout }: Place, { key }: TierRead): string[] {
  return [layout.value(key), layout.fence(key)];
}

function argsOf({ fenceMs }: Place, { fence, known, lease }: TierRead): Operands {
  const version = known === undefined ? '' : digitsOf(known);
  return lease === undefined
    ? [modes[fence], fenceMs, version]
    : [modes[fence], fenceMs, version, lease.owner, lease.ms];
}

function foundIn(place: Place, { key }: TierRead, [what, leftMs, fence, heldMs, graceMs]: RawRead): TierFound {
  const left = {
    ...(fence.length > 0 && { fence: fenceFrom(fence.toString('latin1'), place.clock) }),
    ...(heldMs > 0 && { heldMs }),
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
