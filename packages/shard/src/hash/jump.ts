/**
 * The bucket of a key by jump consistent hash (Lamping and Veach 2014): when a bucket is added at the end, 1 / n of the keys
 * move, all of them to it.
 *
 * @param key - 64 bits of it are used.
 * @throws RangeError when `buckets` is not an integer from 1 to 2^31 - 1; TypeError when `key` is not a bigint.
 */
export function jump(key: bigint, buckets: number): number {
  if (typeof key !== 'bigint') throw new TypeError(`key must be a bigint, got ${String(key)}`);
  if (!Number.isInteger(buckets) || buckets < 1 || buckets > 0x7fffffff) {
    throw new RangeError(`buckets must be an integer from 1 to 2147483647, got ${String(buckets)}`);
  }
  const word = BigInt.asUintN(64, key);
  return jumpOf(Number(word >> 32n), Number(word & 0xffffffffn), buckets);
}

/**
 * The same for the two halves of a key, by 64-bit arithmetic in parts: a bigint would cost twenty times as much. No sum of parts
 * reaches 2^32.
 */
export function jumpOf(high: number, low: number, buckets: number): number {
  let bucket = -1;
  let next = 0;
  while (next < buckets) {
    // Below 2^31, as `buckets` is.
    bucket = next | 0;
    // (high, low) * 0x27bb2ee687b0b0fd + 1
    const upper = low >>> 16;
    const lower = low & 0xffff;
    const least = Math.imul(lower, 0xb0fd);
    const middle = (Math.imul(upper, 0xb0fd) + (least >>> 16)) | 0;
    const other = (Math.imul(lower, 0x87b0) + (middle & 0xffff)) | 0;
    const over = Math.imul(upper, 0x87b0) + (middle >>> 16) + (other >>> 16);
    high = (over + Math.imul(low, 0x27bb2ee6) + Math.imul(high, 0x87b0b0fd)) | 0;
    low = (((other << 16) | (least & 0xffff)) + 1) | 0;
    if (low === 0) high = (high + 1) | 0;
    next = (bucket + 1) * (0x80000000 / ((high >>> 1) + 1));
  }
  return bucket;
}
