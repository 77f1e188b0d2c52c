import { callable, duration, flag, integer, oneOf, positiveInteger, refuseUnknown } from '../option-checks.ts';
import type { WorkOptions } from './work-options.ts';

/** The options of a worker with every default filled in. */
export type WorkerSettings = Required<Omit<WorkOptions, 'onStuck'>> & Pick<WorkOptions, 'onStuck'>;

const known = [
  ...['concurrency', 'prefetch', 'graceMs', 'abortGraceMs', 'onStuck', 'maxStuck', 'unknownType', 'heartbeat'],
  ...['maxBlockMs', 'schedules'],
];

/** The most handlers that a worker may run at once. */
const mostHandlers = 100_000;

/** @throws TypeError or RangeError for the first option of `work` that is wrong. */
export function workerSettings(options: WorkOptions = {}): WorkerSettings {
  refuseUnknown(options, known);
  const {
    concurrency = 10,
    prefetch = 'auto',
    graceMs = 25_000,
    abortGraceMs = 5_000,
    onStuck,
    maxStuck = 10,
  } = options;
  const { unknownType = 'release', heartbeat = 'loop', maxBlockMs = 60_000, schedules = true } = options;
  return {
    concurrency: checkConcurrency(concurrency),
    prefetch: prefetch === 'auto' ? prefetch : integer('prefetch', prefetch, 0, 10_000),
    graceMs: duration('graceMs', graceMs),
    abortGraceMs: duration('abortGraceMs', abortGraceMs),
    onStuck: onStuck === undefined ? undefined : callable('onStuck', onStuck),
    maxStuck: positiveInteger('maxStuck', maxStuck),
    unknownType: oneOf('unknownType', unknownType, ['release', 'dead']),
    heartbeat: oneOf('heartbeat', heartbeat, ['loop', 'thread']),
    maxBlockMs: duration('maxBlockMs', maxBlockMs, 1),
    schedules: flag('schedules', schedules),
  };
}

/** @throws TypeError or RangeError unless handlers can run in such a number. */
export function checkConcurrency(concurrency: number): number {
  return integer('concurrency', concurrency, 1, mostHandlers);
}
