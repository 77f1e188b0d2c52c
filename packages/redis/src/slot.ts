import { crc16 } from './crc16.ts';

const SLOTS = 16_384;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/**
 * The cluster slot of a key, exactly as the server computes it: when the first `{` is followed by a `}` and something
 * stands between them, that something alone is hashed, else the whole key. So an empty tag `{}` is no tag.
 *
 * Text counts as UTF-8. A client with a `keyPrefix` puts that before the key: hash `prefix + key`.
 *
 * @see Redis Cluster specification, "Hash tags"
 */
export function slotOf(key: string | Uint8Array): number {
  return typeof key === 'string' ? slotOfText(key) : slotOfBytes(key);
}

function slotOfText(key: string): number {
  const open = key.indexOf('{');
  const close = open === -1 ? -1 : key.indexOf('}', open + 1);
  const tagged = close > open + 1;
  const start = tagged ? open + 1 : 0;
  const end = tagged ? close : key.length;
  let checksum = 0;
  for (let index = start; index < end; index += 1) {
    const unit = key.charCodeAt(index);
    // Braces are one byte in UTF-8, so the part can be cut out before it is encoded.
    if (unit > 0x7f) return hash(Buffer.from(key.slice(start, end)), 0, undefined);
    checksum = crc16(checksum, unit);
  }
  return checksum % SLOTS;
}

function slotOfBytes(key: Uint8Array): number {
  const open = key.indexOf(OPEN);
  const close = open === -1 ? -1 : key.indexOf(CLOSE, open + 1);
  return close > open + 1 ? hash(key, open + 1, close) : hash(key, 0, undefined);
}

function hash(bytes: Uint8Array, start: number, end: number | undefined): number {
  let checksum = 0;
  for (const byte of bytes.subarray(start, end)) checksum = crc16(checksum, byte);
  return checksum % SLOTS;
}
