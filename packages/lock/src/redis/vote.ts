/** What has come of asking several servers. */
export interface Ballot<T> {
  readonly yes: number;
  readonly no: number;
  /** Of those that have answered by the time of the decision. */
  readonly values: T[];
  readonly errors: readonly unknown[];
  /** Those that have not answered, by their place: late, or failed. */
  readonly silent: ReadonlySet<number>;
}

/**
 * Resolves as soon as a majority has said yes, or cannot any more, or all have answered: one server that hangs holds nobody
 * up. Answers that come later are nobody's business, and no unhandled rejection.
 */
export function vote<T>(
  answers: readonly Promise<T>[],
  majority: number,
  isYes: (answer: T) => boolean,
  isNo: (answer: T) => boolean,
): Promise<Ballot<T>> {
  return new Promise((resolve) => {
    const values: T[] = [];
    const errors: unknown[] = [];
    const silent = new Set(answers.keys());
    let yes = 0;
    let no = 0;
    const count = (): void => {
      const isDecided = yes >= majority || no > answers.length - majority;
      if (isDecided || values.length + errors.length === answers.length) {
        resolve({ yes, no, values: [...values], errors: [...errors], silent: new Set(silent) });
      }
    };
    for (const [index, answer] of answers.entries()) {
      answer.then(
        (value) => {
          values.push(value);
          silent.delete(index);
          if (isYes(value)) yes += 1;
          else if (isNo(value)) no += 1;
          count();
        },
        (error: unknown) => {
          errors.push(error);
          count();
        },
      );
    }
  });
}
