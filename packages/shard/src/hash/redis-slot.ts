import { crc16 } from './crc16.ts';
import { bytesOf, type Hashable } from './text.ts';

const OPEN = 0x7b;
const CLOSE = 0x7d;

/**
 * The slot of a key in Redis Cluster, 0 to 16383: of what stands between the first `{` and the next `}` where that is
 * anything, else of the whole key (Redis Cluster specification, "Hash tags"). What CLUSTER KEYSLOT answers.
 */
export function redisSlot(key: Hashable): number {
  const bytes = bytesOf(key);
  const open = bytes.indexOf(OPEN);
  const close = open === -1 ? -1 : bytes.indexOf(CLOSE, open + 1);
  return crc16(close > open + 1 ? bytes.subarray(open + 1, close) : bytes) & 16_383;
}
