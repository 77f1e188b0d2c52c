import type { Decision } from '../limiter/decision.ts';
import { isShadowState } from '../limiter/shadow-state.ts';
import { secondsLeft, windowParameter } from './seconds.ts';

/**
 * `RateLimit-Policy` and `RateLimit` as Lists of structured fields (RFC 9651), drafts 8 to 10, one member a limit. Names of
 * limits and numbers need no escaping. One pass and no array: bench `around`, row `rateLimitHeaders`.
 */
export function listFields(
  { limits, violated }: Decision,
  partition?: Readonly<Record<string, string>>,
): Record<string, string> {
  let policies = '';
  let services = '';
  for (const name of Object.keys(limits)) {
    const state = limits[name];
    if (state === undefined || isShadowState(state)) continue;
    const key = partition === undefined ? '' : partitionParameter(partition, name);
    const unit = state.unit === 'requests' ? '' : `;qu="${state.unit}"`;
    const seconds = secondsLeft(state, violated.includes(name));
    const reset = seconds === undefined ? '' : `;t=${seconds}`;
    const separator = policies === '' ? '' : ', ';
    policies += `${separator}"${name}";q=${state.limit}${unit}${windowParameter(state)}${key}`;
    services += `${separator}"${name}";r=${state.remaining}${reset}${key}`;
  }
  return policies === '' ? {} : { 'RateLimit-Policy': policies, RateLimit: services };
}

function partitionParameter(partition: Readonly<Record<string, string>>, name: string): string {
  if (!Object.hasOwn(partition, name)) return '';
  return `;pk=:${Buffer.from(partition[name] as string).toString('base64')}:`;
}
