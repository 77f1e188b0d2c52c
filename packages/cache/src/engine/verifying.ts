import { isDeepStrictEqual } from 'node:util';
import type { VerifyOptions, VerifyReport } from '../api/verify.ts';
import { type NameSpace, partsOf, pathWithin } from '../keys/name-space.ts';
import { checkNames } from '../options/check-names.ts';
import { checkInteger } from '../options/check-number.ts';
import { checkFlag, checkFunction, checkSignal } from '../options/entry-plan.ts';
import { abortable } from './abortable.ts';
import type { Core } from './core.ts';
import { valueIn } from './draft.ts';
import type { Invalidating } from './invalidating.ts';

type Settled = Required<Pick<VerifyOptions, 'sample' | 'repair'>> & {
  readonly source: VerifyOptions['source'];
  readonly signal: AbortSignal | undefined;
};

interface Sampled {
  readonly place: string;
  readonly value: unknown;
  readonly version: bigint;
}

/**
 * Compares what memory holds and believes with the second level and with the source; an abort ends it at once, whatever the source
 * does.
 */
export async function verifyMemory(
  core: Core,
  invalidating: Invalidating,
  space: NameSpace,
  options: VerifyOptions,
): Promise<VerifyReport> {
  checkNames('options', options, ['sample', 'source', 'repair', 'signal']);
  const { sample = 200, source, repair = false, signal } = options;
  checkInteger('sample', sample, 1);
  if (source !== undefined) checkFunction('source', source);
  checkFlag('repair', repair);
  if (signal !== undefined) checkSignal(signal);
  signal?.throwIfAborted();
  return abortable(compare(core, invalidating, space, { sample, source, repair, signal }), signal, core.aborts);
}

async function compare(
  core: Core,
  invalidating: Invalidating,
  space: NameSpace,
  { sample, source, repair, signal }: Settled,
): Promise<VerifyReport> {
  const stale: string[] = [];
  const differsFromSource: string[] = [];
  const report = { checked: 0, agreed: 0, onlyInMemory: 0 };
  // A source knows the keys of its own namespace, and would take those of others for them.
  const places = source === undefined ? (place: string) => space.covers(place) : (place: string) => space.owns(place);
  for (const sampled of pick(core, places, sample)) {
    const { path, key } = partsOf(sampled.place);
    const shared = await inSecondLevel(core, core.shelf.space(path), key, sampled);
    const sourced = source === undefined || isDeepStrictEqual(await source(key), sampled.value);
    // Nobody wants to know any more, nor to have it repaired.
    signal?.throwIfAborted();
    // It may have been replaced while it was compared, which is no fault.
    if (!stillThere(core, sampled)) continue;
    report.checked++;
    if (shared === 'none') report.onlyInMemory++;
    const within = pathWithin(space.path, path);
    if (shared === 'differs') stale.push(within ? `${within}/${key}` : key);
    if (!sourced) differsFromSource.push(key);
    if (shared === 'agrees' && sourced) report.agreed++;
    const wrong = shared === 'differs' || !sourced;
    if (repair && wrong) await invalidating.invalidate(core.shelf.space(path), { key }, false, false);
  }
  return { ...report, stale, differsFromSource };
}

function pick(core: Core, accepts: (place: string) => boolean, sample: number): readonly Sampled[] {
  const { shelf, clock, random } = core;
  const { store } = shelf;
  if (store === undefined) return [];
  const now = clock.monotonic();
  const places: string[] = [];
  for (const slot of store.slots()) {
    const place = store.key(slot);
    if (accepts(place) && now < store.freshUntil(slot)) places.push(place);
  }
  const picked: Sampled[] = [];
  while (places.length > 0 && picked.length < sample) {
    const index = Math.floor(random.next() * places.length);
    const place = places[index] as string;
    places[index] = places[places.length - 1] as string;
    places.pop();
    const slot = shelf.fresh(place, now);
    if (slot < 0) continue;
    picked.push({ place, value: store.value(slot), version: shelf.extra(slot)?.version ?? 0n });
  }
  return picked;
}

async function inSecondLevel(
  core: Core,
  space: NameSpace,
  key: string,
  { place, value, version }: Sampled,
): Promise<'agrees' | 'differs' | 'none'> {
  const { shared } = core;
  if (shared === undefined) return 'agrees';
  try {
    const found = await shared.read({ place, key, space, fence: 'none' });
    if (found.state !== 'hit') return 'none';
    if (found.entry.version === version) return 'agrees';
    return isDeepStrictEqual(valueIn(found.entry), value) ? 'agrees' : 'differs';
  } catch {
    return 'none';
  }
}

function stillThere(core: Core, { place, value }: Sampled): boolean {
  const { store } = core.shelf;
  const slot = store?.find(place) ?? -1;
  return slot >= 0 && store?.value(slot) === value;
}
