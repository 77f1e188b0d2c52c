import type { TierCall } from '../tier/tier-call.ts';
import type { TierHold } from '../tier/tier-read.ts';
import type { TierTouch, TierTouched } from '../tier/tier-write.ts';
import { digitsOf, openLabel } from './envelope.ts';
import type { Place } from './place.ts';
import { releaseScript, renewScript, touchScript } from './scripts.ts';

/** Moves the end of a value that is fresh. */
export async function touchEntry(place: Place, touch: TierTouch, call: TierCall): Promise<TierTouched> {
  const { key, ttlMs, known, announcement } = touch;
  const ttl = ttlMs === undefined ? '' : Math.min(ttlMs, place.sealing.maxTtlMs);
  const { channel, head } = announcement ?? { channel: '', head: '' };
  const args = [ttl, known === undefined ? '' : digitsOf(known), channel, head];
  const raw = await place.scripts.one(touchScript, [place.layout.value(key)], args, call);
  return raw === null ? undefined : labelOf(...raw);
}

/** Prolongs the lease of a load that goes on. */
export async function renewLease(place: Place, { key, owner, leaseMs }: TierHold, call: TierCall): Promise<boolean> {
  return (await place.scripts.one(renewScript, [place.layout.fence(key)], [owner, Math.ceil(leaseMs)], call)) === 1;
}

/** Gives up the lease of a load that failed. */
export async function releaseLease(place: Place, key: string, owner: string, call: TierCall): Promise<void> {
  await place.scripts.one(releaseScript, [place.layout.fence(key)], [owner], call);
}

function labelOf(label: Buffer, leftMs: number): TierTouched {
  try {
    return openLabel(label, leftMs);
  } catch {
    // Damaged: whoever reads it finds out, and loads anew.
    return undefined;
  }
}
