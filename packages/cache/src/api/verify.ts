/** How memory is compared with what it stands for. */
export interface VerifyOptions {
  /**
   * Entries to compare.
   * @defaultValue 200
   */
  readonly sample?: number;
  /**
   * What the value of a key is at the source. It is asked for keys of this namespace alone: with a source those of namespaces
   * within it are not compared at all.
   * @defaultValue compare with the `l2` alone
   */
  readonly source?: (key: string) => Promise<unknown>;
  /**
   * Whether what differs is invalidated.
   * @defaultValue false
   */
  readonly repair?: boolean;
  readonly signal?: AbortSignal;
}

/** What the comparison found. */
export interface VerifyReport {
  readonly checked: number;
  readonly agreed: number;
  /** The `l2` does not have them (any more). */
  readonly onlyInMemory: number;
  /** Keys of which the `l2` has another value; `<namespace>/<key>` where they are of a namespace within this one. */
  readonly stale: readonly string[];
  /** Keys of which the source has another value. */
  readonly differsFromSource: readonly string[];
}
