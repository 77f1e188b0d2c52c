import { shown } from '../keys/shown.ts';

/** One row on its way. */
export interface MigratedRow<T> {
  readonly key: string;
  readonly value: T;
}

/** Makes one row of one, several, or none. */
export type Transform<A, B> = (row: MigratedRow<A>) => MigratedRow<B> | readonly MigratedRow<B>[] | undefined;

/** What a batch became. */
export interface TransformedBatch<B> {
  readonly rows: readonly MigratedRow<B>[];
  readonly skipped: number;
  readonly refused: readonly { readonly key: string; readonly error: unknown }[];
}

/** How many keys are known at least: as many as memory has room for, whatever the keys are. */
const KNOWN_KEYS = 250_000;

/** The keys of rows that were made of late: whether one comes again. */
export class MadeKeys {
  #newer = new Set<string>();
  #older: ReadonlySet<string> = new Set();

  /** @throws TypeError for a key that was added before. */
  add(key: string): void {
    if (this.#newer.has(key) || this.#older.has(key)) {
      throw new TypeError(`transform must make rows of different keys, got ${shown(key)} twice`);
    }
    if (this.#newer.size === KNOWN_KEYS) [this.#older, this.#newer] = [this.#newer, new Set()];
    this.#newer.add(key);
  }
}

/**
 * Makes the rows of a target of those of a source.
 * @param keys - Those of the batches before.
 * @throws what the transform throws, unless rows may be set aside; TypeError when two rows of one key come out.
 */
export function transformed<A, B>(
  rows: readonly MigratedRow<A>[],
  transform: Transform<A, B>,
  onError: 'stop' | 'quarantine',
  keys = new MadeKeys(),
): TransformedBatch<B> {
  const made: MigratedRow<B>[] = [];
  const refused: { readonly key: string; readonly error: unknown }[] = [];
  let skipped = 0;
  for (const row of rows) {
    let own: readonly MigratedRow<B>[];
    try {
      own = asRows(transform(row));
    } catch (error) {
      if (onError === 'stop') throw error;
      refused.push({ key: row.key, error });
      continue;
    }
    if (own.length === 0) skipped += 1;
    for (const one of own) {
      keys.add(one.key);
      made.push(one);
    }
  }
  return { rows: made, skipped, refused };
}

function asRows<B>(made: MigratedRow<B> | readonly MigratedRow<B>[] | undefined): readonly MigratedRow<B>[] {
  if (made === undefined) return [];
  const rows = Array.isArray(made) ? (made as readonly MigratedRow<B>[]) : [made as MigratedRow<B>];
  for (const row of rows) {
    if (typeof row?.key !== 'string') throw new TypeError(`transform must make rows with a key, got ${shown(row)}`);
  }
  return rows;
}

/** @throws RangeError for what is not above 0 and at most 1. */
export function sized(name: string, share: unknown): void {
  if (typeof share === 'number' && share > 0 && share <= 1) return;
  throw new RangeError(`${name} must be a number above 0 and up to 1, got ${shown(share)}`);
}
