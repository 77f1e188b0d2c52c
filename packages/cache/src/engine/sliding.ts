import { tierKeyOf } from '../keys/name-space.ts';
import { NONE, type Slot } from '../memory/slot.ts';
import type { StoredEntry } from '../tier/tier-entry.ts';
import type { Core } from './core.ts';
import type { ShelfExtra } from './shelf.ts';

/** A read of something that slides: moves its expiry here, and in the second level at most every tenth of its ttl. */
export function slide(core: Core, slot: Slot, place: string, extra: ShelfExtra, now: number): void {
  const { store } = core.shelf;
  if (store === undefined) return;
  const grace = store.keptUntil(slot) - store.freshUntil(slot);
  const freshUntil = Math.min(now + extra.slideMs, store.storedAt(slot) + extra.maxAgeMs);
  if (freshUntil <= store.freshUntil(slot)) return;
  store.setLife(slot, freshUntil, freshUntil + grace);
  if (core.shared === undefined || extra.version === 0n || now - extra.slidAt < extra.slideMs / 10) return;
  extra.slidAt = now;
  touch(core, place, extra.version, freshUntil - now);
}

/** The same of what was read in the second level just now, whether memory has taken it or not. */
export function slideFound(core: Core, place: string, entry: StoredEntry, freshUntil: number, now: number): void {
  if (entry.slideMs === 0 || now >= freshUntil) return;
  const slot = core.shelf.kept(place, now);
  const extra = slot === NONE ? undefined : core.shelf.extra(slot);
  if (extra?.version === entry.version) {
    slide(core, slot, place, extra, now);
    return;
  }
  const wantedMs = Math.min(entry.slideMs, entry.maxAgeMs - entry.ageMs);
  if (wantedMs - (freshUntil - now) >= entry.slideMs / 10) touch(core, place, entry.version, wantedMs);
}

function touch(core: Core, place: string, known: bigint, ttlMs: number): void {
  const { shared } = core;
  if (shared === undefined) return;
  const request = { key: tierKeyOf(place), ttlMs, known };
  core.background.track(shared.gate.run('touch', (tier, call) => tier.touch(request, call)).catch(() => {}));
}
