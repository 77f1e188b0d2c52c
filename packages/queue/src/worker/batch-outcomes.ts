import { shown } from '../option-checks.ts';

/** What a batch handler has returned: nothing (all are done), one outcome per job, or something wrong. */
export type BatchOutcomes =
  | { readonly settled: readonly PromiseSettledResult<unknown>[] | undefined }
  | { readonly error: unknown };

/** Reads what a handler of `count` jobs has returned. What cannot be read is wrong as well. */
export function batchOutcomes(value: unknown, count: number): BatchOutcomes {
  try {
    return read(value, count);
  } catch (error) {
    return { error };
  }
}

function read(value: unknown, count: number): BatchOutcomes {
  if (value === undefined) return { settled: undefined };
  const expected = `a batch handler must return nothing or an array of ${count} settled results`;
  if (!Array.isArray(value)) return { error: new TypeError(`${expected}, got ${shown(value)}`) };
  if (value.length !== count) return { error: new RangeError(`${expected}, got ${value.length}`) };
  const settled = Array.from(value as readonly unknown[], outcome).filter((each) => each !== undefined);
  if (settled.length === count) return { settled };
  return { error: new TypeError(`${expected}, got something else in it`) };
}

/** What one job's outcome says, read once. */
function outcome(value: unknown): PromiseSettledResult<unknown> | undefined {
  const { status, value: result, reason } = (value ?? {}) as Partial<Record<'status' | 'value' | 'reason', unknown>>;
  if (status === 'fulfilled') return { status, value: result };
  return status === 'rejected' ? { status, reason } : undefined;
}
