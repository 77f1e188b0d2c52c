import type { NodeWatch } from './node-watch.ts';

/** One node's time as the primary: whoever writes meanwhile is told when it ends. */
export class Reign<T> {
  readonly watch: NodeWatch<T>;
  readonly term: number;
  #over = false;
  readonly #ends = new Set<() => void>();

  constructor(watch: NodeWatch<T>, term: number) {
    this.watch = watch;
    this.term = term;
  }

  get over(): boolean {
    return this.#over;
  }

  /** Returns what takes it back. */
  onEnd(tell: () => void): () => void {
    this.#ends.add(tell);
    return () => this.#ends.delete(tell);
  }

  end(): void {
    this.#over = true;
    for (const tell of this.#ends) tell();
    this.#ends.clear();
  }
}
