/** Where a process is stopped: its next call, and all that come with it, wait until it is woken. */
export class PausePoint {
  readonly #after: number;
  #calls = 0;
  #paused: (() => void) | undefined;
  #woken: Promise<void> | undefined;

  constructor(after: number) {
    this.#after = after;
  }

  get isPaused(): boolean {
    return this.#woken !== undefined;
  }

  /** How many calls were made, those that wait included. */
  get calls(): number {
    return this.#calls;
  }

  wake(): void {
    this.#paused?.();
  }

  /** What the process calls. */
  of<T extends object>(target: T): T {
    return new Proxy(target, {
      get: (_target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        return async (...args: readonly unknown[]) => {
          this.#calls += 1;
          if (this.#calls > this.#after) {
            this.#woken ??= new Promise((resolve) => {
              this.#paused = resolve;
            });
            await this.#woken;
          }
          return await Reflect.apply(value, target, args);
        };
      },
    });
  }
}
