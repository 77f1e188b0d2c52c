import { tierKeyOf } from '../keys/name-space.ts';
import type { Slot } from '../memory/slot.ts';
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
  const touch = { key: tierKeyOf(place), ttlMs: freshUntil - now, known: extra.version };
  core.background.track(core.shared.gate.run('touch', (tier, call) => tier.touch(touch, call)).catch(() => {}));
}
