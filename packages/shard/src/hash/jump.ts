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

/** The same for the two halves of a key. 64-bit arithmetic in halves: a bigint would cost twenty times as much. */
export function jumpOf(high: number, low: number, buckets: number): number {
  let bucket = -1;
  let next = 0;
  while (next < buckets) {
    bucket = next;
    // (high, low) * 0x27bb2ee687b0b0fd + 1
    const product = Math.imul(low, 0x87b0b0fd);
    const over = highOf(low, 0x87b0b0fd) + Math.imul(low, 0x27bb2ee6) + Math.imul(high, 0x87b0b0fd);
    low = (product + 1) | 0;
    high = (over + (low === 0 ? 1 : 0)) | 0;
    next = Math.floor((bucket + 1) * (0x80000000 / ((high >>> 1) + 1)));
  }
  return bucket;
}

/** The upper 32 bits of the product of two unsigned 32-bit integers. */
function highOf(a: number, b: number): number {
  const aHigh = a >>> 16;
  const aLow = a & 0xffff;
  const bHigh = b >>> 16;
  const bLow = b & 0xffff;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const other = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + ((middle / 0x10000) | 0) + ((other / 0x10000) | 0)) | 0;
}
