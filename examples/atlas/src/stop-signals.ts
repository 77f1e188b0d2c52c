import { constants } from 'node:os';

/** Whether somebody wants this process to end. */
export interface Stop extends Disposable {
  readonly signal: AbortSignal;
  /** What a shell expects of a process that followed such a signal: 130 after Ctrl-C. */
  readonly exitCode: number;
}

/**
 * A signal that aborts at Ctrl-C, SIGTERM or a closed terminal, so that everything that was started can be ended. Whoever
 * asks a second time does not want to wait for that: the keepers of the servers clean up without us.
 */
export function untilStopped(): Stop {
  const stop = new AbortController();
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  let exitCode = 0;
  const hear = (name: NodeJS.Signals) => {
    if (stop.signal.aborted) process.exit(exitCode);
    exitCode = 128 + constants.signals[name];
    stop.abort(new Error('stopped'));
  };
  for (const name of names) process.on(name, hear);
  return {
    signal: stop.signal,
    get exitCode() {
      return exitCode;
    },
    [Symbol.dispose]() {
      for (const name of names) process.off(name, hear);
    },
  };
}
