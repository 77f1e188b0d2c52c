import { xxh32 } from '../src/xxh32.ts';

/**
 * A copy of an envelope after `change`, with a closing check that matches again: what a forger makes, and the only way to
 * get damage past that check.
 */
export function closedAgain(envelope: Uint8Array, change: (bytes: Buffer) => Uint8Array | undefined): Uint8Array {
  const copy = Buffer.from(envelope);
  const body = change(copy.subarray(0, -4)) ?? copy.subarray(0, -4);
  const check = Buffer.alloc(4);
  check.writeUInt32LE(xxh32(body));
  return Buffer.concat([body, check]);
}
