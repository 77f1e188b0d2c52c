import type { VisitKind } from './visits.ts';

/**
 * How a visit went: `stale` is an answer from memory, `refused` a 429, `error` any other failure, a broken connection or a
 * visitor who left.
 */
export type Result = 'fresh' | 'stale' | 'refused' | 'error';

export interface Sample {
  readonly kind: VisitKind;
  /** When the visitor came, in ms from the start of the load. */
  readonly atMs: number;
  /** From the moment the visitor came, not from the moment the request was sent, to the last byte of the answer. */
  readonly latencyMs: number;
  readonly result: Result;
  /** Who came, where visitors are told apart. */
  readonly visitor?: string;
  /** Of a trip that was accepted. */
  readonly tripId?: string;
}
