/** One look at a time, shared by all who want one. */
export class SharedLook<T> {
  readonly #look: () => Promise<T>;
  #current: Promise<T> | undefined;
  #next: Promise<T> | undefined;

  constructor(look: () => Promise<T>) {
    this.#look = look;
  }

  /** The look under way, or a new one. It may have read before this call. */
  join(): Promise<T> {
    return this.#current ?? this.fresh();
  }

  /** A look that begins after this call: what was there by now is seen. Calls at one time share it. */
  fresh(): Promise<T> {
    this.#next ??= (this.#current ?? Promise.resolve()).then(this.#begin, this.#begin);
    return this.#next;
  }

  readonly #begin = (): Promise<T> => {
    this.#next = undefined;
    this.#current = this.#look().finally(() => {
      this.#current = undefined;
    });
    return this.#current;
  };
}
