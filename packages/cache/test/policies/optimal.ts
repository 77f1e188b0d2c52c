import type { Trace } from './traces.ts';

/** Hits of the cache that knows the future: what goes is what is needed last (Belady 1966). */
export function optimalHits(trace: Trace, maxItems: number): number {
  const next = nextUses(trace);
  /** Key to when it is needed next. */
  const held = new Map<number, number>();
  const heap = new LatestFirst();
  let hits = 0;
  for (const [at, key] of trace.entries()) {
    if (held.has(key)) hits++;
    else if (held.size === maxItems) {
      let latest = heap.pop();
      // Entries of the heap that were overtaken by a later use stand for nothing.
      while (held.get(latest.key) !== latest.use) latest = heap.pop();
      held.delete(latest.key);
    }
    held.set(key, next[at] as number);
    heap.push({ key, use: next[at] as number });
  }
  return hits;
}

function nextUses(trace: Trace): readonly number[] {
  const seen = new Map<number, number>();
  const next = new Array<number>(trace.length);
  for (let at = trace.length - 1; at >= 0; at--) {
    const key = trace[at] as number;
    // Each that never comes again is different, so that one use belongs to one key.
    next[at] = seen.get(key) ?? trace.length + at;
    seen.set(key, at);
  }
  return next;
}

interface Use {
  readonly key: number;
  readonly use: number;
}

class LatestFirst {
  readonly #uses: Use[] = [];

  push(use: Use): void {
    const uses = this.#uses;
    let at = uses.push(use) - 1;
    for (let up = (at - 1) >> 1; at > 0 && (uses[up] as Use).use < use.use; up = (at - 1) >> 1) {
      uses[at] = uses[up] as Use;
      at = up;
    }
    uses[at] = use;
  }

  pop(): Use {
    const uses = this.#uses;
    const top = uses[0] as Use;
    const last = uses.pop() as Use;
    if (uses.length === 0) return top;
    let at = 0;
    for (;;) {
      let down = at * 2 + 1;
      if (down >= uses.length) break;
      if (down + 1 < uses.length && (uses[down + 1] as Use).use > (uses[down] as Use).use) down++;
      if ((uses[down] as Use).use <= last.use) break;
      uses[at] = uses[down] as Use;
      at = down;
    }
    uses[at] = last;
    return top;
  }
}
