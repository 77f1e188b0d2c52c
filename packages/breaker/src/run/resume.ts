import type { Clock } from '@xc/core';
import type { Call } from './call.ts';
import { DeadlineError } from './deadline-error.ts';
import type { Frame, Scope, Stage } from './frame.ts';

/**
 * Enters `next` after a wait: the time is read anew, and nothing begins any more when the deadline has passed meanwhile.
 */
export function resume(next: Stage, frame: Frame, scope: Scope, call: Call, clock: Clock): void {
  call.turn();
  const { deadline } = scope;
  if (deadline !== undefined && deadline <= call.time(clock)) {
    frame.rejected(new DeadlineError(deadline));
  } else {
    next.enter(frame, scope, call);
  }
}
