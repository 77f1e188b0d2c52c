import { FencedError } from '../../errors/fenced-error.ts';
import { MoverSupersededError } from '../../errors/mover-superseded-error.ts';
import type { Place, Row, RowChange } from '../../moving/data-adapter.ts';
import { utf8Order } from '../../partitioners/utf8-order.ts';
import type { Capture } from './capture.ts';
import { WriteGate } from './write-gate.ts';

/** A value, or a tombstone, and when it was written where that is kept. */
interface Stored {
  readonly value: unknown;
  readonly isDeleted: boolean;
  readonly version: bigint | undefined;
}

/** What one shard has of one partition. Each method takes effect at once, as a transaction of a database would. */
export class PartitionData {
  readonly gate = new WriteGate();
  readonly captures = new Map<string, Capture>();
  readonly #rows = new Map<string, Stored>();
  readonly #isVersioned: boolean;
  minTerm = 0;
  mover = 0;

  constructor(isVersioned: boolean) {
    this.#isVersioned = isVersioned;
  }

  /** Without tombstones, in key order. */
  get rows(): readonly Row[] {
    const keys = [...this.#rows.keys()].sort(utf8Order);
    return keys.flatMap((key) => (this.#rows.get(key)?.isDeleted ? [] : [this.row(key) as Row]));
  }

  get tombstones(): readonly string[] {
    return [...this.#rows].flatMap(([key, { isDeleted }]) => (isDeleted ? [key] : []));
  }

  /** A copy; a tombstone as one. */
  row(key: string): Row | undefined {
    const stored = this.#rows.get(key);
    if (stored === undefined) return undefined;
    const { value, version } = stored;
    return { key, value: structuredClone(value), ...(version === undefined ? {} : { version }) };
  }

  /** @throws FencedError */
  checkTerm(partition: number, term: number): void {
    if (term < this.minTerm) throw new FencedError({ partition, term, minTerm: this.minTerm });
  }

  /** @throws MoverSupersededError */
  checkMover({ moveId, mover }: Place): void {
    if (mover < this.mover) throw new MoverSupersededError({ moveId, mover });
  }

  /** Writes of a user; `undefined`: deleted. */
  commit(writes: ReadonlyMap<string, unknown>, version: () => bigint): void {
    for (const [key, value] of writes) {
      const isDeleted = value === undefined;
      if (this.#isVersioned) this.#rows.set(key, { value, isDeleted, version: version() });
      else if (isDeleted) this.#rows.delete(key);
      else this.#rows.set(key, { value, isDeleted, version: undefined });
    }
  }

  /** Writes of a mover. */
  apply({ key, row }: RowChange): void {
    if (row === undefined) this.#rows.delete(key);
    else if (this.#isVersioned) this.#applyNewer(row);
    else this.#rows.set(key, { value: structuredClone(row.value), isDeleted: false, version: undefined });
  }

  /** Deletes at most so many rows, and with the last of them what is remembered of deleted ones. */
  purge(limit: number): number {
    const keys = this.rows.slice(0, limit).map(({ key }) => key);
    for (const key of keys) this.#rows.delete(key);
    if (this.rows.length === 0) this.#rows.clear();
    return keys.length;
  }

  #applyNewer({ key, value, version }: Row): void {
    if (version === undefined) throw new TypeError('rows must have a version where routers mirror writes');
    const stored = this.#rows.get(key);
    if ((stored?.version ?? 0n) >= version) return;
    this.#rows.set(key, { value: structuredClone(value), isDeleted: value === undefined, version });
  }
}
