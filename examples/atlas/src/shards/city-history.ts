import { type HistoryChecker, historyChecker } from '@xc/shard/testing';
import type { Place } from '../data/place.ts';
import type { FoundCity } from './city-shards.ts';

/** What the checker has against what was found. */
export interface Verdict {
  readonly lost: number;
  readonly duplicated: number;
}

/** A history in which all cities are as they were before anybody came. Whatever comes later has times above 0. */
export function historyOf(places: readonly Place[]): HistoryChecker {
  const history = historyChecker();
  for (const { id, population } of places) {
    history.add({ key: String(id), value: population, startedAt: -2, endedAt: -1, outcome: 'acknowledged' });
  }
  return history;
}

/** Whatever is not as it should be counts as lost, unless it is there twice. */
export function verdictOf(
  history: HistoryChecker,
  rows: readonly FoundCity[],
  ownerOf: (key: string) => string,
): Verdict {
  const violations = history.violations({ rows, ownerOf });
  const duplicated = violations.filter(({ kind }) => kind === 'twice').length;
  return { duplicated, lost: violations.length - duplicated };
}
