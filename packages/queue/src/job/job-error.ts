/** Why a job is dead. */
export type DeadReason = 'failed' | 'discarded' | 'poison' | 'expired' | 'undecodable' | 'dependency' | 'unknown-type';

/** What a handler failed with, as far as it is kept. */
export interface JobError {
  readonly name: string;
  readonly message: string;
  readonly code: string | undefined;
  /** The first 8 lines. */
  readonly stack: string | undefined;
}
