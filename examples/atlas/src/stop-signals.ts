/**
 * A signal that aborts at Ctrl-C, SIGTERM or a closed terminal, so that everything that was started can be ended. Whoever
 * asks a second time does not want to wait for that: the keepers of the servers clean up without us.
 */
export function untilStopped(): Disposable & { readonly signal: AbortSignal } {
  const stop = new AbortController();
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const hear = () => {
    if (stop.signal.aborted) process.exit(130);
    stop.abort(new Error('stopped'));
  };
  for (const name of names) process.on(name, hear);
  return {
    signal: stop.signal,
    [Symbol.dispose]() {
      for (const name of names) process.off(name, hear);
    },
  };
}
