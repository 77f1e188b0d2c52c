/** What is known of a key. Its tags and its meta are frozen. */
export interface Entry<T> {
  readonly value: T;
  readonly state: 'fresh' | 'stale';
  /** It stands for 'there is nothing'. */
  readonly negative: boolean;
  /** Milliseconds since it was stored. */
  readonly ageMs: number;
  /** Milliseconds for which it is fresh; 0 when it is stale. */
  readonly ttlLeftMs: number;
  readonly tags: readonly string[];
  readonly meta: Readonly<Record<string, string>>;
  readonly from: 'l1' | 'l2';
}
