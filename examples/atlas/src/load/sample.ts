import type { VisitKind } from './visits.ts';

/** How a visit went: `stale` is an answer from memory, `error` a 5xx, a broken connection or a visitor who left. */
export type Result = 'fresh' | 'stale' | 'error';

export interface Sample {
  readonly kind: VisitKind;
  /** When the visitor came, in ms from the start of the load. */
  readonly atMs: number;
  /** From the moment the visitor came, not from the moment the request was sent, to the last byte of the answer. */
  readonly latencyMs: number;
  readonly result: Result;
  /** Of a trip that was accepted. */
  readonly tripId?: string;
}
