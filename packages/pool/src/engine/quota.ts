/** A cap over several pools: what each of them must have before it opens a resource. */
export interface Quota {
  /** Takes room for one resource. False: there is none; `wake` is called when it is this pool's turn. */
  take(): boolean;
  /** Gives the room of one resource back. */
  give(): void;
  /**
   * Whether another pool is to have the room of a resource that came back here, although somebody waits for it: then it is
   * closed.
   */
  yields(): boolean;
  /** A resource became idle: another pool may need its room. */
  idled(): void;
}
