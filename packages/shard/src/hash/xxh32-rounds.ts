/** A lane with one more word. */
export function round(lane: number, word: number): number {
  return Math.imul(rotate((lane + Math.imul(word, 0x85ebca77)) | 0, 13), 0x9e3779b1);
}

/** The hash with a word of the rest. */
export function withWord(hash: number, word: number): number {
  return Math.imul(rotate((hash + Math.imul(word, 0xc2b2ae3d)) | 0, 17), 0x27d4eb2f);
}

/** The hash with a byte of the rest. */
export function withByte(hash: number, byte: number): number {
  return Math.imul(rotate((hash + Math.imul(byte, 0x165667b1)) | 0, 11), 0x9e3779b1);
}

/** Lets every bit of the hash depend on all. */
export function avalanche(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca77);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae3d);
  return hash ^ (hash >>> 16);
}

/** To the left. */
export function rotate(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}
