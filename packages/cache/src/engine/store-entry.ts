import type { NameSpace } from '../keys/name-space.ts';
import type { StoredEntry } from '../tier/tier-entry.ts';
import type { Core } from './core.ts';
import type { Draft } from './draft.ts';
import type { ShelfExtra } from './shelf.ts';

/** Where something that is put into memory comes from. */
export interface Origin {
  readonly moment: number;
  readonly epoch: number;
  readonly storedAt: number;
  readonly version: bigint;
  readonly stamp: bigint;
  readonly bytes?: number;
}

/** Puts a draft into memory. The value has been guarded. */
export function keep(core: Core, place: string, space: NameSpace, draft: Draft, origin: Origin): boolean {
  const { storedAt } = origin;
  const freshUntil = storedAt + draft.ttlMs;
  const kept = core.shelf.put(place, {
    value: draft.value,
    negative: draft.negative,
    storedAt,
    freshUntil,
    keptUntil: freshUntil + draft.graceMs,
    moment: origin.moment,
    loadMs: draft.loadMs,
    ...(origin.bytes === undefined ? {} : { bytes: origin.bytes }),
    extra: extraOf(core, space, draft, origin, storedAt),
  });
  core.measure();
  return kept;
}

/** Puts what the second level answered into memory. `value` is that of the entry, guarded. */
export function keepFound(
  core: Core,
  place: string,
  space: NameSpace,
  value: unknown,
  entry: StoredEntry,
  times: { readonly freshUntil: number; readonly keptUntil: number; readonly at: number },
  origin: { readonly moment: number; readonly epoch: number },
): boolean {
  if (core.shelf.store === undefined) return false;
  const { at, freshUntil, keptUntil } = times;
  const storedAt = at - entry.ageMs;
  const { version, stamp, bytes } = entry;
  const kept = core.shelf.put(place, {
    value,
    negative: entry.negative,
    storedAt,
    freshUntil,
    keptUntil,
    moment: origin.moment,
    loadMs: entry.loadMs,
    bytes,
    extra: extraOf(core, space, entry, { ...origin, storedAt, version, stamp }, at, freshUntil),
  });
  core.measure();
  return kept;
}

/** What is kept beside an entry that needed nothing so far: what it was given, which a touch would hide. */
export function plainExtra({ epoch }: Core, ttlMs: number, now: number): ShelfExtra {
  const none = { tags: NONE, groups: NONE, meta: NO_META, slideMs: 0, maxAgeMs: Number.POSITIVE_INFINITY };
  return { ...none, ttlMs, version: 0n, stamp: 0n, epoch, checkedAt: now, slidAt: now };
}

const NONE: readonly string[] = Object.freeze([]);
const NO_META: Readonly<Record<string, string>> = Object.freeze({});

function extraOf(
  core: Core,
  space: NameSpace,
  draft: Omit<Draft, 'value'>,
  origin: Origin,
  checkedAt: number,
  freshUntil: number = checkedAt + draft.ttlMs,
): ShelfExtra | undefined {
  const bounded = draft.maxAgeMs !== Number.POSITIVE_INFINITY;
  const plain = draft.tags.length === 0 && draft.slideMs === 0 && !bounded && isEmpty(draft.meta);
  if (plain && !core.checked) return undefined;
  return {
    tags: draft.tags,
    groups: draft.tags.map((tag) => space.tagGroup(tag)),
    meta: draft.meta,
    ttlMs: draft.ttlMs,
    slideMs: draft.slideMs,
    maxAgeMs: draft.maxAgeMs,
    version: origin.version,
    stamp: origin.stamp,
    epoch: origin.epoch,
    checkedAt,
    // What slides is fresh for so long from when it last did.
    slidAt: freshUntil - draft.slideMs,
  };
}

function isEmpty(meta: Readonly<Record<string, string>>): boolean {
  for (const _ in meta) return false;
  return true;
}
