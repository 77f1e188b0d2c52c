/**
 * One promise of a contract. Needs no test runner:
 *
 * @example
 * ```ts
 * for (const { name, run } of poolContract((factory, options) => createPool(factory, options))) test(name, run);
 * ```
 */
export interface ContractCase {
  /** What is promised, as a sentence. */
  readonly name: string;
  /** Rejects with an `AssertionError` when the promise is broken. */
  readonly run: () => Promise<void>;
}
