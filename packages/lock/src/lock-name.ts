import { kindOf } from './option-checks.ts';

const LONGEST_BYTES = 256;
/** No character is more than three times as many bytes as it is units. */
const SURELY_SHORT = Math.floor(LONGEST_BYTES / 3);
const torn = /\p{Cs}/u;

/**
 * Refuses what is no text (TypeError), not of 1 to 256 bytes (RangeError), or torn inside of a character: two such names could
 * be one in a store.
 */
export function checkName(name: unknown): void {
  if (typeof name !== 'string') throw new TypeError(`name must be a text, got ${kindOf(name)}`);
  if (name === '') throw new RangeError('name must be 1 to 256 bytes, got none');
  if (name.length > SURELY_SHORT) {
    const bytes = Buffer.byteLength(name);
    if (bytes > LONGEST_BYTES) throw new RangeError(`name must be 1 to 256 bytes, got ${bytes}`);
  }
  if (torn.test(name)) throw new TypeError('name must not have half of a surrogate pair');
}

/** Refuses what is no number (TypeError), or no positive integer (RangeError). */
export function checkPermits(permits: unknown): void {
  if (typeof permits !== 'number') throw new TypeError(`permits must be a number, got ${kindOf(permits)}`);
  if (Number.isSafeInteger(permits) && permits > 0) return;
  throw new RangeError(`permits must be a positive integer, got ${permits}`);
}
