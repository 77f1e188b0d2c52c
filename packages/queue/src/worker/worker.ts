/** Takes jobs of one queue and hands them to handlers. */
export interface Worker extends AsyncDisposable {
  readonly id: string;
  /** Handlers that run now. */
  readonly running: number;
  /** Handlers that did not end after their signal aborted. */
  readonly stuck: number;
  /** Resolves when the engine has answered once. */
  ready(): Promise<void>;
  /** Resolves when nothing is leased here and the last look found nothing due. */
  idle(): Promise<void>;
  /** Handlers at once here, from now on. */
  setConcurrency(n: number): void;
  /** This worker only. */
  pause(): void;
  /** Goes on after `pause`. */
  resume(): void;
  /** Takes no more, hands back what has not started, waits for the rest. A second call is the same stop. */
  stop(options?: { readonly graceMs?: number | undefined }): Promise<StopReport>;
}

/** What became of the jobs that a worker held when it was stopped. */
export interface StopReport {
  readonly finished: number;
  readonly handedBack: number;
  /** Still running; their leases end by themselves. */
  readonly abandoned: number;
}
