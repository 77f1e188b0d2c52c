import { setTimeout as sleep } from 'node:timers/promises';

/** Options of {@link eventually}. */
export interface EventuallyOptions {
  /** Gives up after this long. @defaultValue 10_000 */
  readonly deadlineMs?: number;
  /** Pause between two tries. @defaultValue 10 */
  readonly everyMs?: number;
}

/**
 * Resolves with the first truthy answer of `check`; an exception counts as 'not yet'.
 * @throws Error that names `what`, with the last exception as its cause, when the deadline passes.
 */
export async function eventually<T>(
  what: string,
  check: () => Promise<T> | T,
  options: EventuallyOptions = {},
): Promise<Exclude<T, false | undefined>> {
  const { deadlineMs = 10_000, everyMs = 10 } = options;
  const giveUpAt = performance.now() + deadlineMs;
  let cause: unknown;
  do {
    try {
      const answer = await check();
      if (answer) return answer as Exclude<T, false | undefined>;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    await sleep(everyMs);
  } while (performance.now() < giveUpAt);
  throw new Error(`waited ${deadlineMs} ms in vain: ${what}`, { cause });
}
