import type { Sealed } from '../../src/redis/envelope.ts';

/** What the scripts store, made without Redis. */
export function storedOf({ body, check, lifeMs }: Sealed, version: number): Buffer {
  const digits = (number: number, width: number): Buffer => Buffer.from(String(number).padStart(width, '0'), 'latin1');
  const at = Math.floor(version / 1_000);
  const before = [digits(version, 16), digits(at, 14), digits(lifeMs, 14)];
  return Buffer.concat([...before, body, digits(at + lifeMs, 14), digits(version + check, 16)]);
}
