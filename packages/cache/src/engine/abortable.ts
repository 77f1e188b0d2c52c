import type { AbortWatch } from './abort-watch.ts';

/** The work, or the reason of the signal as soon as that aborts; the work goes on. */
export function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined, aborts: AbortWatch): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const settle = aborts.on(signal, () => reject(signal.reason));
    work.then(
      (value) => {
        settle();
        resolve(value);
      },
      (error: unknown) => {
        settle();
        reject(error);
      },
    );
  });
}
