import type { Clock, Timer } from '@xc/core';
import type { NameSpace } from '../keys/name-space.ts';

/** What has to be repeated. */
export type Repair =
  | { readonly kind: 'key'; readonly place: string; readonly soft: boolean }
  | { readonly kind: 'group'; readonly group: string; readonly length: number | undefined; readonly soft: boolean };

/** How repairs are made, and told of. */
export interface RecoverySettings {
  readonly maxItems: number;
  readonly retryMs: number;
  readonly clock: Clock;
  /** Makes them all; rejects when nothing could be done. Answers those that are done. */
  readonly repair: (repairs: readonly Repair[]) => Promise<readonly Repair[]>;
  readonly sized: (items: number) => void;
}

/**
 * Invalidations that did not reach the second level. One of a target replaces an older one of the same; too many become one of
 * everything. Until they have arrived, nothing that they cover is read from there or written to it.
 */
export class Recovery {
  readonly #settings: RecoverySettings;
  readonly #items = new Map<string, Repair>();
  #timer: Timer | undefined;
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(settings: RecoverySettings) {
    this.#settings = settings;
  }

  get size(): number {
    return this.#items.size;
  }

  add(repairs: readonly Repair[]): void {
    if (this.#closed) return;
    for (const repair of repairs) this.#put(repair);
    if (this.#items.size > this.#settings.maxItems) {
      this.#items.clear();
      this.#put({ kind: 'group', group: 'n', length: undefined, soft: false });
    }
    this.#settings.sized(this.#items.size);
    this.#schedule();
  }

  /** The key was written to the second level since. */
  forget(place: string): void {
    if (this.#items.size === 0) return;
    this.#items.delete(`k${place}`);
    this.#items.delete(`sk${place}`);
    this.#settings.sized(this.#items.size);
  }

  coversKey(place: string): boolean {
    return this.#items.size > 0 && (this.#items.has(`k${place}`) || this.#items.has(`sk${place}`));
  }

  /** Whether a group waits that something with these tags is in. */
  coversGroups(space: NameSpace, key: string, tags: readonly string[]): boolean {
    if (this.#items.size === 0) return false;
    const waits = (group: string): boolean => this.#items.has(group) || this.#items.has(`s${group}`);
    if (tags.some(waits) || space.chain.some(waits)) return true;
    for (const repair of this.#items.values()) {
      if (repair.kind !== 'group' || repair.length === undefined) continue;
      if (repair.group === space.prefixGroup(key.slice(0, repair.length))) return true;
    }
    return false;
  }

  /** Tries now what waits. */
  flush(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#running ??= this.#flush().finally(() => {
      this.#running = undefined;
      this.#schedule();
    });
    return this.#running;
  }

  close(): number {
    this.#closed = true;
    this.#timer?.cancel();
    return this.#items.size;
  }

  async #flush(): Promise<void> {
    const repairs = [...this.#items.values()];
    if (repairs.length === 0) return;
    try {
      for (const done of await this.#settings.repair(repairs)) {
        const id = idOf(done);
        // A newer one of the same target has to be made as well.
        if (this.#items.get(id) === done) this.#items.delete(id);
      }
    } catch {
      // It stays in the queue, and the gate has counted the failure.
    }
    this.#settings.sized(this.#items.size);
  }

  #put(repair: Repair): void {
    const id = idOf(repair);
    if (!repair.soft) this.#items.delete(`s${id}`);
    this.#items.set(id, repair);
  }

  #schedule(): void {
    if (this.#closed || this.#items.size === 0 || this.#timer !== undefined || this.#running !== undefined) return;
    this.#timer = this.#settings.clock.after(this.#settings.retryMs, () => void this.flush());
  }
}

function idOf(repair: Repair): string {
  const id = repair.kind === 'key' ? `k${repair.place}` : repair.group;
  return repair.soft ? `s${id}` : id;
}
