import { inspect, isDeepStrictEqual } from 'node:util';
import type { FoundRow, HistoryRead, HistoryViolation, HistoryWrite } from './history.ts';

/** Everything that is known of one key. */
export interface KeyHistory {
  readonly key: string;
  readonly writes: readonly HistoryWrite[];
  readonly reads: readonly HistoryRead[];
  readonly found: readonly FoundRow[];
  readonly owner: string;
}

/** What may be there is the last acknowledged write, or one that was attempted while it was made or later. */
export function judgeEnd(history: KeyHistory): readonly HistoryViolation[] {
  const { key, writes, found, owner } = history;
  const violations: HistoryViolation[] = [];
  const violate = (kind: HistoryViolation['kind'], text: string): void => {
    violations.push({ kind, key, text: `key ${shown(key)}: ${text}` });
  };
  const holders = found.map(({ shard }) => shard).sort();
  if (holders.length > 1) violate('twice', `is on ${holders.join(' and ')}; ${owner} owns it`);
  const there = found.find(({ shard }) => shard === owner);
  if (there === undefined && holders.length > 0) violate('misplaced', `is on ${holders[0]}, but ${owner} owns it`);

  const made = written(writes);
  const last = lastStart(made);
  const candidates = made.filter(({ value }) => isDeepStrictEqual(value, there?.value));
  if (candidates.some(({ endedAt }) => endedAt >= last)) return violations;
  const expected = made
    .filter(({ outcome, endedAt }) => outcome === 'acknowledged' && endedAt >= last)
    .map(({ value }) => saying(value));
  const due = `${expected.join(' or ')} was acknowledged`;
  if (there === undefined) violate('lost', `${due}, but ${owner} has no such row`);
  else if (candidates.length > 0) violate('older', `${due}, but ${owner} has ${shown(there.value)}, which is older`);
  else violate('unwritten', `${owner} has ${shown(there.value)}, which ${whoWrote(writes, there.value)}`);
  return violations;
}

/** What may be read was written by somebody who had begun; with `isFresh` also by nobody before the last acknowledged. */
export function judgeReads({ key, writes, reads }: KeyHistory, isFresh: boolean): readonly HistoryViolation[] {
  const made = written(writes);
  return reads.flatMap(({ value, startedAt, endedAt }): readonly HistoryViolation[] => {
    const candidates = made.filter((write) => write.startedAt <= endedAt && isDeepStrictEqual(write.value, value));
    if (candidates.length === 0) {
      const text = `key ${shown(key)}: a read gave ${shown(value)}, which ${whoWrote(writes, value)}`;
      return [{ kind: 'read-unwritten', key, text }];
    }
    const last = lastStart(made.filter((write) => write.endedAt < startedAt));
    if (!isFresh || candidates.some((write) => write.endedAt >= last)) return [];
    return [{ kind: 'read-stale', key, text: `key ${shown(key)}: a read gave ${shown(value)} after something newer` }];
  });
}

/** Those that may have had an effect; before all of them there was no row. */
function written(writes: readonly HistoryWrite[]): readonly HistoryWrite[] {
  const [startedAt, endedAt] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const nothing: HistoryWrite = { key: '', value: undefined, startedAt, endedAt, outcome: 'acknowledged' };
  return [nothing, ...writes.filter(({ outcome }) => outcome !== 'refused')];
}

/** Since when every older write has been overwritten. */
function lastStart(writes: readonly HistoryWrite[]): number {
  return writes.reduce(
    (last, { outcome, startedAt }) => (outcome === 'acknowledged' ? Math.max(last, startedAt) : last),
    Number.NEGATIVE_INFINITY,
  );
}

function whoWrote(writes: readonly HistoryWrite[], value: unknown): string {
  const same = writes.filter((write) => isDeepStrictEqual(write.value, value));
  if (same.length === 0) return 'nobody wrote';
  return same.every(({ outcome }) => outcome === 'refused') ? 'was refused' : 'was not written yet';
}

function saying(value: unknown): string {
  return value === undefined ? 'its deletion' : shown(value);
}

function shown(value: unknown): string {
  const text = inspect(value, { breakLength: Number.POSITIVE_INFINITY, depth: 3 });
  return text.length > 120 ? `${text.slice(0, 120)}...` : text;
}
