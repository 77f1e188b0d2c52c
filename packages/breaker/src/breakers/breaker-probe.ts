import type { HealthProbe, ProbeResult } from '@xc/core';
import type { Breaker } from '../circuit/breaker.ts';
import type { BreakerState } from '../circuit/breaker-state.ts';
import { policyName, shown } from '../options.ts';
import type { Breakers } from './breakers.ts';

// A health page is no place for ten thousand keys.
const mostListed = 20;

/**
 * Shows breakers on a health page. A breaker that refuses calls, or is only probing, makes it `degraded`, never `down`:
 * it is the dependency that is away, and restarting this process would not bring it back.
 *
 * @throws TypeError or RangeError for a name that is none; TypeError for anything but a breaker or a registry.
 */
export function breakerProbe(name: string, breakers: Breaker | Breakers): HealthProbe {
  policyName('name', name);
  const health = healthOf(breakers);
  return { name, check: async () => health() };
}

function healthOf(breakers: Breaker | Breakers): () => ProbeResult {
  const { snapshot, peek } = (breakers ?? {}) as Partial<Breaker & Breakers>;
  if (typeof snapshot === 'function') return () => healthOfOne(breakers as Breaker);
  if (typeof peek === 'function') return () => healthOfAll(breakers as Breakers);
  throw new TypeError(`breakers must be a breaker or a registry of breakers, got ${shown(breakers)}`);
}

function healthOfOne(breaker: Breaker): ProbeResult {
  const { state, failureRate, slowRate, openings, retryAfterMs } = breaker.snapshot();
  return { status: statusOf(state), details: { state, failureRate, slowRate, openings, retryAfterMs } };
}

function healthOfAll(breakers: Breakers): ProbeResult {
  let size = 0;
  let degraded = 0;
  const listed: [string, BreakerState][] = [];
  for (const [key, { state }] of breakers.entries()) {
    size++;
    if (statusOf(state) === 'up') continue;
    degraded++;
    if (listed.length < mostListed) listed.push([key, state]);
  }
  return {
    status: degraded === 0 ? 'up' : 'degraded',
    details: { breakers: size, degraded, states: Object.fromEntries(listed) },
  };
}

function statusOf(state: BreakerState): 'up' | 'degraded' {
  return state === 'open' || state === 'half-open' || state === 'forced-open' ? 'degraded' : 'up';
}
