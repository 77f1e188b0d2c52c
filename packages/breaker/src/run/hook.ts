import type { Logger } from '@xc/core';

/** Hears of a hook that failed. */
export type Complain = (error: unknown) => void;

/** Logs the first error of a hook that was handed in, and stays silent from then on: it fails on every call. */
export function complainOnce(logger: Logger, policy: string, hook: string, then: string): Complain {
  let silent = false;
  return (error) => {
    if (silent) return;
    silent = true;
    report(logger, { err: error, policy }, `${hook} of ${policy} threw: ${then}`);
  };
}

/** Logs an error. A logger that throws, too, must not change what a call gives. */
export function report(logger: Logger, fields: Readonly<Record<string, unknown>>, message: string): void {
  try {
    hearOut(logger.error(fields, message), () => {});
  } catch {
    // Nobody is left to tell.
  }
}

/** True when a hook that must answer at once gave a promise instead: complains, and hears how the promise ends. */
export function isPromised(answer: unknown, complain: Complain): boolean {
  if (!isThenable(answer)) return false;
  complain(new TypeError('it must answer at once, and gave a promise'));
  hearOut(answer, () => {});
  return true;
}

/** Lets `failed` hear when what a hook gave is a promise that rejects: unheard, it would end the process. */
export function hearOut(given: unknown, failed: Complain): void {
  if (isThenable(given)) Promise.resolve(given).then(undefined, failed);
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  return typeof (value as { readonly then?: unknown }).then === 'function';
}
