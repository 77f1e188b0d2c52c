import { AssertionError } from 'node:assert/strict';
import { isXcError } from '@xc/core';
import { shown } from '../keys/shown.ts';
import type { FoundRow, HistoryRead, HistoryViolation, HistoryWrite } from './history/history.ts';
import { judgeEnd, judgeReads, type KeyHistory } from './history/judge-key.ts';

/** What is there when all is over. */
export interface HistoryEnd {
  /** Every row of every shard. */
  readonly rows: Iterable<FoundRow>;
  /** The shard that owns a key. */
  readonly ownerOf: (key: string) => string;
  /** Whether a read may give what was overwritten before it began, as one may from an owner that was. @defaultValue true */
  readonly allowStaleReads?: boolean;
}

/** Options of `historyChecker`. */
export interface HistoryCheckerOptions {
  /**
   * Errors that prove that a write was not made.
   * @defaultValue codes `XC_SHARD_FENCED`, `XC_SHARD_CUTOVER_TIMEOUT`
   */
  readonly isRefused?: (error: unknown) => boolean;
}

/** Writes and reads as they were seen by those who made them. */
export interface HistoryChecker {
  /** Makes a write and keeps what became of it; `undefined` for a deletion. Settles as `run` does. */
  write<R>(key: string, value: unknown, run: () => R | PromiseLike<R>): Promise<R>;
  /** Makes a read and keeps its answer; one that fails is forgotten. */
  read<R>(key: string, run: () => R | PromiseLike<R>): Promise<R>;
  /**
   * Takes over a write that another process made. All times of a history must be of one clock: use `add` for all or none.
   * @throws TypeError for one without a key, times or an outcome.
   */
  add(write: HistoryWrite): void;
  /** Takes over a read of another process. @throws TypeError for one without a key or times. */
  addRead(read: HistoryRead): void;
  readonly counts: {
    readonly acknowledged: number;
    readonly refused: number;
    /** Failed with an outcome that nobody knows, or not ended. */
    readonly unknown: number;
    readonly reads: number;
  };
  /** Everything that must not be. */
  violations(end: HistoryEnd): readonly HistoryViolation[];
  /** @throws AssertionError that names every violation. */
  check(end: HistoryEnd): void;
}

const refusals = ['XC_SHARD_FENCED', 'XC_SHARD_CUTOVER_TIMEOUT'];
const outcomes: readonly string[] = ['acknowledged', 'refused', 'unknown'];
const MOST_SHOWN = 20;

/**
 * Keeps what users did while partitions moved, and says in the end whether anything was lost or is there twice: every
 * acknowledged write can be read from its owner, with the value acknowledged last or one attempted later; no key is on two
 * shards; none is there that nobody wrote. Write and delete under one key as often as you like, at the same time as well.
 *
 * @example
 * ```ts
 * const history = historyChecker();
 * await history.write('k', 1, () => router.write('k', (client) => client.put('k', 1)));
 * await history.read('k', () => router.read('k', (client) => client.get('k')));
 * history.check({ rows: everyRow(), ownerOf: (key) => router.locate(key).shard });
 * ```
 */
export function historyChecker(options: HistoryCheckerOptions = {}): HistoryChecker {
  const { isRefused = (error) => refusals.some((code) => isXcError(error, code)) } = options;
  const writes = new Set<HistoryWrite>();
  const reads = new Set<HistoryRead>();
  let events = 0;
  const now = (): number => {
    events += 1;
    return events;
  };
  const countOf = (outcome: HistoryWrite['outcome']): number =>
    [...writes].filter((write) => write.outcome === outcome).length;

  const violations = ({ rows, ownerOf, allowStaleReads = true }: HistoryEnd): readonly HistoryViolation[] =>
    [...byKey(writes, reads, rows, ownerOf)].flatMap((history) => [
      ...judgeEnd(history),
      ...judgeReads(history, !allowStaleReads),
    ]);

  return {
    async write(key, value, run) {
      // Until it has ended it may have any effect, also when its process is never heard of again.
      let known: HistoryWrite = {
        key,
        value,
        startedAt: now(),
        endedAt: Number.POSITIVE_INFINITY,
        outcome: 'unknown',
      };
      writes.add(known);
      const end = (outcome: HistoryWrite['outcome']): void => {
        writes.delete(known);
        known = { ...known, endedAt: now(), outcome };
        writes.add(known);
      };
      try {
        const answer = await run();
        end('acknowledged');
        return answer;
      } catch (error) {
        end(isRefused(error) ? 'refused' : 'unknown');
        throw error;
      }
    },
    async read(key, run) {
      const startedAt = now();
      const value = await run();
      reads.add({ key, value, startedAt, endedAt: now() });
      return value;
    },
    add(write) {
      checkTimes(write);
      if (!outcomes.includes(write.outcome)) {
        throw new TypeError(`outcome must be one of ${outcomes.join(', ')}, got ${shown(write.outcome)}`);
      }
      writes.add(write);
    },
    addRead(read) {
      checkTimes(read);
      reads.add(read);
    },
    get counts() {
      return {
        acknowledged: countOf('acknowledged'),
        refused: countOf('refused'),
        unknown: countOf('unknown'),
        reads: reads.size,
      };
    },
    violations,
    check(end) {
      const found = violations(end);
      if (found.length === 0) return;
      const texts = found.slice(0, MOST_SHOWN).map(({ kind, text }) => `${kind}: ${text}`);
      const more = found.length > MOST_SHOWN ? [`and ${found.length - MOST_SHOWN} more`] : [];
      throw new AssertionError({ message: [`${found.length} violations`, ...texts, ...more].join('\n') });
    },
  };
}

/** What cannot be ordered cannot be judged. */
function checkTimes({ key, startedAt, endedAt }: HistoryWrite | HistoryRead): void {
  if (typeof key !== 'string') throw new TypeError(`key must be a string, got ${shown(key)}`);
  if (startedAt <= endedAt) return;
  throw new TypeError(`startedAt and endedAt must be times in order, got ${shown(startedAt)} and ${shown(endedAt)}`);
}

function byKey(
  writes: Iterable<HistoryWrite>,
  reads: Iterable<HistoryRead>,
  rows: Iterable<FoundRow>,
  ownerOf: HistoryEnd['ownerOf'],
): Iterable<KeyHistory> {
  const keys = new Map<string, { writes: HistoryWrite[]; reads: HistoryRead[]; found: FoundRow[] }>();
  const at = (key: string) => {
    const known = keys.get(key) ?? { writes: [], reads: [], found: [] };
    keys.set(key, known);
    return known;
  };
  for (const write of writes) at(write.key).writes.push(write);
  for (const read of reads) at(read.key).reads.push(read);
  for (const row of rows) at(row.key).found.push(row);
  return [...keys].map(([key, known]) => ({ key, owner: ownerOf(key), ...known }));
}
