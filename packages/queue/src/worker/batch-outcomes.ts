import { shown } from '../option-checks.ts';

/** What a batch handler has returned: nothing (all are done), one outcome per job, or something wrong. */
export type BatchOutcomes =
  | { readonly settled: readonly PromiseSettledResult<unknown>[] | undefined }
  | { readonly error: Error };

/** Reads what a handler of `count` jobs has returned. */
export function batchOutcomes(value: unknown, count: number): BatchOutcomes {
  if (value === undefined) return { settled: undefined };
  const expected = `a batch handler must return nothing or an array of ${count} settled results`;
  if (!Array.isArray(value)) return { error: new TypeError(`${expected}, got ${shown(value)}`) };
  if (value.length !== count) return { error: new RangeError(`${expected}, got ${value.length}`) };
  if (value.every(isSettled)) return { settled: value };
  return { error: new TypeError(`${expected}, got something else in it`) };
}

function isSettled(value: unknown): boolean {
  const status = (value as PromiseSettledResult<unknown> | undefined)?.status;
  return status === 'fulfilled' || status === 'rejected';
}
