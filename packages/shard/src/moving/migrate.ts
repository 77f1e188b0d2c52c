import { isDeepStrictEqual } from 'node:util';
import { type Clock, systemClock } from '@xc/core';
import { xxh32 } from '../hash/xxh32.ts';
import { checkInteger, shown } from '../keys/shown.ts';
import { checkEnvironment } from '../telemetry/check-environment.ts';
import { checkJobId } from './check-entry.ts';
import type { Journal } from './journal.ts';
import { type Progress, ProgressBook } from './migration-progress.ts';
import { MadeKeys, type MigratedRow, sized, type Transform, transformed } from './migration-rows.ts';

/** Where rows come from. */
export interface MigrationSource<A> {
  /** In key order from behind a cursor; `next` is the cursor to go on from, `undefined` at the end. */
  scan(
    after: string | undefined,
    limit: number,
    signal: AbortSignal,
  ): Promise<{ readonly rows: readonly MigratedRow<A>[]; readonly next: string | undefined }>;
}

/** Where rows go. */
export interface MigrationTarget<B> {
  /** Must be an upsert: after a crash the last batch comes again. */
  apply(rows: readonly MigratedRow<B>[], signal: AbortSignal): Promise<void>;
  /** What is there, for verifying. */
  read?(keys: readonly string[], signal: AbortSignal): Promise<readonly MigratedRow<B>[]>;
}

/** Options of {@link migrate}. */
export interface MigrateOptions<A, B> {
  /** Names the migration, and its journal: letters, digits, `.`, `_`, `-`, at most 100. */
  readonly id: string;
  readonly journal: Journal;
  readonly source: MigrationSource<A>;
  readonly target: MigrationTarget<B>;
  /**
   * One row of one, several, or none, each of a key of its own: among the last 250,000 of a run a key that comes again ends it;
   * beyond, the later row stands, and verifying counts the earlier one as different. Pure: it runs again for verifying.
   * @defaultValue the row as it is
   */
  readonly transform?: Transform<A, B>;
  /** @defaultValue 500 */
  readonly batchRows?: number;
  /** Whether a row that cannot be transformed or written ends it, or is set aside and listed. @defaultValue 'stop' */
  readonly onError?: 'stop' | 'quarantine';
  /** @defaultValue 'full' when the target can be read, else 'none' */
  readonly verify?: 'none' | 'sample' | 'full';
  /** Part of the rows that a sample compares, above 0 to 1. @defaultValue 0.01 */
  readonly sampleShare?: number;
  /** Milliseconds to pause before the next batch, told how many rows were read. */
  readonly throttle?: (done: number) => number;
  readonly signal?: AbortSignal;
  /** @defaultValue the clock of the machine */
  readonly clock?: Clock;
}

/** What a migration did, all its runs together. */
export interface MigrationReport {
  readonly read: number;
  /** Rows that the target has taken. */
  readonly written: number;
  /** Rows of which the transform made nothing. */
  readonly skipped: number;
  readonly quarantined: readonly { readonly key: string; readonly error: unknown }[];
  readonly verified: { readonly compared: number; readonly different: number; readonly missing: number };
  /** Where this run went on from; `undefined` when it began. */
  readonly resumedFrom: string | undefined;
}

/**
 * Moves rows between any two stores: batch by batch, each written down once it is applied, so that a run that was killed goes on
 * where it was and repeats one batch at most. Verifies what came by reading both again.
 *
 * @throws TypeError or RangeError for options that are none, and for a transform that makes two rows of one key; what source and
 * target throw; XcError `XC_SHARD_JOURNAL_CONFLICT` when it runs somewhere else at the same time.
 */
export async function migrate<A, B>(options: MigrateOptions<A, B>): Promise<MigrationReport> {
  const settled = checked(options);
  const { id, journal, source, target, batchRows, throttle, signal, clock, onError } = settled;
  const book = await ProgressBook.open(journal, id, clock);
  const resumedFrom = book.progress.cursor;
  const transform = options.transform ?? ((row) => row as unknown as MigratedRow<B>);
  const keys = new MadeKeys();
  for (let { done } = book.progress; !done; ) {
    signal.throwIfAborted();
    const { rows, next } = await source.scan(book.progress.cursor, batchRows, signal);
    const batch = transformed(rows, transform, onError, keys);
    const refused = await written(batch.rows, target, onError, signal);
    done = next === undefined;
    await book.note({
      cursor: next ?? book.progress.cursor,
      done,
      read: rows.length,
      written: batch.rows.length - refused.length,
      skipped: batch.skipped,
      quarantined: [...batch.refused, ...refused],
    });
    const pauseMs = throttle === undefined || done ? 0 : throttle(book.progress.read);
    if (pauseMs > 0) await clock.sleep(pauseMs, signal);
  }
  const setAside = new Set(book.progress.quarantined.map(({ key }) => key));
  const verified = await verification(settled, transform, setAside);
  const { read, written: wrote, skipped, quarantined } = book.progress;
  return { read, written: wrote, skipped, quarantined, verified, resumedFrom };
}

/** Writes a batch; where that fails, and rows may be set aside, one by one. Gives those that the target refuses. */
async function written<B>(
  rows: readonly MigratedRow<B>[],
  target: MigrationTarget<B>,
  onError: 'stop' | 'quarantine',
  signal: AbortSignal,
): Promise<Progress['quarantined']> {
  if (rows.length === 0) return [];
  try {
    await target.apply(rows, signal);
    return [];
  } catch (error) {
    if (onError === 'stop' || signal.aborted) throw error;
    const refused: { readonly key: string; readonly error: unknown }[] = [];
    for (const row of rows) {
      try {
        await target.apply([row], signal);
      } catch (reason) {
        refused.push({ key: row.key, error: reason });
      }
    }
    // Nothing gets through: it is the target that is ill, and not the rows.
    if (refused.length === rows.length && rows.length > 1) throw error;
    return refused;
  }
}

async function verification<A, B>(
  { source, target, batchRows, verify, sampleShare, signal, onError }: Settled<A, B>,
  transform: Transform<A, B>,
  setAside: ReadonlySet<string>,
): Promise<MigrationReport['verified']> {
  let [compared, different, missing] = [0, 0, 0];
  if (verify === 'none' || target.read === undefined) return { compared, different, missing };
  const most = verify === 'full' ? 2 ** 32 : sampleShare * 2 ** 32;
  let after: string | undefined;
  do {
    signal.throwIfAborted();
    const { rows, next } = await source.scan(after, batchRows, signal);
    const wanted = transformed(
      rows.filter(({ key }) => !setAside.has(key)),
      transform,
      onError,
    ).rows.filter(({ key }) => !setAside.has(key) && xxh32(key) < most);
    const found = new Map<string, B>();
    for (const row of wanted.length === 0
      ? []
      : await target.read(
          wanted.map(({ key }) => key),
          signal,
        )) {
      found.set(row.key, row.value);
    }
    for (const { key, value } of wanted) {
      compared += 1;
      if (!found.has(key)) missing += 1;
      else if (!isDeepStrictEqual(found.get(key), value)) different += 1;
    }
    after = next;
  } while (after !== undefined);
  return { compared, different, missing };
}

type Settled<A, B> = MigrateOptions<A, B> &
  Required<Pick<MigrateOptions<A, B>, 'batchRows' | 'onError' | 'verify' | 'sampleShare' | 'signal' | 'clock'>>;

function checked<A, B>(options: MigrateOptions<A, B>): Settled<A, B> {
  const { id, journal, source, target, batchRows = 500, onError = 'stop', sampleShare = 0.01, throttle } = options;
  const { verify = target?.read === undefined ? 'none' : 'full', clock = systemClock } = options;
  checkJobId(id, 'id');
  if (typeof journal?.append !== 'function') throw new TypeError(`journal must be one, got ${shown(journal)}`);
  if (typeof source?.scan !== 'function') throw new TypeError(`source must have scan, got ${shown(source)}`);
  if (typeof target?.apply !== 'function') throw new TypeError(`target must have apply, got ${shown(target)}`);
  checkInteger('batchRows', batchRows, 1, 1_000_000);
  sized('sampleShare', sampleShare);
  if (onError !== 'stop' && onError !== 'quarantine')
    throw new TypeError(`onError must be 'stop' or 'quarantine', got ${shown(onError)}`);
  if (!['none', 'sample', 'full'].includes(verify))
    throw new TypeError(`verify must be 'none', 'sample' or 'full', got ${shown(verify)}`);
  if (throttle !== undefined && typeof throttle !== 'function')
    throw new TypeError(`throttle must be a function, got ${shown(throttle)}`);
  checkEnvironment({ clock });
  if (verify !== 'none' && target.read === undefined) throw new TypeError('verify needs a target that can be read');
  return {
    ...options,
    batchRows,
    onError,
    verify,
    sampleShare,
    clock,
    signal: options.signal ?? new AbortController().signal,
  };
}
