import type { LeaseInfo } from './lease-info.ts';
import type { PoolStats } from './pool-stats.ts';

/** What most likely keeps borrowers waiting. */
export type Verdict =
  | 'ok'
  | 'paused'
  | 'factory-down'
  | 'slow-create'
  | 'leak-suspected'
  | 'undersized'
  | 'event-loop-stalled';

/** Why borrowers wait, and what to do about it. */
export interface Diagnosis {
  readonly verdict: Verdict;
  /** One sentence for the reader of a log. */
  readonly advice: string;
  readonly stats: PoolStats;
  /** The loans that are held the longest, oldest first. */
  readonly suspects: readonly LeaseInfo[];
  /** What the last failed create failed with; undefined after a success. */
  readonly lastCreateError: unknown;
}
