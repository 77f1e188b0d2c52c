import { type HotKeys, type KeyHeat, requests } from './hot-keys.ts';
import type { Slot } from './slot.ts';
import type { SlotTable } from './slot-table.ts';

/**
 * The `n` keys with most requests, heaviest first: what was counted of keys that came and went, and the hits that the entries
 * still hold, which are exact and cost a hit nothing but one addition.
 */
export function hottestKeys(
  n: number,
  counted: HotKeys,
  table: SlotTable,
  accepts: (key: string) => boolean,
): readonly KeyHeat[] {
  const best: KeyHeat[] = [];
  const offer = (heat: KeyHeat) => {
    const last = best.at(-1);
    if (best.length >= n && (last === undefined || requests(last) >= requests(heat))) return;
    if (!accepts(heat.key)) return;
    insert(best, heat);
    if (best.length > n) best.pop();
  };
  const held = new Set<string>();
  for (let slot: Slot = 0; slot < table.used; slot++) {
    const key = table.key(slot);
    const hits = table.hits(slot);
    if (key === undefined || hits === 0) continue;
    const before = counted.heat(key);
    if (before !== undefined) held.add(key);
    offer({ key, hits: hits + (before?.hits ?? 0), misses: before?.misses ?? 0, loadMs: before?.loadMs ?? 0 });
  }
  for (const { key, hits, misses, loadMs } of counted.all()) if (!held.has(key)) offer({ key, hits, misses, loadMs });
  return best;
}

/** Into its place in a list from heavy to light. */
function insert(list: KeyHeat[], heat: KeyHeat): void {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (requests(list[middle] as KeyHeat) >= requests(heat)) low = middle + 1;
    else high = middle;
  }
  list.splice(low, 0, heat);
}
