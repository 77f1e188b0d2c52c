/**
 * How long after a slot its job is made: from 0 up to, not including, `jitterMs`. By hash of name and slot, so that every process
 * says the same of a slot, and schedules of one minute spread over it.
 */
export function slotJitterMs(name: string, slot: number, jitterMs: number): number {
  return jitterMs === 0 ? 0 : Math.floor((hash(`${name}\n${slot}`) / 2 ** 32) * jitterMs);
}

/** FNV-1a over UTF-16 units, then the finalizer of MurmurHash3: neighbouring slots differ in one digit only. */
function hash(text: string): number {
  let bits = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) bits = Math.imul(bits ^ text.charCodeAt(index), 0x01000193);
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
