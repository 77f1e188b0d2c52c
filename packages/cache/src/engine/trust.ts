import type { Core } from './core.ts';
import type { ShelfExtra } from './shelf.ts';

const BELIEVED_MS = 1_000;

/**
 * Whether what memory holds has to be checked with the second level before it is used: after a gap in the messages, and every
 * second for as long as there are none, because nobody wants them or because they do not come.
 */
export function isSuspect(core: Core, extra: ShelfExtra | undefined, now: number): boolean {
  if (!core.checked) return false;
  if (extra === undefined || extra.epoch !== core.epoch) return true;
  return !core.coherent && core.shared !== undefined && now - extra.checkedAt >= BELIEVED_MS;
}
