/** What has come of asking several servers. */
export interface Ballot<T> {
  readonly yes: number;
  readonly no: number;
  /** Of those that have answered by the time of the decision. */
  readonly values: T[];
  readonly errors: readonly unknown[];
  /** What those were asked that have not answered, by their place: late, or failed. */
  readonly silent: ReadonlyMap<number, Promise<T>>;
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
    const silent = new Map(answers.entries());
    let yes = 0;
    let no = 0;
    const count = (): void => {
      const isDecided = yes >= majority || no > answers.length - majority;
      if (isDecided || values.length + errors.length === answers.length) {
        resolve({ yes, no, values: [...values], errors: [...errors], silent: new Map(silent) });
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
