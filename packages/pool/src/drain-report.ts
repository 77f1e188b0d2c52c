import type { LeaseInfo } from './lease-info.ts';

/** How a drain went. */
export interface DrainReport {
  /** Nothing was closed by force, and every close was finished in time. */
  readonly clean: boolean;
  /** Loans that came back by themselves. */
  readonly returned: number;
  /** Loans that were ended by force. */
  readonly forced: number;
  /** Borrowers that still waited. */
  readonly rejected: number;
  readonly tookMs: number;
  /** The loans that were ended by force. */
  readonly abandoned: readonly LeaseInfo[];
}
