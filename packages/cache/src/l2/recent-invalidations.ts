import type { Repair } from './recovery.ts';

const KEPT_MS = 60_000;

/**
 * What this node invalidated lately, the newest of each target. A replica that takes over may not have heard of it, and a
 * server that comes back may have forgotten it.
 */
export class RecentInvalidations {
  readonly #maxItems: number;
  /** In the order of their moments. */
  readonly #items = new Map<string, { readonly repair: Repair; readonly at: number }>();

  constructor(maxItems: number) {
    this.#maxItems = maxItems;
  }

  add(repairs: readonly Repair[], now: number): void {
    for (const repair of repairs) {
      const id = idOf(repair);
      this.#items.delete(id);
      this.#items.set(id, { repair, at: now });
    }
    for (const [id, { at }] of this.#items) {
      if (this.#items.size <= this.#maxItems && now - at <= KEPT_MS) return;
      this.#items.delete(id);
    }
  }

  /** Those of the last minute. */
  since(now: number): readonly Repair[] {
    return [...this.#items.values()].filter(({ at }) => now - at <= KEPT_MS).map(({ repair }) => repair);
  }
}

function idOf(repair: Repair): string {
  return `${repair.soft ? 's' : 'h'}${repair.kind === 'key' ? `k${repair.place}` : repair.group}`;
}
