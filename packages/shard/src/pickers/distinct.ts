import { checkCount } from './picker.ts';

/** The ids of the first so many different nodes. */
export function distinct(nodes: Iterable<number>, ids: readonly string[], count: number): readonly string[] {
  const wanted = Math.min(checkCount(count), ids.length);
  const found = new Set<number>();
  if (wanted > 0) {
    for (const node of nodes) {
      found.add(node);
      if (found.size >= wanted) break;
    }
  }
  return [...found].map((node) => ids[node] as string);
}
