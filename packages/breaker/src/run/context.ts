import type { Attempt } from './attempt.ts';
import type { AttemptContext } from './attempt-context.ts';

/** The face of an attempt that a task sees: facts and a signal, and no way to reach the machinery. */
export class Context implements AttemptContext {
  /** As of the passes: see `Frame`. */
  static readonly resident: Context = new this({} as Attempt);

  readonly #attempt: Attempt;

  constructor(attempt: Attempt) {
    this.#attempt = attempt;
  }

  get signal(): AbortSignal {
    return this.#attempt.signal;
  }

  get attempt(): number {
    return this.#attempt.scope.attempt;
  }

  get hedge(): number {
    return this.#attempt.scope.hedge;
  }

  get deadline(): number | undefined {
    return this.#attempt.scope.deadline;
  }

  get key(): string | undefined {
    return this.#attempt.call.facts.key;
  }

  get idempotent(): boolean | undefined {
    return this.#attempt.call.facts.idempotent;
  }

  get priority(): number {
    return this.#attempt.call.facts.priority;
  }

  /** The attempt behind run options that are a context of ours. */
  static attemptOf(options: object): Attempt | undefined {
    return #attempt in options ? options.#attempt : undefined;
  }
}
