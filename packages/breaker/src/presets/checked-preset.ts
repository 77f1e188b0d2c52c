import { duration, nonNegativeInteger, positiveDuration, positiveInteger, refuseUnknown, shown } from '../options.ts';
import type { Preset } from './presets.ts';

/**
 * A preset of one's own, its shape checked here and under the names it was written with; what `breaker` and `retry` hold is
 * checked by the policies made of them.
 *
 * @throws TypeError or RangeError that names the part and the value.
 */
export function checkedPreset(preset: Preset): Preset {
  if (typeof preset !== 'object' || preset === null) {
    throw new TypeError(`preset must be a name or an object, got ${shown(preset)}`);
  }
  refuseUnknown(preset, ['breaker', 'timeoutMs', 'retry', 'bulkhead']);
  objectOf('breaker', preset.breaker);
  positiveDuration('timeoutMs', preset.timeoutMs);
  if (preset.retry !== undefined) objectOf('retry', preset.retry);
  refuseUnknown(preset.bulkhead, ['limit', 'maxQueue', 'maxWaitMs'], 'bulkhead');
  positiveInteger('bulkhead.limit', preset.bulkhead.limit);
  nonNegativeInteger('bulkhead.maxQueue', preset.bulkhead.maxQueue);
  duration('bulkhead.maxWaitMs', preset.bulkhead.maxWaitMs);
  return preset;
}

function objectOf(part: string, value: unknown): void {
  if (typeof value !== 'object' || value === null)
    throw new TypeError(`${part} must be an object, got ${shown(value)}`);
}
