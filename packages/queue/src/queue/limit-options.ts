import type { Rate } from './rate.ts';

/** What `limit` changes; `undefined` leaves, `null` lifts. */
export interface LimitOptions {
  readonly concurrency?: number | null | undefined;
  readonly rate?: Rate | null | undefined;
  readonly perKey?: { readonly concurrency?: number | undefined; readonly rate?: Rate | null | undefined } | undefined;
}
