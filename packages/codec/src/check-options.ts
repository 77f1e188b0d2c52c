import type { Codec } from '@xc/core';
import { maxCodecId } from './codec-id.ts';

/** Refuses what is no plain options object and any option not in `known`: a misspelt option must not be ignored. */
export function checkOptions(name: string, options: object, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`${name} options must be an object, got ${show(options)}`);
  for (const key of Object.keys(options)) {
    if (!known.includes(key))
      throw new TypeError(`${name} has no option ${JSON.stringify(key)}; it has ${known.join(', ')}`);
  }
}

/** Refuses anything but an integer from `min` to `max`. */
export function checkInteger(name: string, value: number, min: number, max: number): void {
  if (typeof value !== 'number') throw new TypeError(`${name} must be an integer, got ${show(value)}`);
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new RangeError(`${name} must be an integer from ${min} to ${max}, got ${value}`);
  }
}

/** Refuses an inner codec that lacks a method, or whose id does not fit into the envelope. */
export function checkInner(inner: Codec): void {
  if ((typeof inner !== 'object' && typeof inner !== 'function') || inner === null)
    throw new TypeError(`inner must be a Codec, got ${show(inner)}`);
  for (const method of ['encode', 'decode'] as const) {
    if (typeof inner[method] !== 'function') throw new TypeError(`inner must be a Codec, got one without ${method}()`);
  }
  checkInteger('inner.id', inner.id, 0, maxCodecId);
}

/** Names a value without quoting it: it may be long, or secret. */
export function show(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value;
}
