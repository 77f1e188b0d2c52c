/**
 * The signal of a new controller, which looks at the clock each time that somebody reads it: a process that was stopped, or
 * whose event loop was blocked, finds it aborted at its first step, before any timer has fired.
 *
 * @param look - aborts `controller` if that is due.
 */
export function clockedSignal(controller: AbortController, look: () => void): AbortSignal {
  const { signal } = controller;
  const read = <Key extends 'aborted' | 'reason'>(key: Key): AbortSignal[Key] => {
    look();
    return Reflect.get(AbortSignal.prototype, key, signal);
  };
  return Object.defineProperties(signal, {
    aborted: { get: () => read('aborted') },
    reason: { get: () => read('reason') },
    throwIfAborted: {
      value: () => {
        look();
        AbortSignal.prototype.throwIfAborted.call(signal);
      },
    },
  });
}
