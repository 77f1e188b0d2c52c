import type { DrainReport } from './drain-report.ts';
import type { EndReason } from './end-reason.ts';

/** Why an acquire failed. */
export type AcquireFailure = 'timeout' | 'aborted' | 'full' | 'create' | 'closed';

/** What happens in a pool. `at` is in monotonic milliseconds of its clock. */
export type PoolEvent = { readonly at: number } & (
  | { readonly type: 'creating'; readonly id: number }
  | { readonly type: 'ready'; readonly id: number; readonly tookMs: number }
  | { readonly type: 'create-failed'; readonly id: number; readonly error: unknown; readonly retryInMs: number }
  | { readonly type: 'closed'; readonly id: number; readonly reason: EndReason; readonly ageMs: number }
  | { readonly type: 'acquire-started' }
  | { readonly type: 'acquired'; readonly id: number; readonly waitedMs: number; readonly label: string | undefined }
  | { readonly type: 'acquire-failed'; readonly reason: AcquireFailure; readonly waitedMs: number }
  | { readonly type: 'returned'; readonly id: number; readonly usedMs: number }
  | {
      readonly type: 'leak';
      readonly id: number;
      readonly label: string | undefined;
      readonly heldMs: number;
      readonly stack: string | undefined;
    }
  | { readonly type: 'leak-returned'; readonly id: number; readonly heldMs: number }
  | { readonly type: 'misuse'; readonly kind: 'double-release' | 'use-after-release' | 'open-transaction' }
  | { readonly type: 'paused' }
  | { readonly type: 'resumed' }
  | { readonly type: 'cleared'; readonly generation: number }
  | {
      readonly type: 'resized';
      readonly min: number;
      readonly max: number;
      readonly limit: number;
      readonly why: string;
    }
  | { readonly type: 'draining' }
  | { readonly type: 'drained'; readonly report: DrainReport }
);
