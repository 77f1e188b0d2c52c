/** A request to a pool that is not ours. */
export interface PeerAsk<T> {
  readonly resource: PromiseLike<T>;
  /** Withdraws it. It may be answered all the same. */
  cancel(): void;
}

/** Where the resources of a pool are, its other users' included. */
export interface PeerFigures {
  /** Open, whoever has them. */
  readonly size: number;
  readonly idle: number;
  readonly inUse: number;
  readonly creating: number;
  readonly closing: number;
}

/** What a pool that is not ours must be able to do to be given our interface. */
export interface PeerPool<T> {
  readonly min: number;
  readonly max: number;
  /** How long it lets somebody wait by itself; undefined when for ever. */
  readonly acquireTimeoutMs: number | undefined;
  /** Somebody has closed it. */
  readonly closed: boolean;
  figures(): PeerFigures;
  /** Hears of every create that failed. */
  onCreateError(listener: (error: unknown) => void): void;
  ask(): PeerAsk<T>;
  /** Takes what is ready, if it can tell at once. */
  askNow(): { readonly resource: T } | undefined;
  giveBack(resource: T): void;
  /** Closes a resource that is lent; resolves when it is closed. */
  discard(resource: T): PromiseLike<unknown>;
  /** Closes what is idle; nobody gets it from now on. */
  closeIdle(): PromiseLike<void> | void;
  /** Lends nothing more and closes all, once it is back. */
  end(): Promise<unknown>;
}

/** Whether a pool that is not ours gave up waiting. */
export function isPeerTimeout(error: unknown): boolean {
  return error instanceof Error && [error.name, error.constructor.name].includes('TimeoutError');
}
