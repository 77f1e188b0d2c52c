import { aligned } from '../resource/aligned.ts';
import type { LoadCall } from './load-call.ts';

/** A loader of several, as it is called. */
export type CallLoader<Id> = (
  ids: readonly Id[],
  context: { readonly signal: AbortSignal },
) => Promise<ReadonlyMap<Id, unknown> | readonly unknown[]>;

/** One key among those that one call of a loader loads. */
export class SharedLoad<Id, T> {
  readonly id: Id;
  readonly value: Promise<T>;
  /** Nobody waits for it any more. */
  left = false;
  resolve!: (value: T) => void;
  reject!: (error: unknown) => void;
  #aborted: { readonly reason: unknown } | undefined;
  #whenAborted: ((reason: unknown) => void) | undefined;

  constructor(id: Id, call: Pick<LoadCall, 'whenAborted'>) {
    this.id = id;
    this.value = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    call.whenAborted((reason, waited) => {
      this.#aborted = { reason };
      // Where the cache is closed, whoever waits still gets what the loader brings.
      if (!waited) {
        this.left = true;
        this.reject(reason);
      }
      this.#whenAborted?.(reason);
    });
  }

  whenAborted(aborted: (reason: unknown) => void): void {
    if (this.#aborted !== undefined) aborted(this.#aborted.reason);
    else this.#whenAborted = aborted;
  }
}

/** Calls a loader once for all of them; its signal aborts when the loads of all of them are. Never rejects. */
export async function loadTogether<Id, T>(loads: readonly SharedLoad<Id, T>[], call: CallLoader<Id>): Promise<void> {
  const ids = loads.map(({ id }) => id);
  const controller = new AbortController();
  let wanted = loads.length;
  for (const one of loads) {
    one.whenAborted((reason) => {
      wanted--;
      if (wanted === 0) controller.abort(reason);
    });
  }
  try {
    const values = aligned(ids, await call(ids, { signal: controller.signal }));
    for (const [index, { resolve, reject }] of loads.entries()) {
      const value = values[index];
      if (value instanceof Error) reject(value);
      else resolve(value as T);
    }
  } catch (error) {
    for (const { reject } of loads) reject(error);
  }
}
