/** Gathers what is asked within one tick and asks it once. */
export class MicroBatch<Question, Answer> {
  readonly #ask: (questions: readonly Question[]) => Promise<readonly Answer[]>;
  #waiting: Waiting<Question, Answer>[] = [];

  /** @param ask - Answers in the order of the questions. */
  constructor(ask: (questions: readonly Question[]) => Promise<readonly Answer[]>) {
    this.#ask = ask;
  }

  add(question: Question): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.push({ question, resolve, reject }) === 1) queueMicrotask(this.#flush);
    });
  }

  readonly #flush = (): void => {
    const asked = this.#waiting;
    this.#waiting = [];
    this.#ask(asked.map(({ question }) => question)).then(
      (answers) => {
        for (const [index, { resolve }] of asked.entries()) resolve(answers[index] as Answer);
      },
      (error: unknown) => {
        for (const { reject } of asked) reject(error);
      },
    );
  };
}

interface Waiting<Question, Answer> {
  readonly question: Question;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}
