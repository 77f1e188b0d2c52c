import { type Clock, type Logger, noopLogger, systemClock, type Timer } from '@xc/core';
import { checkPositive, checkPositiveInteger } from '../option-checks.ts';
import { processSymptoms, type Symptoms } from '../runtime/symptoms-probe.ts';
import { checkLength } from './check-length.ts';
import { type CpuProfile, cpuProfile } from './cpu-profile.ts';
import { type HeapProfile, heapProfile } from './heap-profile.ts';

/** Options of `watchSymptoms`. */
export interface WatchSymptomsOptions {
  /** Utilisation of the event loop from which a CPU profile is taken. @defaultValue 0.9 */
  readonly elu?: number;
  /** Lag of the event loop, 99th percentile in ms, from which a CPU profile is taken. @defaultValue 200 */
  readonly loopP99Ms?: number;
  /** Growth of the used heap from one reading to the next from which a heap profile is taken. @defaultValue never */
  readonly heapMbPerMinute?: number;
  /** Length of a profile, ms. @defaultValue 5_000 */
  readonly profileMs?: number;
  /** No other profile for so long after one began, ms. @defaultValue 600_000 */
  readonly cooldownMs?: number;
  /** So many profiles at most are held for `save`; while all are still being saved, none is taken. @defaultValue 5 */
  readonly keep?: number;
  /** How often the process is looked at, ms. @defaultValue 10_000 */
  readonly everyMs?: number;
  /** How the process is. @defaultValue this process, by perf_hooks */
  readonly read?: () => Symptoms;
  /** Puts a profile where it can be found; `reason` says why it was taken. What it throws is logged. */
  save(profile: CpuProfile | HeapProfile, reason: string): void | PromiseLike<void>;
  /** @defaultValue systemClock */
  readonly clock?: Clock;
  /** @defaultValue noopLogger */
  readonly logger?: Logger;
}

/** A process under watch. */
export interface WatchedSymptoms {
  /** Looks no more, and ends a profile that is being taken. */
  stop(): void;
}

/** Why a profile is taken, and of what. */
interface Symptom {
  readonly kind: 'cpu' | 'heap';
  readonly reason: string;
}

/**
 * Takes a profile when the process is unwell: once per cool-down, never two at once. It holds the process open no longer than a
 * profile that is being taken.
 *
 * @throws RangeError when a number is out of range; TypeError when `save` or `read` is not a function.
 */
export function watchSymptoms(options: WatchSymptomsOptions): WatchedSymptoms {
  const { profileMs = 5_000, cooldownMs = 600_000, keep = 5, everyMs = 10_000, save } = options;
  const { clock = systemClock, logger = noopLogger } = options;
  const symptomOf = diagnosis(options, everyMs);
  checkLength(profileMs);
  checkPositive('cooldownMs', cooldownMs);
  checkPositive('everyMs', everyMs);
  checkPositiveInteger('keep', keep);
  if (typeof save !== 'function') throw new TypeError(`save must be a function, got ${typeof save}`);

  const own = options.read === undefined ? processSymptoms() : undefined;
  const read = options.read ?? (own as { read(): Symptoms }).read;
  const controller = new AbortController();
  let quietUntil = Number.NEGATIVE_INFINITY;
  let isTaking = false;
  let saving = 0;

  const take = async ({ kind, reason }: Symptom): Promise<void> => {
    isTaking = true;
    saving += 1;
    try {
      const profiling = { ms: profileMs, signal: controller.signal };
      const profile = await (kind === 'cpu' ? cpuProfile(profiling) : heapProfile(profiling)).finally(() => {
        isTaking = false;
      });
      await save(profile, reason);
    } catch (error) {
      if (!controller.signal.aborted) logger.warn({ err: error, reason }, 'a profile could not be taken or saved');
    } finally {
      saving -= 1;
    }
  };
  const look = () => {
    const symptom = symptomOf(read());
    if (symptom === undefined || isTaking || saving >= keep || clock.monotonic() < quietUntil) return;
    quietUntil = clock.monotonic() + cooldownMs;
    void take(symptom);
  };
  const timer: Timer = clock.every(everyMs, () => {
    try {
      look();
    } catch (error) {
      logger.warn({ err: error }, 'the symptoms of the process could not be read');
    }
  });
  return {
    stop() {
      timer.cancel();
      own?.stop();
      controller.abort();
    },
  };
}

/** The worst of what is unwell; the heap is judged by its growth since the reading before. */
function diagnosis(
  { elu = 0.9, loopP99Ms = 200, heapMbPerMinute, read }: WatchSymptomsOptions,
  everyMs: number,
): (now: Symptoms) => Symptom | undefined {
  checkPositive('elu', elu);
  checkPositive('loopP99Ms', loopP99Ms);
  if (heapMbPerMinute !== undefined) checkPositive('heapMbPerMinute', heapMbPerMinute);
  if (read !== undefined && typeof read !== 'function')
    throw new TypeError(`read must be a function, got ${typeof read}`);
  let before: number | undefined;
  return (now) => {
    const grown = before === undefined ? 0 : ((now.heapBytes - before) / 1e6) * (60_000 / everyMs);
    before = now.heapBytes;
    if (now.elu >= elu) return { kind: 'cpu', reason: `event loop utilisation ${now.elu.toFixed(2)}, from ${elu}` };
    if (now.loopP99Ms >= loopP99Ms)
      return { kind: 'cpu', reason: `event loop lag p99 ${now.loopP99Ms.toFixed(0)} ms, from ${loopP99Ms} ms` };
    if (heapMbPerMinute !== undefined && grown >= heapMbPerMinute) {
      return { kind: 'heap', reason: `heap growth ${grown.toFixed(0)} MB a minute, from ${heapMbPerMinute} MB` };
    }
    return undefined;
  };
}
