const POLYNOMIAL = 0x1021;

const table = Uint16Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte << 8;
  for (let bit = 0; bit < 8; bit += 1) {
    remainder = remainder & 0x8000 ? (remainder << 1) ^ POLYNOMIAL : remainder << 1;
  }
  return remainder;
});

/** The checksum after one more byte (CRC-16/XMODEM, the one of the Redis Cluster specification; begins with 0). */
export function crc16(checksum: number, byte: number): number {
  return ((checksum << 8) & 0xffff) ^ (table[(checksum >> 8) ^ byte] as number);
}
