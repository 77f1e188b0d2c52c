import type { Core } from './core.ts';
import type { Flight } from './flight.ts';

/**
 * Asks the second level whether a group of a value was changed while it was loaded, where messages were missed or told no more
 * than that something was. The moment from which on callers do not get it; undefined: it stands as far as can be known.
 */
export async function overtaken(
  core: Core,
  { space, key, moment }: Flight,
  tags: readonly string[],
  stamp: bigint,
): Promise<number | undefined> {
  const { shared } = core;
  if (shared === undefined) return undefined;
  try {
    if ((await shared.standing(stamp, space, key, tags)) === 'valid') return undefined;
    const byTag = (await shared.standing(stamp, space, key, [])) === 'valid';
    core.discard(space, key, byTag ? 'tag' : 'prefix');
    return moment + 1;
  } catch {
    // It cannot be asked, and takes nothing either.
    return undefined;
  }
}
