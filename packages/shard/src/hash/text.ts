/** What a hash reads: text as UTF-8, bytes as they are. */
export type Hashable = string | Uint8Array;

/** The bytes of a text in UTF-8; bytes as they are. A torn surrogate is U+FFFD there. */
export function bytesOf(data: Hashable): Uint8Array {
  return typeof data === 'string' ? Buffer.from(data) : data;
}
