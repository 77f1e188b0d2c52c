import type { Logger } from '@xc/core';
import type { Step } from './step.ts';
import type { StepReply } from './step-reply.ts';

/** What a limiter passes along with a step. */
export interface StepCall {
  /** Nobody waits for the answer any more once this aborts. */
  readonly signal?: AbortSignal;
  /** Milliseconds after which the answer comes too late. */
  readonly deadlineMs?: number;
}

/**
 * Where limits keep their state; one method is all that an adapter writes. `@xc/ratelimit/testing` has the contract that
 * every store keeps.
 */
export interface LimitStore {
  /** For logs and metrics. */
  readonly name: string;
  /** False: answers at once, so that it needs no deadline and no deny cache. */
  readonly remote: boolean;
  /** Does one step, atomically. A rejection of the promise means that the store failed; a limit that says no is a reply. */
  apply(step: Step, call?: StepCall): Promise<StepReply>;
  /** The same without a promise, where the store can. */
  applySync?(step: Step): StepReply;
  /**
   * Called by each limiter on the store; what it returns, when that is closed. A store that finds its server unfit for limits says
   * so to the logger.
   */
  attach?(home: { readonly logger: Logger }): () => void;
}
