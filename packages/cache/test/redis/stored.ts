import type { Sealed } from '../../src/redis/envelope.ts';

/** What the scripts store, made without Redis: the digits that stand before an envelope, and the envelope. */
export function storedOf({ envelope, check }: Sealed, version: number, span: number, stamp: number): Buffer {
  const tie = ((version + stamp) % 2 ** 32) + span + check;
  const digits = [
    [version, 16],
    [span, 14],
    [stamp, 16],
    [tie, 14],
  ] as const;
  const text = digits.map(([number, width]) => String(number).padStart(width, '0')).join('');
  return Buffer.concat([Buffer.from(text, 'latin1'), envelope]);
}
