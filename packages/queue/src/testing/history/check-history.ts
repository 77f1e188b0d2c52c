import { shown } from '../../option-checks.ts';
import { checkEvent } from './event-check.ts';
import type { HistoryEvent, HistoryStats, HistoryViolation } from './history-event.ts';
import { doubleSettle, lost, staleSettle, unexpected, unexplainedDuplicate } from './job-rules.ts';
import { fenceOrder, fifo, keyOverlap } from './key-rules.ts';

const rules = [lost, unexpected, doubleSettle, fenceOrder, unexplainedDuplicate, staleSettle, fifo, keyOverlap];

/**
 * Judges what was seen of a queue, whoever crashed: whether a job was lost, ran without reason, ended twice, or out of its order.
 * Adds whose outcome is unknown may have happened or not. Linear in the length of the history.
 *
 * @throws TypeError for what is no history: for the first of its events that is none.
 *
 * @example
 * ```ts
 * const { ok, violations, stats } = checkHistory(history);
 * ```
 */
export function checkHistory(history: readonly HistoryEvent[]): {
  ok: boolean;
  violations: HistoryViolation[];
  stats: HistoryStats;
} {
  if (!Array.isArray(history)) throw new TypeError(`history must be an array of events, got ${shown(history)}`);
  for (const [place, event] of history.entries()) checkEvent(event, place);
  const violations = rules.flatMap((rule) => [...rule(history)]);
  return { ok: violations.length === 0, violations, stats: statsOf(history) };
}

function statsOf(history: readonly HistoryEvent[]): HistoryStats {
  const [added, started, keys] = [new Set<string>(), new Set<string>(), new Set<string>()];
  const settled: Record<string, number> = {};
  let [starts, faults] = [0, 0];
  for (const { id, key, op, phase, outcome = 'unknown' } of history) {
    if (key !== undefined) keys.add(key);
    if (op === 'crash' || op === 'freeze' || op === 'fault') faults += 1;
    if (op === 'settle' && phase === 'ok') settled[outcome] = (settled[outcome] ?? 0) + 1;
    if (id === undefined) continue;
    if (op === 'add' && phase === 'ok') added.add(id);
    if (op !== 'start') continue;
    starts += 1;
    started.add(id);
  }
  return {
    events: history.length,
    added: added.size,
    started: starts,
    redelivered: starts - started.size,
    settled,
    faults,
    keys: keys.size,
  };
}
