import type { Sealed } from '../../src/redis/envelope.ts';

/** What the scripts store, made without Redis. */
export function storedOf({ body, check }: Sealed, version: number): Buffer {
  const digits = (number: number): Buffer => Buffer.from(String(number).padStart(16, '0'), 'latin1');
  return Buffer.concat([digits(version), body, digits(version + check)]);
}
