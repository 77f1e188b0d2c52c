/** Where a call of a router has been sent. */
export interface RouteContext {
  readonly shard: string;
  /** The partition of the key; of several the first. */
  readonly partition: number;
  /** All that the call is about on this shard. */
  readonly partitions: readonly number[];
  readonly epoch: number;
  /** The term to hand to the data: a fenced shard refuses older ones. */
  readonly term: number;
  /**
   * Of each of several partitions its own, in their order: `term` is the highest of them, which lets a write through that the data of
   * another would refuse. Where there is only one: left out.
   */
  readonly terms?: readonly number[];
  readonly role: 'primary' | 'replica';
  /** Which one; `undefined`: the primary. */
  readonly replica: string | undefined;
  /** 1 for the first run of the function, 2 after the data has refused it once. */
  readonly attempt: number;
  readonly signal: AbortSignal;
}
