import { type Clock, exponentialBackoff, systemRandom, type Timer, XcError } from '@xc/core';
import { callable, duration, integer, plainObject, refuseUnknown, withMethods } from '../option-checks.ts';
import type { AnyJobs } from '../queue/job-types.ts';
import type { Queue } from '../queue/queue.ts';
import type { Dialect } from './dialect.ts';
import type { OutboxRelay, RelayOptions } from './outbox.ts';
import { relayPass } from './relay-pass.ts';

/** Passes of a relay: one at a time, on a timer, when woken and when asked. */
export function startRelay(
  dialect: Dialect,
  clock: Clock,
  queues: Readonly<Record<string, Queue<AnyJobs>>>,
  options: RelayOptions,
): OutboxRelay {
  checkRelay(queues, options);
  const { transaction, batch = 200, pollMs = 1_000, onError } = options;
  const backoff = options.backoff ?? exponentialBackoff({ baseMs: 1_000, capMs: 60_000, jitter: 'full' });
  const delayMs = (failures: number) => backoff.delayMs(failures, systemRandom);
  const pass = relayPass({ dialect, clock, queues, transaction, batch, delayMs, stopped: () => stopped });
  let timer: Timer | undefined;
  let failures = 0;
  let stopped = false;
  let looking = false;
  let last: Promise<unknown> = Promise.resolve();

  function lookIn(ms: number): void {
    timer?.cancel();
    timer = stopped ? undefined : clock.after(ms, look);
  }

  /** A look that is waiting for its turn sees whatever another one would. */
  function look(): void {
    if (looking) return;
    looking = true;
    void inTurn(async () => {
      looking = false;
      const { refused, failure } = await run(false);
      tell(failure === undefined ? refused : [...refused, failure.error]);
    });
  }

  /** Passes of one relay never overlap: each begins when the one before is through. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = last.then(work);
    last = turn.catch(() => {});
    return turn;
  }

  async function run(everything: boolean) {
    const result = await pass(everything);
    failures = result.failure === undefined ? 0 : failures + 1;
    lookIn(failures === 0 ? pollMs : delayMs(failures));
    return result;
  }

  function tell(errors: readonly unknown[]): void {
    for (const error of errors) {
      try {
        onError?.(error);
      } catch {
        // Whoever is told of errors cannot stop the relay by another one.
      }
    }
  }

  lookIn(pollMs);

  return {
    wake() {
      if (!stopped) lookIn(0);
    },
    async flush() {
      if (stopped) throw new XcError('XC_QUEUE_CLOSED', 'the relay is stopped');
      const { moved, refused, failure } = await inTurn(() => run(true));
      tell(refused);
      if (failure !== undefined) throw failure.error;
      return moved;
    },
    async stop() {
      stopped = true;
      timer?.cancel();
      await last;
    },
  };
}

function checkRelay(queues: Readonly<Record<string, Queue<AnyJobs>>>, options: RelayOptions): void {
  plainObject('queues', queues);
  for (const [name, queue] of Object.entries(queues)) withMethods(`queues.${name}`, queue, 'addMany');
  refuseUnknown(options, ['transaction', 'batch', 'pollMs', 'backoff', 'onError']);
  callable('transaction', options.transaction);
  if (options.batch !== undefined) integer('batch', options.batch, 1, 1_000);
  if (options.pollMs !== undefined) duration('pollMs', options.pollMs, 1);
  if (options.backoff !== undefined) withMethods('backoff', options.backoff, 'delayMs');
  if (options.onError !== undefined) callable('onError', options.onError);
}
