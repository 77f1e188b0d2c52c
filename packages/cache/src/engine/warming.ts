import type { WarmOptions, WarmReport } from '../api/warm.ts';
import { checkInteger } from '../options/check-number.ts';
import { checkFunction } from '../options/entry-plan.ts';

const MAX_ERRORS = 10;

/** The names of {@link WarmOptions}. */
export const WARM_NAMES = ['concurrency', 'onProgress'];

/** @throws TypeError or RangeError that names what is wrong. */
export function checkWarm({ concurrency, onProgress }: WarmOptions): void {
  if (concurrency !== undefined) checkInteger('concurrency', concurrency, 1);
  if (onProgress !== undefined) checkFunction('onProgress', onProgress);
}

/**
 * Loads keys with bounded concurrency. `warmOne` says whether it had to load; `perLoad`, how many keys one call of the loader may
 * take as of now. Rejects with what `onProgress` throws.
 */
export async function warmAll<Key>(
  keys: readonly Key[],
  warmOne: (key: Key) => Promise<boolean>,
  { concurrency = 8, onProgress }: WarmOptions,
  perLoad: () => number = () => 1,
): Promise<WarmReport> {
  const errors: unknown[] = [];
  let [loaded, fresh, failed, done, next] = [0, 0, 0, 0, 0];
  const workers: Promise<void>[] = [];
  const work = async (): Promise<void> => {
    while (next < keys.length) {
      const key = keys[next++] as Key;
      try {
        if (await warmOne(key)) loaded++;
        else fresh++;
      } catch (error) {
        failed++;
        if (errors.length < MAX_ERRORS) errors.push(error);
      }
      onProgress?.(++done, keys.length);
      widen();
    }
  };
  let broken: { readonly error: unknown } | undefined;
  const widen = (): void => {
    while (next < keys.length && workers.length < concurrency * perLoad()) {
      workers.push(
        work().catch((error: unknown) => {
          broken ??= { error };
          next = keys.length;
        }),
      );
    }
  };
  widen();
  // Those that come later are waited for as well.
  for (const worker of workers) await worker;
  if (broken !== undefined) throw broken.error;
  return { loaded, fresh, failed, errors };
}
