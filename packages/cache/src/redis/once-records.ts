import type { TierCall } from '../tier/tier-call.ts';
import type { OnceAbandon, OnceAsk, OnceFinish, OnceFinished, OnceHold, OnceRecord } from '../tier/tier-once.ts';
import type { Place } from './place.ts';
import { onceAbandonScript, onceBeginScript, onceFinishScript, onceRenewScript } from './scripts.ts';

/** Begins a record or says how it stands. */
export async function beginOnce(place: Place, ask: OnceAsk, call: TierCall): Promise<OnceRecord> {
  const { key, owner, leaseMs, ttlMs, onCrash, fingerprint } = ask;
  const print = fingerprint === undefined ? '' : `=${fingerprint}`;
  const args = [owner, Math.ceil(leaseMs), cut(place, ttlMs), onCrash === 'reject' ? '1' : '0', print];
  const [state, first, second] = await place.scripts.one(onceBeginScript, [place.layout.once(key)], args, call);
  switch (String(state)) {
    case 'run':
      return { state: 'run', attempt: Number(first), fence: BigInt(String(second)) };
    case 'done':
      return { state: 'done', value: decoded(place, key, first as Buffer) };
    case 'busy':
      return { state: 'busy', leftMs: Number(first) };
    case 'mismatch':
    case 'lost':
      return { state: String(state) as 'mismatch' | 'lost' };
    default:
      return { state: 'crashed' };
  }
}

/** Gives the owner more time; false when it is no longer the owner. */
export async function renewOnce(place: Place, { key, owner, leaseMs }: OnceHold, call: TierCall): Promise<boolean> {
  return (await place.scripts.one(onceRenewScript, [place.layout.once(key)], [owner, Math.ceil(leaseMs)], call)) === 1;
}

/** Remembers the result, or that there was one; false when it is no longer the owner. */
export async function finishOnce(place: Place, finish: OnceFinish, call: TierCall): Promise<OnceFinished> {
  const { key, owner, ttlMs } = finish;
  const encoded = encodedResult(place, finish);
  const result = 'state' in encoded ? ['l', ''] : ['r', encoded.bytes];
  const args = [owner, cut(place, ttlMs), ...result];
  const finished = (await place.scripts.one(onceFinishScript, [place.layout.once(key)], args, call)) === 1;
  return finished && 'state' in encoded ? encoded : finished;
}

/** Removes the record of a function that rejected or was never called. */
export async function abandonOnce(place: Place, hold: OnceAbandon, call: TierCall): Promise<void> {
  const { key, owner, ran = true } = hold;
  await place.scripts.one(onceAbandonScript, [place.layout.once(key)], [owner, ran ? '1' : '0'], call);
}

/** Nothing at all stands for `undefined`, which no codec need be able to say. */
function encodedResult(
  { layout, sealing }: Place,
  { key, value }: OnceFinish,
): { readonly bytes: Uint8Array | string } | Exclude<OnceFinished, boolean> {
  try {
    return { bytes: value === undefined ? '' : sealing.codec.encode(value, layout.once(key)) };
  } catch (error) {
    return { state: 'unencodable', error };
  }
}

function decoded({ layout, sealing }: Place, key: string, result: Buffer): unknown {
  return result.length === 0 ? undefined : sealing.codec.decode(result, layout.once(key));
}

function cut({ sealing }: Place, ttlMs: number): number {
  return Math.max(1, Math.floor(Math.min(ttlMs, sealing.maxTtlMs)));
}
