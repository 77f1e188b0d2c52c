/** Starts per time, by GCRA: in any window of `perMs` at most `max + burst - 1`. */
export interface Rate {
  readonly max: number;
  readonly perMs: number;
  /** @defaultValue 1 */
  readonly burst?: number | undefined;
}
