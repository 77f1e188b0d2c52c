/** The right to use one resource until it is returned. Disposing of a lease returns it. */
export interface Lease<T> extends Disposable, AsyncDisposable {
  /**
   * The resource.
   * @throws XcError XC_POOL_LEASE_ENDED after the lease has ended.
   */
  readonly value: T;
  /** Of the resource: 1, 2, 3 in each pool. */
  readonly id: number;
  /** True once returned, destroyed or taken away. */
  readonly ended: boolean;
  /** Aborts with XC_POOL_LOST when the resource died, was cleared by interrupt, reclaimed or force-closed. Created on first read. */
  readonly signal: AbortSignal;
  /** Returns the resource. Ending a lease twice is harmless, and counted as misuse. */
  release(): void;
  /** Closes the resource instead of returning it; resolves when it is closed, or its time for that is up. */
  destroy(): Promise<void>;
}
