/** Answers by request, for a time, and at most so many parts of answers. */
export class Remembered<Answer> {
  readonly #answers: Map<string, { readonly answer: Answer; readonly weight: number; readonly until: number }> =
    new Map();
  readonly #most: number;
  readonly #ms: number;
  #weight = 0;

  constructor(most: number, ms: number) {
    this.#most = most;
    this.#ms = ms;
  }

  get(request: string, now: number): Answer | undefined {
    const found = this.#answers.get(request);
    return found !== undefined && found.until > now ? found.answer : undefined;
  }

  put(request: string, answer: Answer, weight: number, now: number): void {
    this.#answers.set(request, { answer, weight, until: now + this.#ms });
    this.#weight += weight;
    for (const [oldest, { until, weight: freed }] of this.#answers) {
      if (until > now && this.#weight <= this.#most) return;
      this.#answers.delete(oldest);
      this.#weight -= freed;
    }
  }
}
