import { bytesOf, type Hashable } from './text.ts';

/** The remainders of one byte each, polynomial 0x1021. */
const remainders = Uint16Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte << 8;
  for (let bit = 0; bit < 8; bit += 1) remainder = (remainder << 1) ^ (remainder & 0x8000 ? 0x1021 : 0);
  return remainder;
});

/**
 * The CRC16 of `data` as Redis Cluster has it: XMODEM, polynomial 0x1021 (Redis Cluster specification, appendix A). It never
 * changes.
 *
 * @param seed - The value to begin with. @defaultValue 0
 */
export function crc16(data: Hashable, seed = 0): number {
  let crc = seed & 0xffff;
  for (const byte of bytesOf(data)) crc = ((crc << 8) ^ (remainders[(crc >>> 8) ^ byte] as number)) & 0xffff;
  return crc;
}
