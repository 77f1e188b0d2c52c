/** Chance as a dependency, so that a test can repeat it. Not for secrets. */
export interface Random {
  /** In [0, 1). */
  next(): number;
}
