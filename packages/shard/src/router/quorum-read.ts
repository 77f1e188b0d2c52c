import { XcError } from '@xc/core';
import type { QuorumRead } from './consistency.ts';

/** Somebody who can be asked; `undefined` is the primary. */
export interface Voter<R> {
  readonly replica: string | undefined;
  ask(): Promise<R>;
}

/**
 * Asks all at once and answers as soon as enough have answered, with the newest; whoever answers with something older, then or
 * later, is told of for repair.
 * @throws XcError `XC_SHARD_NO_QUORUM` when too few can answer.
 */
export function quorumRead<R>(voters: readonly Voter<R>[], { quorum, versionOf, repair }: QuorumRead): Promise<R> {
  const version = (value: R): number | bigint | undefined =>
    value === undefined || value === null ? undefined : versionOf(value);
  const answers: { readonly replica: string | undefined; readonly value: R }[] = [];
  let newest: R;
  let decided = false;
  let failures = 0;
  const mend = (answer: { readonly replica: string | undefined; readonly value: R }): void => {
    if (repair === undefined || !isOlder(version(answer.value), version(newest))) return;
    try {
      repair(answer.replica ?? 'primary', newest);
    } catch {
      // Whoever repairs tells of its own failures; the read has its answer.
    }
  };
  return new Promise((resolve, reject) => {
    const refuse = (cause: unknown): void => {
      reject(
        new XcError('XC_SHARD_NO_QUORUM', `${answers.length} of ${voters.length} have answered, ${quorum} are needed`, {
          cause,
          details: { quorum, answered: answers.length, asked: voters.length },
          retryable: true,
        }),
      );
    };
    if (voters.length < quorum) refuse(undefined);
    for (const { replica, ask } of voters) {
      ask().then(
        (value) => {
          const answer = { replica, value };
          if (decided) {
            mend(answer);
            return;
          }
          answers.push(answer);
          if (answers.length < quorum) return;
          decided = true;
          newest = answers.reduce((best, one) => (isOlder(version(best.value), version(one.value)) ? one : best)).value;
          resolve(newest);
          for (const one of answers) mend(one);
        },
        (error) => {
          failures += 1;
          if (!decided && failures > voters.length - quorum) refuse(error);
        },
      );
    }
  });
}

/** Nothing is older than anything. */
function isOlder(a: number | bigint | undefined, b: number | bigint | undefined): boolean {
  return b !== undefined && (a === undefined || a < b);
}
