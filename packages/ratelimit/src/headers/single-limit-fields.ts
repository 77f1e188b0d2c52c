import type { Decision } from '../limiter/decision.ts';
import type { LimitState } from '../limiter/limit-state.ts';
import { isShadowState } from '../limiter/shadow-state.ts';
import { secondsLeft, windowParameter } from './seconds.ts';

/** Draft 7: `RateLimit` as a Dictionary. */
export function draft7Fields(decision: Decision): Record<string, string> {
  const shown = limitToShow(decision);
  if (shown === undefined) return {};
  const { state, seconds } = shown;
  const reset = seconds === undefined ? '' : `, reset=${seconds}`;
  return { 'RateLimit-Policy': policy(state), RateLimit: `limit=${state.limit}, remaining=${state.remaining}${reset}` };
}

/** Draft 6: a field for each number. */
export function draft6Fields(decision: Decision): Record<string, string> {
  const shown = limitToShow(decision);
  if (shown === undefined) return {};
  return { ...threeFields('RateLimit', shown.state, shown.seconds), 'RateLimit-Policy': policy(shown.state) };
}

/** Before the drafts: the end of the window as epoch seconds. */
export function legacyFields(decision: Decision): Record<string, string> {
  const shown = limitToShow(decision);
  if (shown === undefined) return {};
  const { state, seconds, leftMs } = shown;
  const resetAt = seconds === undefined ? undefined : Math.ceil((decision.decidedAt + leftMs) / 1_000);
  return threeFields('X-RateLimit', state, resetAt);
}

interface Shown {
  readonly state: LimitState;
  readonly seconds: number | undefined;
  readonly leftMs: number;
}

/** These formats have room for one limit: the violated one that takes longest, else the one with the smallest share left. */
function limitToShow({ limits, violated }: Decision): Shown | undefined {
  let longest: LimitState | undefined;
  let scarcest: LimitState | undefined;
  for (const [name, state] of Object.entries(limits)) {
    if (state === undefined || isShadowState(state)) continue;
    if (violated.includes(name) && !(longest !== undefined && longest.retryAfterMs >= state.retryAfterMs))
      longest = state;
    if (scarcest === undefined || shareLeft(state) < shareLeft(scarcest)) scarcest = state;
  }
  const state = longest ?? scarcest;
  if (state === undefined) return undefined;
  const isViolated = state === longest;
  return {
    state,
    seconds: secondsLeft(state, isViolated),
    leftMs: isViolated ? state.retryAfterMs : state.resetAfterMs,
  };
}

function shareLeft({ remaining, capacity }: LimitState): number {
  return capacity === 0 ? 0 : remaining / capacity;
}

function policy(state: LimitState): string {
  return `${state.limit}${windowParameter(state)}`;
}

function threeFields(
  prefix: string,
  { limit, remaining }: LimitState,
  reset: number | undefined,
): Record<string, string> {
  return {
    [`${prefix}-Limit`]: `${limit}`,
    [`${prefix}-Remaining`]: `${remaining}`,
    ...(reset === undefined ? {} : { [`${prefix}-Reset`]: `${reset}` }),
  };
}
