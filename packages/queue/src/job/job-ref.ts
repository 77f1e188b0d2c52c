/** What `add` made of a job. */
export type AddOutcome = 'added' | 'exists' | 'duplicate' | 'replaced' | 'debounced' | 'known';

/** Names a job, and waits for its result. */
export interface JobRef<Out> {
  readonly id: string;
  /**
   * `exists`: there is a job of this id already; `duplicate`: a holder of the unique key took it; `replaced` and `debounced`: the
   * holder carries this data now; `known`: the ref was made by `ref(id)`.
   */
  readonly outcome: AddOutcome;
  /**
   * Settles with the job, told by event, never by polling. The process does not end while somebody waits.
   *
   * @throws XcError XC_QUEUE_DEAD, with `details.reason` and the last error as cause; XC_QUEUE_CANCELLED; XC_QUEUE_GONE where there
   * is no such job any more; XC_QUEUE_RESULT_TIMEOUT.
   */
  result(options?: ResultOptions): Promise<Out>;
}

/** Options of `result`. */
export interface ResultOptions {
  /** @defaultValue none */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}
