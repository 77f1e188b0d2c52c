import type { HalfOpenSettings } from './breaker-settings.ts';

/** The share of calls let through `passedMs` after closing: from `rampUpFrom`, in a straight line, to 1. */
export function rampedAdmission(settings: HalfOpenSettings, passedMs: number): number {
  const { rampUpMs, rampUpFrom } = settings;
  return passedMs < rampUpMs ? rampUpFrom + ((1 - rampUpFrom) * passedMs) / rampUpMs : 1;
}
