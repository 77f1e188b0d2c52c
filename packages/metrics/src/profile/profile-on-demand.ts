import { checkPositive } from '../option-checks.ts';
import { checkLength } from './check-length.ts';
import { cpuProfile } from './cpu-profile.ts';
import { heapProfile } from './heap-profile.ts';
import { ProfileBusyError } from './profile-errors.ts';

/** What an endpoint asks for. */
export interface ProfileRequest {
  readonly kind: 'cpu' | 'heap';
  /** Cut to `maxMs`. */
  readonly ms: number;
  readonly signal?: AbortSignal;
}

/** What an endpoint answers. */
export interface ProfileFile {
  readonly contentType: string;
  readonly fileName: string;
  readonly body: string;
}

/**
 * Profiles for an endpoint that somebody guards: never longer than `maxMs`, one at a time.
 *
 * @throws RangeError when `maxMs` is not above 0 and at most 600,000.
 */
export function profileOnDemand({ maxMs = 30_000 }: { readonly maxMs?: number /* 30_000 */ } = {}): {
  /**
   * @throws XC_METRICS_PROFILE_BUSY (retryable) when one is being taken.
   * @throws RangeError when `ms` is not above 0; TypeError when the kind is not known; the reason of `signal`.
   */
  take(request: ProfileRequest): Promise<ProfileFile>;
} {
  checkPositive('maxMs', maxMs);
  checkLength(maxMs);
  let isTaking = false;
  return {
    async take({ kind, ms, signal }) {
      if (kind !== 'cpu' && kind !== 'heap') throw new TypeError(`kind must be cpu or heap, got ${String(kind)}`);
      checkPositive('ms', ms);
      if (isTaking) throw new ProfileBusyError();
      isTaking = true;
      try {
        const profiling = { ms: Math.min(ms, maxMs), ...(signal === undefined ? {} : { signal }) };
        const contentType = 'application/json';
        if (kind === 'cpu')
          return { contentType, fileName: 'cpu.cpuprofile', body: (await cpuProfile(profiling)).toCpuProfile() };
        return { contentType, fileName: 'heap.heapprofile', body: (await heapProfile(profiling)).toHeapProfile() };
      } finally {
        isTaking = false;
      }
    },
  };
}
