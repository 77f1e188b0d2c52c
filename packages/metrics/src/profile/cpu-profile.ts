import { systemClock } from '@xc/core';
import { checkPositiveInteger } from '../option-checks.ts';
import { CallTree, type RawCpuProfile } from './call-tree.ts';
import { checkLength } from './check-length.ts';
import { collapsed } from './collapsed.ts';
import type { HotFunction } from './hot-function.ts';
import { withInspector } from './inspect.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { speedscope } from './speedscope.ts';

/** Options of `cpuProfile`. */
export interface CpuProfileOptions {
  /** How long, above 0 and at most 600,000. */
  readonly ms: number;
  /** Microseconds between two samples. @defaultValue 1_000 */
  readonly intervalUs?: number;
  readonly signal?: AbortSignal;
}

/** What the process spent its time on. */
export interface CpuProfile {
  /** As the inspector gave it. */
  readonly raw: object;
  /** The functions with the most time of their own, most first. @param n - how many; all when left out */
  top(n?: number): readonly HotFunction[];
  /** For Chrome and VS Code: the content of a `.cpuprofile` file. */
  toCpuProfile(): string;
  /** For speedscope.app: its file format, one sampled profile. */
  toSpeedscope(name?: string): string;
  /** One line a stack, `outer;inner count`, for flame graphs. */
  toCollapsed(): string;
}

/**
 * Samples what the process does for `ms`, from the call on. The session with the inspector is closed afterwards, also on abort.
 *
 * @throws RangeError when `ms` or `intervalUs` is out of range.
 * @throws XC_METRICS_PROFILE_BUSY (retryable) when one runs already in this process.
 * @throws XC_METRICS_PROFILE_FAILED when the inspector refuses.
 * @throws the reason of `signal`.
 */
export async function cpuProfile({ ms, intervalUs = 1_000, signal }: CpuProfileOptions): Promise<CpuProfile> {
  checkLength(ms);
  checkPositiveInteger('intervalUs', intervalUs);
  signal?.throwIfAborted();
  return oneAtATime(() =>
    withInspector(async (inspect) => {
      // In one go: the inspector answers at once, and what the caller does next is to be in the profile.
      await Promise.all([
        inspect('Profiler.enable'),
        inspect('Profiler.setSamplingInterval', { interval: intervalUs }),
        inspect('Profiler.start'),
      ]);
      await systemClock.sleep(ms, signal);
      const { profile } = await inspect('Profiler.stop');
      return readable(profile as RawCpuProfile);
    }),
  );
}

function readable(raw: RawCpuProfile): CpuProfile {
  const tree = new CallTree(raw);
  return {
    raw,
    top: (n = Number.POSITIVE_INFINITY) => tree.functions().slice(0, n),
    toCpuProfile: () => JSON.stringify(raw),
    toSpeedscope: (name = 'CPU profile') => speedscope(tree, name),
    toCollapsed: () => collapsed(tree),
  };
}
