import { XcError } from '@xc/core';
import type { QuorumRead } from './consistency.ts';

/** Somebody who can be asked; `undefined` is the primary. */
export interface Voter<R> {
  readonly replica: string | undefined;
  ask(): Promise<R>;
}

/** What one of them said, and how new that is; `undefined`: it has nothing. */
interface Answer<R> {
  readonly replica: string | undefined;
  readonly value: R;
  readonly version: number | bigint | undefined;
}

/**
 * Asks all at once and answers as soon as enough have answered, with the newest; whoever answers with something older, then or
 * later, is told of for repair.
 * @throws XcError `XC_SHARD_NO_QUORUM` when too few can answer; what `versionOf` throws of an answer that is needed.
 */
export function quorumRead<R>(voters: readonly Voter<R>[], { quorum, versionOf, repair }: QuorumRead): Promise<R> {
  const answers: Answer<R>[] = [];
  let newest: Answer<R> | undefined;
  let failures = 0;
  const answerOf = (replica: string | undefined, value: R): Answer<R> => {
    const isThere = value !== undefined && value !== null;
    return { replica, value, version: isThere ? versionOf(value) : undefined };
  };
  const mend = (answer: Answer<R>, than: Answer<R>): void => {
    if (repair === undefined || !isOlder(answer, than)) return;
    // Whoever repairs tells of its own failures, also of those that come later; the read has its answer.
    const repaired = async (): Promise<void> => repair(answer.replica ?? 'primary', than.value);
    repaired().catch(() => undefined);
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
          let answer: Answer<R>;
          try {
            answer = answerOf(replica, value);
          } catch (error) {
            reject(error);
            return;
          }
          if (newest !== undefined) {
            mend(answer, newest);
            return;
          }
          answers.push(answer);
          if (answers.length < quorum) return;
          newest = answers.reduce((best, one) => (isOlder(best, one) ? one : best));
          resolve(newest.value);
          for (const one of answers) mend(one, newest);
        },
        (error) => {
          failures += 1;
          if (newest === undefined && failures > voters.length - quorum) refuse(error);
        },
      );
    }
  });
}

/** Nothing is older than anything. */
function isOlder({ version: a }: Answer<unknown>, { version: b }: Answer<unknown>): boolean {
  return b !== undefined && (a === undefined || a < b);
}
