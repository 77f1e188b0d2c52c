const MAX_BYTES = 1024;

/** @throws TypeError unless `key` is text of 1 to 1,024 bytes in UTF-8 without a lone surrogate. */
export function checkKey(key: unknown): asserts key is string {
  if (typeof key !== 'string') throw new TypeError(`key must be a string of 1 to 1024 bytes, got ${describe(key)}`);
  if (!fits(key, MAX_BYTES)) throw new TypeError(`key must be a string of 1 to 1024 bytes, got ${describe(key)}`);
}

/** Whether text is well formed and has 1 to `maxBytes` bytes in UTF-8. */
export function fits(text: string, maxBytes: number): boolean {
  if (text.length === 0 || text.length > maxBytes) return false;
  // Two lone surrogates would become the same replacement character, and so one key, in a server.
  if (!(text as string & { isWellFormed(): boolean }).isWellFormed()) return false;
  return text.length * 3 <= maxBytes || Buffer.byteLength(text) <= maxBytes;
}

/** A value for a message: short, and never a secret that a toString would compute. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 64 ? `${value.slice(0, 64)}…` : value);
  if (typeof value === 'function' || (typeof value === 'object' && value !== null)) {
    return Array.isArray(value) ? 'array' : typeof value;
  }
  return String(value).slice(0, 64);
}
