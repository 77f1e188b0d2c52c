import type { JobRef, ResultOptions } from '../job/job-ref.ts';
import type { JobState } from '../job/job-state.ts';
import type { AddItem } from '../queue/add-options.ts';

/**
 * One job of a flow, and what it comes after. Over several shards all keys of a flow must be of one shard, which is where it is: with
 * one key for all of it they are. An `options.id` is of no other job and no other node, else `RangeError`.
 */
export interface FlowNode<Jobs> extends AddItem<Jobs> {
  /** Unique in the flow. */
  readonly name: string;
  /** A name alone is `success`: that job is done, else this one is dead as `dependency`. `settled`: whatever its end. */
  readonly after?: readonly (string | { readonly name: string; readonly on: 'success' | 'settled' })[] | undefined;
}

/** Names a flow, and waits for it. */
export interface FlowRef {
  readonly id: string;
  readonly jobs: Readonly<Record<string, JobRef<unknown>>>;
  /**
   * Settles when all nodes have; never rejects because of a node, whatever is kept of those. A removed node is `cancelled`.
   *
   * @throws XC_QUEUE_GONE where no job of the flow is kept any more when it is asked; XC_QUEUE_RESULT_TIMEOUT.
   */
  result(
    options?: ResultOptions,
  ): Promise<Readonly<Record<string, { readonly state: JobState; readonly result?: unknown }>>>;
}
