/** Options of the memory tier. */
export interface L1Options {
  /**
   * Entries that are kept at most; an integer of at least 1.
   * @defaultValue 10_000
   */
  readonly maxItems?: number;
  /**
   * Weight that is kept at most. With it every entry has a weight.
   * @defaultValue none
   */
  readonly maxBytes?: number;
  /**
   * Which entry goes when there are too many: by adaptive W-TinyLFU, by S3-FIFO, or the least recently used.
   * @defaultValue 'adaptive'
   */
  readonly policy?: 'adaptive' | 's3fifo' | 'lru';
  /**
   * The weight of an entry, an integer of at least 0.
   * @defaultValue the encoded length where the `l2` has encoded it, else an estimate
   */
  readonly weigh?: (value: unknown, key: string) => number;
}
