import { NONE } from '../memory/slot.ts';
import type { EntryPlan } from '../options/entry-plan.ts';
import type { Core } from './core.ts';
import type { Flight, Grace, StandIn } from './flight.ts';

const NO_TAGS: readonly string[] = Object.freeze([]);

/** What memory has of a key, fresh or stale, that may stand in. */
export function standInOf(core: Core, place: string, now: number): StandIn | undefined {
  const slot = core.shelf.kept(place, now);
  const { store } = core.shelf;
  if (slot === NONE || store === undefined) return undefined;
  const extra = core.shelf.extra(slot);
  return {
    value: store.value(slot),
    negative: core.shelf.negative(slot),
    meta: extra?.meta ?? {},
    tags: extra?.tags ?? NO_TAGS,
    groups: extra?.groups ?? NO_TAGS,
    storedAt: store.storedAt(slot),
    freshUntil: store.freshUntil(slot),
    keptUntil: core.shelf.standsInUntil(slot),
    moment: store.stamp(slot),
  };
}

/** The stand-in of a flight, where this caller's grace allows it now and nothing has invalidated it. */
export function allowed(core: Core, flight: Flight, plan: EntryPlan): StandIn | undefined {
  const { standIn } = flight;
  if (standIn === undefined || flight.dropped) return undefined;
  return isAllowed(core, flight, standIn, plan) ? standIn : undefined;
}

/** Whether this caller's grace allows it now and nothing has invalidated it. */
export function isAllowed(
  core: Core,
  { space, key }: Pick<Flight, 'space' | 'key'>,
  standIn: Grace,
  plan: EntryPlan,
): boolean {
  const { freshUntil, keptUntil, moment, groups } = standIn;
  const ends = plan.ownGrace ? Math.min(keptUntil, freshUntil + plan.graceMs) : keptUntil;
  if (core.clock.monotonic() >= ends) return false;
  return core.book.standing(moment, space, key, groups) !== 'invalid';
}

/** Without the value: that need not be held for it. */
export function graceOf(standIn: StandIn | undefined): Grace | undefined {
  if (standIn === undefined) return undefined;
  const { groups, freshUntil, keptUntil, moment } = standIn;
  return { groups, freshUntil, keptUntil, moment };
}
