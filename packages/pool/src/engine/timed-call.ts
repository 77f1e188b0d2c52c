import type { Agenda, Due } from './agenda.ts';

/** How a call of the user's code ended. */
export type CallEnd =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'error'; readonly error: unknown }
  | { readonly kind: 'timeout' };

/**
 * Calls `fn` and tells `done` once how it ended, by `dueAt` at the latest: at once for a plain value or a throw, so that a
 * factory without promises costs no turn. What happens after the time-out goes to `late`.
 */
export function timedCall(
  agenda: Agenda,
  dueAt: number,
  fn: () => unknown,
  done: (end: CallEnd) => void,
  late: (end: CallEnd) => void = () => {},
): void {
  const started = attempted(fn);
  if (started.kind !== 'value' || !isThenable(started.value)) {
    done(started);
    return;
  }
  let over = false;
  const deadline: Due = agenda.at(dueAt, () => {
    over = true;
    done({ kind: 'timeout' });
  });
  const settled = (end: CallEnd) => {
    agenda.drop(deadline);
    if (over) late(end);
    else done(end);
  };
  Promise.resolve(started.value).then(
    (value) => settled({ kind: 'value', value }),
    (error: unknown) => settled({ kind: 'error', error }),
  );
}

function attempted(fn: () => unknown): CallEnd {
  try {
    return { kind: 'value', value: fn() };
  } catch (error) {
    return { kind: 'error', error };
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  const kind = typeof value;
  if ((kind !== 'object' && kind !== 'function') || value === null) return false;
  return typeof (value as { readonly then?: unknown }).then === 'function';
}
