import { ProfileBusyError } from './profile-errors.ts';

/** On the process itself: both copies of this package, and every version of it, must agree on whose turn it is. */
const turn = Symbol.for('@xc/metrics/cpu-profile');

/**
 * Runs `fn` when no other CPU profile runs in this process.
 *
 * @throws XC_METRICS_PROFILE_BUSY at once when one does.
 */
export async function oneAtATime<T>(fn: () => Promise<T>): Promise<T> {
  const holder = process as { [turn]?: boolean };
  if (holder[turn]) throw new ProfileBusyError();
  holder[turn] = true;
  try {
    return await fn();
  } finally {
    holder[turn] = false;
  }
}
