import type { TierGroups, TierRaise } from '../tier/tier-groups.ts';
import type { TierTime } from './tier-time.ts';

/** Versions of the groups of one cache. */
export class GroupHash {
  readonly #time: TierTime;
  readonly #versions = new Map<string, bigint>();
  readonly #lengths = new Set<number>();
  #latest = 0n;
  #floor = 0n;

  constructor(time: TierTime) {
    this.#time = time;
  }

  raise({ ids, lengths, above, maxLive }: TierRaise): TierGroups {
    this.#begin();
    this.#latest = this.#time.after(above > this.#latest ? above : this.#latest);
    for (const length of lengths) this.#lengths.add(length);
    for (const id of ids) {
      this.#versions.delete(id);
      this.#versions.set(id, this.#latest);
    }
    for (const [id, version] of this.#versions) {
      if (this.#versions.size <= maxLive) break;
      this.#versions.delete(id);
      if (version > this.#floor) this.#floor = version;
    }
    return this.read(ids);
  }

  read(ids: readonly string[]): TierGroups {
    this.#begin();
    return { ...this.facts, versions: ids.map((id) => this.#versions.get(id) ?? 0n) };
  }

  get facts() {
    this.#begin();
    return { latest: this.#latest, floor: this.#floor, lengths: [...this.#lengths] };
  }

  #begin(): void {
    if (this.#latest > 0n) return;
    this.#latest = this.#time.after(0n);
    this.#floor = this.#latest;
  }
}
